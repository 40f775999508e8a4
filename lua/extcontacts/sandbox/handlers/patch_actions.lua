--- The actions of a PATCH, on a record as a table.

local json = require "extcontacts.base.json"
local json_values = require "extcontacts.sandbox.handlers.json_values"

local patch_actions = {}

local contains = json_values.contains

local function is_empty(value)
  return value == nil or value == json.null or value == "" or type(value) == "table" and next(value) == nil
end

-- A value that is no array stands for an array with this value.
local function elements_of(value)
  return type(value) == "table" and getmetatable(value) == json.array_mt and value or { value }
end

-- Action → function(old value, sent value, settings) that returns the new value; nil
-- clears the field.
local actions = {
  Update = function(_, value)
    return value
  end,
  UpdateIfEmpty = function(old, value)
    if is_empty(old) then
      return value
    end
    return old
  end,
  UpdateIfExists = function(old, value)
    if is_empty(old) then
      return old
    end
    return value
  end,
  Remove = function()
    return nil
  end,
  AppendToCollection = function(old, value, settings)
    local list = json.array {}
    for _, element in ipairs(old or {}) do
      list[#list + 1] = element
    end
    for _, element in ipairs(elements_of(value)) do
      if settings.patch_append == "double" or not contains(list, element) then
        list[#list + 1] = element
      end
    end
    return list
  end,
  RemoveFromCollection = function(old, value)
    local list, removed = json.array {}, elements_of(value)
    for _, element in ipairs(old or {}) do
      if not contains(removed, element) then
        list[#list + 1] = element
      end
    end
    return old and list
  end,
}

--- Whether there is an action of this name.
---@param action string
---@return boolean
function patch_actions.exists(action)
  return actions[action] ~= nil
end

--- Why a change can't be carried out; nil if it can.
---@param change extcontacts.sandbox.Change
---@param settings table patch_null
---@return string|nil reason
---@return string|nil code
---@return string|nil part the part of the change that is wrong
function patch_actions.problem(change, settings)
  if change.action:find "Collection$" and change.field.shape ~= "array" then
    return "the field is not a list", "not.a.collection", "field"
  elseif change.action == "Remove" then
    return nil
  elseif change.value == nil then
    return "the field is required", "required", "value"
  elseif change.value == json.null and (settings.patch_null == "reject" or change.action:find "Collection$") then
    return "the value is null; the action Remove clears a field", "null.value", "value"
  end
end

--- Carries out a change.
---@param record table changed in place
---@param change extcontacts.sandbox.Change
---@param settings table patch_append
function patch_actions.apply(record, change, settings)
  local names = change.names
  -- The objects that contain the field; those that are missing are created.
  local parents = { record }
  for depth = 1, #names - 1 do
    local child = parents[depth][names[depth]]
    if type(child) ~= "table" then
      child = {}
    end
    parents[depth + 1] = child
  end
  local name = names[#names]
  local value = actions[change.action](parents[#parents][name], change.value, settings)
  if value == json.null then
    value = nil
  end
  parents[#parents][name] = value
  for depth = #names - 1, 1, -1 do
    local child = parents[depth + 1]
    -- An object without fields is not stored.
    parents[depth][names[depth]] = next(child) ~= nil and child or nil
  end
end

return patch_actions
