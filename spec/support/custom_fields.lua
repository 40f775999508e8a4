--- Schemas of custom fields for specs.

local ec = require "extcontacts"

local custom_fields = {}

--- A property of a schema, as the platform writes it.
---@param kind string the suffix of the field's name
---@param more table|nil further keywords
---@return table
function custom_fields.property(kind, more)
  local all = { title = "x", allOf = ec.array { { ["$ref"] = "#/definitions/" .. kind } } }
  for name, value in pairs(more or {}) do
    all[name] = value
  end
  return all
end

return custom_fields
