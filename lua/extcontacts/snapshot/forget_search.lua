--- Searches the bytes of files for what identifies people: ids, e-mail addresses and
-- phone numbers.

local contact_fields = require "extcontacts.record.contact_fields"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"

local forget_search = {}

local BLOCK = 262144 -- bytes
-- Digits of the shortest phone number that is searched for.
local LEAST_DIGITS = 6

local NUMBERS = { "e164", "display", "userInput" }

local function add_addresses(terms, text)
  for address in text:gmatch "[%w._%%+-]+@[%w-]+%.[%w.-]+" do
    terms[address:lower()] = true
  end
end

local function add_number(terms, text)
  if type(text) == "string" and #text:gsub("%D", "") >= LEAST_DIGITS then
    terms[text:lower()] = true
  end
end

--- Collects the addresses and numbers in what a file says about a person.
---@param terms table<string, true>
---@param value any
function forget_search.collect(terms, value)
  if type(value) == "string" then
    add_addresses(terms, value)
  elseif type(value) == "table" then
    for _, name in ipairs(NUMBERS) do
      add_number(terms, value[name])
    end
    for _, field in ipairs(contact_fields.phones) do
      add_number(terms, value[field])
    end
    for _, part in pairs(value) do
      forget_search.collect(terms, part)
    end
  end
end

-- Bytes of a character that is written as \u0041.
local ESCAPE = 6

-- A text in lower case, in which no ASCII character is written with an escape: JSON as
-- received from elsewhere may have those.
local function plain(text)
  if not text:find("\\u00", 1, true) then
    return text
  end
  return (text:gsub("\\u00([0-7]%x)", function(digits)
    return string.char(tonumber(digits, 16)):lower()
  end))
end

--- Which of the terms a file contains.  Raises an error object if it can't be read.
---@param path string
---@param terms table<string, true> in lower case
---@return table<string, true> found
function forget_search.find(path, terms)
  local file = errors.check_io(core.file.open(path, "read"))
  local longest, found, rest, offset = 1, {}, "", 0
  for term in pairs(terms) do
    longest = math.max(longest, #term)
  end
  local done, err = errors.catch(function()
    while true do
      local block = errors.check_io(file:read(BLOCK, offset))
      if block == "" then
        return true
      end
      offset = offset + #block
      rest = rest .. block:lower()
      local text = plain(rest)
      for term in pairs(terms) do
        if not found[term] and text:find(term, 1, true) then
          found[term] = true
        end
      end
      rest = rest:sub(-longest * ESCAPE)
    end
  end)
  file:close()
  if not done then
    error(err, 0)
  end
  return found
end

return forget_search
