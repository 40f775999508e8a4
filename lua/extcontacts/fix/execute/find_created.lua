--- Settles the creates that searches can neither find nor rule out: organizations, and
-- contacts without an address.  A scan of all records of the type, one for all of them,
-- shows which of them exist.

local client = require "extcontacts.client"
local dates = require "extcontacts.base.dates"
local errors = require "extcontacts.base.errors"
local match = require "extcontacts.call.reconcile.match"
local types = require "extcontacts.record.types"

local find_created = {}

local SCANS = { contact = "scan_contacts", organization = "scan_organizations" }

-- Seconds by which a creation date and the clocks may differ.
local TOLERANCE = 3
-- Seconds of one wait, after which an interruption takes effect.
local WAIT = 0.2

---@class extcontacts.fix.MaybeSent a create that may have been sent, by the server's clock
---@field kind extcontacts.record.TypeName
---@field first number seconds since 1970: when it may have been sent first
---@field last number and last

--- The creates that may have been sent before now.
---@param open table<integer, table> intents without an outcome, by number
---@return table<integer, extcontacts.fix.MaybeSent>
function find_created.maybe_sent(open)
  local out = {}
  for n, intent in pairs(open) do
    local first, last = dates.iso(intent.since or intent.server_at), dates.iso(intent.server_at)
    if intent.op == "create" and first and last then
      out[n] = { kind = intent.kind, first = first, last = last }
    end
  end
  return out
end

-- Waits until the server has processed whatever arrived by a moment; false if it can't.
local function wait_until(work, moment)
  while true do
    local now = work.client:server_time()
    if not now or now >= moment then
      return now ~= nil
    elseif work.is_interrupted() or not client.sleep(work.client, math.min(WAIT, moment - now)) then
      return false
    end
  end
end

-- The records that were created since the first of these creates may have been sent.
local function scan(work, kind)
  local first, last = math.huge, 0
  for _, sent in pairs(work.maybe_sent) do
    if sent.kind == kind then
      first, last = math.min(first, sent.first), math.max(last, sent.last)
    end
  end
  if not wait_until(work, last + client.check_time(work.client)) then
    return nil
  end
  local records = {}
  for record in work.client[SCANS[kind]](work.client, { limit = 200 }) do
    if (dates.iso(record.createDate) or 0) >= first - TOLERANCE then
      records[#records + 1] = record
    end
  end
  return records
end

-- Whether an equal record is being created: it could be mistaken for this one.
local function is_shared(work, change)
  local model = types.by_name[change.kind].model
  for n, intent in pairs(work.journal.state.open) do
    if n ~= change.n and intent.op == "create" and intent.kind == change.kind and not work.maybe_sent[n]
      and match.has_content(model, change.after, intent.body) then
      return true
    end
  end
  return false
end

--- Looks for the record of a create that may have been sent before this pass.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
---@return table|nil record nil if it does not exist, or that is not known
---@return boolean is_known
function find_created.find(work, change)
  local sent, kind = work.maybe_sent[change.n], change.kind
  if not sent or not SCANS[kind] or not client.check_time(work.client) or is_shared(work, change) then
    return nil, false
  end
  local records = work.scanned[kind] or errors.catch(scan, work, kind)
  if not records or is_shared(work, change) then
    return nil, false
  end
  work.scanned[kind] = records
  local model, claimed = types.by_name[kind].model, work.journal.state.created
  for index, record in ipairs(records) do
    if not claimed[record.id] and dates.iso(record.createDate) >= sent.first - TOLERANCE
      and match.has_content(model, change.after, record) then
      table.remove(records, index)
      return record, true
    end
  end
  work.maybe_sent[change.n] = nil -- it is going to be sent
  return nil, true
end

return find_created
