--- Finds the records that a request's path names, and gives records their id and
-- selfUri.

local api_errors = require "extcontacts.sandbox.api_errors"
local dataset = require "extcontacts.sandbox.state.dataset"
local division_rules = require "extcontacts.sandbox.handlers.division_rules"
local divisions = require "extcontacts.sandbox.state.divisions"
local merge_trees = require "extcontacts.sandbox.state.merge_trees"
local record_ids = require "extcontacts.sandbox.state.record_ids"
local resources = require "extcontacts.sandbox.handlers.resources"

local locate = {}

-- The path argument that names a record, by the record's type.
local ARGUMENTS = {
  contact = "contactId",
  organization = "externalOrganizationId",
  contact_note = "noteId",
  organization_note = "noteId",
  relationship = "relationshipId",
  contact_schema = "schemaId",
  organization_schema = "schemaId",
  external_source = "externalSourceId",
  import_settings = "settingsId",
  import_csv_settings = "settingsId",
}

--- Ends the request if an id is not a UUID and the settings say so.
---@param ctx extcontacts.sandbox.Context
---@param id string
function locate.check_uuid(ctx, id)
  if ctx.settings.malformed_id == 400 and not record_ids.is_uuid(id) then
    api_errors.raise("bad.request", nil, { message = "The id is not a UUID." })
  end
end

--- The path argument that names a record of a type.
---@param type_name string
---@return string
function locate.argument(type_name)
  return ARGUMENTS[type_name]
end

--- The id in the path of a record of a type.
---@param ctx extcontacts.sandbox.Context
---@param type_name string
---@return string
function locate.id(ctx, type_name)
  return ctx.arguments[ARGUMENTS[type_name]]
end

-- What the id of a merged contact leads to: the canonical contact, the contact
-- itself, or nothing.
local function resolve(ctx, index)
  local choice = ctx.settings[ctx.row.effect == "read" and "merged_read" or "merged_write"]
  if choice == "canonical" then
    return merge_trees.canonical(index), true
  elseif choice == "conflict" then
    api_errors.raise("general.conflict", { reason = "the contact was merged" })
  end
  return index, choice == "ancestor"
end

--- The index of the record in the path; ends the request if it does not exist.
---@param ctx extcontacts.sandbox.Context
---@param type_name string
---@param error_code string|nil default `not.found`
---@return integer
function locate.record(ctx, type_name, error_code)
  local records = dataset.collections[type_name]
  local id = locate.id(ctx, type_name)
  locate.check_uuid(ctx, id)
  local index = records:index(id)
  local exists = index and records:exists(index)
  if index and type_name == "contact" and merge_trees.is_ancestor(index) then
    index, exists = resolve(ctx, index)
  end
  if not exists then
    api_errors.raise(error_code or "not.found")
  end
  division_rules.check(ctx, records, index, error_code)
  return index
end

--- The index of the owner in the path; nil for a resource without an owner.
---@param ctx extcontacts.sandbox.Context
---@param resource extcontacts.sandbox.Resource
---@return integer|nil
function locate.owner(ctx, resource)
  return resource.owner and locate.record(ctx, resource.owner)
end

--- The index of the record in the path and that of its owner; ends the request
-- if the record belongs to another one.
---@param ctx extcontacts.sandbox.Context
---@param resource extcontacts.sandbox.Resource
---@param error_code string|nil for a record that does not exist
---@return integer index
---@return integer|nil owner
function locate.member(ctx, resource, error_code)
  local owner = locate.owner(ctx, resource)
  local index = locate.record(ctx, resource.type, error_code)
  if owner then
    local actual = dataset.collections[resource.type]:owner(index)
    local canonical = resource.owner == "contact" and merge_trees.canonical(actual) or actual
    if actual ~= owner and canonical ~= owner then
      api_errors.raise("not.found")
    end
    -- The note of a contact that was merged stays with it.
    owner = actual
  end
  return index, owner
end

--- Adds the id and selfUri to a record.
---@param resource extcontacts.sandbox.Resource
---@param record table changed in place
---@param id string
---@param owner integer|nil index of the owner in the path
---@return table record
function locate.identify(resource, record, id, owner)
  record.id = id
  local uri = resources.uris[resource.type]
  if resource.owner then
    local owners = dataset.collections[resource.owner]
    local division = owners:division(owner)
    uri = uri:gsub("{owner}", owners:id(owner), 1)
    record.division = division and divisions.reference(division, false)
  end
  record.selfUri = uri .. id
  return record
end

return locate
