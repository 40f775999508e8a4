--- The seeded schemas of custom fields: one for contacts and one for
-- organizations.

local json = require "extcontacts.base.json"

local seeded_schemas = {}

local function property(title, type_name, constraints)
  local p = { title = title, allOf = json.array { { ["$ref"] = "#/definitions/" .. type_name } } }
  for key, value in pairs(constraints or {}) do
    p[key] = value
  end
  return p
end

local function enum(...)
  local properties = {}
  for _, value in ipairs { ... } do
    properties[value] = { title = value, _disabled = false }
  end
  return { enum = json.array { ... }, _enumProperties = properties }
end

local SCHEMAS = {
  contact = {
    name = "Loyalty programme",
    applies_to = "CONTACT",
    properties = {
      loyalty_enum = property("Loyalty tier", "enum", enum("bronze", "silver", "gold")),
      customerNumber_identifier = property("Customer number", "identifier"),
      visits_integer = property("Visits", "integer", { minimum = 0, maximum = 100000 }),
      remarks_text = property("Remarks", "text", { minLength = 0, maxLength = 100 }),
      birthday_date = property("Birthday", "date"),
    },
  },
  organization = {
    name = "Contract",
    applies_to = "EXTERNAL_ORGANIZATION",
    properties = {
      segment_enum = property("Segment", "enum", enum("small", "medium", "large")),
      contractEnd_date = property("End of contract", "date"),
      discount_number = property("Discount", "number", { minimum = 0, maximum = 100 }),
      keyAccount_checkbox = property("Key account", "checkbox"),
    },
  },
}

--- Returns a function that puts the JSON of the schema into a buffer.
---@param config { owner: string, id: fun(index: integer): string, user_id: fun(number: integer): string, base: string }
--- `owner` is "contact" or "organization", `base` the start of the selfUri
---@return fun(buf, index: integer)
function seeded_schemas.emitter(config)
  local schema = SCHEMAS[config.owner]
  return function(buf, index)
    local id = config.id(index)
    buf:put(assert(json.encode {
      id = id,
      name = schema.name,
      version = 1,
      appliesTo = json.array { schema.applies_to },
      enabled = true,
      createdBy = { id = config.user_id(0), selfUri = "/api/v2/users/" .. config.user_id(0) },
      dateCreated = "2024-01-15T09:30:00.000Z",
      jsonSchema = {
        ["$schema"] = "http://json-schema.org/draft-04/schema#",
        title = schema.name,
        properties = schema.properties,
      },
      selfUri = config.base .. id,
    }))
  end
end

return seeded_schemas
