--- The names of all `*_many`, as namespaces know them: `contacts.get_many`.  Apart from
-- `iterate.many`, which is loaded when one is first used.

local RESOURCES = { "contacts", "organizations", "notes", "relationships" }
local VERBS = { "get", "create", "update", "delete", "enrich" }
local CAN_ENRICH = { contacts = true, organizations = true }

---@type string[]
local names = {}

for _, resource in ipairs(RESOURCES) do
  for _, verb in ipairs(VERBS) do
    if verb ~= "enrich" or CAN_ENRICH[resource] then
      names[#names + 1] = ("%s.%s_many"):format(resource, verb)
    end
  end
end

return names
