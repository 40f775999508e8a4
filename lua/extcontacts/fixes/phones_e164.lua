-- Converts phone numbers that the server does not recognise to E.164: "030/1234567"
-- becomes "+49301234567", which can be searched for and dialled.
--
--   extcontacts plan phones_e164 --set region=DE -o phones.plan
--
-- Options:
--   region=DE       the region of numbers without a country code (required)
--   address=leave   if a contact's address is in another country or in an unknown
--                   one, its numbers without a country code:
--                     leave   are skipped (default)
--                     use     are read as numbers of that country, if it is known
--                     ignore  are read as numbers of the region
--   check=length    validation of a number:
--                     length          checks the number of digits (default)
--                     libphonenumber  also checks that the number exists (needs
--                                     Debian's python3-phonenumbers)
--
-- Only numbers without `e164` change: those that the server recognises stay as they
-- are. A number changes only if the region decides it. In DE, "0171 …" is one number;
-- "171 …" could be another, and is skipped with a reason. If contacts of several
-- countries have no address, use check=libphonenumber.
--
-- Prefixes and lengths are those of libphonenumber-js 1.13.16 of 2026-11-10.
--
-- The server decides in the end: `extcontacts verify` names the numbers that it did
-- not recognise, and `extcontacts undo --only` restores those. A record that the
-- server would reject because of another field is skipped: tidy that field first.
local fix = require "extcontacts.fix"
local libphonenumber = require "extcontacts.tidy.libphonenumber"
local phones = require "extcontacts.tidy.phones"
local sendable = require "extcontacts.tidy.sendable"

local FIELDS = { "workPhone", "cellPhone", "homePhone", "otherPhone" }
local ADDRESS = { leave = true, use = true, ignore = true }
local CHECK = { length = true, libphonenumber = true }
-- Contacts per call of libphonenumber, each of which starts a process.
local BATCH = 2000

local function is_text(value)
  return type(value) == "string" and value:find "%S" ~= nil
end

-- The region of a contact's national numbers; or nil and the reason to skip them.
-- The field is free text, so the country is known or unknown.
local function region_of(contact, options)
  local address = contact.address
  local text = type(address) == "table" and is_text(address.countryCode) and address.countryCode
  if options.address == "ignore" or not text then
    return options.region
  end
  local code = phones.country(text)
  if code == options.region or (options.address == "use" and phones.is_region(code)) then
    return code
  end
  return nil, code and "no country code, and the address is in another country"
    or "no country code, and the country of the address is unknown"
end

local function number_of(phone, region, why)
  if region then
    return phones.parse(phone.display, region)
  end
  -- A number with a country code needs no region.
  local number, reason = phones.parse(phone.display)
  return number, not number and (reason == "no country code" and why or reason) or nil
end

-- The numbers of the current batch that exist; nil if that is not checked.
local existing

-- Converts a phone number; returns the reason if it can't.
local function convert(phone, region, why)
  local number, reason = number_of(phone, region, why)
  local extension = type(phone.extension) == "number" and phone.extension or nil
  if not number then
    return reason
  elseif number.extension and extension and number.extension ~= extension then
    return "two different extensions"
  elseif phone.display == number.e164 then
    return "already E.164, but the server does not recognise it"
  elseif existing and not existing[number.e164] then
    return "the number does not exist"
  end
  phone.display, phone.e164, phone.userInput = number.e164, number.e164, nil
  phone.extension = number.extension or phone.extension
end

-- Calls `visit` with each phone number that the server does not recognise.
local function each_unrecognised(contact, visit)
  for _, field in ipairs(FIELDS) do
    local phone = contact[field]
    if type(phone) == "table" and is_text(phone.display) and not is_text(phone.e164) then
      visit(phone)
    end
  end
end

-- All contacts, in batches whose numbers are checked together.
local function checked_contacts(client, ctx)
  local scan, batch, position = client:scan_contacts { limit = 200 }, {}, 0
  local function fill()
    local numbers = {}
    batch, position = {}, 0
    for contact in scan do
      batch[#batch + 1] = contact
      each_unrecognised(contact, function(phone)
        local number = number_of(phone, region_of(contact, ctx.options))
        numbers[#numbers + 1] = number and number.e164 or nil
      end)
      if #batch == BATCH then
        break
      end
    end
    local problem
    existing, problem = libphonenumber.existing(numbers)
    if not existing then
      error(problem, 0)
    end
  end
  return function()
    if position == #batch then
      fill()
    end
    position = position + 1
    return batch[position]
  end
end

return {
  name = "phone numbers into E.164",
  options = { region = "", address = "leave", check = "length" },

  source = function(options)
    return options.check == "libphonenumber" and fix.each("contact", checked_contacts) or fix.scan "contacts"
  end,

  prepare = function(ctx)
    local options = ctx.options
    if options.region == "" then
      error("option 'region' is required (the region of numbers without a country code): use --set region=DE", 0)
    elseif not phones.is_region(options.region) then
      error(phones.unknown_region(options.region), 0)
    elseif not ADDRESS[options.address] then
      error("option 'address' must be leave, use or ignore", 0)
    elseif not CHECK[options.check] then
      error("option 'check' must be length or libphonenumber", 0)
    end
    existing = nil
  end,

  change = function(contact, ctx)
    local region, why = region_of(contact, ctx.options)
    local is_changed = false
    each_unrecognised(contact, function(phone)
      local reason = convert(phone, region, why)
      if reason then
        ctx.skip("phone: " .. reason)
      else
        is_changed = true
      end
    end)
    return is_changed and sendable.or_skip("contact", contact, ctx) or nil
  end,
}
