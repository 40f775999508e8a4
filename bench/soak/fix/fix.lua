-- Sets a field of every contact.
local fix = require "extcontacts.fix"
local is_email = require("extcontacts.record.normalize.email").is_valid

return {
  name = "soak",
  source = fix.scan("contacts", { limit = 200 }),
  options = { title = "Soaked" },
  change = function(contact, ctx)
    -- An invalid address keeps the server from accepting the record.
    for _, name in ipairs { "workEmail", "personalEmail", "otherEmail" } do
      if contact[name] and not is_email(contact[name]:match "^%s*(.-)%s*$") then
        contact[name] = nil
      end
    end
    contact.title = ctx.options.title
    return contact
  end,
}
