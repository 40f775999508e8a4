--- What is compared of a contact, and the keys by which candidates are found.  Pure.

local addresses = require "extcontacts.dedupe.addresses"
local contact_fields = require "extcontacts.record.contact_fields"
local core = require "extcontacts.core"
local dates = require "extcontacts.dedupe.birth_dates"
local names = require "extcontacts.dedupe.names"
local titles = require "extcontacts.dedupe.titles"

local contacts = {}

local soundex = core.similarity.soundex

--- The fields and their kinds, in the order of a pattern's levels.
contacts.fields = {
  { name = "given_name", kind = "given" }, { name = "family_name", kind = "family" },
  { name = "middle_name", kind = "middle" }, { name = "suffix", kind = "suffix" },
  { name = "email", kind = "emails" }, { name = "phone", kind = "phones" }, { name = "external_id", kind = "ids" },
  { name = "birth_date", kind = "date" }, { name = "address", kind = "address" },
  { name = "organization", kind = "title" },
}

--- What the kinds of keys are, by their letter.
contacts.key_names = {
  a = "e-mail address", b = "e-mail user name and family name", c = "external id", d = "phone number",
  e = "last seven digits of the phone number", f = "sound of the family name and initial",
  g = "family name and postcode", h = "birth date", i = "sounds of both names", j = "both names",
  k = "house and postcode", l = "given name and postcode", m = "both names and city", n = "birth date and initial",
  o = "birth date and family name", p = "family name and equivalent given name",
}

local function sharing_of(email)
  return email.is_role and "r" or email.is_home and "h" or email.is_free and "f" or "p"
end

local function add_emails(contact, keys, sound)
  local items, seen = {}, {}
  for _, field in ipairs(contact_fields.emails) do
    local email = addresses.email(contact[field])
    if email and not seen[email.address] then
      seen[email.address] = true
      items[#items + 1] = sharing_of(email) .. email.address
      keys[#keys + 1] = "a" .. email.address
      if sound and not email.is_role and #email.user >= 5 then
        keys[#keys + 1] = "b" .. email.user .. sound
      end
    end
  end
  return table.concat(items, "\n")
end

-- Numbers that relatives or colleagues may share.
local SHARED = { homePhone = "h", workPhone = "w" }

local function add_phones(contact, keys, region)
  local items, seen = {}, {}
  for _, field in ipairs(contact_fields.phones) do
    local number = addresses.phone(contact[field], region, contact)
    if number and not seen[number] then
      seen[number] = true
      items[#items + 1] = (SHARED[field] or "p") .. number
      keys[#keys + 1] = "d" .. number
      keys[#keys + 1] = #number > 7 and "e" .. number:sub(-7) or nil
    end
  end
  return table.concat(items, "\n")
end

-- Accounts of messaging services count like external ids.
local SERVICES = { twitterId = "id", whatsAppId = false, lineId = "ids", facebookId = "ids", instagramId = "ids" }
local ID_FIELDS = { "id", "userId", "scopedId" }

local function service_ids(contact, items)
  for field, list in pairs(SERVICES) do
    local account = contact[field]
    local entries = type(account) == "table" and (list == "ids" and account.ids or { account }) or {}
    for _, entry in ipairs(type(entries) == "table" and entries or {}) do
      for _, id in ipairs(ID_FIELDS) do
        if type(entry) == "table" and type(entry[id]) == "string" and entry[id] ~= "" then
          items[#items + 1] = field .. "\t" .. entry[id]:gsub("[\t\n]", " ")
        end
      end
    end
  end
end

local function add_ids(contact, keys)
  local items = {}
  for _, external in ipairs(type(contact.externalIds) == "table" and contact.externalIds or {}) do
    items[#items + 1] = addresses.external_id(external)
  end
  service_ids(contact, items)
  table.sort(items)
  for _, item in ipairs(items) do
    keys[#keys + 1] = "c" .. item
  end
  return table.concat(items, "\n")
end

-- The keys of names; those of sounds also with the names swapped.
local function add_names(keys, given, family, given_sound, family_sound)
  if given_sound and family_sound then
    keys[#keys + 1] = "f" .. family_sound .. given.main:sub(1, 1)
    keys[#keys + 1] = "f" .. given_sound .. family.main:sub(1, 1)
    keys[#keys + 1] = "i" .. math.min(#given_sound, 4) .. (given_sound < family_sound and given_sound .. family_sound
      or family_sound .. given_sound)
  elseif family_sound then
    keys[#keys + 1] = "f" .. family_sound
  end
  if given.main ~= "" and family.main ~= "" then
    keys[#keys + 1] = "j" .. (given.main < family.main and given.main .. "|" .. family.main
      or family.main .. "|" .. given.main)
    for _, row in ipairs(given.rows) do
      keys[#keys + 1] = "p" .. family.main .. row
    end
  end
end

local function add_places(keys, given, family, address)
  local postcode = address.postcode
  if postcode ~= "" then
    keys[#keys + 1] = family.main ~= "" and "g" .. family.main .. "|" .. postcode or nil
    keys[#keys + 1] = given.main ~= "" and "l" .. given.main .. "|" .. postcode or nil
    keys[#keys + 1] = address.house ~= "" and "k" .. address.house .. "|" .. postcode or nil
  end
  if address.city ~= "" and given.main ~= "" and family.main ~= "" then
    keys[#keys + 1] = "m" .. given.main .. "|" .. family.main .. "|" .. address.city
  end
  if address.street ~= "" and address.house ~= "" then
    keys[#keys + 1] = "k" .. address.house .. "|" .. address.street
    keys[#keys + 1] = "k" .. address.house .. "~" .. (soundex(address.street) or "") .. (soundex(address.city) or "")
  end
end

local function add_birth(keys, birth, given, family_sound)
  if birth ~= "" then
    keys[#keys + 1] = "h" .. birth
    keys[#keys + 1] = given.main ~= "" and "n" .. birth .. given.main:sub(1, 1) or nil
    keys[#keys + 1] = family_sound and "o" .. birth .. family_sound or nil
  end
end

--- Reads a contact.
---@param contact table
---@param options { region: string|nil, birth_field: string|nil }
---@return string[] fields in the order of `contacts.fields`
---@return string[] keys each with the letter of its kind
function contacts.read(contact, options)
  local keys = {}
  local given, family = names.given(contact.firstName), names.family(contact.lastName)
  local middle = names.given(contact.middleName).main
  local given_sound, family_sound = soundex(given.main), soundex(family.main)
  local birth, address = dates.of(contact, options.birth_field), addresses.postal(contact.address)
  local fields = {
    given.field, family.field, middle, family.suffix or given.suffix or "",
    add_emails(contact, keys, family_sound), add_phones(contact, keys, options.region), add_ids(contact, keys),
    birth, address.field, titles.of_link(contact.externalOrganization),
  }
  add_names(keys, given, family, given_sound, family_sound)
  add_places(keys, given, family, address)
  add_birth(keys, birth, given, family_sound)
  return fields, keys
end

return contacts
