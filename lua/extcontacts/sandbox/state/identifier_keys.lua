--- Identifiers in the fields of records, and the keys by which the search index
-- finds them.

local text = require "extcontacts.base.text"

local identifier_keys = {}

local EMAILS = { "workEmail", "personalEmail", "otherEmail" }
local PHONES = { "workPhone", "cellPhone", "homePhone", "otherPhone" }

-- E-mail addresses, numbers and screen names have the keys of the reverse lookup;
-- the others begin with a byte that no value of the reverse lookup has.
local KEYS = {
  Email = function(identifier)
    return text.trim(identifier.value):lower()
  end,
  Phone = function(identifier)
    return (identifier.value:gsub("[^%d+]", ""))
  end,
  SocialTwitter = function(identifier)
    return "@" .. identifier.value:lower():gsub("^@", "")
  end,
  ExternalId = function(identifier)
    return ("\1ExternalId:%s:%s"):format(tostring(identifier.externalSource.id):lower(), identifier.value)
  end,
}

--- The key of an identifier.
---@param identifier extcontacts.sandbox.Identifier
---@return string
function identifier_keys.of(identifier)
  local key_of = KEYS[identifier.type]
  return key_of and key_of(identifier) or ("\1%s:%s"):format(identifier.type, identifier.value)
end

-- The values of a field in each element of a list.
local function values(list, field)
  local found = {}
  for _, element in ipairs(list or {}) do
    found[#found + 1] = element[field]
  end
  return found
end

local NOTHING = {}

local function add_phones(record, add)
  for _, field in ipairs(PHONES) do
    local phone = record[field]
    add("Phone", phone and phone.e164)
  end
end

-- The identifiers that the reverse lookup does not know.
local function add_others(record, add)
  local instagram, whatsapp = record.instagramId or NOTHING, record.whatsAppId or NOTHING
  for identifier_type, found in pairs {
    SocialLine = values(record.lineId and record.lineId.ids, "userId"),
    SocialFacebook = values(record.facebookId and record.facebookId.ids, "scopedId"),
    SocialInstagram = values(instagram.ids, "scopedId"),
    SocialInstagramHandle = { instagram.handle },
    SocialWhatsapp = { whatsapp.phoneNumber and whatsapp.phoneNumber.e164 },
    AppleOpaqueId = values(record.appleOpaqueIds, "value"),
  } do
    for _, value in ipairs(found) do
      add(identifier_type, value)
    end
  end
  for _, external in ipairs(record.externalIds or NOTHING) do
    add("ExternalId", external.value, { id = external.externalSource.id, selfUri = external.externalSource.selfUri })
  end
end

-- Collects identifiers; ignores missing and empty values.
local function collector()
  local found = {}
  return found, function(identifier_type, value, source)
    if type(value) == "string" and value ~= "" then
      found[#found + 1] = { type = identifier_type, value = value, externalSource = source }
    end
  end
end

--- The identifiers that a record's fields contain.  Only contacts have others than
-- external ids.
---@param type_name "contact"|"organization"
---@param record table
---@return extcontacts.sandbox.Identifier[]
function identifier_keys.in_fields(type_name, record)
  local found, add = collector()
  if type_name == "contact" then
    for _, field in ipairs(EMAILS) do
      add("Email", record[field] and text.trim(record[field]))
    end
    add_phones(record, add)
    add("SocialTwitter", record.twitterId and record.twitterId.screenName)
  end
  add_others(record, add)
  return found
end

--- Calls `add` with the keys that the reverse lookup does not have.
---@param record table a written record, or the search fields of a seeded one, which have none
---@param add fun(key: string)
function identifier_keys.add_others(record, add)
  local found, collect = collector()
  add_others(record, collect)
  for _, identifier in ipairs(found) do
    add(identifier_keys.of(identifier))
  end
end

return identifier_keys
