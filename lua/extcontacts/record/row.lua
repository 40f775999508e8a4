--- Sets a record's fields from a row of a spreadsheet.  Pure.
--
-- A cell that says what the field already holds changes nothing, so the columns
-- of `extcontacts scan --csv` can be fed back as they are.

local blank = require "extcontacts.record.normalize.blank"
local canonical = require "extcontacts.record.canonical"
local core = require "extcontacts.core"
local damage = require "extcontacts.record.normalize.damage"
local deepcopy = require "extcontacts.base.deepcopy"
local diff = require "extcontacts.record.diff"
local email = require "extcontacts.record.normalize.email"
local field_path = require "extcontacts.base.path"
local id = require "extcontacts.record.normalize.id"
local models = require "extcontacts.api.models"
local phone_reader = require "extcontacts.record.normalize.phone"
local records = require "extcontacts.record"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"
local types = require "extcontacts.record.types"

local record_row = {}

------------------------------------------------------------- reading a cell --

-- Digits of an extension that the server stores as a number.
local MOST_EXTENSION = 7

-- By the type of cell: the value of a text; nil if the text is not of that type.
-- `current` is the field's value.
local READ = {}

-- The server trims texts.
function READ.text(text, current)
  return text == current and current or texts.trim(text)
end

-- JSON keeps all digits of a number.
function READ.number(text)
  local plain = texts.trim(text):gsub("^(%-?)0+(%d)", "%1%2")
  return plain:find "^[-%d]" and core.json.decode(plain) or nil
end

function READ.integer(text)
  return text:find "^%s*%-?%d+%s*$" and READ.number(text) or nil
end

-- 0 would be shown as "ext. 0", and leading zeros are lost.
function READ.extension(text, current)
  local digits = texts.trim(text):match "^[1-9]%d*$"
  if text == tostring(current) then
    return current
  elseif not digits or #digits > MOST_EXTENSION then
    return nil, ("not an extension of at most %d digits without leading zeros"):format(MOST_EXTENSION)
  end
  return tonumber(digits)
end

function READ.boolean(text)
  return ({ ["true"] = true, yes = true, ["false"] = false, no = false })[text:lower()]
end

function READ.json(text)
  return text:find "^%s*[%[{]" and core.json.decode(text) or nil
end

READ.id = id.read

function READ.reference(text)
  local found = id.read(text)
  return found and { id = found } or text:find "^%s*{" and core.json.decode(text) or nil
end

-- The current address if the text is the same address.
function READ.email(text, current)
  local address, reason = email.bare(text)
  if text == current or (address and email.read(text) == email.read(current)) then
    return current
  end
  return address, reason
end

-- The current phone number if the text is the same number.
function READ.phone(text, current)
  if text:find "^%s*{" then
    return core.json.decode(text)
  end
  current = type(current) == "table" and current or {}
  if text == diff.text(current) or text == current.display or text == current.userInput then
    return current
  end
  local number, extension = phone_reader.split(text)
  if not number then
    return nil, extension
  end
  local known = phone_reader.read(text)
  local e164 = known and known.e164
  if e164 and e164 == current.e164 and extension == current.extension then
    return current
  end
  -- Which international prefix the server knows depends on its region.
  local display = e164 and not number:find "^%(?%+" and e164 or number
  return { display = display, extension = extension, acceptsSMS = current.acceptsSMS, e164 = e164 }
end

-- Why a cell can't be read, for types whose reader gives no reason.
local PROBLEMS = {
  number = "not a number", integer = "not a whole number", boolean = "not yes, no, true or false",
  json = "not a JSON array or object", reference = "not a valid id or a JSON object",
}

------------------------------------------------------------------- columns --

local BY_TYPE = { string = "text", date = "text", uri = "text", int32 = "integer", int64 = "integer",
  integer = "integer", number = "number", boolean = "boolean", PhoneNumber = "phone" }
local EMAILS = { workEmail = true, personalEmail = true, otherEmail = true }
local BY_SUFFIX = { integer = "integer", number = "number", checkbox = "boolean", tag = "json" }

---@class extcontacts.record.Column
---@field name string
---@field path string[]
---@field type string a key of READ
---@field read_only boolean
---@field phone string|nil the phone number of which this is a part

-- Raises if there is no such field.
local function describe(kind, name)
  local path = field_path.split(name)
  local column = { name = name, path = path, read_only = types.owned[path[1]] or false }
  if #path == 0 then
    error(("column '%s' names no field; rename or remove it"):format(name), 0)
  end
  local model, field, parent = models[types.by_name[kind].model], nil, nil
  for index, part in ipairs(path) do
    if field and (field.shape == "map" or field.type == "object") then
      column.type = BY_SUFFIX[path[#path]:match "_(%a+)$" or ""] or "text"
      return column
    elseif not model or not model.by_wire[part] then
      error(suggest.unknown("field", table.concat(path, ".", 1, index), suggest.keys(model and model.by_wire or {})), 0)
    end
    if model.name == "PhoneNumber" then
      column.phone = table.concat(path, ".", 1, index - 1)
    end
    parent, field = field, model.by_wire[part]
    model = models[field.type]
    column.read_only = column.read_only or records.is_owned(field, index > 1) or false
  end
  local simple = field.shape ~= "array" and BY_TYPE[field.type]
  if path[#path] == "id" and (not parent or canonical.is_reference(parent)) then
    column.type = "id"
  elseif column.phone and path[#path] == "extension" then
    column.type = "extension"
  elseif EMAILS[name] then
    column.type = "email"
  else
    column.type = canonical.is_reference(field) and "reference" or simple or "json"
  end
  return column
end

-- Columns that were described, by type and name.  Files with other columns than
-- these start a new table.
local MOST_COLUMNS = 1000
local columns, column_count = {}, 0

local function column_of(kind, name)
  local key = kind .. " " .. name
  local column = columns[key]
  if not column then
    column = describe(kind, name)
    if column_count >= MOST_COLUMNS then
      columns, column_count = {}, 0
    end
    columns[key], column_count = column, column_count + 1
  end
  return column
end

-------------------------------------------------------------- setting cells --

-- The server derives the other parts of a phone number from `display`.  Those
-- of the old number are removed with it.
local function follow_number(record, name, before)
  local phone = field_path.at(record, field_path.split(name))
  if type(phone) ~= "table" then
    return
  elseif phone.display ~= before.display and phone.e164 == before.e164 then
    local read = READ.phone(tostring(phone.display or ""), before) or {}
    phone.e164, phone.countryCode, phone.userInput = read.e164, nil, nil
  elseif phone.e164 ~= before.e164 and phone.display == before.display then
    phone.display, phone.countryCode, phone.userInput = phone.e164, nil, nil
  end
end

-- Columns whose texts a spreadsheet may take for numbers.
local TEXTUAL = { text = true, phone = true, email = true }

-- Why a cell does not have what was entered; nil if nothing speaks against it.
local function damage_of(column, text, current)
  if text == current or text == diff.text(current) then
    return nil
  elseif not TEXTUAL[column.type] then
    return damage.is_error(text) and "a spreadsheet's error value" or nil
  end
  return damage.of(text, type(current) == "table" and (current.e164 or current.display) or current)
end

local SORTED = { sort_keys = true }

local function set_cell(record, column, text, options)
  local current = field_path.at(record, column.path)
  if blank.is(text) then
    if options.clear and not column.read_only then
      field_path.put(record, column.path, nil)
    end
    return
  end
  local problem = damage_of(column, text, current)
  if problem then
    options.skip(column.name .. ": " .. problem)
    return
  end
  local value, reason = READ[column.type](text, current)
  if column.read_only then
    if current ~= nil and core.json.encode(value, SORTED) ~= core.json.encode(current, SORTED) then
      options.skip(column.name .. ": read-only, only the server sets it")
    end
  elseif value == nil then
    options.skip(("%s: %s"):format(column.name, PROBLEMS[column.type] or reason))
  else
    field_path.put(record, column.path, value)
  end
end

---@class extcontacts.record.RowOptions
---@field ignore table<string, boolean>|nil columns that are not fields
---@field clear boolean|nil whether an empty cell clears its field; default: it changes nothing
---@field skip fun(reason: string) called for each value that is not set

--- Sets a record's fields from the cells of a row.  Raises if a column is not a
-- field of such a record.
---@param record table changed; empty for a record that is to be created
---@param kind extcontacts.record.TypeName
---@param row table<string, string> by field: `title`, `address.city`, `workPhone`
---@param options extcontacts.record.RowOptions
---@return table record
function record_row.set(record, kind, row, options)
  local used, phones = {}, {} -- columns; and phone numbers before the change, by field
  for _, name in ipairs(suggest.keys(row)) do
    if not (options.ignore and options.ignore[name]) then
      local column = column_of(kind, name)
      used[#used + 1] = column
      local phone = column.phone
      if phone then
        phones[phone] = phones[phone] or deepcopy(field_path.at(record, field_path.split(phone))) or {}
      end
    end
  end
  for _, column in ipairs(used) do
    set_cell(record, column, row[column.name], options)
  end
  for name, before in pairs(phones) do
    follow_number(record, name, before)
  end
  return record
end

return record_row
