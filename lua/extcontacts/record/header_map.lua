--- Which field each column of a spreadsheet holds, by the name in its header.  Pure.

local columns = require "extcontacts.record.columns"
local contact_fields = require "extcontacts.record.contact_fields"
local fold = require "extcontacts.record.fold_header"
local header_names = require "extcontacts.record.header_names"
local models = require "extcontacts.api.models"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"
local types = require "extcontacts.record.types"

local header_map = {}

---@class extcontacts.record.HeaderColumn
---@field index integer position in the file
---@field name string in the header
---@field field string|nil that the column sets; nil for one that is ignored or unknown
---@field how "given"|"field"|"name"|"ignored"|"derived"|"rejection"|"unnamed"|nil why it has this field or none; nil if
--- unknown
---@field hint string|nil why the name decides nothing

--- Columns with which `FILE.rejected.csv` describes a row, and which an import ignores.
header_map.rejection = { "import_row", "import_reason" }

--- Fields of a row that are no fields of a contact.
header_map.special = {
  externalId = "text", ["externalOrganization.name"] = "text", ["externalOrganization.externalId"] = "text",
}

-- The suffixes of custom fields' names.
local CUSTOM = {}
for _, suffix in ipairs { "text", "longtext", "url", "identifier", "enum", "date", "datetime", "integer", "number",
  "checkbox", "tag" } do
  CUSTOM[suffix] = true
end

local by_key

-- Field, or `{ kind }` for a name that depends on others, by folded name.
local function known()
  if by_key then
    return by_key
  end
  by_key = {}
  for kind, list in pairs(header_names.dependent) do
    for name in list:gmatch "[^|]+" do
      by_key[fold(name)] = { kind }
    end
  end
  for field, list in pairs(header_names.fields) do
    for name in list:gmatch "[^|]+" do
      by_key[fold(name)] = field
    end
  end
  -- The names of the fields themselves come first, but for "Title" and the like.
  for _, field in ipairs(header_map.fields()) do
    local key = fold(field)
    by_key[key] = type(by_key[key]) == "table" and by_key[key] or field
  end
  return by_key
end

--- The fields that a column can be mapped to, besides custom fields.
---@return string[]
function header_map.fields()
  local list = columns.of_model(models[types.by_name.contact.model])
  for _, phone in ipairs(contact_fields.phones) do
    list[#list + 1] = phone
  end
  for field in pairs(header_map.special) do
    list[#list + 1] = field
  end
  return list
end

--- Why a column can't be mapped to a field; nil if it can.
---@param field string
---@return string|nil problem
function header_map.field_problem(field)
  if header_map.special[field] then
    return nil
  end
  local ok, problem = pcall(columns.of, { [field] = "" }, "contact")
  if ok then
    return nil
  end
  -- A field of the organization that a row names is not a field of the contact.
  return field:find "^externalOrganization%." and suggest.unknown("field", field,
    { "externalOrganization.id", "externalOrganization.name", "externalOrganization.externalId" }) or tostring(problem)
end

-- The field of a custom field's name in a schema, `tier_text`.
local function custom_field(name)
  local suffix = name:match "^[%w_]+_(%l+)$"
  return CUSTOM[suffix] and "customFields." .. name or nil
end

-- The field that a name means by itself, or a kind of dependent name.
local function meaning(name)
  if not header_map.field_problem(name) then
    return name, "field"
  end
  local found = known()[fold(name)]
  if type(found) == "table" then
    return nil, nil, found[1]
  elseif found then
    return found, fold(found) == fold(name) and "field" or "name"
  end
  local custom = custom_field(name)
  return custom, custom and "field" or nil
end

local NO_FULL_NAME = "a full name is not split; name the columns of the first and the last name"

-- What the names mean that depend on other columns.
local function settle(list, has)
  for _, entry in ipairs(list) do
    local kind, field = entry.dependent, nil
    if (kind == "family" or kind == "whole" or kind == "given") and has.firstName and has.lastName then
      entry.how = "derived"
    elseif kind == "family" and has.firstName then
      field = "lastName"
    elseif kind == "given" and has.lastName then
      field = "firstName"
    elseif kind == "title" and not has.title then
      field = "title"
    elseif kind == "title" and not has.salutation then
      field = "salutation"
    elseif kind == "title" or kind == "unclear" then
      entry.hint = "a job title or an academic one"
    elseif kind then
      entry.hint = NO_FULL_NAME
    end
    entry.field, entry.how = field or entry.field, field and "name" or entry.how
    entry.dependent = nil
  end
end

local function set_of(list)
  local set = {}
  for _, name in ipairs(list or {}) do
    set[fold(name)] = name
  end
  return set
end

-- The fields that the caller gives, by folded name; and names that are in no header.
local function given_fields(map, header)
  local given, keys, problems = {}, {}, {}
  for _, name in ipairs(header) do
    keys[fold(name)] = true
  end
  for _, name in ipairs(suggest.keys(map)) do
    local field = texts.trim(map[name])
    local problem = header_map.field_problem(field)
    if given[fold(name)] then
      problems[#problems + 1] = ("column '%s' is mapped twice"):format(name)
    elseif not keys[fold(name)] then
      problems[#problems + 1] = suggest.unknown("column", name, header)
    elseif problem then
      problems[#problems + 1] = ("column '%s': %s"):format(name, problem)
    end
    given[fold(name)] = field
  end
  return given, problems
end

-- Fields that two columns set, or that contain each other.
local function clashes(list, problems)
  local by_field = {}
  for _, entry in ipairs(list) do
    local other = entry.field and by_field[entry.field]
    if other then
      problems[#problems + 1] = ("columns '%s' and '%s' both set %s; map one of them to another field, or ignore it")
        :format(other.name, entry.name, entry.field)
    elseif entry.field then
      by_field[entry.field] = entry
    end
  end
  local ways = {}
  for _, field in ipairs { "externalOrganization.name", "externalOrganization.externalId", "externalOrganization.id",
    "externalOrganization" } do
    ways[#ways + 1] = by_field[field] and by_field[field].name
  end
  if #ways > 1 then
    problems[#problems + 1] = ("columns '%s' all name the organization; ignore all but one"):format(
      table.concat(ways, "', '"))
  end
end

---@class extcontacts.record.HeaderOptions
---@field map table<string, string>|nil fields by the name of their column
---@field ignore string[]|nil columns that are not imported

--- Maps the columns of a header.
---@param header (string|false)[] names in the order of the file; false for a column without one
---@param options extcontacts.record.HeaderOptions|nil
---@return extcontacts.record.HeaderColumn[] list
---@return string[] problems empty if there are none; a column of unknown meaning is not among them
function header_map.of(header, options)
  options = options or {}
  local names = {}
  for _, name in ipairs(header) do
    names[#names + 1] = name or nil
  end
  local given, problems = given_fields(options.map or {}, names)
  local ignored, rejection = set_of(options.ignore), set_of(header_map.rejection)
  local keys, list, has = set_of(names), {}, {}
  for key, name in pairs(ignored) do
    if not keys[key] then
      problems[#problems + 1] = suggest.unknown("column", name, names) .. " (ignored)"
    end
  end
  for index, name in ipairs(header) do
    local key = name and fold(name)
    local entry = { index = index, name = name or "" }
    if not name then
      entry.how = "unnamed"
    elseif given[key] then
      entry.field, entry.how = given[key], "given"
    elseif ignored[key] then
      entry.how = "ignored"
    elseif rejection[key] then
      entry.how = "rejection"
    else
      entry.field, entry.how, entry.dependent = meaning(name)
    end
    has[entry.field or ""] = true
    list[index] = entry
  end
  settle(list, has)
  clashes(list, problems)
  return list, problems
end

--- The columns whose meaning is unknown.
---@param list extcontacts.record.HeaderColumn[]
---@return extcontacts.record.HeaderColumn[]
function header_map.unknown(list)
  local out = {}
  for _, entry in ipairs(list) do
    out[#out + 1] = not entry.how and entry or nil
  end
  return out
end

return header_map
