--- The mappings of an import: which cell goes to which field of a contact.

local dataset = require "extcontacts.sandbox.state.dataset"
local json = require "extcontacts.base.json"
local models = require "extcontacts.api.models"
local path = require "extcontacts.base.path"
local text = require "extcontacts.base.text"

local import_mapping = {}

-- The names of the target that is the key of the rows.
local KEYS = { externalId = true, externalIds = true, ["externalIds[0].value"] = true, ["externalIds.value"] = true }

-- Shorter names of targets.
local SHORT = {
  externalOrganization = "externalOrganization.id",
  ["externalOrganization.externalIds"] = "externalOrganization.externalId",
}

local PHONES = { workPhone = true, cellPhone = true, homePhone = true, otherPhone = true }

--- The path of a target without `$.`; nil if contacts have no such field.
---@param target string
---@return string|nil
function import_mapping.field(target)
  local field = target:gsub("^%$%.?", "")
  field = SHORT[field] or field
  if KEYS[field] then
    return "externalId"
  elseif field == "externalOrganization.id" or field == "externalOrganization.externalId" then
    return field
  elseif field:find "^customFields%.[%w_]+$" then
    return field
  elseif PHONES[field] then
    return field .. ".display"
  end
  local model = models.ExternalContact
  local names = path.split(field)
  for number, name in ipairs(names) do
    local found = model and model.by_wire[name]
    if not found or found.read_only or found.shape ~= "value" then
      return nil
    elseif number == #names then
      return not models[found.type] and field or nil
    end
    model = models[found.type]
  end
end

-- A schema of contacts with a custom field, or nil.
local function schema_of(name)
  local schemas = dataset.collections.contact_schema
  for index = 0, schemas.next - 1 do
    local schema = schemas:record(index)
    if schema and not schema.deleted and (schema.jsonSchema.properties or {})[name] then
      return { id = schema.id, version = schema.version }
    end
  end
end

local BOOLEANS = { ["true"] = true, ["false"] = false }

local function converted(value, kind)
  if kind == "boolean" or kind == "checkbox" then
    local boolean = BOOLEANS[value:lower()]
    if boolean ~= nil then
      return boolean
    end
  elseif kind == "int32" or kind == "int64" or kind == "integer" or kind == "number" or kind == "double" then
    return tonumber(value) or value
  elseif kind == "tag" then
    return json.array { value }
  end
  return value
end

local function type_at(names)
  if names[1] == "customFields" then
    return names[2]:match "_(%a+)$"
  end
  local model, field = models.ExternalContact, nil
  for _, name in ipairs(names) do
    field = model.by_wire[name]
    model = models[field.type]
  end
  return field.type
end

---@class extcontacts.sandbox.Mapping
---@field column string|nil the file's column; nil if it has none of this name
---@field field string a result of `field`
---@field names string[] the field's path, split

--- The mappings that the settings include, by the columns of a file.
---@param csv_settings table
---@param settings table importFields
---@param header string[]
---@return extcontacts.sandbox.Mapping[]
function import_mapping.of(csv_settings, settings, header)
  local columns, excluded, mappings = {}, {}, {}
  for _, column in ipairs(header) do
    columns[column:lower()] = column
  end
  for _, field in ipairs(settings.importFields) do
    if not field.included then
      excluded[field.name:gsub("^%$%.?", "")] = true
    end
  end
  for _, entry in ipairs(csv_settings.mappings) do
    local field = import_mapping.field(entry.targetField)
    local names = path.split(field)
    if not (excluded[field] or excluded[names[1]]) then
      mappings[#mappings + 1] = {
        column = columns[text.trim(entry.sourceField):lower()],
        source = entry.sourceField,
        field = field,
        names = names,
      }
    end
  end
  return mappings
end

--- The contact of a row: its fields, the row's key, the external id of its
-- organization, and the fields whose cell is empty.
---@param mappings extcontacts.sandbox.Mapping[]
---@param cells table<string, string>
---@return table body
---@return string|nil external_id
---@return string|nil organization_id
---@return string[][] empty
function import_mapping.body(mappings, cells)
  local body, empty, external_id, organization_id = {}, {}, nil, nil
  for _, mapping in ipairs(mappings) do
    local value = text.trim(cells[mapping.column] or "")
    if mapping.field == "externalId" then
      external_id = value
    elseif mapping.field == "externalOrganization.externalId" then
      organization_id = value ~= "" and value or nil
    elseif value == "" then
      empty[#empty + 1] = mapping.names
    else
      path.put(body, mapping.names, converted(value, type_at(mapping.names)))
      if mapping.names[1] == "customFields" then
        body.schema = body.schema or schema_of(mapping.names[2])
      end
    end
  end
  return body, external_id, organization_id, empty
end

return import_mapping
