--- The operations that the sandbox does not perform yet, by resource.  It checks
-- their requests as it does all others, and answers them with 501.

local BY_RESOURCE = {
  contacts = "search",
  ["contacts.schemas"] = "limits core_types core_type",
  ["contacts.sessions"] = "list",
  ["contacts.segments"] = "list change",
  ["organizations.schemas"] = "limits core_types core_type",
  settings = "get update delete",
  ["graphs.scans"] = "list get statistics latest latest_statistics",
  ["graphs.clusters"] = "list get merge",
  ["graphs.settings"] = "get update",
}

--- Short name → true.
---@type table<string, boolean>
local pending = {}
for resource, verbs in pairs(BY_RESOURCE) do
  for verb in verbs:gmatch "%S+" do
    pending[resource .. "." .. verb] = true
  end
end

return pending
