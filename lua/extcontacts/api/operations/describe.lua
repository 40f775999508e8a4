--- Rows of the operation table in words, the same in the command's help, the
-- reference and the annotations.  Loaded by those alone.

local describe = {}

--- The effects and their meanings, in the order in which they are explained.
---@type string[][]
describe.effects = {
  { "read", "changes nothing" },
  { "create", "adds records" },
  { "update", "replaces or changes records, or sets a link" },
  { "delete", "removes records or a link" },
  { "merge", "combines records into one, irreversibly" },
  { "job", "starts work that continues after the response" },
}

--- "update, safe to retry"
---@param row extcontacts.Operation
---@return string
function describe.effect(row)
  return row.effect .. (row.repeatable and ", safe to retry" or ", not safe to retry")
end

--- "any of a, b", or just "a".
---@param row extcontacts.Operation
---@param quote string|nil stands around each permission
---@return string
function describe.permissions(row, quote)
  local names = {}
  for index, permission in ipairs(row.permissions) do
    names[index] = (quote or "") .. permission .. (quote or "")
  end
  local list = table.concat(names, ", ")
  return #names == 1 and list or row.permissions_mode .. " of " .. list
end

--- The allowed values of a parameter; "" if it has no limits.
---@param param extcontacts.Parameter
---@return string
function describe.bounds(param)
  local parts = {}
  local function put(...)
    parts[#parts + 1] = string.format(...)
  end
  if param.enum and #param.enum == 1 then
    put("%s", param.enum[1])
  elseif param.enum then
    put("%s %s", param.type == "array" and "any of" or "one of", table.concat(param.enum, ", "))
  end
  if param.min and param.max then
    put("%d to %d", param.min, param.max)
  elseif param.min then
    put("at least %d", param.min)
  elseif param.max then
    put("at most %d", param.max)
  end
  if param.max_length then
    put("at most %d characters", param.max_length)
  end
  if param.max_items then
    put("at most %d values", param.max_items)
  end
  if param.sort_fields then
    put("documented fields: %s", table.concat(param.sort_fields, ", "))
  end
  return table.concat(parts, "; ")
end

--- The server's value if a parameter is omitted; nil if it has none.
---@param param extcontacts.Parameter
---@return string|nil
function describe.default(param)
  local default = param.default
  if default == nil then
    default = param.server_default
  end
  return default ~= nil and tostring(default) or nil
end

--- Both, in parentheses and after a space; "" if there is nothing to say.
---@param param extcontacts.Parameter
---@return string
function describe.limits(param)
  local parts, bounds, default = {}, describe.bounds(param), describe.default(param)
  if bounds ~= "" then
    parts[#parts + 1] = bounds
  end
  if default then
    parts[#parts + 1] = "default " .. default
  end
  return #parts > 0 and " (" .. table.concat(parts, "; ") .. ")" or ""
end

--- The parameters that are options.
---@param row extcontacts.Operation
---@return extcontacts.Parameter[]
function describe.options(row)
  local options = {}
  for _, param in ipairs(row.params) do
    if not param.required then
      options[#options + 1] = param
    end
  end
  return options
end

--- "contacts.notes" and "get" of "contacts.notes.get".
---@param row extcontacts.Operation
---@return string resource
---@return string verb
function describe.resource(row)
  return row.short:match "^(.*)%.([%w_]+)$"
end

return describe
