--- What each operation does: a verb on a resource, both from the operation's
-- short name.  A handler returns the answer's JSON, or nil for an empty one.

local server_clock = require "extcontacts.sandbox.state.server_clock"
local dataset = require "extcontacts.sandbox.state.dataset"
local api_errors = require "extcontacts.sandbox.api_errors"
local expand = require "extcontacts.sandbox.handlers.expand"
local record_ids = require "extcontacts.sandbox.state.record_ids"
local json = require "extcontacts.base.json"
local record_listing = require "extcontacts.sandbox.handlers.record_listing"
local reverse_lookup = require "extcontacts.sandbox.handlers.reverse_lookup"
local operations = require "extcontacts.api.operations"
local paging = require "extcontacts.sandbox.handlers.paging"
local resources = require "extcontacts.sandbox.handlers.resources"
local custom_field_schemas = require "extcontacts.sandbox.handlers.custom_field_schemas"
local record_body = require "extcontacts.sandbox.handlers.record_body"

-- Path arguments that name a record, by kind.
local ARGUMENTS = {
  contact = "contactId",
  organization = "externalOrganizationId",
  contact_note = "noteId",
  organization_note = "noteId",
  relationship = "relationshipId",
  contact_schema = "schemaId",
  organization_schema = "schemaId",
}

local function check_uuid(ctx, id)
  if ctx.settings.malformed_id == 400 and not record_ids.is_uuid(id) then
    api_errors.raise("bad.request", nil, { message = "The id is not a UUID." })
  end
end

-- The index of a path's record; ends the request when there is none.
local function locate(ctx, kind_name, gone)
  local kind = dataset.kinds[kind_name]
  local id = ctx.arguments[ARGUMENTS[kind_name]]
  check_uuid(ctx, id)
  local index = kind:index(id)
  if not index or not kind:exists(index) then
    api_errors.raise(gone or "not.found")
  end
  return index
end

-- The index of the record a resource hangs on.
local function locate_owner(ctx, resource)
  return resource.owner and locate(ctx, resource.owner)
end

local function locate_member(ctx, resource, gone)
  local owner = locate_owner(ctx, resource)
  local index = locate(ctx, resource.kind, gone)
  if owner and dataset.kinds[resource.kind]:owner(index) ~= owner then
    api_errors.raise("not.found")
  end
  return index, owner
end

-- Adds what only the server knows.
local function complete(resource, record, id, owner)
  record.id = id
  local uri = resources.uris[resource.kind]
  if resource.owner then
    uri = uri:gsub("{owner}", dataset.kinds[resource.owner]:id(owner), 1)
  end
  record.selfUri = uri .. id
  return record
end

local verbs = {}

function verbs.get(ctx, resource)
  local kind = dataset.kinds[resource.kind]
  local hidden = kind:hidden(ctx.settings.read_lag)
  local index, text
  if hidden then
    index = kind:index(ctx.arguments[ARGUMENTS[resource.kind]])
    text = index and hidden[index]
    if text == false then
      api_errors.raise("not.found")
    end
  end
  if not text then
    index = locate_member(ctx, resource)
    text = kind:text(index)
  end
  return expand.text(kind, index, text, expand.wanted(ctx))
end

function verbs.create(ctx, resource)
  local kind = dataset.kinds[resource.kind]
  local owner = locate_owner(ctx, resource)
  local record, other = resource.prepare(ctx, nil, nil)
  local index = kind:create(function(id)
    return complete(resource, record, id, owner)
  end, owner or other)
  return kind:text(index)
end

function verbs.update(ctx, resource)
  local kind = dataset.kinds[resource.kind]
  local index, owner = locate_member(ctx, resource)
  local record, other = resource.prepare(ctx, kind:record(index), index)
  kind:put(index, complete(resource, record, kind:id(index), owner), owner or other)
  return kind:text(index)
end

function verbs.delete(ctx, resource)
  local index = locate_member(ctx, resource, resource.gone)
  if resource.delete then
    resource.delete(ctx, index)
  else
    dataset.kinds[resource.kind]:delete(index)
  end
  return ctx.row.returns and "{}" or nil
end

function verbs.list(ctx, resource)
  local owner = locate_owner(ctx, resource)
  return record_listing.page(ctx, resource.kind, owner)
end

function verbs.scan(ctx, resource)
  return paging.scan(ctx, resource.kind:gsub("_", ""), { dataset.kinds[resource.kind] })
end

-------------------------------------------------------- what has no like --

local handlers = {}

handlers["notes.scan"] = function(ctx)
  return paging.scan(ctx, "notes", { dataset.kinds.contact_note, dataset.kinds.organization_note })
end

handlers["organizations.contacts"] = function(ctx)
  return record_listing.page(ctx, "contact", locate(ctx, "organization"))
end

handlers["organizations.relationships"] = function(ctx)
  return record_listing.page(ctx, "relationship", locate(ctx, "organization"))
end

handlers["organizations.list"] = function(ctx)
  local trustors = ctx.query.trustorId
  if trustors and #trustors > 0 then
    return record_listing.by_trustor(ctx, trustors)
  end
  return record_listing.page(ctx, "organization")
end

handlers["organizations.trustor.set"] = function(ctx)
  local index = locate(ctx, "organization")
  local trustor = ctx.arguments.trustorId
  check_uuid(ctx, trustor)
  local link = { id = trustor, date = server_clock.iso() }
  dataset.trustors[index] = link
  local id = dataset.kinds.organization:id(index)
  return assert(json.encode {
    externalOrganizationId = id,
    trustorOrgId = trustor,
    dateCreated = link.date,
    externalOrganizationUri = resources.uris.organization .. id,
  })
end

handlers["organizations.trustor.clear"] = function(ctx)
  local index = locate(ctx, "organization")
  if not expand.trustor(index) then
    api_errors.raise("not.found")
  end
  dataset.trustors[index] = false
end

handlers["conversations.associate"] = function(ctx)
  local association = record_body.record(ctx, "ConversationAssociation")
  -- Accepted whether or not the conversation exists.
  association.date = server_clock.iso()
  dataset.associations[#dataset.associations + 1] = association
end

handlers["lookup.reverse"] = reverse_lookup.reverse

for _, name in ipairs { "contacts", "organizations" } do
  local resource = resources.by_name[name .. ".schemas"]

  handlers[name .. ".schemas.list"] = function(ctx)
    local kind = dataset.kinds[resource.kind]
    local texts = {}
    for index = 0, kind.next - 1 do
      local record = kind:exists(index) and kind:record(index)
      if record and not record.deleted then
        texts[#texts + 1] = kind:text(index)
      end
    end
    return paging.whole(ctx, texts)
  end

  handlers[name .. ".schemas.version"] = function(ctx)
    local index = locate(ctx, resource.kind)
    local version = tonumber(ctx.arguments.versionId:match("^%d+$"))
    local text = version and custom_field_schemas.version(resource.kind, index, version)
    if not text then
      api_errors.raise("not.found")
    end
    return text
  end

  handlers[name .. ".schemas.versions"] = function(ctx)
    return paging.whole(ctx, custom_field_schemas.versions(resource.kind, locate(ctx, resource.kind)))
  end
end

-- A deleted schema can be read, not written.
local function living_schema(handler, resource)
  return function(ctx)
    local record = dataset.kinds[resource.kind]:record(locate(ctx, resource.kind))
    if record.deleted then
      api_errors.raise("not.found")
    end
    return handler(ctx, resource)
  end
end

-- Every operation of the table gets its handler, or the server does not start.
for _, row in ipairs(operations.list) do
  if not handlers[row.short] then
    local name, verb = row.short:match("^(.*)%.([^.]+)$")
    local resource = resources.by_name[name]
    local handler = verbs[verb]
    assert(resource and handler, "no handler for " .. row.short)
    if name:find("schemas$") and (verb == "update" or verb == "delete") then
      handler = living_schema(handler, resource)
    end
    handlers[row.short] = function(ctx)
      return handler(ctx, resource)
    end
  end
end

return handlers
