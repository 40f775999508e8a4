-- Fills an empty field.
local common = require "bench.soak.fix.common"
local fix = require "extcontacts.fix"

return {
  name = "fill",
  source = fix.scan("contacts", { limit = 200 }),
  change = function(contact)
    if contact.middleName or not common.is_valid(contact) then
      return nil
    end
    contact.middleName = "Ada"
    return contact
  end,
}
