-- Replaces country names in contacts' addresses with ISO 3166 codes.
--   extcontacts plan examples/fixes/country_codes.lua -o countries.plan
local fix = require "extcontacts.fix"
local names = require "extcontacts.tidy.names"

local CODES = { germany = "DE", deutschland = "DE", ["united kingdom"] = "GB", uk = "GB", usa = "US" }

return {
  name = "country codes in addresses",
  source = fix.scan "contacts",

  change = function(contact, ctx)
    local country = fix.get(contact, "address.countryCode")
    if type(country) ~= "string" or country:find "^%u%u$" and country ~= "UK" then
      return nil -- nothing to do
    end
    local code = CODES[names.trimmed(country):lower()]
    if not code then
      return ctx.skip("unknown country: " .. country)
    end
    contact.address.countryCode = code
    return contact
  end,
}
