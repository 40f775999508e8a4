--- What is compared of an organization, and the keys by which candidates are found.
-- Pure.

local addresses = require "extcontacts.dedupe.addresses"
local core = require "extcontacts.core"
local domain = require "extcontacts.record.normalize.domain"
local texts = require "extcontacts.base.text"
local titles = require "extcontacts.dedupe.titles"

local organizations = {}

local soundex = core.similarity.soundex

--- The fields and their kinds, in the order of a pattern's levels.
organizations.fields = {
  { name = "name", kind = "title", levels = "organization_name" },
  { name = "domain", kind = "domains" }, { name = "phone", kind = "phones" },
  { name = "external_id", kind = "ids" }, { name = "address", kind = "address" },
}

--- What the kinds of keys are, by their letter.
organizations.key_names = {
  a = "domain", c = "external id", d = "phone number", e = "last seven digits of the phone number",
  f = "sound of the name and postcode", g = "first word of the name and city", j = "name",
  k = "house and postcode", i = "sounds of the first words of the name",
}

-- Hosts of many organizations' pages.
local SHARED = texts.set [[
  facebook.com linkedin.com instagram.com twitter.com x.com youtube.com google.com sites.google.com
  wordpress.com blogspot.com wixsite.com github.io github.com medium.com etsy.com ebay.com amazon.com yelp.com
  gmail.com outlook.com hotmail.com yahoo.com]]

-- The host of a website, without www.
local function host_of(website)
  if type(website) ~= "string" then
    return nil
  end
  local host = website:gsub("^%s*%a[%w+.-]*://", ""):match "^[^/?#:%s]+"
  host = host and domain.unicode(host:gsub("^[wW][wW][wW]%.", ""))
  return host and host:find(".", 1, true) and not SHARED[host] and host or nil
end

local function add_domains(organization, keys)
  local items, seen = {}, {}
  for _, website in ipairs(type(organization.websites) == "table" and organization.websites or {}) do
    local host = host_of(website)
    if host and not seen[host] then
      seen[host] = true
      items[#items + 1], keys[#keys + 1] = host, "a" .. host
    end
  end
  return table.concat(items, "\n")
end

local function add_phones(organization, keys, region)
  local items = {}
  for _, field in ipairs { "phoneNumber", "faxNumber" } do
    local number = addresses.phone(organization[field], region, organization)
    if number then
      items[#items + 1] = "p" .. number
      keys[#keys + 1] = "d" .. number
      keys[#keys + 1] = #number > 7 and "e" .. number:sub(-7) or nil
    end
  end
  return table.concat(items, "\n")
end

local function add_ids(organization, keys)
  local items = {}
  for _, external in ipairs(type(organization.externalIds) == "table" and organization.externalIds or {}) do
    local item = addresses.external_id(external)
    items[#items + 1] = item
    keys[#keys + 1] = item and "c" .. item or nil
  end
  return table.concat(items, "\n")
end

local function add_places(keys, title, address)
  local first = title:match "^%S+"
  local sound = first and soundex(first)
  if address.postcode ~= "" then
    keys[#keys + 1] = address.house ~= "" and "k" .. address.house .. "|" .. address.postcode or nil
    keys[#keys + 1] = sound and "f" .. sound .. "|" .. address.postcode or nil
  end
  if address.house ~= "" and address.street ~= "" then
    keys[#keys + 1] = "k" .. address.house .. "|" .. address.street
  end
  keys[#keys + 1] = first and address.city ~= "" and "g" .. first .. "|" .. address.city or nil
  local second = title:match "^%S+ (%S+)"
  keys[#keys + 1] = sound and second and "i" .. sound .. (soundex(second) or second) or nil
end

--- Reads an organization.
---@param organization table
---@param options { region: string|nil }
---@return string[] fields in the order of `organizations.fields`
---@return string[] keys each with the letter of its kind
function organizations.read(organization, options)
  local keys = {}
  local title, address = titles.plain(organization.name), addresses.postal(organization.address)
  keys[1] = title ~= "" and "j" .. title or nil
  add_places(keys, title, address)
  return { title, add_domains(organization, keys), add_phones(organization, keys, options.region),
    add_ids(organization, keys), address.field }, keys
end

return organizations
