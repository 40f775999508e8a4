-- Replaces country names in contacts' addresses with ISO 3166 codes.
--   extcontacts plan examples/fixes/country_codes.lua -o countries.plan
local fix = require "extcontacts.fix"
local names = require "extcontacts.tidy.names"

local CODES = { germany = "DE", deutschland = "DE", ["united kingdom"] = "GB", uk = "GB", usa = "US" }

return {
  name = "country codes in addresses",
  source = fix.scan "contacts",

  -- Only the contacts that the filter accepts are decoded in full.
  needs = { "address.countryCode" },
  filter = function(contact)
    local country = fix.get(contact, "address.countryCode")
    return type(country) == "string" and (country == "UK" or not country:find "^%u%u$")
  end,

  change = function(contact, ctx)
    local country = contact.address.countryCode
    local code = CODES[names.trimmed(country):lower()]
    if not code then
      return ctx.skip("unknown country: " .. country)
    end
    contact.address.countryCode = code
    return contact
  end,
}
