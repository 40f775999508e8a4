--- The one reader for people's files.  This folder alone knows when two spellings
-- are the same id, e-mail address, phone number, date, name or blank, and which
-- cells a spreadsheet has damaged.  A reader returns the value in the form in
-- which values are compared, or nil and the reason.  It never guesses.  Pure;
-- every reader takes linear time.

local blank = require "extcontacts.record.normalize.blank"
local email = require "extcontacts.record.normalize.email"
local id = require "extcontacts.record.normalize.id"
local letters = require "extcontacts.base.letters"
local phone = require "extcontacts.record.normalize.phone"
local texts = require "extcontacts.base.text"

local normalize = {}

---@class extcontacts.record.normalize.Address
---@field kind "email"|"phone"
---@field value string an e-mail address in the form in which addresses are compared, or a number in E.164
---@field spellings string[]|nil of an e-mail address, if a search may know it by several
---@field extension integer|nil of a phone number
---@field key string the whole address, for comparisons; `normalize.address` reads it

--- Reads an e-mail address, or a phone number with its country code.
---@param text any
---@return extcontacts.record.normalize.Address|nil
---@return string|nil reason
function normalize.address(text)
  if type(text) ~= "string" or blank.is(text) then
    return nil, "no e-mail address or phone number"
  elseif text:find("@", 1, true) then
    local value, reason = email.key(text)
    return value and { kind = "email", value = value, key = value, spellings = email.spellings(email.bare(text)) },
      not value and "unreadable e-mail address: " .. reason or nil
  end
  local number, reason = phone.read(text)
  if number then
    local extension = number.extension
    return { kind = "phone", value = number.e164, extension = extension,
      key = number.e164 .. (extension and ";ext=" .. extension or "") }
  elseif text:find "%d" then
    return nil, "unreadable phone number: " .. reason
  end
  return nil, "not an e-mail address or a phone number in E.164"
end

--- The form in which values of the API's identifiers are compared.
---@param kind string the identifier's type, `Email` or `Phone`; others are compared as they are, trimmed and
--- in lower case
---@param value string
---@return string key
function normalize.identifier(kind, value)
  if kind == "Phone" then
    local number = phone.read(value)
    return number and number.e164 or (value:gsub("%D", ""))
  end
  return kind == "Email" and email.key(value) or letters.lower(texts.trim(value))
end

--- Reads an id, an e-mail address or a phone number with its country code.
---@param text any
---@return string|nil id
---@return extcontacts.record.normalize.Address|nil address instead of the id
---@return string|nil reason
function normalize.id_or_address(text)
  local found = id.read(text)
  if found then
    return found
  end
  local address, reason = normalize.address(text)
  if address then
    return nil, address
  elseif type(text) == "string" and not text:find("@", 1, true) and #text < 100
    and text:find "%x%x%x%x%-%x%x%x%x%-" then
    reason = "unreadable id: not a valid id"
  end
  return nil, nil, reason
end

return normalize
