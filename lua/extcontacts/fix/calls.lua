--- Operations on one record, by its reference.

local kinds = require "extcontacts.fix.kinds"

-- luacheck: ignore 113 143
local unpack = table.unpack or unpack

local calls = {}

--- Calls an operation of the record's kind.
---@param client extcontacts.Client
---@param verb "get"|"update"|"create"|"delete"
---@param reference extcontacts.fix.Reference
---@param body table|nil
---@param options table|nil
---@return any value
---@return extcontacts.Error|nil
---@return extcontacts.Response|nil
function calls.call(client, verb, reference, body, options)
  local arguments = kinds.arguments(reference, body, options)
  local value, err, response = client:call(kinds.by_name[reference.kind][verb], unpack(arguments))
  return value, err, response
end

--- Reads the record; nil where it is not there.  Raises other failures.
---@param client extcontacts.Client
---@param reference extcontacts.fix.Reference
---@return table|nil
function calls.read(client, reference)
  local record, err = calls.call(client, "get", reference)
  if record then
    return record
  elseif err.status == 404 then
    return nil
  end
  error(err, 0)
end

return calls
