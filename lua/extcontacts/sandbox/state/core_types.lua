--- The core types of custom fields and the limits of schemas.  Data only.

local json = require "extcontacts.base.json"

local core_types = {}

--- Fields of SchemaQuantityLimits.
core_types.limits = {
  id = "sandbox",
  name = "limits",
  minFieldNameCharacters = 1,
  maxFieldNameCharacters = 50,
  minFieldTitleCharacters = 1,
  maxFieldTitleCharacters = 100,
  minFieldDescriptionCharacters = 0,
  maxFieldDescriptionCharacters = 1000,
  minSchemaNameCharacters = 1,
  maxSchemaNameCharacters = 255,
  minSchemaDescriptionCharacters = 0,
  maxSchemaDescriptionCharacters = 1000,
  maxNumberOfSchemasPerOrg = 500,
  maxNumberOfFieldsPerSchema = 100,
  maxNumberOfFieldsPerOrg = 5000,
}

-- Name → JSON type, and the limits of what a field of the type may limit: the length
-- of texts, the range of numbers, the number of items.
local TYPES = {
  text = { "string", length = 100 },
  longtext = { "string", length = 1000 },
  url = { "string", length = 200 },
  identifier = { "string", length = 100 },
  enum = { "string" },
  date = { "string" },
  datetime = { "string" },
  integer = { "integer", range = true },
  number = { "number", range = true },
  checkbox = { "boolean" },
  tag = { "array", items = 20 },
}

-- The largest number that a field may have.
local LARGEST = 9007199254740991

--- The names in alphabetical order.
core_types.names = {}
for name in pairs(TYPES) do
  core_types.names[#core_types.names + 1] = name
end
table.sort(core_types.names)

local function range(least, most)
  return { min = least, max = most }
end

--- A core type as a record.
---@param name string
---@param base string start of its selfUri
---@return table|nil
function core_types.get(name, base)
  local row = TYPES[name]
  if not row then
    return nil
  end
  local limits, fields = nil, json.array {}
  if row.length then
    limits = { minLength = range(0, row.length), maxLength = range(0, row.length) }
    fields = json.array { "minLength", "maxLength" }
  elseif row.range then
    limits = { minimum = range(-LARGEST, LARGEST), maximum = range(-LARGEST, LARGEST) }
    fields = json.array { "minimum", "maximum" }
  elseif row.items then
    limits = { minItems = range(0, row.items), maxItems = range(0, row.items) }
    fields = json.array { "minItems", "maxItems" }
  end
  return {
    id = name,
    name = name,
    version = 1,
    dateCreated = "2021-01-01T00:00:00.000Z",
    current = true,
    schema = { title = name, type = json.array { row[1] } },
    validationFields = fields,
    validationLimits = limits,
    selfUri = base .. "coretypes/" .. name,
  }
end

return core_types
