-- Sets the custom field tier_text from a CSV file with the columns email and tier.
--   extcontacts plan examples/fixes/loyalty_tiers.lua --set csv=tiers.csv -o tiers.plan
local fix = require "extcontacts.fix"

local TIERS = { gold = true, silver = true, bronze = true }

return {
  name = "loyalty tiers from a CSV file",
  options = { csv = "tiers.csv" },

  -- The row's contact is the one that has the address.
  source = function(options)
    return fix.csv(options.csv, { key = "email", by = "lookup", columns = { "tier" } })
  end,

  change = function(contact, ctx)
    local tier = ctx.row.tier:lower()
    if not TIERS[tier] then
      return ctx.skip "tier is not gold, silver or bronze"
    end
    contact.customFields = contact.customFields or {}
    contact.customFields.tier_text = tier
    return contact
  end,
}
