--- Links to organizations by what other systems call them: the notation
-- `externalOrganization = { externalId = "ACME-7", externalSource = { id = … } }` of a
-- contact, which the API does not know.  Each external id is looked up once; the ids
-- are kept with the client for some minutes.

local call = require "extcontacts.call"
local calls = require "extcontacts.call.call"
local errors = require "extcontacts.base.errors"
local outcome = require "extcontacts.api.outcome"
local shallow_copy = require "extcontacts.base.shallow_copy"

local organization_links = {}

-- Seconds for which an id is kept, and an external id that no organization has; and the
-- number of external ids.
local KEEP, KEEP_ABSENT, MOST = 600, 60, 10000

-- Seconds after which another's lookup counts as dead, and between two looks at it.
local PATIENCE, STEP = 30, 0.01

---@class extcontacts.OrganizationLink
---@field externalId string
---@field externalSource string|{ id: string }|nil

local function source_of(link)
  local source = link.externalSource
  if type(source) == "table" then
    source = source.id
  end
  return type(source) == "string" and source or nil
end

--- The link of a contact that has to be looked up.
---@param record any
---@return extcontacts.OrganizationLink|nil
function organization_links.of(record)
  local link = type(record) == "table" and record.externalOrganization
  return type(link) == "table" and link.externalId ~= nil and link.id == nil and link or nil
end

--- Why a link can't be looked up; nil if it can.
---@param link any
---@return string|nil problem
function organization_links.problem(link)
  if type(link) ~= "table" then
    return "must be a table { externalId = …, externalSource = … }"
  elseif type(link.externalId) ~= "string" or link.externalId == "" then
    return "has no text 'externalId'"
  elseif link.externalSource ~= nil and not source_of(link) then
    return "has an 'externalSource' that is neither an id nor { id = … }"
  end
end

local function cache_of(ctx)
  local cache = ctx.organization_ids
  if not cache or cache.count >= MOST then
    cache = { entries = {}, count = 0 }
    ctx.organization_ids = cache
  end
  return cache
end

-- Waits while another function looks up the same external id; returns its entry if
-- there is one that counts.
local function settled(ctx, cache, key, cancel)
  local waiting
  while true do
    local entry = cache.entries[key]
    if not entry or ctx.now() >= entry.until_time then
      return nil
    elseif not entry.is_pending then
      return entry
    end
    waiting = waiting or calls.idle(ctx, cancel)
    local stop = waiting:pause(STEP, "job")
    if stop then
      return nil, stop
    end
  end
end

local function unknown(link)
  local shown = require("extcontacts.base.printable").line(link.externalId, 100)
  local source = source_of(link)
  return nil, errors.new {
    kind = "invalid",
    code = "organization",
    message = ("externalOrganization: no organization has the external id '%s'%s; create it first, or correct the id")
      :format(shown, source and " of the external source " .. require("extcontacts.base.printable").line(source, 60)
        or ""),
  }
end

--- Looks up an organization's id.
---@param ctx extcontacts.ClientContext
---@param link extcontacts.OrganizationLink
---@param options extcontacts.CallOptions|nil of the lookup
---@return string|nil id
---@return extcontacts.Error|nil err kind "invalid" and code "organization" if no organization has the external id
function organization_links.resolve(ctx, link, options)
  local problem = organization_links.problem(link)
  if problem then
    return errors.invalid("externalOrganization " .. problem, "organization")
  end
  local source, cache = source_of(link), cache_of(ctx)
  local key = (source or "") .. "\0" .. link.externalId
  local entry, stop = settled(ctx, cache, key, options and options.cancel)
  if stop then
    return nil, stop
  elseif entry then
    if entry.id then
      return entry.id
    end
    return unknown(link)
  end
  cache.count = cache.count + (cache.entries[key] and 0 or 1)
  cache.entries[key] = { is_pending = true, until_time = ctx.now() + PATIENCE }
  local found, err = call.named(ctx, "lookup.organization", 2, {
    { type = "ExternalId", value = link.externalId, externalSource = source and { id = source } or nil }, options,
  })
  if err and not outcome.is_absent(err) then
    cache.entries[key] = nil
    cache.count = cache.count - 1
    return nil, err
  end
  local id = found and found.id
  cache.entries[key] = { id = id, until_time = ctx.now() + (id and KEEP or KEEP_ABSENT) }
  if id then
    return id
  end
  return unknown(link)
end

local function copy_with(record, field, new)
  local copy = shallow_copy(record)
  copy[field] = new
  return copy
end

--- Returns a contact whose link has the organization's id: the record itself if there
-- is nothing to look up, else a copy.
---@param ctx extcontacts.ClientContext
---@param record table
---@param options extcontacts.CallOptions|nil
---@return table|nil record
---@return extcontacts.Error|nil
function organization_links.linked(ctx, record, options)
  local link = organization_links.of(record)
  if not link then
    return record
  end
  local id, err = organization_links.resolve(ctx, link, options)
  if not id then
    return nil, err
  end
  return copy_with(record, "externalOrganization", { id = id })
end

-- Verbs of `*_many` whose contacts may name their organization by its external id.
local LINKS = { create = true, update = true, enrich = true }

--- The same for an item of a `*_many` of contacts.
---@param ctx extcontacts.ClientContext
---@param verb string
---@param item any
---@param options extcontacts.CallOptions|nil
---@return any item
---@return extcontacts.Error|nil
function organization_links.in_item(ctx, verb, item, options)
  if not LINKS[verb] or type(item) ~= "table" then
    return item
  elseif verb ~= "enrich" then
    return organization_links.linked(ctx, item, options)
  elseif not organization_links.of(item.contact) then
    return item
  end
  local contact, err = organization_links.linked(ctx, item.contact, options)
  if not contact then
    return nil, err
  end
  return copy_with(item, "contact", contact)
end

return organization_links
