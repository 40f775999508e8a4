--- Creates and replaces records, with everything that the server adds to them.

local dataset = require "extcontacts.sandbox.state.dataset"
local locate = require "extcontacts.sandbox.handlers.locate"
local record_body = require "extcontacts.sandbox.handlers.record_body"

local record_store = {}

--- A context with another body.
---@param ctx extcontacts.sandbox.Context
---@param body table
---@return extcontacts.sandbox.Context
function record_store.with_body(ctx, body)
  return setmetatable({ body = body }, { __index = ctx })
end

--- Takes out of a record what a rule forbids and no request sent: values that were
-- stored before are not rejected.
---@param record table changed in place
---@param is_sent table<string, boolean> the fields that the request sent
---@return table<string, string> aside for `create` and `replace`
function record_store.set_aside(record, is_sent)
  local aside = {}
  for field in pairs(record_body.emails) do
    local value = record[field]
    if type(value) == "string" and not is_sent[field] and not record_body.is_email(value) then
      aside[field], record[field] = value, nil
    end
  end
  return aside
end

local function keep(record, kept)
  for field, value in pairs(kept or {}) do
    record[field] = value
  end
  return record
end

--- Creates the record in the request's body.
---@param ctx extcontacts.sandbox.Context
---@param resource extcontacts.sandbox.Resource
---@param path_owner integer|nil index of the owner in the path
---@param kept table<string, any>|nil fields to store unchecked
---@return integer index
function record_store.create(ctx, resource, path_owner, kept)
  local record, body_owner = resource.prepare(ctx, nil, nil)
  return dataset.collections[resource.type]:create(function(id)
    return locate.identify(resource, keep(record, kept), id, path_owner)
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
  locate.identify(resource, keep(record, kept), records:id(index), path_owner)
  records:put(index, record, path_owner or body_owner)
end

return record_store
