-- Creates a contact and a note for every tenth contact, and deletes every twentieth.
local common = require "bench.soak.fix.common"
local fix = require "extcontacts.fix"

local number = 0

return {
  name = "creates and deletes",
  source = fix.scan("contacts", { limit = 200 }),
  change = function(contact)
    number = number + 1
    if number % 10 ~= 0 or not common.is_valid(contact) then
      return nil
    elseif number % 20 == 10 then
      return { fix.create("contact", { firstName = "Soak", lastName = "No " .. number,
        workEmail = ("soak%d@example.com"):format(number) }), fix.add_note { noteText = "soak " .. number,
        createdBy = { id = "11111111-1111-4111-8111-111111111111" } } }
    end
    return fix.delete
  end,
}
