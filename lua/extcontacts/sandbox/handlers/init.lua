--- The handlers: what each operation does with the records.
--
-- Most operations are a verb on a resource, and both come from the operation's
-- short name; the others have a handler of their own, here or in the file of
-- their resource.  A handler returns the response's JSON, or nil for an empty
-- response, and raises `api_errors`.  It never deals with HTTP, tokens or
-- permissions.

local api_errors = require "extcontacts.sandbox.api_errors"
local bulk = require "extcontacts.sandbox.handlers.bulk"
local custom_field_schemas = require "extcontacts.sandbox.handlers.custom_field_schemas"
local dataset = require "extcontacts.sandbox.state.dataset"
local expand = require "extcontacts.sandbox.handlers.expand"
local json = require "extcontacts.base.json"
local locate = require "extcontacts.sandbox.handlers.locate"
local merge = require "extcontacts.sandbox.handlers.merge"
local merge_trees = require "extcontacts.sandbox.state.merge_trees"
local operations = require "extcontacts.api.operations"
local own_organization = require "extcontacts.sandbox.own_organization"
local page_envelope = require "extcontacts.sandbox.handlers.page_envelope"
local patch = require "extcontacts.sandbox.handlers.patch"
local record_body = require "extcontacts.sandbox.handlers.record_body"
local record_listing = require "extcontacts.sandbox.handlers.record_listing"
local record_store = require "extcontacts.sandbox.handlers.record_store"
local resources = require "extcontacts.sandbox.handlers.resources"
local reverse_lookup = require "extcontacts.sandbox.handlers.reverse_lookup"
local scan_page = require "extcontacts.sandbox.handlers.scan_page"
local server_clock = require "extcontacts.sandbox.state.server_clock"

---@class extcontacts.sandbox.Context what a handler knows of the request
---@field settings table<string, any>
---@field row extcontacts.Operation
---@field arguments table<string, string> path arguments by wire name
---@field path string
---@field raw_query string
---@field query table<string, any> query parameters by wire name
---@field client extcontacts.sandbox.Client whose token was sent
---@field divisions table<string, boolean>|nil ids of the divisions that it sees; nil for all
---@field token extcontacts.sandbox.Token
---@field body table|nil
---@field is_partial boolean|nil whether the body may lack required fields
---@field fault table|nil the fault of the request, see `fault_rules`
---@field status integer|nil set by a handler: the response's status, if it is not the row's
---@field items integer|nil set by a handler: the number of items of a bulk request

local verbs = { patch = patch }

-- Changes a record that was read, as someone else would, if a fault says so.
local function edit(ctx, resource, index)
  local fields = ctx.fault and ctx.fault.edit
  if not fields then
    return
  end
  local record, is_sent = dataset.collections[resource.type]:record(index), {}
  for name, value in pairs(fields) do
    record[name], is_sent[name] = value, true
  end
  local aside = record_store.set_aside(record, is_sent)
  record_store.replace(record_store.with_body(ctx, record), resource, index, select(2, locate.member(ctx, resource)),
    aside)
  dataset.edits = dataset.edits + 1
end

function verbs.get(ctx, resource)
  local records = dataset.collections[resource.type]
  local hidden = records:hidden(ctx.settings.read_lag)
  local index, text
  if hidden then
    index = records:index(locate.id(ctx, resource.type))
    text = index and hidden[index]
    if text == false then
      api_errors.raise("not.found")
    end
  end
  if not text then
    index = locate.member(ctx, resource)
    text = records:text(index) or merge_trees.text(index)
  end
  text = expand.text(ctx, records, index, text, expand.names(ctx))
  edit(ctx, resource, index)
  return text
end

function verbs.create(ctx, resource)
  local records = dataset.collections[resource.type]
  return records:text(record_store.create(ctx, resource, locate.owner(ctx, resource)))
end

function verbs.update(ctx, resource)
  local records = dataset.collections[resource.type]
  local index, path_owner = locate.member(ctx, resource)
  record_store.replace(ctx, resource, index, path_owner)
  return records:text(index)
end

function verbs.delete(ctx, resource)
  local index = locate.member(ctx, resource, resource.gone)
  if resource.delete then
    resource.delete(ctx, index)
  else
    dataset.collections[resource.type]:delete(index)
  end
  return ctx.row.returns and "{}" or nil
end

function verbs.list(ctx, resource)
  local owner = locate.owner(ctx, resource)
  for _, name in ipairs(ctx.query.expand or {}) do
    if name == "mergeset" then
      return record_listing.page(ctx, resource.type, merge_trees.members(owner))
    end
  end
  return record_listing.page(ctx, resource.type, owner)
end

function verbs.scan(ctx, resource)
  return scan_page(ctx, resource.type, { dataset.collections[resource.type] })
end

-- Operations that are not a verb on a resource.
local handlers = {}

handlers["notes.scan"] = function(ctx)
  return scan_page(ctx, "notes", { dataset.collections.contact_note, dataset.collections.organization_note })
end

for _, name in ipairs { "contacts", "organizations", "relationships" } do
  local type_name = resources.by_name[name].type
  handlers[name .. ".divisionviews.scan"] = function(ctx)
    return scan_page(ctx, type_name .. "_all", { dataset.collections[type_name] })
  end
end

handlers["notes.divisionviews.scan"] = function(ctx)
  return scan_page(ctx, "notes_all", { dataset.collections.contact_note, dataset.collections.organization_note })
end

handlers["organizations.contacts"] = function(ctx)
  return record_listing.page(ctx, "contact", locate.record(ctx, "organization"))
end

handlers["organizations.relationships"] = function(ctx)
  return record_listing.page(ctx, "relationship", locate.record(ctx, "organization"))
end

handlers["organizations.list"] = function(ctx)
  local trustors = ctx.query.trustorId
  if trustors and #trustors > 0 then
    return record_listing.by_trustor(ctx, trustors)
  end
  return record_listing.page(ctx, "organization")
end

handlers["organizations.trustor.set"] = function(ctx)
  local index = locate.record(ctx, "organization")
  local trustor = ctx.arguments.trustorId
  locate.check_uuid(ctx, trustor)
  local link = { id = trustor, date = server_clock.iso() }
  dataset.trustors[index] = link
  local id = dataset.collections.organization:id(index)
  return assert(json.encode {
    externalOrganizationId = id,
    trustorOrgId = trustor,
    dateCreated = link.date,
    externalOrganizationUri = resources.uris.organization .. id,
  })
end

handlers["organizations.trustor.clear"] = function(ctx)
  local index = locate.record(ctx, "organization")
  if not expand.trustor(index) then
    api_errors.raise("not.found")
  end
  dataset.trustors[index] = false
end

handlers["conversations.associate"] = function(ctx)
  local association = record_body.read(ctx, "ConversationAssociation")
  -- Accepted whether or not the conversation exists.
  association.date = server_clock.iso()
  dataset.associations[#dataset.associations + 1] = association
end

handlers["lookup.reverse"] = reverse_lookup

for _, name in ipairs { "contacts", "organizations" } do
  local resource = resources.by_name[name .. ".schemas"]

  handlers[name .. ".schemas.list"] = function(ctx)
    local schemas = dataset.collections[resource.type]
    local texts = {}
    for index = 0, schemas.next - 1 do
      local record = schemas:exists(index) and schemas:record(index)
      if record and not record.deleted then
        texts[#texts + 1] = schemas:text(index)
      end
    end
    return page_envelope.whole(ctx, texts)
  end

  handlers[name .. ".schemas.version"] = function(ctx)
    local index = locate.record(ctx, resource.type)
    local version = tonumber(ctx.arguments.versionId:match("^%d+$"))
    local text = version and custom_field_schemas.version(resource.type, index, version)
    if not text then
      api_errors.raise("not.found")
    end
    return text
  end

  handlers[name .. ".schemas.versions"] = function(ctx)
    return page_envelope.whole(ctx, custom_field_schemas.versions(resource.type, locate.record(ctx, resource.type)))
  end
end

-- The resources that have a file of their own, which returns handlers by short name.
for _, own in ipairs {
  require "extcontacts.sandbox.handlers.exports",
  require("extcontacts.sandbox.handlers.external_sources").handlers,
  require "extcontacts.sandbox.handlers.division_lookup",
  require "extcontacts.sandbox.handlers.identifiers",
  merge.handlers,
  require "extcontacts.sandbox.handlers.imports",
  require "extcontacts.sandbox.handlers.contact_search",
  require "extcontacts.sandbox.handlers.organization_settings",
  require "extcontacts.sandbox.handlers.journey",
  require "extcontacts.sandbox.handlers.graphs",
  require "extcontacts.sandbox.handlers.enrich",
} do
  for short, handler in pairs(own) do
    handlers[short] = handler
  end
end

bulk.add(handlers)

-- A deleted schema can be read but not written.
local function reject_deleted(handler)
  return function(ctx, resource)
    local record = dataset.collections[resource.type]:record(locate.record(ctx, resource.type))
    if record.deleted then
      api_errors.raise("not.found")
    end
    return handler(ctx, resource)
  end
end

handlers[own_organization.row.short] = own_organization.handler

-- Every operation of the table needs a handler; without one the sandbox does
-- not start.
for _, row in ipairs(operations.list) do
  if not handlers[row.short] then
    local name, verb = row.short:match("^(.*)%.([^.]+)$")
    local resource = resources.by_name[name]
    local handler = verbs[verb]
    assert(resource and handler, "no handler for " .. row.short)
    if name:find("schemas$") and (verb == "update" or verb == "delete") then
      handler = reject_deleted(handler)
    end
    handlers[row.short] = function(ctx)
      return handler(ctx, resource)
    end
  end
end

return handlers
