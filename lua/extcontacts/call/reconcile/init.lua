--- Settles a create whose reply was lost: searches for the record, and allows the
-- create to be sent again only if the record certainly does not exist.  `match`
-- knows what to read and how to compare.

local calls = require "extcontacts.call.call"
local creates = require "extcontacts.call.reconcile.creates"
local errors = require "extcontacts.base.errors"
local loop = require "extcontacts.call.loop"
local match = require "extcontacts.call.reconcile.match"
local operations = require "extcontacts.api.operations"
local outcome = require "extcontacts.api.outcome"
local params = require "extcontacts.api.params"
local transport = require "extcontacts.transport"

local reconcile = {}

-- Seconds between two searches: at first, and at most.
local FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10

local function ambiguous(err, why)
  err.ambiguous, err.retryable = true, false
  err.message = ("%s; the request may have been carried out: %s"):format(err.message, why)
  return nil, "final"
end

-- Sends one read; its deadline and cancel token are the call's.  A read never
-- needs to be reconciled.
local function read(call, wanted)
  local row = operations.find(wanted.operation)
  local args = assert(params.bind(row, #wanted.arguments, wanted.arguments))
  args.deadline, args.options.cancel = call.deadline, call.cancel_token
  local reading, err = calls.prepare(call.ctx, row, args)
  if err then
    return reading:fail(err)
  end
  local value, failure = loop.run(reading)
  return value, failure
end

-- The candidates that one read finds, and why absence is not proven.
local function candidates_of(call, wanted)
  local answer, err = read(call, wanted)
  if err then
    return {}, not (outcome.is_absent(err) or wanted.is_optional) and err or nil
  elseif not wanted.records then
    return { answer }
  end
  local records = type(answer[wanted.records]) == "table" and answer[wanted.records] or {}
  local most = operations.find(wanted.operation).max_results
  if most and #records >= most then
    return records, "too many records share its e-mail address or phone number"
  end
  return records
end

-- The whole record of a candidate, and why it could not be read.
local function whole_of(call, wanted, candidate)
  if not wanted.records then
    return candidate
  end
  local whole, err = read(call, match.read_one(call.row, call.args, candidate.id))
  return whole, err and not outcome.is_absent(err) and err or nil
end

-- Searches once.  Returns the record; or nil and why absence is not proven.
local function search(call, reads, sought)
  local uncertain
  for _, wanted in ipairs(reads) do
    local candidates, unproven = candidates_of(call, wanted)
    uncertain = unproven or uncertain
    for _, candidate in ipairs(candidates) do
      local id = type(candidate) == "table" and candidate.id
      if type(id) == "string" and not sought.rejected[id] and not sought.claimed[id] then
        local whole
        whole, unproven = whole_of(call, wanted, candidate)
        uncertain = unproven or uncertain
        if whole and match.is_it(call.row, call.args, whole, sought) then
          return whole
        end
        sought.rejected[id] = whole ~= nil and call.row.check.find ~= nil or nil
      end
    end
  end
  return nil, uncertain
end

local function why_not(row)
  if not row.check then
    return "there is no way to look for it; read the record before you send it again"
  end
  return "it has no e-mail address, international phone number or name to look for; pass "
    .. "marker=\"customFields.…\", a field whose value no other record has"
end

-- Searches until the record is found, or its absence is certain, or time is up.
local function search_until(call, reads, proves_absence, sought, err)
  local ctx = call.ctx
  local finish, pause = ctx.now() + call.check_time, FIRST_PAUSE
  while true do
    local record, uncertain = search(call, reads, sought)
    if record then
      call.recovered = true
      ctx.stats.recovered = ctx.stats.recovered + 1
      return record
    elseif ctx.now() >= finish then
      if proves_absence and not uncertain then
        err.message = err.message .. "; the record was looked for and does not exist"
        return nil, "retry"
      end
      err.cause = uncertain or err.cause
      return ambiguous(err, "the record was not found, but it may still exist")
    elseif call:is_past(pause) then
      return ambiguous(err, "there was no time left to look for the record")
    end
    local stop = call:pause(math.min(pause, finish - ctx.now()), "retry")
    if stop then
      return ambiguous(err, stop.message)
    end
    pause = math.min(pause * 2, LONGEST_PAUSE)
  end
end

--- Finds out what became of a request whose outcome is unclear.
---@param call extcontacts.Call
---@param err extcontacts.Error its failure; changed to say what was found
---@return table|nil record the record that was created
---@return "retry"|"final"|nil verdict for `loop.run`
function reconcile.settle(call, err)
  local ctx, row, args = call.ctx, call.row, call.args
  if call.on_ambiguous == "resend" then
    return nil, "retry"
  elseif call.on_ambiguous == "error" or err.kind == "cancelled" then
    return ambiguous(err, "read the record before you send it again")
  end
  local reads, proves_absence = match.reads(row, args, args.options.marker)
  local since = call.sent_at
  if #reads == 0 then
    return ambiguous(err, why_not(row))
  elseif call.request.body and creates.is_shared(ctx.creates, call.request.body, call) then
    return ambiguous(err, "an equal record is being created at the same time")
  elseif row.check.created and not since then
    return ambiguous(err, "the server's clock is unknown, so an older record could be mistaken for it")
  end
  return search_until(call, reads, proves_absence, {
    marker = args.options.marker, since = since, rejected = {},
    claimed = creates.claimed(ctx.creates, args.options.except_ids),
  }, err)
end

--- Looks for the record of a create that an earlier run may have sent.
---@param call extcontacts.Call with the option `maybe_sent_at`; with `args.look_once`, the server says that
--- it did not carry the request out, and one look is enough
---@return table|nil record nil if it certainly does not exist
---@return extcontacts.Error|nil err if that is uncertain
function reconcile.find_earlier(call)
  local since, now = call.args.options.maybe_sent_at, transport.server_time(call.ctx)
  local check_time = call.check_time
  call.sent_at = since
  -- A record created long ago has been indexed since.
  if call.args.look_once then
    call.check_time = 0
  elseif now then
    call.check_time = math.max(0, math.min(check_time, since + check_time - now))
  end
  local err = errors.new {
    kind = "transport", message = "an earlier run may have sent it", retryable = false,
  }
  local record, verdict = reconcile.settle(call, err)
  call.sent_at, call.check_time = nil, check_time
  if record or verdict == "retry" then
    return record
  end
  return nil, err
end

return reconcile
