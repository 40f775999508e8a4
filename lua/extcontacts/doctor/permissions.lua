--- Which permissions the operations need, and how to ask for them without
-- writing anything: made from the operation table.

local operations = require "extcontacts.api.operations"
local suggest = require "extcontacts.base.suggest"

local permissions = {}

--- The group of an operation: "contacts.notes" of "contacts.notes.get".
---@param row extcontacts.Operation
---@return string
function permissions.group(row)
  return row.short:match("^(.*)%.%w+$")
end

--- The names of all groups, in the table's order.
---@return string[]
function permissions.groups()
  local names, seen = {}, {}
  for _, row in ipairs(operations.list) do
    local group = permissions.group(row)
    if not seen[group] then
      seen[group] = true
      names[#names + 1] = group
    end
  end
  return names
end

--- Checks names of groups; "contacts" also stands for "contacts.notes".
---@param names string[]
---@return string|nil misuse
function permissions.problem(names)
  local known = permissions.groups()
  for _, name in ipairs(names) do
    local found = false
    for _, group in ipairs(known) do
      found = found or group == name or group:sub(1, #name + 1) == name .. "."
    end
    if not found then
      return suggest.unknown("group", name, known)
    end
  end
end

local function wanted(row, names)
  local group = permissions.group(row)
  for _, name in ipairs(names or {}) do
    if group == name or group:sub(1, #name + 1) == name .. "." then
      return true
    end
  end
  return names == nil or #names == 0
end

-- A read that needs no id, and the arguments that make its answer short.
local function harmless(row)
  if row.effect ~= "read" then
    return nil
  end
  local options = {}
  for _, param in ipairs(row.params) do
    if param.required then
      return nil
    elseif param.name == "page_size" or param.name == "limit" then
      options[param.name] = param.min or 1
    end
  end
  return options
end

---@class extcontacts.PermissionQuestion
---@field any string[] one of these is needed
---@field groups string[] the groups with operations that need it
---@field row extcontacts.Operation|nil the read that tells; nil where only a write would
---@field options table|nil its arguments

--- What to ask: one question for each set of permissions that some operation
-- of the groups needs.
---@param names string[]|nil groups; all of them when nil or empty
---@return extcontacts.PermissionQuestion[]
function permissions.questions(names)
  local list, by_set = {}, {}
  for _, row in ipairs(operations.list) do
    if wanted(row, names) then
      local set = table.concat(row.permissions, " ")
      local question = by_set[set]
      if not question then
        question = { any = row.permissions, groups = {}, seen = {} }
        by_set[set] = question
        list[#list + 1] = question
      end
      local group = permissions.group(row)
      if not question.seen[group] then
        question.seen[group] = true
        question.groups[#question.groups + 1] = group
      end
    end
  end
  -- The read may be of another group: what tells is the permission.
  for _, row in ipairs(operations.list) do
    local question = by_set[table.concat(row.permissions, " ")]
    local options = question and not question.row and harmless(row)
    if options then
      question.row, question.options = row, options
    end
  end
  return list
end

return permissions
