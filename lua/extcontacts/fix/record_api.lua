--- The operations on one record, by its reference.

local compat = require "extcontacts.base.compat"
local outcome = require "extcontacts.api.outcome"
local types = require "extcontacts.record.types"

local record_api = {}

--- Calls an operation of the record's type.
---@param client extcontacts.Client
---@param verb "get"|"update"|"patch"|"create"|"delete"
---@param reference extcontacts.record.Reference
---@param body table|nil
---@param options table|nil
---@return any value
---@return extcontacts.Error|nil
---@return extcontacts.Response|nil
function record_api.call(client, verb, reference, body, options)
  local arguments = types.arguments(reference, body, options)
  local value, err, response = client:call(types.by_name[reference.kind][verb], compat.unpack(arguments))
  return value, err, response
end

--- Reads the record.  Raises an error object for any failure but the API's own
-- 404.
---@param client extcontacts.Client
---@param reference extcontacts.record.Reference
---@return table|nil record nil when it does not exist
function record_api.read(client, reference)
  local record, err = record_api.call(client, "get", reference)
  if record then
    return record
  elseif outcome.is_absent(err) then
    return nil
  end
  error(err, 0)
end

return record_api
