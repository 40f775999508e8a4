--- How an import found the contacts of its rows, as text.  Pure.

local texts = require "extcontacts.base.text"

local matching_text = {}

local NOUNS = { email = "e-mail address", phone = "phone number", externalId = "external id", id = "id" }

-- The identifiers in the order in which they were tried.
local function identifiers(match)
  local list = {}
  for kind in tostring(match):gmatch "[^,]+" do
    list[#list + 1] = NOUNS[kind] or kind
  end
  return table.concat(list, ", then ")
end

local WAYS = { scan = "one scan of %s", lookup = "lookups among %s" }

--- Describes it: `lookups among 700 contacts (e-mail address, then phone number)`.
---@param facts extcontacts.fix.ImportMatching|nil of a plan's header, `source.matching`
---@return string|nil text nil without facts, as in the plan of another source
function matching_text.of(facts)
  if type(facts) ~= "table" or not WAYS[facts.by] then
    return nil
  end
  local contacts = facts.contacts and texts.plural(facts.contacts, "contact") or "all contacts"
  return WAYS[facts.by]:format(contacts) .. (facts.match and (" (%s)"):format(identifiers(facts.match)) or "")
end

return matching_text
