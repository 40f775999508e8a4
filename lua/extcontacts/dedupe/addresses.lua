--- The forms of e-mail addresses, phone numbers, external ids and postal addresses in
-- which they are compared.  Pure.

local email = require "extcontacts.record.normalize.email"
local names = require "extcontacts.dedupe.names"
local normalize = require "extcontacts.record.normalize"
local phone = require "extcontacts.record.normalize.phone"
local phone_region = require "extcontacts.record.phone_region"
local texts = require "extcontacts.base.text"

local addresses = {}

-- The part before the @ of addresses that belong to a role rather than to a person.
local ROLES = texts.set [[
  info contact contacts office mail email hello hi sales support service services admin administrator
  administration kontakt buero bureau reception empfang accounts accounting billing invoice invoices noreply no-reply
  donotreply do-not-reply team hr jobs careers press presse webmaster postmaster hostmaster root help helpdesk
  marketing orders order shop store enquiries enquiry inquiries inquiry customerservice customercare feedback security
  privacy legal finance purchasing procurement sekretariat zentrale verwaltung rechnung vertrieb personal ventas
  contacto soporte administracion facturacion contabilidad commercial direction secretariat comptabilite
  receptie verkoop inkoop facturen biuro kontakty sekretariat it ops noc abuse news newsletter]]

-- Words in the addresses of families.
local FAMILIES = { "family", "familie", "famille", "familia", "famiglia", "rodzina", "haushalt", "household" }

local function is_family(user)
  for _, word in ipairs(FAMILIES) do
    if user:find(word, 1, true) then
      return true
    end
  end
  return user:find "^fam[._-]" ~= nil
end

-- Providers at which anybody can have an address: the same user name at two of them is no
-- typing error.
local FREE = texts.set [[
  gmail googlemail hotmail outlook live msn yahoo ymail rocketmail aol icloud me mac mail email gmx web
  t-online freenet posteo proton protonmail pm yandex bk inbox list rambler ukr orange wanadoo free laposte sfr neuf
  libero virgilio tiscali alice wp onet interia o2 seznam centrum bigpond optusnet comcast verizon att sbcglobal
  bellsouth cox charter btinternet sky talktalk virginmedia ntlworld blueyonder bluewin terra uol bol qq 163 126 sina
  naver daum rediffmail zoho fastmail hey tutanota tuta duck]]

---@class extcontacts.dedupe.Email
---@field address string
---@field user string before the @, without what follows a plus sign
---@field is_role boolean
---@field is_home boolean of a family
---@field is_free boolean of a provider at which anybody can have one

--- Reads an e-mail address.
---@param text any
---@return extcontacts.dedupe.Email|nil
function addresses.email(text)
  if type(text) ~= "string" then
    return nil
  end
  local address = email.key(text)
  local user, host = (address or ""):match "^([^@]+)@(.+)$"
  if not user then
    return nil
  end
  user = user:match "^([^+]+)%+" or user
  local role = user:match "^%a+" or ""
  local is_role = ROLES[user] or ROLES[role] and not user:find "%a[._-]%a" or false
  return { address = user .. "@" .. host, user = user, is_role = is_role,
    is_home = is_family(user), is_free = FREE[host:match "^[^.]+"] == true }
end

--- The digits of a phone number in E.164, with a plus sign; of a number without a
-- country code, the digits as they were typed.
---@param value any a phone number's record or text
---@param region string|nil of numbers without a country code
---@param record table|nil that has the number: its own country comes before `region`, and one that is unknown
--- leaves the digits
---@return string|nil
function addresses.phone(value, region, record)
  local text = value
  if type(value) == "table" then
    text = type(value.e164) == "string" and value.e164 ~= "" and value.e164 or value.display or value.userInput
  end
  if type(text) ~= "string" or text == "" then
    return nil
  elseif text:find "^%+[1-9]%d%d%d%d%d%d%d+$" and #text <= 16 then
    return text
  end
  local number = phone.read(text, region and record and phone_region.of(record, value, region) or nil)
  if number then
    return number.e164
  end
  local typed = phone.split(text)
  local digits = typed and not phone.problem(typed) and typed:gsub("%D", "") or ""
  return #digits >= 6 and digits or nil
end

--- The key of an external id.
---@param external any
---@return string|nil "SOURCE\tVALUE"
function addresses.external_id(external)
  if type(external) ~= "table" or type(external.value) ~= "string" or external.value == "" then
    return nil
  end
  local source = type(external.externalSource) == "table" and external.externalSource or {}
  local value = normalize.identifier("ExternalId", external.value):gsub("[\t\n]", " ")
  return tostring(source.id or source.name or "") .. "\t" .. value
end

------------------------------------------------------------ postal address --

local SHORT = {}
for long, short in ([[street st str st strasse st avenue av ave av road rd drive dr lane ln place pl court ct crescent
  cr cres cr circuit cct boulevard bd blvd bd square sq terrace tce highway hwy parade pde close cl grove gr way wy
  north n south s east e west w platz pl weg wg allee al via v calle c rue r]]):gmatch "(%S+)%s+(%S+)" do
  SHORT[long] = short
end

local UNITS = { "^(.-)%s*%f[%a]a?pa?r?t%a*%.?%s*(%w+)%s*$", "^(.-)%s*%f[%a]unit%s+(%w+)%s*$",
  "^(.-)%s*%f[%a]suite%s+(%w+)%s*$", "^(.-)%s*%f[%a]flat%s+(%w+)%s*$", "^(.-)%s*#%s*(%w+)%s*$" }

local function unit_of(text)
  local lower = text:lower()
  for _, pattern in ipairs(UNITS) do
    local rest, unit = lower:match(pattern)
    if unit and unit:find "%d" then
      return unit, text:sub(1, #rest)
    end
  end
  return "", text
end

-- A folded text with the short forms of its words.
local function short_words(text)
  text = text:gsub("strasse%f[%A]", " st"):gsub("str%f[%A]", " st"):gsub("%a+", SHORT):gsub("%s+", " ")
  return (text:gsub("^ ", ""))
end

-- The house number and the street: "12 Oak Street", "Hauptstr. 5a".
local function street_of(text)
  text = names.folded(text)
  local house, street = text:match "^(%d+%a?)%s+(.+)$"
  if not house then
    street, house = text:match "^(.-%a)%s+(%d+%s?%a?)$"
  end
  if not house then
    house, street = text:match "^%d+%a?$" or "", text:find "^%d+%a?$" and "" or text
  end
  return house:gsub(" ", ""), short_words(street)
end

---@class extcontacts.dedupe.PostalAddress
---@field house string
---@field street string
---@field postcode string
---@field city string
---@field unit string
---@field second string the second line
---@field field string for comparisons; "" if nothing is known

local NOTHING = { house = "", street = "", postcode = "", city = "", unit = "", second = "", field = "" }

local function text_of(value)
  return (type(value) == "string" or type(value) == "number") and tostring(value) or ""
end

--- Reads a postal address.
---@param address any
---@return extcontacts.dedupe.PostalAddress
function addresses.postal(address)
  if type(address) ~= "table" then
    return NOTHING
  end
  local unit, line = unit_of(text_of(address.address1):sub(1, 200))
  local second = text_of(address.address2):sub(1, 200)
  if unit == "" then
    unit, second = unit_of(second)
  end
  local house, street = street_of(line)
  second = short_words(names.folded(second))
  local postcode = names.folded(text_of(address.postalCode):sub(1, 40)):gsub(" ", "")
  local city = names.folded(text_of(address.city):sub(1, 100))
  if house == "" and street == "" and postcode == "" and city == "" and second == "" then
    return NOTHING
  end
  return { house = house, street = street, postcode = postcode, city = city, unit = unit, second = second,
    field = table.concat({ house, street, postcode, city, unit, second }, "\n") }
end

return addresses
