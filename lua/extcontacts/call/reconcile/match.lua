--- How a lost create is looked for: which reads to send, and which record found
-- is the one that was sent.  Pure: `reconcile` sends the reads.  A row's `check`
-- says how (`api.operations`).

local core = require "extcontacts.core"
local dates = require "extcontacts.base.dates"
local field_path = require "extcontacts.base.path"
local records = require "extcontacts.record"
local text = require "extcontacts.base.text"

local match = {}

local null = core.json.null

---@class extcontacts.Check how a row's record is looked for
---@field find string|nil operation that finds candidates; nil where the id is known
---@field each string[]|nil fields of the body, each looked for by its own call
---@field as string|nil option of `find` that takes the field; otherwise its first argument
---@field same string[]|nil arguments of the create that `find` and `get` take as well
---@field options table|nil options of `find`
---@field records string|nil field of its answer that contains the records
---@field identifier string|nil operation that finds a record by one of its `externalIds`
---@field search string|nil operation that searches for a marker's value with `q`
---@field get string operation that reads one candidate
---@field created string|nil field with the creation date
---@field advances string|nil field that every update increases
---@field proves_absence boolean whether a record that is not found was not created

-- Seconds by which a creation date and the clocks may differ.
local TOLERANCE = 3

-- Fields that the server derives from a phone number, and those it owns.
local DERIVED = {
  display = true, e164 = true, countryCode = true, userInput = true, normalizationCountryCode = true,
}
local OWNED = { createDate = true, modifyDate = true, version = true, createdBy = true }

-- Fields of a note that bulk requests need, and answers may lack.
local INPUT_ONLY = { "entityId", "entityType" }

local function value_at(record, path)
  return field_path.at(record, field_path.split(path))
end

-- A phone number as the server looks it up, if it has a country code.
local function international(phone)
  -- Loaded when a reply is lost: the numbering plans take 200 KB.
  local reader = require "extcontacts.record.normalize.phone"
  local number = type(phone) == "table" and reader.read(phone.e164 or phone.display)
  return number and number.e164 or nil
end

local function look_up_text(value)
  if type(value) == "table" then
    return international(value)
  end
  local trimmed = type(value) == "string" and text.trim(value)
  return trimmed and trimmed ~= "" and trimmed or nil
end

local function arguments_of(check, args)
  local arguments = {}
  for index, name in ipairs(check.same or {}) do
    arguments[index] = args.values[name]
  end
  return arguments
end

-- Adds a read for each external id.  That one finds nothing proves nothing.
local function add_identifiers(reads, check, body)
  local externals = check.identifier and body.externalIds
  for _, external in ipairs(type(externals) == "table" and externals or {}) do
    local value = type(external) == "table" and look_up_text(external.value)
    if value then
      reads[#reads + 1] = {
        operation = check.identifier, is_optional = true,
        arguments = { { type = "ExternalId", value = value, externalSource = external.externalSource } },
      }
    end
  end
end

--- The reads that may find the record.
---@param row extcontacts.Operation
---@param args extcontacts.Arguments
---@param marker string|nil path of a field of the body that no other record shares
---@return table[] reads `{ operation, arguments, records, is_optional }`; empty when there is no way to look
--- for it; without `records` the answer is the record; one that `is_optional` may fail
---@return boolean proves_absence
function match.reads(row, args, marker)
  local check, reads = row.check, {}
  if not check then
    return reads, false
  end
  local function add(value)
    local arguments = arguments_of(check, args)
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
    return { { operation = check.get, arguments = arguments_of(check, args) } }, check.proves_absence
  elseif not check.each then
    add()
  end
  for _, path in ipairs(check.each or {}) do
    local value = look_up_text(value_at(args.body, path))
    if value then
      add(value)
    end
  end
  local proves = check.proves_absence and #reads > 0
  add_identifiers(reads, check, args.body)
  if marker and check.search then
    local value = look_up_text(value_at(args.body, marker))
    if value then
      reads[#reads + 1] = {
        operation = check.search, arguments = { { q = value } }, records = "entities",
      }
    end
  end
  return reads, proves
end

--- The read that returns a whole candidate.
---@param row extcontacts.Operation
---@param args extcontacts.Arguments
---@param id string
---@return table read `{ operation, arguments }`
function match.read_one(row, args, id)
  local arguments = arguments_of(row.check, args)
  arguments[#arguments + 1] = id
  return { operation = row.check.get, arguments = arguments }
end

local function digits_of(number)
  return type(number) == "string" and number:gsub("%D", "") or nil
end

local function is_phone(value)
  return type(value) == "table" and (value.display ~= nil or value.e164 ~= nil)
end

-- The server rewrites a number's display and keeps the input in `userInput`.
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

-- The server trims texts; it may compose letters.
local function same_text(sent, found)
  local name = require "extcontacts.record.normalize.name" -- loaded when a reply is lost
  return name.composed(text.trim(sent)) == name.composed(text.trim(found))
end

-- The server writes ids in lower case.
local function same_id(sent, found)
  if sent == found or type(sent) ~= "string" or type(found) ~= "string" then
    return sent == found
  end
  local ids = require "extcontacts.record.normalize.id"
  return ids.key(sent) == ids.key(found)
end

local function is_nothing(value)
  return value == nil or value == null or value == ""
end

local holds

local function same_value(sent, found)
  if is_nothing(sent) then
    return is_nothing(found)
  elseif type(sent) == "string" and type(found) == "string" then
    return sent == found or same_text(sent, found)
  elseif type(sent) ~= "table" or type(found) ~= "table" then
    return sent == found
  elseif sent.id ~= nil and found.id ~= nil then
    return same_id(sent.id, found.id) -- another record
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

--- Whether a stored record has everything of a record that was sent.
---@param model string
---@param sent table
---@param found table
---@return boolean
function match.has_content(model, sent, found)
  local writable = records.writable(model, sent)
  for _, name in ipairs(INPUT_ONLY) do
    if is_nothing(found[name]) then
      writable[name] = nil
    end
  end
  return holds(writable, found, OWNED)
end

match.value_at = value_at

---@class extcontacts.Sought
---@field marker string|nil
---@field since number when the create was first sent, in seconds since 1970 by the server's clock
---@field claimed table<string, boolean> ids of other creates' records

--- Whether a record is the one that was sent.
---@param row extcontacts.Operation
---@param args extcontacts.Arguments
---@param found any
---@param sought extcontacts.Sought
---@return boolean
function match.is_it(row, args, found, sought)
  if type(found) ~= "table" or type(found.id) ~= "string" or sought.claimed[found.id] then
    return false
  end
  local advances = row.check.advances
  if advances and found[advances] <= args.body[advances] then
    return false
  end
  local created = row.check.created and dates.iso(found[row.check.created])
  if row.check.created and not (created and created >= sought.since - TOLERANCE) then
    return false
  end
  local mark = sought.marker and value_at(args.body, sought.marker)
  if mark ~= nil and not is_nothing(mark) then
    return same_value(mark, value_at(found, sought.marker))
  end
  return match.has_content(row.body_model, args.body, found)
end

return match
