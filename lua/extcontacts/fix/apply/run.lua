--- One run of a plan: executes its changes and records their outcomes, until
-- the plan's end or a reason to stop.

local bulk_api = require "extcontacts.fix.bulk_api"
local client = require "extcontacts.client"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local identity = require "extcontacts.fix.identity"
local pass = require "extcontacts.fix.apply.pass"
local pause = require "extcontacts.fix.pause"
local stop_rules = require "extcontacts.fix.apply.stop_rules"
local write_choice = require "extcontacts.fix.write_choice"

local run = {}

-- Seconds of one wait while a run is paused.
local WAIT = 0.2
-- Seconds between two checks for the pause file.
local CHECK_EVERY = 0.25

---@class extcontacts.fix.Run
---@field digests string[] of the plan's bytes, as they were checked
---@field stopped string|nil why it stopped
---@field err extcontacts.Error|nil what stopped it
---@field counts extcontacts.fix.RunCounts
---@field progress extcontacts.fix.Tracker of all runs of the plan
---@field size integer changes per request
---@field concurrency integer batches, or without them changes, at a time
---@field recreating table<string, integer> old ids of the records that the changes read so far recreate, and the
--- numbers of these changes
---@field batches extcontacts.fix.Batches|nil of the current pass
local Run = {}
Run.__index = Run

-- Batches at a time.  A conflict that ends the run must be known before the next one.
local function concurrency_of(options, size, plan)
  if size > 1 then
    return options.on_conflict == "fail" and 1 or options.concurrency or 2
  end
  -- What follows a recreated or merged record may point at its new id.
  local is_ordered = plan.totals.recreated or plan.totals.series or plan.totals.operations["contact.merge"]
  return is_ordered and 1 or options.concurrency or 1
end

--- Prepares a run.
---@param sender extcontacts.Client
---@param path string of the plan
---@param plan { header: extcontacts.fix.Header, totals: extcontacts.fix.Totals, digests: string[] }
---@param journal extcontacts.fix.Journal
---@param options extcontacts.fix.ApplyOptions
---@return extcontacts.fix.Run
function run.new(sender, path, plan, journal, options)
  function journal.server_time()
    return sender:server_time()
  end
  local size = bulk_api.size_of(options.batch)
  local self = setmetatable({
    path = path,
    digests = plan.digests,
    options = options,
    total = plan.totals.changes,
    journal = journal,
    progress = journal.state.progress,
    counts = stop_rules.counts(),
    work = {
      client = sender, journal = journal, on_conflict = options.on_conflict or "skip",
      choice = write_choice.new(options.write, plan.totals),
    },
    retry_failed = options.retry_failed,
    size = size,
    concurrency = concurrency_of(options, size, plan),
    next_check = 0,
    paused = false,
  }, Run)
  function self.work.is_interrupted()
    return self:is_interrupted()
  end
  return self
end

--- Stops the run.  At its limit a run starts nothing more but finishes what it has
-- started, so any other reason replaces this one.
---@param reason string
---@param err extcontacts.Error|nil
function Run:stop(reason, err)
  if not self.stopped or self.stopped == "limit" then
    self.stopped, self.err = reason, err
  end
end

--- Whether nothing more is to be started.
---@return boolean
function Run:must_stop()
  local reason = stop_rules.before(self.counts, self.options)
  if reason then
    self:stop(reason)
  end
  return self.stopped ~= nil
end

--- Whether the run stops before what it has started.
---@return boolean
function Run:is_cut()
  return self.stopped ~= nil and self.stopped ~= "limit"
end

--- Whether the caller interrupts the run, which is then stopped.
---@return boolean
function Run:is_interrupted()
  local interrupted = self.options.interrupted and self.options.interrupted() or false
  if interrupted then
    self:stop "interrupted"
  end
  return interrupted
end

--- Whether a pause is asked for.
---@return boolean
function Run:pause_is_set()
  if self.options.paused then
    return self.options.paused()
  end
  local now = core.engine.now()
  if now >= self.next_check then
    self.next_check, self.paused = now + CHECK_EVERY, pause.is_set(self.path)
  end
  return self.paused
end

--- Whether the run is to wait.
---@return boolean
function Run:is_paused()
  return not self.stopped and self:pause_is_set()
end

--- Waits for a moment of a pause.
function Run:rest()
  if not client.sleep(self.work.client, WAIT) then
    self:stop "interrupted"
  end
end

--- Reports the progress.
---@param paused boolean|nil
function Run:report(paused)
  if self.options.on_progress then
    self.options.on_progress {
      total = self.total, settled = self.progress:settled(), counts = self.progress.counts,
      run = self.counts.finished, paused = paused or false,
    }
  end
end

----------------------------------------------------------------- outcomes --

-- The planned values, and that of the field which the server names, for the
-- file of errors.
local function values_of(change, field)
  local values, has_field = {}, false
  for index, difference in ipairs(change.diff or {}) do
    values[index] = { path = difference.path, after = difference.after }
    has_field = has_field or difference.path[1] == field
  end
  if field and not has_field and change.after and change.after[field] ~= nil then
    values[#values + 1] = { path = { field }, after = change.after[field] }
  end
  return core.json.array(values)
end

-- Operations whose values another plan can set.
local SETS = { update = true, create = true }

-- Fields of an outcome that are for the run only.
local INTERNAL = { err = true, stop = true, server_failure = true, is_repeated = true }

-- The journal's entry of an outcome.
local function entry_of(change, outcome)
  local entry = { n = change.n, op = change.op, kind = change.kind }
  for name, value in pairs(outcome) do
    if not INTERNAL[name] then
      entry[name] = value
    end
  end
  if outcome.t == "failed" or outcome.t == "conflict" or outcome.t == "unknown" then
    entry.id, entry.owner = change.id, change.owner
    entry.set = SETS[change.op] and values_of(change, outcome.field) or nil
  end
  return entry
end

--- Takes the outcome of a change.
---@param change extcontacts.fix.Change
---@param outcome extcontacts.fix.Outcome
function Run:finish(change, outcome)
  -- A change that was not sent needs an entry only to close its intent.
  if outcome.t ~= "not_sent" or (self.journal.state.open[change.n] and not outcome.no_entry) then
    local ok, err = self.journal:outcome(entry_of(change, outcome))
    if not ok then
      self:stop("io", err)
    end
  end
  local reason = stop_rules.after(self.counts, self.options, outcome)
  if reason then
    self:stop(reason, (reason == outcome.stop or reason == "try_later") and outcome.err or nil)
  end
  self:report()
end

--- Closes the intent of a change that is not sent.  It has no outcome yet.
---@param change extcontacts.fix.Change
function Run:withdraw(change)
  local ok, err = self.journal:outcome { t = "not_sent", n = change.n, op = change.op, kind = change.kind }
  if not ok then
    self:stop("io", err)
  end
end

------------------------------------------------------------------ the plan --

-- Changes that got no answer are left open by the first pass; the second
-- settles them.
function Run:passes()
  self:report()
  pass.run(self)
  if not self.stopped and self.progress:settled() < self.total then
    self.retry_failed = false
    pass.run(self)
    if not self.stopped and self:not_started() > 0 then
      self:stop "try_later"
    end
  end
end

-- Announces what an earlier run may have changed without announcing it.
function Run:announce_open()
  local ids = {}
  for _, intent in pairs(self.journal.state.open) do
    if intent.kind == "contact" or intent.kind == "organization" then
      ids[#ids + 1] = intent.id
      for _, id in ipairs(intent.ids or {}) do
        ids[#ids + 1] = id
      end
    end
  end
  client.announce(self.work.client, ids)
end

--- Executes the plan and closes the journal.  Failures are kept in `stopped` and `err`.
function Run:go()
  local work = self.work
  local facts = { on_conflict = work.on_conflict, write = work.choice.name, resumed = self.journal.state.runs > 0,
    system_user = core.environment.user() }
  local ok, err = identity.stamp(facts, work.client)
  if ok then
    ok, err = self.journal:run(facts)
  end
  if ok then
    self:announce_open()
    ok, err = errors.catch(function()
      self:passes()
      return true
    end)
  end
  if not ok then
    self:stop(err.kind == "io" and "io" or "failed", err)
  end
  ok, err = self.journal:close(self.stopped or "complete")
  if not ok then
    self:stop("io", err)
  end
  client.flush(work.client)
end

function Run:not_started()
  return self.total - self.progress:settled() - self.progress.counts.unknown
end

-- The bulk operations that the API refuses, and why.
local function refused_bulk(sender)
  local refused
  for name, operation in pairs(sender:stats().operations) do
    if operation.refused then
      refused = refused or {}
      refused[name] = operation.refused
    end
  end
  return refused
end

--- What became of the changes.
---@return extcontacts.fix.Result
function Run:result()
  local counts = self.progress.counts
  return {
    total = self.total,
    applied = counts.applied,
    unchanged = counts.unchanged,
    conflicts = counts.conflict,
    failed = counts.failed,
    unknown = counts.unknown,
    not_started = self:not_started(),
    diverged = self.counts.diverged,
    classes = self.journal.state.classes,
    refused_bulk = refused_bulk(self.work.client),
    stopped = self.stopped,
    err = self.err,
  }
end

return run
