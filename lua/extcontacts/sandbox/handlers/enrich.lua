--- Enrich: finds records by identifiers, then creates, updates or merges them.

local api_errors = require "extcontacts.sandbox.api_errors"
local check_identifier = require "extcontacts.sandbox.handlers.identifier_check"
local dataset = require "extcontacts.sandbox.state.dataset"
local division_rules = require "extcontacts.sandbox.handlers.division_rules"
local field_rules = require "extcontacts.sandbox.handlers.field_rules"
local identifiers = require "extcontacts.sandbox.state.identifiers"
local json = require "extcontacts.base.json"
local merge = require "extcontacts.sandbox.handlers.merge"
local record_body = require "extcontacts.sandbox.handlers.record_body"
local record_store = require "extcontacts.sandbox.handlers.record_store"
local resources = require "extcontacts.sandbox.handlers.resources"

local MOST_IDENTIFIERS = 25

-- What differs between the resources. Only a contact needs identifiers.
local CONTACTS = {
  resource = resources.by_name.contacts, model = "ExternalContact", field = "contact", least = 1,
}
local ORGANIZATIONS = {
  resource = resources.by_name.organizations, model = "ExternalOrganization", field = "externalOrganization", least = 0,
}

-- The record in a request, whose required fields the stored record may have.
local function read_record(ctx, kind, sent)
  if sent == nil or sent == json.null then
    return {}
  elseif type(sent) ~= "table" or getmetatable(sent) == json.array_mt then
    api_errors.raise("bad.request", nil, { message = ("The field %s is not an object."):format(kind.field) })
  end
  local item_ctx = record_store.with_body(ctx, sent)
  item_ctx.is_partial = true
  return record_body.read(item_ctx, kind.model)
end

local function read_request(ctx, kind)
  local body = {}
  for name, value in pairs(ctx.body) do
    body[name] = name ~= kind.field and value or nil
  end
  local request = record_body.read(record_store.with_body(ctx, body), ctx.row.body_model)
  local list = request.matchingIdentifiers or {}
  if #list < kind.least or #list > MOST_IDENTIFIERS then
    api_errors.invalid_field(ctx.settings, "matchingIdentifiers",
      ("there must be %d to %d identifiers"):format(kind.least, MOST_IDENTIFIERS))
  end
  for position, identifier in ipairs(list) do
    check_identifier(ctx, identifier, ("matchingIdentifiers[%d]."):format(position - 1))
  end
  return request, list, read_record(ctx, kind, ctx.body[kind.field])
end

-- The records that own the identifiers and that the request sees, in the identifiers' order.
local function matches_of(ctx, kind, list)
  local matches, seen, records = {}, {}, dataset.collections[kind.resource.type]
  for _, identifier in ipairs(list) do
    local index = identifiers.owner(ctx.settings, kind.resource.type, identifier)
    if index and not seen[index] and division_rules.sees(ctx, records, index) then
      seen[index] = true
      matches[#matches + 1] = index
    end
  end
  return matches
end

-- The records to change: none to create one, several to merge them.
local function targets_of(ctx, action, matches)
  if action == "Insert" then
    if matches[1] and ctx.settings.enrich_insert == "conflict" then
      api_errors.raise("general.conflict", { reason = "a record has one of the identifiers" })
    end
    return {}
  elseif action == "Update" and not matches[1] then
    api_errors.raise(ctx.settings.enrich_update == 404 and "not.found" or "general.conflict",
      { reason = "no record has one of the identifiers" })
  elseif action == "Merge" then
    return matches
  end
  return { matches[1] }
end

local function fields_of(record)
  local names = {}
  for name in pairs(record) do
    names[name] = true
  end
  return names
end

-- Division "*" stands for none.
local function division_of(request)
  local division = request.division
  return division and division.id ~= "*" and division or nil
end

local function preview_text(ctx, kind, record, kept, before)
  local prepared = kind.resource.prepare(record_store.with_body(ctx, record), before)
  for name, value in pairs(kept) do
    prepared[name] = value
  end
  if before then
    prepared.id, prepared.selfUri = before.id, before.selfUri
  end
  return assert(json.encode(prepared))
end

local function is_promoted(ctx, request)
  local promote = request.options and request.options.promote
  if promote == nil then
    promote = ctx.settings.enrich_promote
  end
  return promote
end

-- The changed record, and its fields that are stored unchecked.
local function apply(ctx, kind, request, existing, provided)
  local record = field_rules.apply(ctx, kind.model, request.fieldRules, existing, provided)
  return record, record_store.set_aside(record, fields_of(provided))
end

local function create(ctx, kind, request, provided)
  local record = apply(ctx, kind, request, {}, provided)
  record.division = division_of(request) or provided.division
  ctx.status = 201
  if ctx.query.dryRun then
    return preview_text(ctx, kind, record, {})
  end
  return nil, record_store.create(record_store.with_body(ctx, record), kind.resource)
end

local function update(ctx, kind, request, provided, index)
  local before = dataset.collections[kind.resource.type]:record(index)
  local record, kept = apply(ctx, kind, request, before, provided)
  record.division = before.division
  if kind == CONTACTS and is_promoted(ctx, request) then
    before.type, kept.type = "Curated", "Curated"
  end
  if ctx.query.dryRun then
    return preview_text(ctx, kind, record, kept, before)
  end
  record_store.replace(record_store.with_body(ctx, record), kind.resource, index, nil, kept)
  return nil, index
end

local function merge_all(ctx, kind, request, provided, indexes)
  local merged, latest = merge.preview(ctx, indexes)
  local record, kept = apply(ctx, kind, request, merged, provided)
  record.division = merged.division
  if ctx.query.dryRun then
    return preview_text(ctx, kind, record, kept)
  end
  for name, value in pairs(kept) do
    record[name] = value
  end
  return nil, merge.store(ctx, indexes, record, latest, fields_of(provided))
end

-- Identifiers that no record owns find the new record from now on.
local function claim(ctx, kind, list, index)
  for _, identifier in ipairs(ctx.settings.enrich_unclaimed and {} or list) do
    if not identifiers.owner(ctx.settings, kind.resource.type, identifier) then
      identifiers.claim(kind.resource.type, index, identifier)
    end
  end
end

local function run(ctx, kind)
  local request, list, provided = read_request(ctx, kind)
  local targets = targets_of(ctx, request.action or "Upsert", matches_of(ctx, kind, list))
  local text, index
  if not targets[1] then
    text, index = create(ctx, kind, request, provided)
  elseif targets[2] then
    text, index = merge_all(ctx, kind, request, provided, targets)
  else
    text, index = update(ctx, kind, request, provided, targets[1])
  end
  if index then
    claim(ctx, kind, list, index)
    text = dataset.collections[kind.resource.type]:text(index)
  end
  return text
end

--- The handlers by short name.
return {
  ["contacts.enrich"] = function(ctx)
    return run(ctx, CONTACTS)
  end,
  ["organizations.enrich"] = function(ctx)
    return run(ctx, ORGANIZATIONS)
  end,
}
