--- Finds the contacts of an import's rows with one scan of all contacts.  Those that a
-- row names go to a temporary file; memory has one number per identifier.

local cells = require "extcontacts.fix.import.cells"
local key_table = require "extcontacts.fix.import.key_table"
local spool = require "extcontacts.base.spool"

local scanned = {}

-- The number of a key that no contact has.
local NOBODY = 0
-- Contacts of one key that are kept: more than one make a row ambiguous.
local MOST_SHARING = 10

---@class extcontacts.fix.ScannedContacts
---@field contacts integer that were scanned
local Scanned = {}
Scanned.__index = Scanned

---@param kinds string[] of identifiers that count
---@param external_source string|nil
---@return extcontacts.fix.ScannedContacts
function scanned.new(kinds, external_source)
  return setmetatable({ kinds = kinds, external_source = external_source, keys = key_table.new(), shared = {},
    spool = spool.new(), contacts = 0 }, Scanned)
end

--- Notes that rows have an identifier.
---@param identifier extcontacts.fix.ImportIdentifier
function Scanned:want(identifier)
  self.keys:set(identifier.key, NOBODY)
end

--- Scans.  Raises an error object if that fails.
---@param client table
---@param on_contact fun(count: integer)|nil
function Scanned:run(client, on_contact)
  local index
  local keys, shared = self.keys, self.shared
  local received
  local function take(key)
    local number = keys:get(key)
    if not number then
      return
    end
    index = index or self.spool:add(received)
    if number == NOBODY then
      keys:set(key, index)
    elseif number ~= index then
      local list = shared[number] or {}
      shared[number] = list
      list[key] = list[key] or {}
      local others = list[key]
      if #others < MOST_SHARING and others[#others] ~= index then
        others[#others + 1] = index
      end
    end
  end
  local fields = cells.fields_of(self.kinds)
  for contact, text in client:scan_contacts { limit = 200, fields = fields, raw = true } do
    received, index = text, nil
    cells.each_key(contact, self.kinds, self.external_source, take)
    self.contacts = self.contacts + 1
    if on_contact then
      on_contact(self.contacts)
    end
  end
end

--- The contacts that have an identifier.
---@param identifier extcontacts.fix.ImportIdentifier
---@return integer[] numbers of contacts
function Scanned:find(identifier)
  local number = self.keys:get(identifier.key)
  if not number or number <= NOBODY then
    return {}
  end
  local out = { number }
  for _, other in ipairs(self.shared[number] and self.shared[number][identifier.key] or {}) do
    out[#out + 1] = other
  end
  return out
end

--- The contact of a number.
---@param number integer
---@return table
function Scanned:read(number)
  return self.spool:at(number)
end

--- The row that creates a contact with an identifier; nil if none does yet.
---@param identifier extcontacts.fix.ImportIdentifier
---@return integer|nil
function Scanned:creator(identifier)
  local number = self.keys:get(identifier.key)
  return number and number < NOBODY and -number or nil
end

--- Notes that a row creates a contact with an identifier.
---@param identifier extcontacts.fix.ImportIdentifier
---@param row integer
function Scanned:claim(identifier, row)
  if self.keys:get(identifier.key) == NOBODY then
    self.keys:set(identifier.key, -row)
  end
end

function Scanned:close()
  self.spool:close()
end

return scanned
