--- The items of a bulk request: the single operation that carries out each, and
-- its checks.

local api_errors = require "extcontacts.sandbox.api_errors"
local dataset = require "extcontacts.sandbox.state.dataset"
local locate = require "extcontacts.sandbox.handlers.locate"
local merge_trees = require "extcontacts.sandbox.state.merge_trees"
local models = require "extcontacts.api.models"
local operations = require "extcontacts.api.operations"
local record_body = require "extcontacts.sandbox.handlers.record_body"

local bulk_items = {}

-- The last part of a bulk operation's short name, where that of the single
-- operation differs.
local SINGLE_VERBS = { divisionviews = "get" }

-- The types of records by resource; notes have two.
local TYPES = { contacts = "contact", organizations = "organization", relationships = "relationship" }

-- A note's owner by `entityType`: the resource of its notes, and the path argument.
local NOTE_OWNERS = {
  contact = { resource = "contacts.notes", type = "contact_note", argument = "contactId" },
  organization = { resource = "organizations.notes", type = "organization_note", argument = "externalOrganizationId" },
}

local function split(row)
  local name, verb = row.short:match "^(.*)%.bulk%.(.*)$"
  return name, SINGLE_VERBS[verb] or verb
end

local function is_text(value)
  return type(value) == "string" and value ~= ""
end

local function require_text(ctx, item, field)
  if not is_text(item[field]) then
    api_errors.invalid_field(ctx.settings, field, "the field is required", "required")
  end
  return item[field]
end

-- The resource and path arguments of a note that exists.  The owner that the item
-- names must be the note's.
local function find_note(ctx, item)
  local id = require_text(ctx, item, "id")
  for owner_type, owner in pairs(NOTE_OWNERS) do
    local notes = dataset.collections[owner.type]
    local index = notes:index(id)
    if index and notes:exists(index) then
      local owner_id = dataset.collections[owner_type]:id(notes:owner(index))
      if is_text(item.entityId) and item.entityId:lower() ~= owner_id then
        break
      end
      return owner.resource, { [owner.argument] = owner_id, noteId = id }
    end
  end
  locate.check_uuid(ctx, id)
  api_errors.raise "not.found"
end

local function new_note(ctx, item)
  local owner = NOTE_OWNERS[item.entityType]
  if not owner then
    api_errors.invalid_field(ctx.settings, "entityType", "it must be contact or organization", "required")
  end
  return owner.resource, { [owner.argument] = require_text(ctx, item, "entityId") }
end

-- The resource and path arguments of the single operation.
local function target_of(ctx, name, verb, item)
  if verb == "enrich" then
    return name, {}
  elseif name == "notes" then
    return (verb == "create" and new_note or find_note)(ctx, item)
  elseif verb == "create" then
    return name, {}
  end
  return name, { [locate.argument(TYPES[name])] = require_text(ctx, item, "id") }
end

--- The context in which the single operation's handler carries out an item; raises
-- the item's error if it names no record.
---@param ctx extcontacts.sandbox.Context
---@param item table
---@return extcontacts.sandbox.Context
function bulk_items.context(ctx, item)
  local name, verb = split(ctx.row)
  local resource, arguments = target_of(ctx, name, verb, item)
  return setmetatable({
    row = operations.by_short[resource .. "." .. verb],
    arguments = arguments,
    body = item,
  }, { __index = ctx })
end

-- The same for all ids of a record: those of merged contacts lead to one contact.
local function identity_of(id)
  local contacts = dataset.collections.contact
  local index = contacts:index(id)
  return index and contacts:id(merge_trees.canonical(index)) or id:lower()
end

--- The error of an item for a record that another item of the request names; nil for
-- the first such item.
---@param ctx extcontacts.sandbox.Context
---@param item table
---@param seen table<string, boolean> the ids so far
---@return extcontacts.sandbox.ApiError|nil
function bulk_items.second_error(ctx, item, seen)
  local effect = ctx.row.effect
  if ctx.settings.bulk_twice == "apply" or not is_text(item.id)
    or not (effect == "delete" or effect == "update") or ctx.row.batch.match ~= "id"
  then
    return nil
  end
  local id = identity_of(item.id)
  if not seen[id] then
    seen[id] = true
    return nil
  end
  local err = api_errors.new("general.conflict", { reason = "another item of the request names this record" })
  err.retryable = true
  return err
end

-- Raises what a server says that reads all items before it carries out the first.
local function check_syntax(ctx, items)
  local model = models[ctx.row.body_model].by_wire.entities.type
  for number, item in ipairs(items) do
    local ok, err = pcall(record_body.read, setmetatable({ body = item }, { __index = ctx }), model)
    if not ok and api_errors.is(err) and err.code ~= "constraint.validation" then
      for _, detail in ipairs(err.details) do
        detail.fieldName = ("entities[%d].%s"):format(number - 1, tostring(detail.fieldName))
      end
      error(err, 0)
    end
  end
end

--- Ends the request if an item makes the API refuse the whole request.
---@param ctx extcontacts.sandbox.Context
---@param items table[]
function bulk_items.check_all(ctx, items)
  if ctx.settings.bulk_malformed == "request" then
    check_syntax(ctx, items)
  end
  if ctx.settings.bulk_twice == "reject" then
    local seen = {}
    for _, item in ipairs(items) do
      if bulk_items.second_error(ctx, item, seen) then
        api_errors.raise("bad.request", nil, { message = "Two items of the request name one record." })
      end
    end
  end
end

return bulk_items
