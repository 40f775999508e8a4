--- Values inside a record, by the path of their field (`workPhone.display`).
-- Pure.

local core = require "extcontacts.core"
local deepcopy = require "extcontacts.base.deepcopy"

local null = core.json.null

local path = {}

--- The names of a dotted path, `workPhone.display`.
---@param text string
---@return string[]
function path.split(text)
  local names = {}
  for name in text:gmatch("[^.]+") do
    names[#names + 1] = name
  end
  return names
end

--- The value at a path of field names; nil where it or its parent is not
-- there or is null.
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

--- Puts a value there, making the objects on the way; nil takes the field
-- out, and the objects on the way that are then empty.
---@param record table changed
---@param names string[]
---@param value any
function path.put(record, names, value)
  local parents, at = {}, record
  for index = 1, #names - 1 do
    local name = names[index]
    parents[index] = at
    if type(at[name]) ~= "table" then
      if value == nil then
        return
      end
      at[name] = {}
    end
    at = at[name]
  end
  at[names[#names]] = deepcopy(value)
  for index = #names - 1, 1, -1 do
    if value ~= nil or next(at) ~= nil then
      return
    end
    at = parents[index]
    at[names[index]] = nil
  end
end

return path
