--- The merges of contacts, and the contacts that merges replaced.

local api_errors = require "extcontacts.sandbox.api_errors"
local dataset = require "extcontacts.sandbox.state.dataset"
local division_rules = require "extcontacts.sandbox.handlers.division_rules"
local expand = require "extcontacts.sandbox.handlers.expand"
local identifiers = require "extcontacts.sandbox.state.identifiers"
local json = require "extcontacts.base.json"
local locate = require "extcontacts.sandbox.handlers.locate"
local merge_trees = require "extcontacts.sandbox.state.merge_trees"
local record_body = require "extcontacts.sandbox.handlers.record_body"
local record_store = require "extcontacts.sandbox.handlers.record_store"
local resources = require "extcontacts.sandbox.handlers.resources"
local server_clock = require "extcontacts.sandbox.state.server_clock"
local survivor = require "extcontacts.sandbox.handlers.survivor"

local merge = {}

local LEAST, MOST = 2, 25

-- The index of a contact to merge; ends the request if it can't be merged.
local function index_of(ctx, id, field)
  local index = dataset.collections.contact:index(id)
  if index and merge_trees.is_ancestor(index) then
    api_errors.raise("general.conflict", { reason = "the contact was merged before" }, {
      details = { { errorCode = "general.conflict", fieldName = field, entityId = id } },
    })
  end
  local ok, result = pcall(locate.record, setmetatable({ arguments = { contactId = id } }, { __index = ctx }),
    "contact", "contact.not.found")
  if not ok and api_errors.is(result) then
    result.details = { { errorCode = result.code, fieldName = field, entityId = id } }
  end
  return ok and result or error(result, 0)
end

local function check_set(ctx, indexes)
  local count = 1
  for _, index in ipairs(indexes) do
    count = count + #merge_trees.members(index)
  end
  local most = ctx.settings.merge_set_max
  if count > most then
    api_errors.raise("general.conflict", {
      reason = ("the merge set would have %d contacts, at most %d are allowed"):format(count, most),
    })
  end
end

local function check_divisions(ctx, records)
  local first = records[1].division and records[1].division.id
  for _, record in ipairs(records) do
    if ctx.settings.merge_divisions == "reject" and (record.division and record.division.id) ~= first then
      api_errors.raise("general.conflict", { reason = "the contacts are in different divisions" })
    end
  end
end

--- The record that a merge would create; ends the request if the contacts can't be
-- merged.
---@param ctx extcontacts.sandbox.Context
---@param indexes integer[]
---@param override table|nil
---@return table record without the fields that the server sets
---@return table latest the contact that was modified last
function merge.preview(ctx, indexes, override)
  check_set(ctx, indexes)
  local records = {}
  for position, index in ipairs(indexes) do
    records[position] = dataset.collections.contact:record(index)
  end
  check_divisions(ctx, records)
  return survivor(ctx, records, override), records[1]
end

-- Ancestors leave the listings and scans, or stay in them.
local function store_ancestors(ctx, index)
  local contacts = dataset.collections.contact
  local members = merge_trees.members(index)
  for position = 2, #members do
    local ancestor = members[position]
    if ctx.settings.merged_listed then
      contacts:put(ancestor, assert(json.decode(merge_trees.text(ancestor))),
        contacts:owner(ancestor))
    elseif contacts:exists(ancestor) then
      contacts:delete(ancestor)
    end
  end
end

-- What the contacts own, which their merge passes on.
local function identifiers_of(ctx, indexes)
  local owned = {}
  for _, index in ipairs(indexes) do
    for _, identifier in ipairs(identifiers.list(ctx.settings, "contact", index)) do
      owned[#owned + 1] = identifier
    end
  end
  return owned
end

--- Merges contacts into a new one.
---@param ctx extcontacts.sandbox.Context
---@param indexes integer[]
---@param record table of `preview`, possibly changed
---@param latest table of `preview`
---@param is_checked table<string, boolean> the fields whose rules are checked: those that the request sent
---@return integer index of the new contact
function merge.store(ctx, indexes, record, latest, is_checked)
  local kept = record_store.set_aside(record, is_checked)
  local owned = identifiers_of(ctx, indexes)
  local item_ctx = record_store.with_body(ctx, record)
  item_ctx.contact_type = ctx.settings.merge_type == "latest" and latest.type or "Curated"
  local index = record_store.create(item_ctx, resources.by_name.contacts, nil, kept)
  merge_trees.add(indexes, index)
  store_ancestors(ctx, index)
  local contacts = dataset.collections.contact
  contacts:put(index, merge_trees.describe(index, contacts:record(index)), contacts:owner(index))
  for _, identifier in ipairs(owned) do
    if identifiers.owner(ctx.settings, "contact", identifier) ~= index then
      identifiers.claim("contact", index, identifier)
    end
  end
  return index
end

local function run(ctx, indexes, override)
  local record, latest = merge.preview(ctx, indexes, override)
  local is_checked = {}
  for field in pairs(override or {}) do
    is_checked[field] = true
  end
  ctx.status = ctx.settings.merge_status
  return dataset.collections.contact:text(merge.store(ctx, indexes, record, latest, is_checked))
end

--- The handlers by short name.
merge.handlers = {
  ["contacts.merge"] = function(ctx)
    local body = record_body.read(ctx, "MergeContactsRequest")
    local ids, indexes, seen = body.contactIds, {}, {}
    if #ids < LEAST or #ids > MOST then
      api_errors.invalid_field(ctx.settings, "contactIds", ("there must be %d to %d ids"):format(LEAST, MOST))
    end
    for position, id in ipairs(ids) do
      local field = ("contactIds[%d]"):format(position - 1)
      indexes[position] = index_of(ctx, id, field)
      if seen[indexes[position]] then
        api_errors.invalid_field(ctx.settings, field, "the contact occurs twice")
      end
      seen[indexes[position]] = true
    end
    return run(ctx, indexes, body.valueOverride)
  end,

  ["contacts.merge_two"] = function(ctx)
    local body = record_body.read(ctx, "MergeRequest")
    local indexes, curated = {}, 0
    for position, field in ipairs { "sourceContactId", "targetContactId" } do
      indexes[position] = index_of(ctx, body[field], field)
      local is_curated = dataset.collections.contact:record(indexes[position]).type == "Curated"
      curated = curated + (is_curated and 1 or 0)
    end
    if indexes[1] == indexes[2] then
      api_errors.invalid_field(ctx.settings, "targetContactId", "it is the source contact")
    elseif curated == 2 then
      api_errors.raise("general.conflict", { reason = "two curated contacts can't be merged" })
    end
    return run(ctx, indexes)
  end,

  ["contacts.unresolved"] = function(ctx)
    local contacts = dataset.collections.contact
    local id = locate.id(ctx, "contact")
    locate.check_uuid(ctx, id)
    local index = contacts:index(id)
    local text = index and (merge_trees.text(index) or contacts:text(index))
    if not text then
      api_errors.raise "not.found"
    end
    division_rules.check_record(ctx, assert(json.decode(text)))
    return expand.text(ctx, contacts, index, text, expand.names(ctx))
  end,

  ["contacts.promote"] = function(ctx)
    local contacts = dataset.collections.contact
    local index = locate.record(ctx, "contact")
    local record = contacts:record(index)
    if record.type ~= "Curated" then
      record.type, record.modifyDate = "Curated", server_clock.iso()
      contacts:put(index, record, contacts:owner(index))
    elseif ctx.settings.promote_curated == "reject" then
      api_errors.raise("general.conflict", { reason = "the contact is curated" })
    end
    return contacts:text(index)
  end,
}

return merge
