--- Creates and replaces records, with everything that the server adds to them.

local dataset = require "extcontacts.sandbox.state.dataset"
local locate = require "extcontacts.sandbox.handlers.locate"

local record_store = {}

--- A context with another body.
---@param ctx extcontacts.sandbox.Context
---@param body table
---@return extcontacts.sandbox.Context
function record_store.with_body(ctx, body)
  return setmetatable({ body = body }, { __index = ctx })
end

--- Creates the record in the request's body.
---@param ctx extcontacts.sandbox.Context
---@param resource extcontacts.sandbox.Resource
---@param path_owner integer|nil index of the owner in the path
---@return integer index
function record_store.create(ctx, resource, path_owner)
  local record, body_owner = resource.prepare(ctx, nil, nil)
  return dataset.collections[resource.type]:create(function(id)
    return locate.identify(resource, record, id, path_owner)
  end, path_owner or body_owner)
end

--- Replaces a record by the one in the request's body.
---@param ctx extcontacts.sandbox.Context
---@param resource extcontacts.sandbox.Resource
---@param index integer
---@param path_owner integer|nil
---@param kept table<string, any>|nil fields to store unchecked
function record_store.replace(ctx, resource, index, path_owner, kept)
  local records = dataset.collections[resource.type]
  local record, body_owner = resource.prepare(ctx, records:record(index), index)
  for field, value in pairs(kept or {}) do
    record[field] = value
  end
  records:put(index, locate.identify(resource, record, records:id(index), path_owner), path_owner or body_owner)
end

return record_store
