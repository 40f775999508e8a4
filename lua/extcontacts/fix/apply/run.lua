--- One run of a plan: executes its changes and records their outcomes, until
-- the plan's end or a reason to stop.

local client = require "extcontacts.client"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local execute = require "extcontacts.fix.execute"
local identity = require "extcontacts.fix.identity"
local pause = require "extcontacts.fix.pause"
local planfile = require "extcontacts.fix.planfile"
local queue = require "extcontacts.fix.apply.queue"
local stop_rules = require "extcontacts.fix.apply.stop_rules"

local run = {}

-- Seconds between two checks for the pause file, and of one wait while paused.
local CHECK_EVERY, WAIT = 0.25, 0.2

---@class extcontacts.fix.Run
---@field stopped string|nil why it stopped
---@field err extcontacts.Error|nil what stopped it
---@field counts extcontacts.fix.RunCounts
---@field progress extcontacts.fix.Tracker of all runs of the plan
local Run = {}
Run.__index = Run

--- Prepares a run.
---@param sender extcontacts.Client
---@param path string of the plan
---@param plan { header: extcontacts.fix.Header, totals: extcontacts.fix.Totals }
---@param journal extcontacts.fix.Journal
---@param options extcontacts.fix.ApplyOptions
---@return extcontacts.fix.Run
function run.new(sender, path, plan, journal, options)
  function journal.server_time()
    return sender:server_time()
  end
  return setmetatable({
    path = path,
    options = options,
    total = plan.totals.changes,
    journal = journal,
    progress = journal.state.progress,
    counts = stop_rules.counts(),
    work = { client = sender, journal = journal, on_conflict = options.on_conflict or "skip" },
    retry_failed = options.retry_failed,
    -- What follows a recreated record may point at its new id.
    concurrency = plan.totals.recreated and 1 or options.concurrency or 1,
    next_check = 0,
    paused = false,
  }, Run)
end

-- At its limit a run starts nothing more but finishes what it has started, so
-- any other reason replaces this one.
function Run:stop(reason, err)
  if not self.stopped or self.stopped == "limit" then
    self.stopped, self.err = reason, err
  end
end

function Run:must_stop()
  local reason = stop_rules.before(self.counts, self.options)
  if reason then
    self:stop(reason)
  end
  return self.stopped ~= nil
end

function Run:is_paused()
  if self.stopped then
    return false
  elseif self.options.paused then
    return self.options.paused()
  end
  local now = core.engine.now()
  if now >= self.next_check then
    self.next_check, self.paused = now + CHECK_EVERY, pause.is_set(self.path)
  end
  return self.paused
end

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

-- The journal's entry of an outcome.
local function entry_of(change, outcome)
  local entry = { n = change.n, op = change.op, kind = change.kind }
  for name, value in pairs(outcome) do
    if name ~= "err" and name ~= "stop" and name ~= "server_failure" then
      entry[name] = value
    end
  end
  if outcome.t == "failed" or outcome.t == "conflict" or outcome.t == "unknown" then
    entry.id, entry.owner = change.id, change.owner
    entry.set = values_of(change, outcome.field)
  end
  return entry
end

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

-- Executes the changes of one record, one after another.
function Run:execute(group)
  for _, change in ipairs(group) do
    if self.stopped and self.stopped ~= "limit" then
      return
    end
    self:finish(change, execute.change(self.work, change, self.journal.state.open[change.n]))
  end
end

------------------------------------------------------------------ the plan --

-- Groups of changes to execute; nil at the plan's end, and when nothing more is
-- to be started.
function Run:groups(reader)
  local next_group = queue.groups(function()
    local change
    repeat
      change = reader:next()
    until not change or queue.includes(self.progress, change.n, self.retry_failed)
    return change
  end, function()
    self.counts.started = self.counts.started + 1
    return not self.options.limit or self.counts.started < self.options.limit
  end)
  return function()
    if self:must_stop() or self:is_paused() then
      return nil
    end
    local group = next_group()
    self.at_end = group == nil
    return group
  end
end

-- Executes several groups at a time, in tasks of the client.
function Run:execute_concurrently(next_group)
  local function work(group)
    self:execute(group)
    return true
  end
  for _, done, err in self.work.client:map(next_group, work, { concurrency = self.concurrency }) do
    if not done then
      error(err, 0)
    end
  end
end

function Run:execute_in_order(next_group)
  for group in next_group do
    self:execute(group)
  end
end

-- Waits while the run is paused; nothing is in flight.
function Run:wait_while_paused()
  self:report(true)
  while self:is_paused() and not self:must_stop() do
    if not client.sleep(self.work.client, WAIT) then
      self:stop "interrupted"
    end
  end
end

-- Goes through the plan once.
function Run:pass()
  local reader = assert(planfile.open(self.path))
  local next_group = self:groups(reader)
  self.at_end = false
  repeat
    if self.concurrency > 1 then
      self:execute_concurrently(next_group)
    else
      self:execute_in_order(next_group)
    end
    if self:is_paused() then
      self:wait_while_paused()
    end
  until self.at_end or self.stopped
  reader.close()
end

-- Changes that got no answer are left open by the first pass; the second
-- settles them.
function Run:passes()
  self:report()
  self:pass()
  if not self.stopped and self.progress:settled() < self.total then
    self.retry_failed = false
    self:pass()
    if not self.stopped and self:not_started() > 0 then
      self:stop "try_later"
    end
  end
end

--- Executes the plan and closes the journal.  Failures are kept in `stopped` and `err`.
function Run:go()
  local facts = { on_conflict = self.work.on_conflict, resumed = self.journal.state.runs > 0 }
  local ok, err = identity.stamp(facts, self.work.client)
  if ok then
    ok, err = self.journal:run(facts)
  end
  if ok then
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
end

function Run:not_started()
  return self.total - self.progress:settled() - self.progress.counts.unknown
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
    stopped = self.stopped,
    err = self.err,
  }
end

return run
