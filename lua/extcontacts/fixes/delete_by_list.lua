-- Deletes the contacts of a list for good, with proof that they are gone: for
-- a request under the GDPR.
--
--   extcontacts plan delete_by_list --set list=ids.txt -o erase.plan
--   extcontacts apply erase.plan --allow-irreversible
--   extcontacts verify erase.plan
--
--   list=ids.txt        a file with one contact a line: its id, an e-mail address
--                       or an international number of its (must be given)
--
-- No copy of the records is kept, neither in the plan nor in the journal, so
-- this can't be undone.  `verify` reads each record again and writes
-- erase.plan.proof.csv: the id, when it was deleted, the correlation id of the
-- answer, and when it was found to be gone.  The list itself holds addresses:
-- delete it when the request is answered.
--
-- An address that several contacts have is left for a person: who shares an
-- address with someone else is not to be deleted with them.  The lines that
-- were left, and why, are in erase.plan.skipped.csv.
local atomic_lines = require "extcontacts.base.atomic_lines"
local fix = require "extcontacts.fix"
local lookup = require "extcontacts.fix.lookup"

local function get(client, id)
  local contact, err = client.contacts:get(id:lower())
  if not contact and err.status ~= 404 then
    error(err, 0)
  end
  return contact, "no such record"
end

local function each(path)
  return fix.each("contact", function(client, ctx)
    local next_line, err, close = atomic_lines.texts(path)
    if not next_line then
      error(err, 0)
    end
    local seen = {}
    return function()
      for line, number in next_line do
        local word = line:match "^%s*(.-)%s*$"
        if word ~= "" then
          local contact, reason = (lookup.normal(word) and lookup.find or get)(client, word)
          if not contact then
            ctx.skip(reason, number)
          elseif seen[contact.id] then
            ctx.skip("the same record again", number)
          else
            seen[contact.id] = true
            return contact
          end
        end
      end
      close()
    end
  end)
end

return {
  name = "contacts of a list deleted for good",
  source = function(options)
    if options.list == "" then
      error("name the file with the ids or addresses: --set list=ids.txt", 0)
    end
    return each(options.list)
  end,
  options = { list = "" },
  change = function()
    return fix.erase
  end,
}
