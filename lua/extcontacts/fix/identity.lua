--- Which server a plan, a journal or a snapshot belongs to.

local identity = {}

--- The address of the server that a client talks to, without a path.
---@param client extcontacts.Client
---@return string
function identity.server(client)
  local request = assert(client:plan("contacts.get", "x"))
  return (request.url:gsub("/api/v2/.*$", ""))
end

return identity
