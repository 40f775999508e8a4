--- The cells of a spreadsheet as values of a record's fields.
--
-- A cell that says what the field holds already changes nothing: the columns
-- of `extcontacts scan --csv` can be given back as they are.

local canonical = require "extcontacts.record.canonical"
local core = require "extcontacts.core"
local deepcopy = require "extcontacts.base.deepcopy"
local diff = require "extcontacts.record.diff"
local field_path = require "extcontacts.base.path"
local models = require "extcontacts.api.models"
local records = require "extcontacts.record"
local suggest = require "extcontacts.base.suggest"
local types = require "extcontacts.record.types"

local record_row = {}

local SORTED = { sort_keys = true }

local READ = {}

-- The server cuts blanks at the ends.
function READ.text(text, now)
  return text == now and now or text:match "^%s*(.-)%s*$"
end

-- All digits of it, however many.
function READ.number(text)
  local plain = text:match "^%s*(.-)%s*$":gsub("^(%-?)0+(%d)", "%1%2")
  return plain:find "^[-%d]" and core.json.decode(plain) or nil
end

function READ.integer(text)
  return text:find "^%s*%-?%d+%s*$" and READ.number(text) or nil
end

function READ.boolean(text)
  return ({ ["true"] = true, yes = true, ["false"] = false, no = false })[text:lower()]
end

function READ.json(text)
  return text:find "^%s*[%[{]" and core.json.decode(text) or nil
end

function READ.reference(text)
  return text:find "^%s*{" and core.json.decode(text) or { id = text }
end

-- The number as it is now, where the text says no other.
function READ.phone(text, now)
  if text:find "^%s*{" then
    return core.json.decode(text)
  elseif text:find "^%d[.,]%d*E%+%d+$" then
    return nil -- a spreadsheet's
  end
  now = type(now) == "table" and now or {}
  if text == diff.text(now) or text == now.display or text == now.userInput then
    return now
  end
  local number, extension = text:match "^(.-)%s*ext%.?%s*(%d+)$"
  local phone = { display = number or text, extension = tonumber(extension), acceptsSMS = now.acceptsSMS }
  local digits = phone.display:gsub("[%s%-%.%(%)]", "")
  if digits:find "^%+%d%d%d%d%d%d%d+$" then
    phone.e164 = digits
    if digits == now.e164 and phone.extension == now.extension then
      return now
    end
  end
  return phone
end

local BY_TYPE = { string = "text", date = "text", uri = "text", int32 = "integer", int64 = "integer",
  integer = "integer", number = "number", boolean = "boolean", PhoneNumber = "phone" }
local BY_ENDING = { integer = "integer", number = "number", checkbox = "boolean", tag = "json" }

-- How a column is read, whether only the server sets it, and the name of the
-- phone it is a part of; raises where there is no such field.
local function describe(kind, path)
  local model, field, servers, phone = models[types.by_name[kind].model], nil, types.owned[path[1]], nil
  for index, name in ipairs(path) do
    if field and (field.shape == "map" or field.type == "object") then
      return BY_ENDING[path[#path]:match "_(%a+)$" or ""] or "text", servers
    elseif not model or not model.by_wire[name] then
      error(suggest.unknown("field", table.concat(path, ".", 1, index), suggest.keys(model and model.by_wire or {})), 0)
    end
    if model.name == "PhoneNumber" then
      phone = table.concat(path, ".", 1, index - 1)
    end
    field = model.by_wire[name]
    model = models[field.type]
    servers = servers or records.is_owned(field, index > 1)
  end
  local reader = canonical.is_named(field) and "reference" or field.shape ~= "array" and BY_TYPE[field.type]
  return reader or "json", servers, phone
end

local columns = {}

local function column(kind, name)
  local key = kind .. " " .. name
  if not columns[key] then
    local path = field_path.split(name)
    local reader, servers, phone = describe(kind, path)
    columns[key] = { name = name, path = path, read = READ[reader], servers = servers, phone = phone }
  end
  return columns[key]
end

-- The server reads `display` and makes the rest of it: what it made of the
-- number that was there says nothing of another.
local function follow_number(record, name, was)
  local now = field_path.at(record, field_path.split(name))
  if type(now) ~= "table" then
    return
  elseif now.display ~= was.display and now.e164 == was.e164 then
    local phone = READ.phone(tostring(now.display or ""), was)
    now.e164, now.countryCode, now.userInput = phone.e164, nil, nil
  elseif now.e164 ~= was.e164 and now.display == was.display then
    now.display, now.countryCode, now.userInput = now.e164, nil, nil
  end
end

-- Whether a spreadsheet took digits for a number: without the + or the zeros
-- they begin with, or as 4.93E+11.
local function is_spoilt(text, now)
  local was = type(now) == "table" and (now.e164 or now.display) or now
  return type(was) == "string" and was:find "^[+0]*%d+$" ~= nil and was ~= text
    and (was:gsub("^[+0]+", "") == text or text:find "^%d[.,]?%d*E%+%d+$" ~= nil)
end

-- Sets one cell.
local function set_cell(record, one, text, how)
  local now = field_path.at(record, one.path)
  if not text:find "%S" then
    if how.clear and not one.servers then
      field_path.put(record, one.path, nil)
    end
    return
  elseif is_spoilt(text, now) then
    how.skip_value(one.name .. ": digits that a spreadsheet took for a number")
    return
  end
  local value = one.read(text, now)
  if one.servers then
    if now ~= nil and core.json.encode(value, SORTED) ~= core.json.encode(now, SORTED) then
      how.skip_value(one.name .. ": only the server sets it")
    end
  elseif value == nil then
    how.skip_value(one.name .. ": a value that the field can't hold")
  else
    field_path.put(record, one.path, value)
  end
end

---@class extcontacts.fix.CellOptions
---@field skip table<string, boolean>|nil columns that are no fields
---@field clear boolean|nil whether an empty cell clears its field; default: it says nothing
---@field skip_value fun(reason: string) called for each value that is not set

--- Sets a record's fields to what the cells of a row say.  Raises where a
-- column is no field of such a record.
---@param record table changed; empty for one that is to be created
---@param kind extcontacts.fix.KindName
---@param row table<string, string> by the fields' names: `title`, `address.city`, `workPhone`
---@param how extcontacts.fix.CellOptions
---@return table record
function record_row.set(record, kind, row, how)
  local used, phones = {}, {} -- columns; and phones as they were, by name
  for _, name in ipairs(suggest.keys(row)) do
    if not (how.skip and how.skip[name]) then
      local one = column(kind, name)
      used[#used + 1] = one
      if one.phone then
        phones[one.phone] = phones[one.phone] or deepcopy(field_path.at(record, field_path.split(one.phone))) or {}
      end
    end
  end
  for _, one in ipairs(used) do
    set_cell(record, one, row[one.name], how)
  end
  for name, was in pairs(phones) do
    follow_number(record, name, was)
  end
  return record
end

return record_row
