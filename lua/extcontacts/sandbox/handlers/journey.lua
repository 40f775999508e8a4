--- The journey of a contact: its sessions, which are generated, and the segments
-- that are assigned to it.

local after_listing = require "extcontacts.sandbox.handlers.after_listing"
local api_errors = require "extcontacts.sandbox.api_errors"
local dataset = require "extcontacts.sandbox.state.dataset"
local dates = require "extcontacts.base.dates"
local json = require "extcontacts.base.json"
local locate = require "extcontacts.sandbox.handlers.locate"
local merge_trees = require "extcontacts.sandbox.state.merge_trees"
local random = require "extcontacts.sandbox.random"
local record_body = require "extcontacts.sandbox.handlers.record_body"
local record_ids = require "extcontacts.sandbox.state.record_ids"
local server_clock = require "extcontacts.sandbox.state.server_clock"

-- Number of the random sequence, and the most sessions of a contact.
local SESSIONS, MOST_SESSIONS = 301, 40

-- Page sizes of sessions; segments of a GET; changes of a POST; seconds that a
-- segment stays assigned.
local PAGE, LARGEST_PAGE = 25, 200
local LARGEST_LIMIT = 500
local MOST_CHANGES = 10
local ASSIGNED_FOR = 30 * 86400

local TYPES = { "web", "app", "conversation" }

local function reference(path, id)
  return { id = id, selfUri = path .. id }
end

local function contact_reference(index)
  return reference(dataset.base_path .. "contacts/", dataset.collections.contact:id(index))
end

-- One contact in eight has sessions on several pages.
local function session_count(index)
  local word = random.hash(dataset.seed, SESSIONS, index) % 64
  return word < 8 and 30 + word % (MOST_SESSIONS - 30) or word % 4
end

local function session(index, number)
  local id = record_ids.make(dataset.type_numbers.session, index * MOST_SESSIONS + number)
  local word = random.hash(dataset.seed, SESSIONS, index * MOST_SESSIONS + number) % 100000
  local created = 1700000000 + word * 300
  return assert(json.encode {
    id = id,
    externalContact = contact_reference(index),
    type = TYPES[1 + word % #TYPES],
    eventCount = 1 + word % 20,
    authenticated = word % 5 == 0,
    createdDate = dates.text(created),
    endedDate = dates.text(created + 60 + word % 1800),
    lastEvent = {
      id = record_ids.make(dataset.type_numbers.session, 2 ^ 31 + index * MOST_SESSIONS + number),
      eventName = "page_viewed",
      createdDate = dates.text(created + 60),
    },
    selfUri = "/api/v2/journey/sessions/" .. id,
  })
end

-- The contact in the path, or with includeMerged also those that were merged into it.
local function contacts_of(ctx)
  local index = locate.record(ctx, "contact")
  return ctx.query.includeMerged and merge_trees.members(index) or { index }
end

local handlers = {}

handlers["contacts.sessions.list"] = function(ctx)
  local texts = {}
  for _, index in ipairs(contacts_of(ctx)) do
    for number = 1, session_count(index) do
      texts[#texts + 1] = session(index, number)
    end
  end
  return after_listing(ctx, texts, PAGE, LARGEST_PAGE)
end

-- The segments of a contact: id → when it was assigned.
local function segments_of(index)
  dataset.segments[index] = dataset.segments[index] or {}
  return dataset.segments[index]
end

handlers["contacts.segments.list"] = function(ctx)
  local limit = ctx.query.limit
  if limit < 1 or limit > LARGEST_LIMIT then
    api_errors.raise("invalid.value", { value = limit, type = "limit", allowed = "1.." .. LARGEST_LIMIT })
  end
  local found = {}
  for _, index in ipairs(contacts_of(ctx)) do
    for id, at in pairs(segments_of(index)) do
      found[#found + 1] = { id = id, at = at, contact = index }
    end
  end
  table.sort(found, function(a, b)
    return a.at < b.at or a.at == b.at and a.id < b.id
  end)
  local entities = json.array {}
  for number = 1, math.min(limit, #found) do
    local segment = found[number]
    entities[number] = {
      dateAssigned = dates.text(math.floor(segment.at)),
      dateForUnassignment = dates.text(math.floor(segment.at) + ASSIGNED_FOR),
      segment = reference("/api/v2/journey/segments/", segment.id),
      externalContact = contact_reference(segment.contact),
    }
  end
  return assert(json.encode { entities = entities })
end

handlers["contacts.segments.change"] = function(ctx)
  local index = locate.record(ctx, "contact")
  local body = record_body.read(ctx, "UpdateSegmentAssignmentRequest")
  local assign = body.assign and body.assign.segments or {}
  local unassign = body.unassign and body.unassign.segments or {}
  if #assign + #unassign > MOST_CHANGES then
    api_errors.raise("bad.request", nil, {
      message = ("At most %d segments can be assigned and unassigned in a request."):format(MOST_CHANGES),
    })
  end
  local segments, left, processed = segments_of(index), { assign = json.array {}, unassign = json.array {} }, 0
  local function each(list, rest, change)
    for _, segment in ipairs(list) do
      if processed < ctx.settings.segments_processed then
        processed = processed + 1
        change(segment.id)
      else
        rest[#rest + 1] = { id = segment.id }
      end
    end
  end
  each(assign, left.assign, function(id)
    segments[id] = segments[id] or server_clock.now()
  end)
  each(unassign, left.unassign, function(id)
    segments[id] = nil
  end)
  return assert(json.encode {
    unprocessedItems = {
      assign = left.assign[1] and { segments = left.assign } or nil,
      unassign = left.unassign[1] and { segments = left.unassign } or nil,
      count = #left.assign + #left.unassign,
    },
  })
end

return handlers
