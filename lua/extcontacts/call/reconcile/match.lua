--- Whether a create whose reply was lost was carried out: what to read, and
-- which record found is the one that was sent.  Pure: `exec` does the reading.
-- A row's `check` says how (operations.lua).

local core = require "extcontacts.core"
local dates = require "extcontacts.base.dates"
local field_path = require "extcontacts.base.path"
local records = require "extcontacts.record"

local match = {}

local null = core.json.null

---@class extcontacts.Check how a row's record is looked for
---@field find string|nil operation that finds candidates; none where the record has an id already
---@field each string[]|nil fields of the body, each looked for by a call of its own
---@field as string|nil option of `find` that takes the field; else its first argument
---@field same string[]|nil arguments of the create that `find` and `get` take, too
---@field options table|nil of `find`
---@field records string|nil field of its answer that holds the records
---@field search string|nil operation that searches for a marker's value with `q`
---@field get string operation that reads one candidate
---@field created string|nil field with the date of creation
---@field advances string|nil field that an update raises
---@field proves_absence boolean whether a record not found was not created

-- A create's date and the clocks may differ by this much.
local TOLERANCE = 3

-- What the server makes of a phone by itself, and of a record.
local DERIVED = {
  display = true, e164 = true, countryCode = true, userInput = true, normalizationCountryCode = true,
}
local OWNED = { createDate = true, modifyDate = true, version = true, createdBy = true }

local function value_at(record, path)
  return field_path.at(record, field_path.split(path))
end

-- A phone as the server looks it up, when it is written internationally.
local function international(phone)
  local text = type(phone) == "table" and (phone.e164 or phone.display)
  if type(text) ~= "string" or not text:match("^%s*%+") then
    return nil
  end
  local digits = text:gsub("%D", "")
  return #digits >= 5 and "+" .. digits or nil
end

local function look_up_text(value)
  if type(value) == "table" then
    return international(value)
  end
  local text = type(value) == "string" and value:match("^%s*(.-)%s*$")
  return text and text ~= "" and text or nil
end

local function arguments_of(check, bound)
  local arguments = {}
  for index, name in ipairs(check.same or {}) do
    arguments[index] = bound.values[name]
  end
  return arguments
end

--- The reads that may find the record.
---@param row extcontacts.Operation
---@param bound extcontacts.Bound
---@param marker string|nil path of a field of the body that no other record shares
---@return table[] reads `{ operation, arguments, records }`, none when it can't be looked for;
--- without `records` the answer is the record
---@return boolean proves_absence
function match.reads(row, bound, marker)
  local check, reads = row.check, {}
  if not check then
    return reads, false
  end
  local function add(value)
    local arguments = arguments_of(check, bound)
    local options = {}
    for name, option in pairs(check.options or {}) do
      options[name] = option
    end
    if check.as then
      options[check.as] = value
    elseif value then
      arguments[#arguments + 1] = value
    end
    if next(options) then
      arguments[#arguments + 1] = options
    end
    reads[#reads + 1] = { operation = check.find, arguments = arguments, records = check.records }
  end
  if not check.find then
    return { { operation = check.get, arguments = arguments_of(check, bound) } }, check.proves_absence
  elseif not check.each then
    add()
  end
  for _, path in ipairs(check.each or {}) do
    local text = look_up_text(value_at(bound.body, path))
    if text then
      add(text)
    end
  end
  local proves = check.proves_absence and #reads > 0
  if marker and check.search then
    local text = look_up_text(value_at(bound.body, marker))
    if text then
      reads[#reads + 1] = {
        operation = check.search, arguments = { { q = text } }, records = "entities",
      }
    end
  end
  return reads, proves
end

--- The read that gives a candidate in full.
---@param row extcontacts.Operation
---@param bound extcontacts.Bound
---@param id string
---@return table read `{ operation, arguments }`
function match.read_one(row, bound, id)
  local arguments = arguments_of(row.check, bound)
  arguments[#arguments + 1] = id
  return { operation = row.check.get, arguments = arguments }
end

local function digits_of(text)
  return type(text) == "string" and text:gsub("%D", "") or nil
end

local function is_phone(value)
  return type(value) == "table" and (value.display ~= nil or value.e164 ~= nil)
end

-- The server rewrites a phone's display and keeps what was written aside.
local function same_number(sent, found)
  local written = sent.display or sent.e164
  if written == null or written == nil then
    return true
  end
  if written == found.display or written == found.userInput or written == found.e164 then
    return true
  end
  local number = international(sent)
  if number then
    return number == found.e164
  end
  return digits_of(written) == digits_of(found.userInput or found.display)
end

local function is_nothing(value)
  return value == nil or value == null or value == ""
end

local holds

local function same_value(sent, found)
  if is_nothing(sent) then
    return is_nothing(found)
  elseif type(sent) == "string" and type(found) == "string" then
    return sent:match("^%s*(.-)%s*$") == found:match("^%s*(.-)%s*$")
  elseif type(sent) ~= "table" or type(found) ~= "table" then
    return sent == found
  elseif sent.id ~= nil and found.id ~= nil then
    return sent.id == found.id -- another record, named by its id
  elseif is_phone(sent) and is_phone(found) then
    return same_number(sent, found) and holds(sent, found, DERIVED)
  end
  return #sent == #found and holds(sent, found, {})
end

-- Whether `found` has everything that was sent; the server adds fields.
function holds(sent, found, derived)
  for name, value in pairs(sent) do
    if not derived[name] and not same_value(value, found[name]) then
      return false
    end
  end
  return true
end

---@class extcontacts.Sought
---@field marker string|nil
---@field since number server's seconds since 1970 when the create was first sent
---@field claimed table<string, boolean> ids that other creates got

--- Whether a record is the one that was sent.
---@param row extcontacts.Operation
---@param bound extcontacts.Bound
---@param found any
---@param sought extcontacts.Sought
---@return boolean
function match.is_it(row, bound, found, sought)
  if type(found) ~= "table" or type(found.id) ~= "string" or sought.claimed[found.id] then
    return false
  end
  local advances = row.check.advances
  if advances and found[advances] <= bound.body[advances] then
    return false
  end
  local created = row.check.created and dates.iso(found[row.check.created])
  if row.check.created and not (created and created >= sought.since - TOLERANCE) then
    return false
  end
  local mark = sought.marker and value_at(bound.body, sought.marker)
  if mark ~= nil and not is_nothing(mark) then
    return same_value(mark, value_at(found, sought.marker))
  end
  return holds(records.writable(row.body_model, bound.body), found, OWNED)
end

return match
