--- The paths that name fields in a PATCH and in field rules: `$.address.city`, a
-- JSONPath with nothing but names and dots.

local models = require "extcontacts.api.models"

local field_paths = {}

-- Fields that no request may change, besides those that the models call read-only.
local FIXED = {
  id = true, createDate = true, modifyDate = true, trustor = true, division = true, entityId = true, entityType = true,
}

-- Of phone numbers, what the server computes from `display`.
local COMPUTED = { e164 = true, countryCode = true, userInput = true }

--- The names in a path.
---@param path string
---@return string[]|nil names nil if it is not such a path
function field_paths.names(path)
  local names = {}
  for name in (path:sub(3) .. "."):gmatch "([^.]*)%." do
    if not name:find "^[%w_]+$" then
      return nil
    end
    names[#names + 1] = name
  end
  return path:sub(1, 2) == "$." and names or nil
end

--- The field that a path names.
---@param model extcontacts.Model
---@param names string[]
---@return extcontacts.Field|nil field nil if the model has no such field
---@return boolean|nil is_fixed whether the server sets it
function field_paths.find(model, names)
  local field, is_fixed
  for depth, name in ipairs(names) do
    if depth > 1 and field.shape == "map" and depth == #names then
      return { wire = name, type = field.type, shape = "value" }, is_fixed
    end
    model = depth == 1 and model or field.shape == "value" and models[field.type] or nil
    field = model and model.by_wire[name]
    if not field then
      return nil
    end
    is_fixed = is_fixed or field.read_only or depth == 1 and FIXED[name]
      or model.name == "PhoneNumber" and COMPUTED[name]
  end
  return field, is_fixed
end

return field_paths
