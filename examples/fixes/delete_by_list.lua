-- Deletes the contacts of a list for good, with proof that they are gone: for
-- a request under the GDPR.
--
--   extcontacts plan examples/fixes/delete_by_list.lua --set list=ids.txt -o erase.plan
--   extcontacts apply erase.plan --allow-irreversible
--   extcontacts verify erase.plan
--
--   list=ids.txt        a file with one contact a line: its id, or an e-mail
--                       address of its (must be given)
--
-- No copy of the records is kept, neither in the plan nor in the journal, so
-- this can't be undone.  `verify` reads each record again and writes
-- erase.plan.proof.csv: the id, when it was deleted, the correlation id of the
-- answer, and when it was found to be gone.  The list itself holds addresses:
-- delete it when the request is answered.
--
-- An address that several contacts have is left for a person: who shares an
-- address with someone else is not to be deleted with them.  The lines that
-- were left, and why, are in erase.plan.left.csv.
local fix = require "extcontacts.fix"
local lines = require "extcontacts.fix.lines"

local EMAILS = { "workEmail", "personalEmail", "otherEmail" }

local function has_address(contact, address)
  for _, field in ipairs(EMAILS) do
    local value = contact[field]
    if type(value) == "string" and value:lower():match "^%s*(.-)%s*$" == address then
      return true
    end
  end
  return false
end

-- The one contact with an address; nil and why there is none.
local function find(client, address)
  local found
  for _, contact in ipairs(assert(client.lookup:reverse(address)).contacts or {}) do
    if has_address(contact, address) then
      if found then
        return nil, "an address that several contacts have"
      end
      found = contact
    end
  end
  return found, "no such record"
end

local function get(client, id)
  local contact, err = client.contacts:get(id)
  if not contact and err.status ~= 404 then
    error(err, 0)
  end
  return contact, "no such record"
end

local function each(path)
  return fix.each("contact", function(client, ctx)
    local next_line, err, close = lines.texts(path)
    if not next_line then
      error(err, 0)
    end
    local seen = {}
    return function()
      for line, number in next_line do
        local word = line:match "^%s*(.-)%s*$":lower()
        if word ~= "" then
          local contact, reason = (word:find("@", 1, true) and find or get)(client, word)
          if not contact then
            ctx.left(reason, number)
          elseif seen[contact.id] then
            ctx.left("the same record again", number)
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
