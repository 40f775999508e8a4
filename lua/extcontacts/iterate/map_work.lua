--- The work of a `client:map`: it takes items from the source and runs a task for
-- each.  Of a `*_many`, whose items are batches, too.
--
-- One task, the feeder, takes the items and starts their tasks.  It runs only while
-- the consumer waits for a result, so nothing starts after the loop around the map
-- has ended.  Tasks hold the work and not the iterator, which must remain
-- collectable.

local compat = require "extcontacts.base.compat"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local finalizer = require "extcontacts.base.finalizer"
local runtime = require "extcontacts.runtime"

local unpack = compat.unpack

local map_work = {}

local CONCURRENCY = 8

---@class extcontacts.MapWorkOptions: extcontacts.MapOptions
---@field name string|nil what is cancelled, for messages; default "map"
---@field may_start (fun(): boolean)|nil whether the source has an item that may start now
---@field cancel extcontacts.CancelToken|nil ends the work from outside

---@class extcontacts.MapWork
---@field queue table<integer, table> entries to hand out, from `first` to `last`; if ordered, also those of
--- items under way
---@field active integer items under way; only counts while `tasks` has some
---@field tasks table<table, extcontacts.Task> the task of each entry under way
---@field started integer items so far
---@field wanted boolean whether the consumer waits for a result
---@field ended boolean whether the source is exhausted
---@field stopped boolean whether no further item may start
---@field next_item table|nil what the source returned for the next item, packed with `n`
---@field failure any raised once the results of all started items are handed out
---@field feeder extcontacts.Task|nil
local Work = {}
Work.__index = Work

local function cancelled(work, reason)
  return errors.new {
    kind = "cancelled",
    code = reason ~= "cancelled" and reason or nil,
    message = ("the %s was %s before it finished"):format(work.name, reason),
  }
end

--- Creates the work of a map.
---@param ctx extcontacts.ClientContext
---@param source fun(): any returns the next item
---@param fn fun(...): ...
---@param opts extcontacts.MapWorkOptions
---@return extcontacts.MapWork
function map_work.new(ctx, source, fn, opts)
  local work = setmetatable({
    ctx = ctx,
    source = source,
    fn = fn,
    concurrency = opts.concurrency or CONCURRENCY,
    ordered = opts.ordered or false,
    deadline = opts.deadline and ctx.now() + opts.deadline,
    name = opts.name or "map",
    may_start = opts.may_start,
    cancel_token = opts.cancel,
    queue = {},
    first = 1,
    last = 0,
    active = 0,
    tasks = {},
    started = 0,
    wanted = false,
    ended = false,
    stopped = false,
    failure = nil,
  }, Work)

  -- The consumer waits for this: a result, or the end.
  work.result_ready = {
    done = function()
      return work:is_ready() or work:is_over()
    end,
    cancel = function(_, reason)
      work:stop("cancel", reason, cancelled(work, reason))
    end,
  }

  -- The feeder waits for this: that another item may start.
  work.slot = {
    done = function()
      return work.stopped or work:has_slot()
    end,
  }
  return work
end

--- Whether the next result can be taken.
---@return boolean
function Work:is_ready()
  local entry = self.queue[self.first]
  return entry ~= nil and entry.results ~= nil
end

--- Whether no further result will come.
---@return boolean
function Work:is_over()
  return next(self.tasks) == nil and (self.ended or self.stopped or self.failure ~= nil)
end

--- Whether another item may start.  Results that the consumer has not taken count,
-- so that memory is bounded.
---@return boolean
function Work:has_slot()
  local active = next(self.tasks) and self.active or 0
  local held = self.last - self.first + 1 + (self.ordered and 0 or active)
  local has_item = self.next_item or not self.may_start or self.may_start()
  return self.wanted and active < self.concurrency and held < 2 * self.concurrency and has_item ~= false
end

-- The order of lines matters here and below: an error raised between two of them, by
-- a debug hook or for lack of memory, must not keep the map from its end.
local function enqueue(self, entry)
  self.queue[self.last + 1] = entry
  self.last = self.last + 1
  entry.queued = true
end

--- Takes the next result off the queue; nil if none is ready.
---@return table|nil entry with `item` and `results`, of a `pcall`
function Work:take()
  if self:is_ready() then
    local index = self.first
    local entry = self.queue[index]
    self.first = index + 1
    self.queue[index] = nil
    return entry
  end
end

-- Stores the results of an item, or completes what an error interrupted.
local function settle(self, entry, ...)
  entry.results = entry.results or compat.pack(...)
  if not (self.ordered or entry.queued) then
    enqueue(self, entry)
  end
  if self.tasks[entry] then
    self.tasks[entry] = nil
    self.active = self.active - 1
  end
  runtime.here(self.ctx).notify(self.result_ready)
end

local function run_item(work, entry, ...)
  settle(work, entry, pcall(work.fn, ...))
end

-- Starts an item with the values that the source returned.  It counts as active once
-- its task exists: an error raised before that must not keep the map from its end.
local function start(self, ...)
  self.started = self.started + 1
  local entry = { item = (...), number = self.started }
  local task = runtime.here(self.ctx).spawn("program", self.deadline, run_item, self, entry, ...)
  if self.ordered then
    enqueue(self, entry)
  end
  if entry.results then
    return
  end
  -- A task may also end before its function does.
  local function on_end()
    settle(self, entry, false, task.results[2])
  end
  self.tasks[entry] = task
  self.active = self.active + 1
  task.ended = on_end
  if task.finished then
    on_end()
  end
end

--- Lets no further item start, and ends the items under way.
---@param method "cancel"|"drop"
---@param reason string|nil "cancelled" or "interrupted"
---@param failure any raised to the consumer
function Work:stop(method, reason, failure)
  if self.stopped then
    return
  end
  self.stopped, self.failure = true, failure
  local entries = {}
  for entry in pairs(self.tasks) do
    entries[#entries + 1] = entry
  end
  table.sort(entries, function(a, b)
    return a.number < b.number
  end)
  local tasks = { self.feeder }
  for _, entry in ipairs(entries) do
    tasks[#tasks + 1] = self.tasks[entry]
  end
  for _, task in ipairs(tasks) do
    task[method](task, reason)
  end
end
finalizer.interpreted(Work.stop)

-- Why no further item may start; nil if one may.
local function stop_reason(work)
  if core.signal.caught() then
    return cancelled(work, "interrupted")
  elseif work.cancel_token and work.cancel_token.cancelled then
    return cancelled(work, "cancelled")
  elseif work.deadline and work.ctx.now() >= work.deadline then
    return errors.new {
      kind = "timeout", code = "deadline", message = ("the deadline passed before the %s finished"):format(work.name),
    }
  end
end

-- Waits until another item may start.  False if the feeder should end: inside nginx
-- the consumer's light thread may have ended, and a feeder that waited for it would
-- keep the request from its end.  A living consumer starts another one.
local function await_slot(work, current)
  if not current.longest_wait then
    current.wait(nil, work.slot)
    return true
  end
  local now = core.engine.now
  while not current.wait_until(nil, work.slot, now() + current.longest_wait, now) do
    if not (work.wanted and current.awaits(work.result_ready)) then
      return false
    end
  end
  return true
end

-- Notes what the source returned; false if there will be no more.
local function accept(work, ok, ...)
  if work.stopped then
    return false
  elseif not ok then
    local raised = ...
    work.failure = raised == nil and "the source raised nil" or raised
    return false
  elseif (...) == nil then
    work.ended = true
    return false
  end
  work.next_item = compat.pack(...)
  return true
end

local function feed(work)
  local current = runtime.here(work.ctx)
  repeat
    if not await_slot(work, current) then
      return
    end
    local reason = not work.stopped and stop_reason(work)
    if reason then
      work.stopped, work.failure = true, reason
    end
    if work.stopped or not (work.next_item or accept(work, pcall(work.source))) then
      break
    end
    -- The source may have waited, and the consumer may have stopped waiting.
    if not await_slot(work, current) then
      return
    end
    local item = work.next_item
    work.next_item = nil
    if not work.stopped then
      start(work, unpack(item, 1, item.n))
    end
  until work.stopped
  current.notify(work.result_ready)
end

--- Wakes the feeder, or starts it, so that the next items start.
function Work:resume()
  local current = runtime.here(self.ctx)
  if self.feeder then
    current.notify(self.slot)
  elseif not (self.ended or self.stopped or self.failure ~= nil) then
    local feeder = current.spawn("program", self.deadline, feed, self)
    local function on_end()
      self.feeder = nil
      if not feeder.results[1] then
        self.failure = feeder.results[2]
        runtime.here(self.ctx).notify(self.result_ready)
      end
    end
    if feeder.finished then
      on_end()
    else
      self.feeder, feeder.ended = feeder, on_end
    end
  end
  current.kick()
end

return map_work
