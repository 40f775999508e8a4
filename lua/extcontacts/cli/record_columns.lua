--- The columns of tables: the default ones of each type of records, those of --fields,
-- and what their cells show.  Pure.

local contact_fields = require "extcontacts.record.contact_fields"
local core = require "extcontacts.core"
local field_selection = require "extcontacts.cli.field_selection"
local label = require "extcontacts.record.label"
local printable = require "extcontacts.base.printable"
local suggest = require "extcontacts.base.suggest"

local record_columns = {}

local null = core.json.null

---@class extcontacts.cli.Column
---@field title string
---@field value fun(record: table): any
---@field is_id boolean|nil
---@field optional boolean|nil whether a narrow terminal drops it
---@field typical integer|nil width of most cells, for a table whose rows are not all known

-- Bytes of a value that are looked at: more than a line of any terminal.
local LONGEST = 2000

local function is_text(value)
  return type(value) == "string" and value:find "%S" ~= nil
end

-- A phone number, or a reference to another record, as people write it.
local function object_text(value)
  for _, name in ipairs { "display", "e164", "userInput", "name", "id" } do
    if is_text(value[name]) then
      return value[name]
    end
  end
end

local is_simple_object

--- The text of a value, without what could change the state of a terminal.
---@param value any
---@return string "" for no value
function record_columns.text(value)
  if value == nil or value == null then
    return ""
  elseif type(value) == "table" then
    local text = is_simple_object(value) and object_text(value)
    value = text or assert(core.json.encode(value, { sort_keys = true }))
  elseif type(value) ~= "string" then
    value = assert(core.json.encode(value))
  end
  return printable.line(value, LONGEST)
end

-- Whether an object has no more to say than one text: a number or a reference.
function is_simple_object(value)
  return value.display ~= nil or value.e164 ~= nil or (type(value.id) == "string" and value.selfUri ~= nil)
    or (value.id ~= nil and next(value, next(value)) == nil)
end

--- Whether a text is an id, which is never cut.
---@param text string
---@return boolean
function record_columns.is_id(text)
  return #text == 36 and text:find "^%x+%-%x+%-%x+%-%x+%-%x+$" ~= nil
end

-- Whether a field's name is that of an id.
local function names_id(name)
  return name == "id" or name:find "%.id$" ~= nil or name:find "Id$" ~= nil
end

local function of_path(title, name, typical)
  local path = field_selection.parse({ name })[1].path
  return { title = title, optional = true, typical = typical, is_id = names_id(name), value = function(record)
    return field_selection.value(record, path)
  end }
end

local function first_phone(contact)
  for _, field in ipairs(contact_fields.phones) do
    local phone = contact[field]
    local text = type(phone) == "table" and object_text(phone)
    if text then
      return text
    end
  end
end

local function computed(title, typical, value)
  return { title = title, typical = typical, optional = true, value = value }
end

local ID = of_path("ID", "id")

-- Model → default columns, the most important first.
local DEFAULTS = {
  ExternalContact = { ID, computed("NAME", 18, function(contact)
    return label.name("contact", contact)
  end), computed("EMAIL", 26, label.email), computed("PHONE", 16, first_phone), of_path("TITLE", "title", 12),
    of_path("CITY", "address.city", 12) },
  ExternalOrganization = { ID, of_path("NAME", "name", 24), of_path("PHONE", "phoneNumber", 16),
    of_path("CITY", "address.city", 12), of_path("INDUSTRY", "industry", 12) },
  Note = { ID, of_path("NOTE", "noteText", 40), of_path("MODIFIED", "modifyDate", 20),
    of_path("OF", "entityId", 36) },
  Relationship = { ID, of_path("RELATIONSHIP", "relationship", 16), of_path("USER", "user", 36),
    of_path("ORGANIZATION", "externalOrganization", 36) },
}

-- Types of fields that one cell can show.
local SIMPLE = { string = true, date = true, int32 = true, int64 = true, integer = true, number = true,
  boolean = true }
-- Columns of a type of records that has no list above.
local MOST = 6

-- The columns of a model: its id and name, then its simple fields.
local function of_model(model)
  local out = {}
  local function add(name)
    out[#out + 1] = #out < MOST and of_path(name, name) or nil
  end
  for _, name in ipairs { "id", "name" } do
    if model.by_wire[name] then
      add(name)
    end
  end
  for _, field in ipairs(model.fields) do
    if field.shape == "value" and SIMPLE[field.type] and field.wire ~= "id" and field.wire ~= "name" then
      add(field.wire)
    end
  end
  return out
end

-- The columns of records whose model is unknown.
local function of_records(records)
  local model = { by_wire = {}, fields = {} }
  for _, record in ipairs(records) do
    for _, name in ipairs(suggest.keys(record)) do
      if not model.by_wire[name] and type(record[name]) ~= "table" and record[name] ~= null then
        model.by_wire[name] = true
        table.insert(model.fields, { wire = name, shape = "value", type = "string" })
      end
    end
  end
  return of_model(model)
end

--- The columns of a table.
---@param model extcontacts.Model|nil
---@param fields extcontacts.cli.Field[] of --fields; empty for the default columns
---@param records table[] the first ones
---@return extcontacts.cli.Column[]
function record_columns.of(model, fields, records)
  if #fields == 0 then
    local columns = model and (DEFAULTS[model.name] or of_model(model)) or nil
    return columns and #columns > 0 and columns or of_records(records)
  end
  local columns = {}
  for index, field in ipairs(fields) do
    columns[index] = { title = printable.line(field.name), is_id = names_id(field.name), value = function(record)
      return field_selection.value(record, field.path)
    end }
  end
  return columns
end

------------------------------------------------------------------ one record --

-- Adds the lines of a value: a text for each line of it.
local function add_lines(rows, name, value, text)
  local lines = {}
  text = text or (type(value) == "string" and value) or nil
  if text then
    for line in (text:gsub("\r\n", "\n") .. "\n"):gmatch "([^\n]*)\n" do
      lines[#lines + 1] = printable.line(line)
    end
  else
    lines[1] = record_columns.text(value)
  end
  rows[#rows + 1] = { title = printable.line(name), lines = lines }
end

local add_value

-- Adds the fields of an object: those of its model in their order, then the others.
local function add_fields(rows, prefix, object, model, models)
  local seen = {}
  for _, field in ipairs(model and model.fields or {}) do
    seen[field.wire] = true
    add_value(rows, prefix .. field.wire, object[field.wire], models[field.type], models)
  end
  for _, name in ipairs(suggest.keys(object)) do
    if not seen[name] then
      add_value(rows, prefix .. name, object[name], nil, models)
    end
  end
end

function add_value(rows, name, value, model, models)
  if value == nil or value == null or (type(value) == "table" and next(value) == nil) then
    return
  elseif type(value) ~= "table" then
    add_lines(rows, name, value)
  elseif getmetatable(value) == core.json.array_mt or #value > 0 then
    local parts = {}
    for index, item in ipairs(value) do
      parts[index] = record_columns.text(item)
    end
    add_lines(rows, name, value, table.concat(parts, type(value[1]) == "table" and "\n" or ", "))
  elseif is_simple_object(value) then
    local text = record_columns.text(value)
    if is_text(value.name) and is_text(value.id) then
      text = ("%s (%s)"):format(text, value.id)
    end
    add_lines(rows, name, value, text)
  else
    add_fields(rows, name .. ".", value, model, models)
  end
end

--- The fields of one record that have a value, in the order of its model.
---@param record table
---@param model extcontacts.Model|nil
---@param models table<string, extcontacts.Model>
---@return { title: string, lines: string[] }[]
function record_columns.rows(record, model, models)
  local rows = {}
  add_fields(rows, "", record, model, models)
  return rows
end

return record_columns
