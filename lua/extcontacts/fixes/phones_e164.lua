-- Phone numbers that the server could not make out, into E.164: "030/1234567"
-- becomes "+49301234567", which it can find, dial and show as +49 30 1234567.
--
--   extcontacts plan phones_e164 --set region=DE -o phones.plan
--
--   region=DE       where numbers without a country are dialled; must be given
--   address=ignore  what a contact's address in another country means:
--                     leave   its national numbers are left for a person (default)
--                     use     they are read as numbers of that country
--                     ignore  they are read as numbers of the region
--   check=length    what is asked of a number before it is planned:
--                     length          that it is as long as numbers there are
--                     libphonenumber  that it exists, too (wants Debian's
--                                     python3-phonenumbers)
--
-- Only numbers without `e164` are touched, so a number the server knows stays
-- as it is.  A number is changed only where the region decides it: "0171 …" in
-- DE is one number, "171 …" could be another, and stays; the plan's totals
-- count why.  Where contacts of several countries are mixed and have no
-- address, add check=libphonenumber.  The server has the last word: `extcontacts
-- verify` names the numbers it did not take, and `extcontacts undo --only` puts
-- those back.  A record that the server would refuse for another field is left:
-- tidy that first.
local errors = require "extcontacts.base.errors"
local fix = require "extcontacts.fix"
local libphonenumber = require "extcontacts.tidy.libphonenumber"
local phones = require "extcontacts.tidy.phones"
local sendable = require "extcontacts.tidy.sendable"

local SLOTS = { "workPhone", "cellPhone", "homePhone", "otherPhone" }
local ADDRESS = { leave = true, use = true, ignore = true }
local CHECK = { length = true, libphonenumber = true }
-- So many contacts are looked at together when libphonenumber is asked.
local BATCH = 2000

local function is_text(value)
  return type(value) == "string" and value:find "%S" ~= nil
end

-- The region that a contact's national numbers belong to; nil where the
-- address says another than the option.
local function region_of(contact, options)
  local address = contact.address
  local country = type(address) == "table" and is_text(address.countryCode) and address.countryCode:upper()
  if options.address == "ignore" or not country or country == options.region or not phones.is_region(country) then
    return options.region
  end
  return options.address == "use" and country or nil
end

local function number_of(phone, region, options)
  if region then
    return phones.parse(phone.display, region)
  end
  -- A number with its country needs no region.
  local number = phones.parse(phone.display, options.region)
  if number and phone.display:find "^%s*%(?%+" then
    return number
  end
  return nil, "a national number of a contact whose address is in another country"
end

-- What libphonenumber knows of the numbers at hand; nil where it isn't asked.
local existing

local function mend(phone, region, options)
  local number, reason = number_of(phone, region, options)
  local extension = type(phone.extension) == "number" and phone.extension or nil
  if not number then
    return reason
  elseif number.extension and extension and number.extension ~= extension then
    return "two extensions"
  elseif phone.display == number.e164 then
    return "in E.164, and yet the server did not make it out"
  elseif existing and not existing[number.e164] then
    return "a number that does not exist there"
  end
  phone.display, phone.e164, phone.userInput = number.e164, number.e164, nil
  phone.extension = number.extension or phone.extension
end

-- Calls `visit` with each phone of a contact that the server did not make out.
local function each_unknown(contact, visit)
  for _, slot in ipairs(SLOTS) do
    local phone = contact[slot]
    if type(phone) == "table" and is_text(phone.display) and not is_text(phone.e164) then
      visit(phone)
    end
  end
end

-- Contacts in batches, for each of which libphonenumber is asked once.
local function checked(client, ctx)
  local scan, batch, at = client:scan_contacts { limit = 200 }, {}, 0
  local function fill()
    local numbers = {}
    batch, at = {}, 0
    for contact in scan do
      batch[#batch + 1] = contact
      each_unknown(contact, function(phone)
        local number = number_of(phone, region_of(contact, ctx.options), ctx.options)
        numbers[#numbers + 1] = number and number.e164 or nil
      end)
      if #batch == BATCH then
        break
      end
    end
    local exist, reason = libphonenumber.existing(numbers)
    existing = exist or errors.raise_invalid(reason)
  end
  return function()
    if at == #batch then
      fill()
    end
    at = at + 1
    return batch[at]
  end
end

return {
  name = "phone numbers into E.164",
  options = { region = "", address = "leave", check = "length" },

  source = function(options)
    return options.check == "libphonenumber" and fix.each("contact", checked) or fix.scan "contacts"
  end,

  prepare = function(ctx)
    local options = ctx.options
    if options.region == "" then
      error("say where numbers without a country are dialled: --set region=DE", 0)
    elseif not phones.is_region(options.region) then
      error(phones.unknown_region(options.region), 0)
    elseif not ADDRESS[options.address] then
      error("address must be leave, use or ignore", 0)
    elseif not CHECK[options.check] then
      error("check must be length or libphonenumber", 0)
    end
    existing = nil
  end,

  change = function(contact, ctx)
    local region, mended = region_of(contact, ctx.options), false
    each_unknown(contact, function(phone)
      local reason = mend(phone, region, ctx.options)
      if reason then
        ctx.skip("phone: " .. reason)
      else
        mended = true
      end
    end)
    return mended and sendable.or_skip("contact", contact, ctx) or nil
  end,
}
