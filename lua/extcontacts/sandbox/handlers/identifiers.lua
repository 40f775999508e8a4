--- The identifiers of contacts and organizations: which a record owns, its claims,
-- and the lookup of a record by an identifier.

local api_errors = require "extcontacts.sandbox.api_errors"
local check = require "extcontacts.sandbox.handlers.identifier_check"
local dataset = require "extcontacts.sandbox.state.dataset"
local division_rules = require "extcontacts.sandbox.handlers.division_rules"
local expand = require "extcontacts.sandbox.handlers.expand"
local identifier_keys = require "extcontacts.sandbox.state.identifier_keys"
local identifiers = require "extcontacts.sandbox.state.identifiers"
local json = require "extcontacts.base.json"
local locate = require "extcontacts.sandbox.handlers.locate"
local path = require "extcontacts.base.path"
local record_body = require "extcontacts.sandbox.handlers.record_body"

-- Removes an identifier's value from the fields of a record.
local FIELDS = {
  Email = { "workEmail", "personalEmail", "otherEmail" },
  Phone = { "workPhone.e164", "cellPhone.e164", "homePhone.e164", "otherPhone.e164" },
  SocialTwitter = { "twitterId.screenName" },
}

local function clear_fields(type_name, index, identifier)
  local records = dataset.collections[type_name]
  local record, key = records:record(index), identifier_keys.of(identifier)
  for _, field in ipairs(FIELDS[identifier.type] or {}) do
    local names = path.split(field)
    local value = path.at(record, names)
    if value and identifier_keys.of { type = identifier.type, value = value } == key then
      record[names[1]] = nil
    end
  end
  local kept = json.array {}
  for _, external in ipairs(record.externalIds or {}) do
    local same = identifier.type == "ExternalId" and key == identifier_keys.of {
      type = "ExternalId", value = external.value, externalSource = external.externalSource }
    kept[#kept + 1] = not same and external or nil
  end
  record.externalIds = record.externalIds and kept
  records:put(index, record, records:owner(index))
end

local function claim(ctx, type_name, index, identifier)
  local owner = identifiers.owner(ctx.settings, type_name, identifier)
  if owner and owner ~= index then
    api_errors.raise("general.conflict", { reason = "another record owns the identifier" }, {
      status = ctx.settings.claim_conflict,
    })
  end
  return identifiers.claim(type_name, index, identifier)
end

local function release(ctx, type_name, index, identifier)
  if identifiers.owner(ctx.settings, type_name, identifier) ~= index then
    api_errors.raise("not.found", nil, { message = "The record does not own the identifier." })
  end
  identifiers.release(type_name, index, identifier)
  if ctx.settings.release_clears then
    clear_fields(type_name, index, identifier)
  end
  return identifier
end

local handlers = {}

for resource, type_name in pairs { contacts = "contact", organizations = "organization" } do
  handlers[resource .. ".identifiers.list"] = function(ctx)
    local index = locate.record(ctx, type_name)
    return assert(json.encode { entities = identifiers.list(ctx.settings, type_name, index) })
  end

  handlers[resource .. ".identifiers.change"] = function(ctx)
    local index = locate.record(ctx, type_name)
    local body = record_body.read(ctx, ctx.row.body_model)
    local change = body.operation == "Claim" and claim or release
    return assert(json.encode(change(ctx, type_name, index, check(ctx, body.identifier, "identifier."))))
  end
end

local function lookup(type_name)
  return function(ctx)
    local identifier = check(ctx, record_body.read(ctx, ctx.row.body_model), "")
    local index = identifiers.owner(ctx.settings, type_name, identifier)
    if not index then
      api_errors.raise "not.found"
    end
    local records = dataset.collections[type_name]
    division_rules.check(ctx, records, index)
    return expand.text(ctx, records, index, records:text(index), expand.names(ctx))
  end
end

handlers["lookup.contact"] = lookup "contact"
handlers["lookup.identifier"] = handlers["lookup.contact"]
handlers["lookup.organization"] = lookup "organization"

return handlers
