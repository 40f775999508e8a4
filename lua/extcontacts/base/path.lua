--- Values in a record by the path of their field, `workPhone.display`.  Pure.

local core = require "extcontacts.core"
local deepcopy = require "extcontacts.base.deepcopy"

local null = core.json.null

local path = {}

--- Splits a dotted path into field names.
---@param text string `workPhone.display`
---@return string[]
function path.split(text)
  local names = {}
  for name in text:gmatch("[^.]+") do
    names[#names + 1] = name
  end
  return names
end

--- Returns the value at a path; nil if it or a parent is missing or null.
---@param record table
---@param names string[]
---@return any
function path.at(record, names)
  local value = record
  for _, name in ipairs(names) do
    if type(value) ~= "table" then
      return nil
    end
    value = value[name]
  end
  if value ~= null then
    return value
  end
end

--- Returns the innermost object on a path that exists, and which of the names is the
-- one to look for in it.
---@param record table
---@param names string[]
---@return table object
---@return integer depth
function path.innermost(record, names)
  local object, depth = record, 1
  while depth < #names and type(object[names[depth]]) == "table" do
    object, depth = object[names[depth]], depth + 1
  end
  return object, depth
end

--- Sets the value at a path to a copy and creates missing parents.  nil removes
-- the field, and then the parents that are left empty.
---@param record table changed
---@param names string[]
---@param value any
function path.put(record, names, value)
  local parents, parent = {}, record
  for index = 1, #names - 1 do
    local name = names[index]
    parents[index] = parent
    if type(parent[name]) ~= "table" then
      if value == nil then
        return
      end
      parent[name] = {}
    end
    parent = parent[name]
  end
  parent[names[#names]] = deepcopy(value)
  for index = #names - 1, 1, -1 do
    if value ~= nil or next(parent) ~= nil then
      return
    end
    parent = parents[index]
    parent[names[index]] = nil
  end
end

return path
