--- Tells the client's store which contacts and organizations a request has changed, or
-- may have, so that lookups on all machines follow.  A new record is in no answer, and
-- is not announced; nor are notes and relationships, which no answer shows.

local calls = require "extcontacts.call.call"
local outcome = require "extcontacts.api.outcome"

local changed_records = {}

-- What lies under the path of a record, and is no part of it.
local APART = { notes = true, journey = true }

local SPACES = { contacts = true, organizations = true }

-- Models of answers that are such a record.
local RECORDS = { ExternalContact = true, ExternalOrganization = true }

local UUID = ("^" .. ("x"):rep(8) .. "%-xxxx%-xxxx%-xxxx%-" .. ("x"):rep(12) .. "$"):gsub("x", "%%x")

-- Adds an id to a list that has each once.
local function add(ids, id)
  local key = type(id) == "string" and id:find(UUID) and id:lower()
  for _, known in ipairs(key and ids or {}) do
    if known == key then
      return
    end
  end
  ids[#ids + 1] = key or nil
end

local function items_of(object, name)
  local items = type(object) == "table" and object[name]
  return type(items) == "table" and items or {}
end

-- The space of a bulk operation whose items are such records.
local function is_bulk(row)
  return row.batch ~= nil and SPACES[row.path:match "/bulk/(%a+)"] == true
end

-- The ids that the request itself names.
local function named(row, path, body)
  local ids = {}
  local space, id, rest = path:match "/externalcontacts/(%a+)/([%x-]+)(.*)$"
  if SPACES[space] and not APART[rest:match "^/(%a+)"] then
    add(ids, id)
  end
  for _, item in ipairs(is_bulk(row) and row.batch.match == "id" and items_of(body, "entities") or {}) do
    add(ids, type(item) == "table" and item.id or item)
  end
  if row.effect == "merge" and type(body) == "table" then
    for _, member in ipairs(items_of(body, "contactIds")) do
      add(ids, member)
    end
    add(ids, body.sourceContactId)
    add(ids, body.targetContactId)
  end
  return ids
end

-- Adds the ids of the records that the answer has: the result of a merge, the record
-- that enrich found, the one that another was merged into.
local function add_answered(ids, row, value)
  if RECORDS[row.returns] then
    add(ids, type(value) == "table" and value.id)
  elseif is_bulk(row) then
    for _, result in ipairs(items_of(value, "results")) do
      add(ids, type(result) == "table" and type(result.entity) == "table" and result.entity.id)
    end
  end
end

--- The ids of the records that a call's request changes; nil if nobody is told.
---@param call extcontacts.Call
---@return string[]|nil
function changed_records.of(call)
  local row, store = call.row, call.ctx.store
  local changes_no_record = row.effect == "read" or row.effect == "create" or row.effect == "job"
  if not store or not store.announce or row.is_foreign or changes_no_record then
    return nil
  end
  return named(row, call.request.path, call.args.body)
end

--- Announces what a request has changed, unless it certainly has not.
---@param ctx extcontacts.ClientContext
---@param exchange extcontacts.Exchange
---@param err extcontacts.Error|nil
---@param value any|nil the answer, if it was read
function changed_records.announce(ctx, exchange, err, value)
  local ids, row = exchange.changed, exchange.row
  if not ids then
    return
  end
  local result = outcome.of(row.effect, err)
  if result == "done" then
    add_answered(ids, row, value)
  end
  if result == "done" or result == "unclear" then
    changed_records.tell(ctx, ids)
  end
end

--- Announces contacts and organizations that have changed.
---@param ctx extcontacts.ClientContext
---@param ids string[]
function changed_records.tell(ctx, ids)
  if ctx.store and ctx.store.announce and #ids > 0 then
    ctx.store.announce(ids)
  end
end

--- Waits a moment until what was announced has arrived, for a program that may end.
---@param ctx extcontacts.ClientContext
function changed_records.flush(ctx)
  if ctx.store and ctx.store.flush then
    ctx.store.flush(calls.idle(ctx))
  end
end

return changed_records
