--- Applies a plan: its changes in order, each carried out and journaled, until
-- the end or a reason to stop.  A stopped run is resumed by another one.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local errors_csv = require "extcontacts.fix.errors_csv"
local execute = require "extcontacts.fix.execute"
local journal = require "extcontacts.fix.journal"
local plan = require "extcontacts.fix.plan"
local planfile = require "extcontacts.fix.planfile"
local status = require "extcontacts.fix.status"
local suggest = require "extcontacts.base.suggest"

local apply = {}

-- After so many failures of the server in a row the run ends.
local MOST_TROUBLE = 3
-- The share of failures counts once so many changes are through.
local FEW = 50
-- Seconds between two looks for the file that holds a run.
local LOOK_EVERY = 0.25

---@class extcontacts.fix.ApplyOptions
---@field on_conflict "skip"|"fail"|"rebase"|nil default "skip"
---@field concurrency integer|nil changes at a time; default 1
---@field limit integer|nil stop after so many changes
---@field max_errors integer|nil stop once so many have failed
---@field error_rate number|nil stop when more than this share fails; default 0.5
---@field allow_irreversible boolean|nil needed for a plan that erases
---@field retry_failed boolean|nil `resume` only: takes up what failed or was in conflict, too
---@field interrupted (fun(): boolean)|nil asked before each change; true ends the run
---@field paused (fun(): boolean)|nil asked before each change; true holds the run; default: whether
--- `PLAN.pause` is there
---@field on_progress (fun(progress: extcontacts.fix.Progress))|nil called after each change

---@class extcontacts.fix.Progress
---@field total integer changes of the plan
---@field settled integer that have an outcome
---@field counts table<extcontacts.fix.State, integer>
---@field run integer that this run settled
---@field paused boolean

---@class extcontacts.fix.Result
---@field total integer
---@field applied integer
---@field unchanged integer
---@field conflicts integer
---@field failed integer
---@field unknown integer
---@field not_started integer not started, or without an outcome
---@field diverged integer saved in this run, but the server stored a different value
---@field stopped string|nil why it ended before the end: `interrupted`, `limit`, `max_errors`,
--- `error_rate`, `conflict`, `auth`, `try_later`, `io`
---@field err extcontacts.Error|nil what stopped it
---@field errors_path string|nil the file with what failed

local OPTIONS = {
  on_conflict = "string", concurrency = "number", limit = "number", max_errors = "number",
  error_rate = "number", allow_irreversible = "boolean", retry_failed = "boolean",
  interrupted = "function", paused = "function", on_progress = "function",
}
local ON_CONFLICT = { skip = true, fail = true, rebase = true }

-- Blames the caller of `apply.run` and `apply.resume`.
local function check_options(options)
  for name, value in pairs(options or {}) do
    if not OPTIONS[name] then
      error(suggest.unknown("option", name, suggest.keys(OPTIONS)), 3)
    elseif type(value) ~= OPTIONS[name] then
      error(("option '%s' must be a %s, got %s"):format(name, OPTIONS[name], type(value)), 3)
    end
  end
  if options and options.on_conflict and not ON_CONFLICT[options.on_conflict] then
    error(suggest.unknown("value of 'on_conflict'", options.on_conflict, suggest.keys(ON_CONFLICT)), 3)
  end
end

------------------------------------------------------------------ the start --

-- What speaks against applying this plan to this server.
local function objection(path, checked, client, options)
  local server = plan.server(client)
  if checked.header.server ~= server then
    return errors.invalid(("%s was made for %s, and this is %s"):format(path, checked.header.server,
      server), "server")
  elseif (checked.totals.classes.irreversible or 0) > 0 and not options.allow_irreversible then
    return errors.invalid(("%s erases %d records, which can't be undone: allow_irreversible is needed")
      :format(path, checked.totals.classes.irreversible), "irreversible")
  end
  return true
end

local function open_journal(path, checked, resume)
  local log, err = journal.open(path, checked)
  if not log then
    return nil, err
  elseif log.state.runs > 0 and not resume then
    log.file:close()
    return errors.invalid(path .. " was begun already: resume it", "begun")
  elseif log.state.runs == 0 and resume then
    log.file:close()
    return errors.invalid(path .. " was not begun: apply it", "not_begun")
  end
  return log
end

--------------------------------------------------------------------- the run --

local Run = {}
Run.__index = Run

-- At the limit nothing more is begun, but what counts towards it is done: any
-- other reason weighs more.
function Run:stop(reason, err)
  if not self.stopped or self.stopped == "limit" then
    self.stopped, self.err = reason, err
  end
end

-- Why no further change is to be begun.
function Run:asks_to_stop()
  if self.options.interrupted and self.options.interrupted() then
    self:stop "interrupted"
  elseif self.options.limit and self.begun >= self.options.limit then
    self:stop "limit"
  end
  return self.stopped
end

function Run:is_paused()
  if self.stopped then
    return false
  elseif self.options.paused then
    return self.options.paused()
  end
  -- Looking for the file at each change would be a little much.
  local now = core.engine.now()
  if now >= self.look_at then
    self.look_at, self.held = now + LOOK_EVERY, status.is_paused(self.path)
  end
  return self.held
end

local function wants(self, change)
  local progress = self.log.state.progress
  local wrong = progress.wrong[change.n]
  if self.retry_failed and (wrong == "failed" or wrong == "conflict") then
    return true
  end
  return not progress:is_settled(change.n)
end

local function report(self, paused)
  if self.options.on_progress then
    local progress = self.log.state.progress
    self.options.on_progress {
      total = self.total, settled = progress:settled(), counts = progress.counts, run = self.finished,
      paused = paused or false,
    }
  end
end

-- What was to be set, and the field that the server names: its value is what
-- a person has to put right.
local function values_of(change, field)
  local values, named = {}, false
  for index, one in ipairs(change.diff or {}) do
    values[index] = { path = one.path, after = one.after }
    named = named or one.path[1] == field
  end
  if field and not named and change.after and change.after[field] ~= nil then
    values[#values + 1] = { path = { field }, after = change.after[field] }
  end
  return core.json.array(values)
end

-- What failed is told with the values, for the file of errors.
local function complete(change, outcome)
  outcome.n, outcome.op, outcome.kind = change.n, change.op, change.kind
  if outcome.t == "failed" or outcome.t == "conflict" or outcome.t == "unknown" then
    outcome.id, outcome.owner = change.id, change.owner
    outcome.set = values_of(change, outcome.field)
  end
  return outcome
end

function Run:note(change, outcome)
  local err, reason = outcome.err, outcome.stop
  local open = self.log.state.open[change.n]
  local noted = outcome.t ~= "not_sent" or (open and not outcome.unnoted)
  outcome.err, outcome.stop = nil, nil
  if noted then
    local ok, problem = self.log:outcome(complete(change, outcome))
    if not ok then
      self:stop("io", problem)
    end
  end
  self.finished = self.finished + 1
  self.diverged = self.diverged + (outcome.diverged and 1 or 0)
  self.failed = self.failed + (outcome.t == "failed" and 1 or 0)
  self.trouble = outcome.trouble and self.trouble + 1 or 0
  if reason then
    self:stop(reason, err)
  elseif self.trouble >= MOST_TROUBLE then
    self:stop("try_later", err)
  elseif outcome.t == "conflict" and self.options.on_conflict == "fail" then
    self:stop "conflict"
  elseif self.options.max_errors and self.failed >= self.options.max_errors then
    self:stop "max_errors"
  elseif self.finished >= FEW and self.failed / self.finished > (self.options.error_rate or 0.5) then
    self:stop "error_rate"
  end
  report(self)
end

-- Changes of one record are carried out one after the other.
local function work_on(self, changes)
  for _, change in ipairs(changes) do
    if self.stopped and self.stopped ~= "limit" then
      return
    end
    local intent = self.log.state.open[change.n]
    local outcome
    if intent then
      outcome = execute.settle(self.work, change, intent)
    else
      outcome = execute.out(self.work, change)
    end
    self:note(change, outcome)
  end
end

local function key_of(change)
  return change.owner or change.id
end

-- Gives the changes that are to be carried out, those of one record together;
-- nil at the plan's end, or when nothing more is to be begun.
local function next_work(self, reader)
  local ahead
  local function next_change()
    local change = ahead or reader:next()
    ahead = nil
    while change and not wants(self, change) do
      change = reader:next()
    end
    return change
  end
  return function()
    if self:asks_to_stop() or self:is_paused() then
      return nil
    end
    local change = next_change()
    if not change then
      self.at_end = true
      return nil
    end
    local group, key = {}, key_of(change)
    repeat
      group[#group + 1] = change
      self.begun = self.begun + 1
      ahead = next_change()
      local together = ahead and key ~= nil and key_of(ahead) == key
        and not (self.options.limit and self.begun >= self.options.limit)
      if together then
        change, ahead = ahead, nil
      end
    until not together
    return group
  end
end

-- Holds the run while it is paused; what is in flight has ended.
local function hold(self)
  local idle = core.engine.new {}
  report(self, true)
  while self:is_paused() and not self:asks_to_stop() do
    idle:step(0.2)
  end
  idle:close()
end

-- Several groups of changes at a time, in tasks of the client.
local function side_by_side(self, next_item)
  local function work(changes)
    work_on(self, changes)
    return true
  end
  local options = { concurrency = self.options.concurrency }
  for _, worked, err in self.work.client:map(next_item, work, options) do
    if not worked then
      error(err, 0)
    end
  end
end

local function one_by_one(self, next_item)
  local changes = next_item()
  while changes do
    work_on(self, changes)
    changes = next_item()
  end
end

-- Once through the plan.
local function pass(self)
  local reader, err = planfile.open(self.path)
  if not reader then
    error(err, 0)
  end
  local next_item = next_work(self, reader)
  self.at_end = false
  repeat
    self.carry_out(self, next_item)
    if self:is_paused() then
      hold(self)
    end
  until self.at_end or self.stopped
  reader.close()
end

local function result_of(self)
  local progress = self.log.state.progress
  local counts = progress.counts
  return {
    total = self.total,
    applied = counts.applied,
    unchanged = counts.unchanged,
    conflicts = counts.conflict,
    failed = counts.failed,
    unknown = counts.unknown,
    not_started = self.total - progress:settled() - counts.unknown,
    diverged = self.diverged,
    stopped = self.stopped,
    err = self.err,
  }
end

local function begin(self)
  local ok, err = self.log:run { on_conflict = self.work.on_conflict, resumed = self.log.state.runs > 0 }
  if not ok then
    self:stop("io", err)
    return
  end
  report(self)
  pass(self)
  if not self.stopped and self.log.state.progress:settled() < self.total then
    -- What got no answer is asked for once more.
    self.retry_failed = false
    pass(self)
    if not self.stopped and result_of(self).not_started > 0 then
      self:stop "try_later"
    end
  end
end

local function run(client, path, options, resume)
  local checked, err = planfile.check(path)
  if not checked then
    return nil, err
  end
  local fine
  fine, err = objection(path, checked, client, options)
  if not fine then
    return nil, err
  end
  local log
  log, err = open_journal(path, checked, resume)
  if not log then
    return nil, err
  end
  local self = setmetatable({
    path = path,
    options = options,
    log = log,
    total = checked.totals.changes,
    work = { client = client, journal = log, on_conflict = options.on_conflict or "skip" },
    retry_failed = options.retry_failed,
    begun = 0,
    finished = 0,
    failed = 0,
    diverged = 0,
    trouble = 0,
    -- What comes after a record that is made again may point at its new id.
    carry_out = (options.concurrency or 1) > 1 and not checked.totals.recreated and side_by_side or one_by_one,
    look_at = 0,
    held = false,
  }, Run)
  status.pause(path, false) -- what held an earlier run
  local ok
  ok, err = errors.catch(function()
    begin(self)
    return true
  end)
  if not ok then
    self:stop(err.kind == "io" and "io" or "failed", err)
  end
  ok, err = log:close(self.stopped or "complete")
  if not ok then
    self:stop("io", err)
  end
  local result = result_of(self)
  result.errors_path, err = errors_csv.write(path)
  if err then
    result.stopped, result.err = result.stopped or "io", result.err or err
  end
  return result
end

--- Applies a plan.
---@param client extcontacts.Client
---@param path string of the plan
---@param options extcontacts.fix.ApplyOptions|nil
---@return extcontacts.fix.Result|nil result nil when nothing was begun
---@return extcontacts.Error|nil
function apply.run(client, path, options)
  check_options(options)
  local result, err = run(client, path, options or {}, false)
  return result, err
end

--- Goes on with a plan that was begun.
---@param client extcontacts.Client
---@param path string of the plan
---@param options extcontacts.fix.ApplyOptions|nil
---@return extcontacts.fix.Result|nil result nil when nothing was begun
---@return extcontacts.Error|nil
function apply.resume(client, path, options)
  check_options(options)
  local result, err = run(client, path, options or {}, true)
  return result, err
end

return apply
