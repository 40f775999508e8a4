--- Checks the changes of a PATCH before they are sent: each has a field, named by a
-- path such as `$.address.city`, an action and, unless it removes, a value.  Pure.

local errors = require "extcontacts.base.errors"
local models = require "extcontacts.api.models"
local suggest = require "extcontacts.base.suggest"

local changes = {}

--- The actions, and what they do.
changes.actions = {
  Update = "sets the field",
  UpdateIfEmpty = "sets the field only if it is empty",
  UpdateIfExists = "sets the field only if it is not empty",
  Remove = "clears the field",
  AppendToCollection = "adds to a list",
  RemoveFromCollection = "takes a value out of a list",
}

local function invalid(row, message)
  return nil, errors.new {
    kind = "invalid",
    operation = row.name,
    method = row.method,
    message = message,
    details = { argument = "body" },
  }
end

-- The names in a path, `$.address.city`; or nil and how it is wrong.
local function names_of(path)
  if type(path) ~= "string" or path == "" then
    return nil, "has no 'field'; name one, such as '$.address.city'"
  elseif path:sub(1, 2) ~= "$." then
    local name = path:gsub("^%$?%.?", "")
    return nil, ("has the field '%s', which must begin with '$.'; write '$.%s'"):format(path, name)
  end
  local names = {}
  for name in (path:sub(3) .. "."):gmatch "([^.]*)%." do
    if name == "" or name:find "[%[%]*?()@'\"%s%c]" then
      return nil, ("has the field '%s', which must be names with dots between them; elements of a list can't be named")
        :format(path)
    end
    names[#names + 1] = name
  end
  return names
end

-- The known name that a path probably means instead of one that its model lacks.
-- Other unknown names may be newer than this module.
local function misspelled(model, names)
  for _, name in ipairs(names) do
    local field = model and model.by_wire[name]
    if not field then
      return model and name, model and suggest.misspelled(name, suggest.keys(model.by_wire))
    end
    model = field.shape == "value" and models[field.type] or nil
  end
end

-- How one change is wrong; nil if it is not.
local function problem_of(change, model)
  if type(change) ~= "table" then
    return ("must be an object with field, action and value, got %s"):format(type(change))
  end
  local names, problem = names_of(change.field)
  if not names then
    return problem
  end
  local name, near = misspelled(model, names)
  if near then
    return ("has the field '%s': unknown name '%s', did you mean '%s'?"):format(change.field, name, near)
  elseif changes.actions[change.action] == nil then
    return ("has the field '%s', but %s"):format(change.field, change.action == nil and "no 'action'; expected one of "
      .. table.concat(suggest.keys(changes.actions), ", ")
      or suggest.unknown("action", change.action, suggest.keys(changes.actions)))
  elseif change.value == nil and change.action ~= "Remove" then
    return ("has the field '%s', but no 'value'; to clear the field, use the action Remove"):format(change.field)
  end
end

-- Two fields of which one contains the other.  The server rejects them with 409.
local function nested_pair(list)
  for _, outer in ipairs(list) do
    for _, inner in ipairs(list) do
      if inner.field:sub(1, #outer.field + 1) == outer.field .. "." then
        return outer.field, inner.field
      end
    end
  end
end

--- Checks the body of a PATCH.
---@param row extcontacts.Operation
---@param args extcontacts.Arguments
---@return true|nil
---@return extcontacts.Error|nil
function changes.check(row, args)
  local list = args.body.changes
  if type(list) ~= "table" or #list == 0 then
    return invalid(row, "the body must have a list of at least one change: "
      .. "{ changes = { { field = \"$.title\", action = \"Update\", value = … } } }")
  end
  for index, change in ipairs(list) do
    local problem = problem_of(change, models[row.returns])
    if problem then
      return invalid(row, ("changes[%d] %s"):format(index, problem))
    end
  end
  local outer, inner = nested_pair(list)
  if outer then
    return invalid(row, ("'%s' and '%s' can't be changed in one request, because the first contains the second; "
      .. "change '%s' alone, or the fields within it"):format(outer, inner, outer))
  end
  return true
end

return changes
