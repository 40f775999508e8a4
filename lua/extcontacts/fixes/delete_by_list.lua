-- Deletes the contacts of a list permanently, with proof. Use it for erasure requests
-- under the GDPR.
--
--   extcontacts plan delete_by_list --set list=ids.txt -o erase.plan
--   extcontacts apply erase.plan --allow-irreversible
--   extcontacts verify erase.plan
--
-- Options:
--   list=ids.txt   a file with one contact per line: its id, e-mail address, or phone
--                  number with its country code (required)
--
-- This is irreversible: neither the plan nor the journal keeps a copy of a record.
-- `verify` reads each record again and writes erase.plan.proof.csv with the id, the
-- time of the deletion, the correlation id of the response, and the time at which the
-- record was found missing. The list itself contains addresses: delete it when the
-- request is settled.
--
-- An address that several contacts have is skipped, so that nobody is deleted who
-- shares an address with someone else. erase.plan.skipped.csv lists the skipped lines
-- with reasons: a line that can't be read, such as a phone number without its country
-- code, is named as unreadable. "no such record" means that the address was looked up.
-- The server finds only phone numbers that it recognises: search for the others by name
-- before you answer that nothing is stored.
local fix = require "extcontacts.fix"

local function contacts_of(path)
  return fix.each("contact", function(client, ctx)
    local next_line, seen = fix.lines(path), {}
    return function()
      for line, number in next_line do
        local contact, reason = fix.lookup(client, line)
        if not contact then
          ctx.skip(reason, number)
        elseif seen[contact.id] then
          ctx.skip("duplicate row: this record appears earlier in the file", number)
        else
          seen[contact.id] = true
          return contact
        end
      end
    end
  end)
end

return {
  name = "contacts of a list deleted permanently",
  options = { list = "" },

  source = function(options)
    if options.list == "" then
      error("option 'list' is required (the file with ids or addresses): use --set list=ids.txt", 0)
    end
    return contacts_of(options.list)
  end,

  change = function()
    return fix.erase
  end,
}
