--- Deep copies, and values at a path.  Pure.

local core = require "extcontacts.core"

local null = core.json.null

local copy = {}

--- A copy that shares no table with the value; arrays stay marked.
---@param value any
---@return any
function copy.deep(value)
  if type(value) ~= "table" then
    return value
  end
  local out = setmetatable({}, getmetatable(value))
  for key, item in pairs(value) do
    out[key] = copy.deep(item)
  end
  return out
end

--- The names of a dotted path, `workPhone.display`.
---@param text string
---@return string[]
function copy.path(text)
  local path = {}
  for name in text:gmatch("[^.]+") do
    path[#path + 1] = name
  end
  return path
end

--- The value at a path of field names; nil where it or its parent is not
-- there or is null.
---@param record table
---@param path string[]
---@return any
function copy.at(record, path)
  local value = record
  for _, name in ipairs(path) do
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
---@param path string[]
---@param value any
function copy.put(record, path, value)
  local parents, at = {}, record
  for index = 1, #path - 1 do
    local name = path[index]
    parents[index] = at
    if type(at[name]) ~= "table" then
      if value == nil then
        return
      end
      at[name] = {}
    end
    at = at[name]
  end
  at[path[#path]] = copy.deep(value)
  for index = #path - 1, 1, -1 do
    if value ~= nil or next(at) ~= nil then
      return
    end
    at = parents[index]
    at[path[index]] = nil
  end
end

return copy
