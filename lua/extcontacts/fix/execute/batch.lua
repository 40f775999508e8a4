--- Executes changes of different records together: reads the records with bulk
-- requests, compares each with its change, journals all intents with one sync and
-- sends the writes with bulk requests.  Each change has an outcome of its own.

local bulk_api = require "extcontacts.fix.bulk_api"
local division_moves = require "extcontacts.fix.execute.division_moves"
local execute = require "extcontacts.fix.execute"
local writes = require "extcontacts.fix.execute.writes"

local batch = {}

---@class extcontacts.fix.BatchEntry
---@field change extcontacts.fix.Change as planned
---@field intent table|nil of the journal, if it was sent before and has no outcome; not of a create

---@class extcontacts.fix.BatchControls
---@field size integer most records per request
---@field may_send fun(): boolean asked for each change before it is journaled; false keeps it and those after it
--- from being sent
---@field is_stopped fun(): boolean asked before further requests with changes that are journaled
---@field is_held fun(): boolean asked before each request with a single change that is journaled: whether an
--- interruption or a pause keeps it from being sent
---@field withdraw fun(change: extcontacts.fix.Change) closes the intent of a change that is not sent
---@field finish fun(change: extcontacts.fix.Change, outcome: extcontacts.fix.Outcome, request: string|nil) `request`:
--- what several changes were sent with

-- Reads the records of the changes, the contacts that may have the address of a create,
-- which may be the record of another change, and the copies of records that are moved.
local function read(work, entries, size)
  local items, by_key, answers, decided, copies = {}, {}, {}, {}, {}
  local function item_of(reference)
    local key = reference.kind .. " " .. reference.id:lower()
    local item = by_key[key]
    if not item then
      item = { reference = reference }
      by_key[key], items[#items + 1] = item, item
    end
    return item
  end
  for _, entry in ipairs(entries) do
    local change = execute.translate(work, entry.change)
    local known, reference
    if change.op == "create" then
      known, reference = execute.look_up(work, change)
    else
      reference = writes.reference(entry.intent or change)
    end
    local copy = division_moves.copy(work, change)
    copies[entry] = copy and item_of(copy)
    if reference then
      local item = item_of(reference)
      item[#item + 1] = { entry = entry, change = change }
    else
      decided[entry] = known and { known, is_looked_up = true } or { execute.decide_create(work, change) }
    end
  end
  bulk_api.call(work.client, "get", items, size, function(item, record, err, response)
    answers[item] = { id = item.reference.id, record = record, err = err, response = response }
  end)
  for _, item in ipairs(items) do
    local answer = answers[item]
    for _, one in ipairs(item) do
      if one.change.op == "create" then
        decided[one.entry] = { execute.decide_create(work, one.change, answer.record, answer.err,
          answer.response) }
      else
        decided[one.entry] = { execute.decide(work, one.change, one.entry.intent, answer.record, answer.err,
          answer.response, answers[copies[one.entry] or false]) }
      end
    end
  end
  return decided
end

-- Whether a write has a request of its own.
local function is_single(write)
  return write.verb == "promote" or write.write ~= nil and write.write ~= "bulk"
end

-- Sends the writes of one verb with bulk requests while `may_go_on`.
local function send_verb(work, verb, list, controls, may_go_on)
  local items = {}
  for _, write in ipairs(list) do
    items[#items + 1] = write.verb == verb and not is_single(write) and write or nil
  end
  local unsent = bulk_api.call(work.client, verb, items, controls.size, function(write, answer, err, response)
    controls.finish(write.planned, writes.outcome(write, answer, err, response), verb)
  end, may_go_on)
  for _, write in ipairs(unsent) do
    controls.finish(write.planned, { t = "not_sent", reason = "the run stopped before it was sent" })
  end
end

-- Sends the writes that have requests of their own.  Adds what an interruption or a
-- pause keeps from being sent to `rest`.
local function send_singles(work, list, controls, may_go_on, rest)
  local is_open = true
  for _, write in ipairs(list) do
    if is_single(write) then
      is_open = is_open and not controls.is_held() and may_go_on()
      if is_open then
        controls.finish(write.planned, writes.perform(work, write))
      else
        controls.withdraw(write.planned)
        rest[#rest + 1] = { change = write.planned }
      end
    end
  end
end

local VERBS = { "create", "update", "delete" }

-- Journals and sends writes; adds those that are to be decided again to `rest`.
local function send(work, list, controls, rest)
  if #list == 0 then
    return
  end
  -- What stopped the run before this lets the changes before it be sent.
  local was_stopped = controls.is_stopped()
  local function may_go_on()
    return was_stopped or not controls.is_stopped()
  end
  local intents = {}
  for index, write in ipairs(list) do
    intents[index] = writes.intent(write)
  end
  local written, problem = work.journal:intents(intents)
  if not written then
    for _, write in ipairs(list) do
      controls.finish(write.planned, writes.not_journaled(problem))
    end
    return
  end
  for _, verb in ipairs(VERBS) do
    send_verb(work, verb, list, controls, may_go_on)
    if verb == "update" then
      send_singles(work, list, controls, may_go_on, rest)
    end
  end
end

--- Executes changes.
---@param work extcontacts.fix.Work
---@param entries extcontacts.fix.BatchEntry[] of different records
---@param controls extcontacts.fix.BatchControls
---@return extcontacts.fix.BatchEntry[] rest those that were not to be sent any more; they have no outcome
function batch.run(work, entries, controls)
  local decided = read(work, entries, controls.size)
  local list, rest = {}, {}
  for _, entry in ipairs(entries) do
    if #rest > 0 or not controls.may_send() then
      rest[#rest + 1] = entry
    else
      local outcome, write = decided[entry][1], decided[entry][2]
      if outcome then
        -- One request has read the records of all changes; an address has a lookup of its own.
        controls.finish(entry.change, outcome, not decided[entry].is_looked_up and "get" or nil)
      else
        write.planned = entry.change
        list[#list + 1] = write
      end
    end
  end
  send(work, list, controls, rest)
  return rest
end

return batch
