--- Which identifiers of a record its writable fields carry.  A copy of the record can
-- have those; the others, such as cookies, exist at the record alone.  Pure.

local contact_fields = require "extcontacts.record.contact_fields"
local ids = require "extcontacts.record.normalize.id"
local normalize = require "extcontacts.record.normalize"
local texts = require "extcontacts.base.text"

local identifiers = {}

local NOTHING = {}

local function object(value)
  return type(value) == "table" and value or NOTHING
end

local function numbers_of(out, phone)
  for _, name in ipairs { "e164", "display", "userInput" } do
    out[#out + 1] = object(phone)[name]
  end
end

-- The values of a field in each item of a list.
local function each_of(list, name)
  local out = {}
  for _, item in ipairs(object(list)) do
    out[#out + 1] = object(item)[name]
  end
  return out
end

-- By type: the values of a record's fields that may be such an identifier.
local VALUES = {}

function VALUES.Email(record)
  local out = {}
  for _, name in ipairs(contact_fields.emails) do
    out[#out + 1] = record[name]
  end
  return out
end

function VALUES.Phone(record)
  local out = {}
  for _, name in ipairs(contact_fields.phones) do
    numbers_of(out, record[name])
  end
  return out
end

function VALUES.SocialTwitter(record)
  local out, twitter = {}, object(record.twitterId)
  for _, name in ipairs { "screenName", "id" } do
    out[#out + 1] = twitter[name]
  end
  return out
end

function VALUES.SocialLine(record)
  return each_of(object(record.lineId).ids, "userId")
end

function VALUES.SocialFacebook(record)
  return each_of(object(record.facebookId).ids, "scopedId")
end

function VALUES.SocialInstagram(record)
  return each_of(object(record.instagramId).ids, "scopedId")
end

function VALUES.SocialInstagramHandle(record)
  return { object(record.instagramId).handle }
end

function VALUES.SocialWhatsapp(record)
  local out = {}
  numbers_of(out, object(record.whatsAppId).phoneNumber)
  return out
end

function VALUES.AppleOpaqueId(record)
  return each_of(record.appleOpaqueIds, "value")
end

local function source_of(item)
  local id = object(item.externalSource).id
  return type(id) == "string" and ids.key(id) or nil
end

function VALUES.ExternalId(record, identifier)
  local out, source = {}, source_of(identifier)
  for _, item in ipairs(object(record.externalIds)) do
    out[#out + 1] = source_of(object(item)) == source and object(item).value or nil
  end
  return out
end

-- The form in which values are compared; ids of other systems count as they are.
local function key_of(kind, value)
  if kind == "SocialTwitter" then
    return (texts.trim(value):lower():gsub("^@", ""))
  elseif kind == "Email" or kind == "Phone" then
    return normalize.identifier(kind, value)
  elseif kind == "SocialWhatsapp" then
    return normalize.identifier("Phone", value)
  end
  return texts.trim(value)
end

--- Whether a field of a record has an identifier.
---@param record table
---@param identifier { type: string, value: string, externalSource: table|nil }
---@return boolean
function identifiers.has(record, identifier)
  local kind, wanted = identifier.type, identifier.value
  local values = VALUES[kind]
  if not values or type(wanted) ~= "string" then
    return false
  end
  wanted = key_of(kind, wanted)
  for _, value in ipairs(values(record, identifier)) do
    if type(value) == "string" and key_of(kind, value) == wanted then
      return true
    end
  end
  return false
end

-- Types of identifiers that the reverse lookup finds in the fields of contacts.
local SEARCHABLE = { "Email", "Phone", "SocialTwitter" }

--- A text that is the same for an identifier and for the field of any contact that has it;
-- nil for types that the reverse lookup does not know.
---@param identifier { type: string, value: string }
---@return string|nil
function identifiers.search_key(identifier)
  for _, kind in ipairs(SEARCHABLE) do
    if identifier.type == kind and type(identifier.value) == "string" then
      return kind .. " " .. key_of(kind, identifier.value)
    end
  end
end

--- Visits the same texts of all that a contact's fields have, each once.
---@param record table
---@param visit fun(key: string)
function identifiers.each_search_key(record, visit)
  local seen = {}
  for _, kind in ipairs(SEARCHABLE) do
    for _, value in ipairs(VALUES[kind](record)) do
      local key = identifiers.search_key { type = kind, value = value }
      if key and not seen[key] then
        seen[key] = true
        visit(key)
      end
    end
  end
end

--- Whether two identifiers are the same one.
---@param a table
---@param b table
---@return boolean
function identifiers.same(a, b)
  return a.type == b.type and type(a.value) == "string" and type(b.value) == "string"
    and key_of(a.type, a.value) == key_of(b.type, b.value) and source_of(a) == source_of(b)
end

return identifiers
