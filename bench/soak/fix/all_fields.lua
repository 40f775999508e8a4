-- Changes fields of every type: texts, phone numbers, the address, custom fields,
-- the organization.
local fix = require "extcontacts.fix"
local is_email = require("extcontacts.record.normalize.email").is_valid

local EMAILS = { "workEmail", "personalEmail", "otherEmail" }

return {
  name = "fields of every type",
  source = fix.scan("contacts", { limit = 200 }),
  change = function(contact)
    for _, name in ipairs(EMAILS) do
      if contact[name] and not is_email(contact[name]:match "^%s*(.-)%s*$") then
        return nil -- the server rejects the record, whatever is changed
      end
    end
    contact.title = contact.title and contact.title:upper() or "none"
    contact.salutation, contact.address = nil, nil
    contact.customFields, contact.schema = nil, nil
    contact.externalOrganization = nil
    if contact.workPhone then
      contact.workPhone = { display = "+49 30 901820", e164 = "+4930901820" }
    else
      contact.cellPhone = { display = "+1 212 555 0100", acceptsSMS = true }
    end
    return contact
  end,
}
