--- Sets a record's fields from a row of a spreadsheet.  Pure.
--
-- A cell that says what the field already holds changes nothing, so the columns
-- of `extcontacts scan --csv` can be fed back as they are.

local blank = require "extcontacts.record.normalize.blank"
local cells = require "extcontacts.record.cells"
local columns = require "extcontacts.record.columns"
local core = require "extcontacts.core"
local custom_fields = require "extcontacts.record.custom_fields"
local damage = require "extcontacts.record.normalize.damage"
local deepcopy = require "extcontacts.base.deepcopy"
local diff = require "extcontacts.record.diff"
local field_path = require "extcontacts.base.path"
local phone_reader = require "extcontacts.record.normalize.phone"

local record_row = {}

-- The server derives the other parts of a phone number from `display`.  Those
-- of the old number are removed with it.
local function follow_number(work, name, before)
  local path = field_path.split(name)
  local phone = field_path.at(work.record, path)
  if type(phone) ~= "table" then
    return
  elseif phone.display ~= before.display and phone.e164 ~= before.e164 and phone.e164 ~= nil then
    local read = cells.read.phone(tostring(phone.display or ""), {}) or {}
    if read.e164 and read.e164 ~= phone.e164 then
      field_path.put(work.record, path, next(before) and before or nil)
      work.options.skip(("%s.e164: not the number of %s.display"):format(name, name))
    end
  elseif phone.display ~= before.display and phone.e164 == before.e164 then
    local read = cells.read.phone(tostring(phone.display or ""), before) or {}
    phone.e164, phone.countryCode, phone.userInput = read.e164, nil, nil
  elseif phone.e164 ~= before.e164 and phone.display == before.display then
    phone.display, phone.countryCode, phone.userInput = phone.e164, nil, nil
  end
end

-- Columns whose texts a spreadsheet may take for numbers, and those of numbers.
local TEXTUAL = { text = true, phone = true, display = true, e164 = true, email = true }
local NUMERIC = { number = true, integer = true }

-- Why a cell does not have what was entered; nil if nothing speaks against it.
local function damage_of(column, text, current)
  if text == diff.text(current) then
    return nil
  elseif TEXTUAL[column.type] then
    return damage.of(text, type(current) == "table" and (current.e164 or current.display) or current)
  elseif damage.is_error(text) then
    return damage.ERROR
  end
  return NUMERIC[column.type] and damage.lost_digits(text) and damage.NUMBER or nil
end

-- Why a custom field can't have a value; nil if it can, or if its schema can't be
-- read.
local function custom_problem(work, column, value)
  local schema, reason, unreadable = work.options.schema(work.kind, work.record)
  if not schema then
    return not unreadable and reason or nil
  elseif #column.path == 1 then
    return custom_fields.problem(schema, value)
  end
  return #column.path == 2 and custom_fields.field_problem(schema, column.path[2], value) or nil
end

local SORTED = { sort_keys = true }

local function is_same_value(a, b)
  return a ~= nil and b ~= nil and core.json.encode(a, SORTED) == core.json.encode(b, SORTED)
end

local function has_cell(work, name)
  local text = work.row[name]
  return text ~= nil and not (work.options.ignore and work.options.ignore[name]) and not blank.is(text)
end

-- Why a cell contradicts another one, of a column that contains its field, such as
-- `workPhone` and `workPhone.extension`.  That column was set before.
local function contradiction(work, column, value, current)
  for length = 1, #column.path - 1 do
    local whole = table.concat(column.path, ".", 1, length)
    if has_cell(work, whole) then
      local part = column.phone and column.path[#column.path]
      local extra = part == "acceptsSMS" or part == "extension" and not select(2, phone_reader.split(work.row[whole]))
      local is_number = part == "display" or part == "e164"
      local phone = is_number and field_path.at(work.record, field_path.split(whole))
      if not extra and not is_same_value(value, current)
        and not (phone and cells.read.phone(tostring(value), phone) == phone) then
        return ("contradicts column '%s'"):format(whole), nil
      end
      return nil, is_number
    end
  end
end

-- Why a value that only the server sets is not passed over.
local function read_only_problem(work, column, is_same, current)
  if current ~= nil then
    return not is_same and "read-only, only the server sets it" or nil
  end
  for _, name in ipairs(column.decided_by or {}) do
    if has_cell(work, name) then
      return nil
    end
  end
  return column.decided_by and ("read-only; set '%s'"):format(column.decided_by[2]) or nil
end

-- Clears a field because of an empty cell.  A number's other form follows its text.
local function clear_cell(work, column)
  local display = column.phone and column.path[#column.path] == "e164" and work.row[column.phone .. ".display"]
  if not display or blank.is(display) then
    field_path.put(work.record, column.path, nil)
  elseif work.phones[column.phone].e164 and display == work.phones[column.phone].display then
    work.options.skip(("%s: empty, but %s.display is not"):format(column.name, column.phone))
  end
end

-- Columns whose values are texts in JSON, too.  A number there has lost its form.
local NEEDS_TEXT = { text = true, display = true, e164 = true, email = true, date = true, datetime = true, id = true }

local function set_cell(work, column)
  local record, options, text = work.record, work.options, work.row[column.name]
  local current = field_path.at(record, column.path)
  if work.typed[column.name] and NEEDS_TEXT[column.type] then
    options.skip(column.name .. ": not a text")
    return
  elseif blank.is(text) then
    if options.clear and not column.read_only then
      clear_cell(work, column)
    end
    return
  elseif text == current then
    return
  end
  local problem = damage_of(column, text, current)
  if problem then
    options.skip(column.name .. ": " .. problem)
    return
  end
  local value, reason = cells.read[column.type](text, current)
  local is_same, is_set = is_same_value(value, current), false
  if column.read_only then
    reason = read_only_problem(work, column, is_same, current)
  elseif value ~= nil then
    reason, is_set = contradiction(work, column, value, current)
    reason = reason or column.path[1] == "customFields" and options.schema and not is_same
      and custom_problem(work, column, value)
  end
  if reason then
    options.skip(("%s: %s"):format(column.name, reason))
  elseif not column.read_only and not is_set then
    field_path.put(record, column.path, value)
  end
end

-- The cells of a row as texts.  Rows of NDJSON have values of other types: `typed` has
-- their columns.
local function texts_of(row)
  local out, typed = row, {}
  for name, value in pairs(row) do
    if type(value) ~= "string" then
      if out == row then
        out = {}
        for other, text in pairs(row) do
          out[other] = text
        end
      end
      local is_null = value == core.json.null
      out[name], typed[name] = is_null and "" or core.json.encode(value), not is_null or nil
    end
  end
  return out, typed
end

---@class extcontacts.record.RowOptions
---@field ignore table<string, boolean>|nil columns that are not fields
---@field clear boolean|nil whether an empty cell clears its field; default: it changes nothing
---@field skip fun(reason: string) called for each value that is not set
---@field schema (fun(kind: extcontacts.record.TypeName, record: table): table|nil, string|nil, boolean|nil)|nil
--- the schema of the record's custom fields; or nil, the reason, and true if it may exist. Without this
--- function custom fields are not checked

--- Sets a record's fields from the cells of a row.  Raises if a column is not a
-- field of such a record.
---@param record table changed; empty for a record that is to be created
---@param kind extcontacts.record.TypeName
---@param row table<string, any> by field: `title`, `address.city`, `workPhone`; texts, or values of JSON
---@param options extcontacts.record.RowOptions
---@return table record
function record_row.set(record, kind, row, options)
  local typed
  row, typed = texts_of(row)
  local used, phones = columns.of(row, kind, options.ignore), {} -- the numbers before the change, by field
  for _, column in ipairs(used) do
    local phone = column.phone
    if phone then
      phones[phone] = phones[phone] or deepcopy(field_path.at(record, field_path.split(phone))) or {}
    end
  end
  local work = { record = record, kind = kind, row = row, typed = typed, options = options, phones = phones }
  for _, column in ipairs(used) do
    set_cell(work, column)
  end
  for name, before in pairs(phones) do
    follow_number(work, name, before)
  end
  return record
end

return record_row
