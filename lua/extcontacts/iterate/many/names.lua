--- The names of all `*_many`, as namespaces know them: `contacts.get_many`.  Apart from
-- `iterate.many`, which is loaded when one is first used.

local RESOURCES = { "contacts", "organizations", "notes", "relationships" }
local VERBS = { "get", "create", "update", "delete", "enrich" }
local CAN_ENRICH = { contacts = true, organizations = true }

---@class extcontacts.ManyNames
---@field [integer] string
---@field reads table<string, boolean> name → whether it only reads
local names = { reads = {} }

for _, resource in ipairs(RESOURCES) do
  for _, verb in ipairs(VERBS) do
    if verb ~= "enrich" or CAN_ENRICH[resource] then
      local name = ("%s.%s_many"):format(resource, verb)
      names[#names + 1] = name
      names.reads[name] = verb == "get"
    end
  end
end

return names
