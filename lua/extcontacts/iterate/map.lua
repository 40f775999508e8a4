--- `client:map`: a function called for each item of a source, several at the
-- same time, and the results handed out one after another.
--
-- One task, the feeder, takes items from the source and starts a task for
-- each.  It works only while somebody asks for a result, so nothing is begun
-- after the loop around it was left.

local compat = require "extcontacts.base.compat"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local finalizer = require "extcontacts.base.finalizer"
local options = require "extcontacts.base.options"
local runtime = require "extcontacts.runtime"

local unpack = compat.unpack

local map = {}

local CONCURRENCY = 8

---@class extcontacts.MapOptions
---@field concurrency integer|nil how many items at the same time, at most; default 8
---@field ordered boolean|nil whether the results come in the order of the items; default false
---@field deadline number|nil seconds for all of it

-- What the tasks work on; they don't hold the iterator, which must be able to
-- become garbage.
---@class extcontacts.MapWork
local Work = {}
Work.__index = Work

---@class extcontacts.Map
local Map = {}
local metatable = { __name = "extcontacts.map", __index = Map }

local function pack(...)
  return { n = select("#", ...), ... }
end

-------------------------------------------------------------------- the work --

local function new_work(ctx, source, fn, given)
  local work = setmetatable({
    ctx = ctx,
    source = source,
    fn = fn,
    concurrency = given.concurrency or CONCURRENCY,
    ordered = given.ordered or false,
    deadline = given.deadline and ctx.now() + given.deadline,
    queue = {},      -- entries to hand out; where they are ordered, those under way too
    first = 1,
    last = 0,
    active = 0,      -- items under way
    tasks = {},      -- entry → its task
    begun = 0,       -- items so far
    asked = false,   -- whether somebody waits for a result
    ended = false,   -- whether the source has no more
    stopped = false, -- whether no item may begin any more
    failure = nil,   -- what is raised once all that was under way is handed out
  }, Work)

  -- What the consumer waits for: a result, or the end.
  work.news = {
    done = function()
      return work:is_ready() or work:is_over()
    end,
    cancel = function(_, why)
      work:stop("cancel", why, errors.new {
        kind = "cancelled",
        code = why ~= "cancelled" and why or nil,
        message = "the map was " .. why .. " before its end",
      })
    end,
  }

  -- What the feeder waits for: that another item may begin.
  work.room = {
    done = function()
      return work.stopped or work:has_room()
    end,
  }
  return work
end

function Work:is_ready()
  local entry = self.queue[self.first]
  return entry ~= nil and entry.results ~= nil
end

function Work:is_over()
  return self.active == 0 and (self.ended or self.stopped or self.failure ~= nil)
end

-- Results that nobody takes hold up further items, so that memory is bounded.
function Work:has_room()
  local held = self.last - self.first + 1 + (self.ordered and 0 or self.active)
  return self.asked and self.active < self.concurrency and held < 2 * self.concurrency
end

function Work:put(entry)
  self.last = self.last + 1
  self.queue[self.last] = entry
end

-- Takes the next result off the queue.
function Work:take()
  if self:is_ready() then
    local entry = self.queue[self.first]
    self.queue[self.first] = nil
    self.first = self.first + 1
    return entry
  end
end

-- The results of an item are here.
function Work:settle(entry, ...)
  if not entry.results then
    entry.results = pack(...)
    self.active = self.active - 1
    self.tasks[entry] = nil
    if not self.ordered then
      self:put(entry)
    end
    runtime.here(self.ctx).notify(self.news)
  end
end

local function run_item(work, entry, ...)
  work:settle(entry, pcall(work.fn, ...))
end

-- Begins an item: the values that the source gave.
function Work:begin(...)
  self.active, self.begun = self.active + 1, self.begun + 1
  local entry = { item = (...), number = self.begun }
  if self.ordered then
    self:put(entry)
  end
  local task = runtime.here(self.ctx).spawn("program", self.deadline, run_item, self, entry, ...)
  -- A task may also end without its function having come to its end.
  local function ended()
    self:settle(entry, false, task.results[2])
  end
  if task.finished then
    ended()
  else
    task.ended, self.tasks[entry] = ended, task
  end
end

--- Lets nothing begin any more, and ends what is under way.
---@param how "cancel"|"drop"
---@param why string|nil "cancelled" or "interrupted"
---@param failure any what the consumer is told
function Work:stop(how, why, failure)
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
    task[how](task, why)
  end
end
finalizer.interpreted(Work.stop)

------------------------------------------------------------------ the feeder --

-- Why no further item may begin.
local function hindrance(work)
  if core.signal.caught() then
    return errors.new {
      kind = "cancelled", code = "interrupted", message = "the map was interrupted before its end",
    }
  elseif work.deadline and work.ctx.now() >= work.deadline then
    return errors.new {
      kind = "timeout", code = "deadline", message = "the deadline passed before the map's end",
    }
  end
end

-- Goes on with what the source gave; false when it gives no more.
local function take_in(work, here, ok, ...)
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
  -- The source may have waited, and meanwhile nobody asks any more.
  here.wait(nil, work.room)
  if not work.stopped then
    work:begin(...)
  end
  return not work.stopped
end

local function feed(work)
  local here = runtime.here(work.ctx)
  repeat
    here.wait(nil, work.room)
    local why = not work.stopped and hindrance(work)
    if why then
      work.stopped, work.failure = true, why
    end
  until work.stopped or not take_in(work, here, pcall(work.source))
  here.notify(work.news)
end

-- Sees to it that somebody feeds, and that the next items begin.
function Work:ask()
  local here = runtime.here(self.ctx)
  if self.feeder then
    here.notify(self.room)
  elseif not (self.ended or self.stopped or self.failure ~= nil) then
    local feeder = here.spawn("program", self.deadline, feed, self)
    local function ended()
      self.feeder = nil
      if not feeder.results[1] then
        self.failure = feeder.results[2]
        runtime.here(self.ctx).notify(self.news)
      end
    end
    if feeder.finished then
      ended()
    else
      self.feeder, feeder.ended = feeder, ended
    end
  end
  here.kick()
end

---------------------------------------------------------------- the iterator --

-- An item's results as they are handed out.
local function hand_out(entry)
  local results = entry.results
  if results[1] then
    return entry.item, unpack(results, 2, results.n)
  end
  local err = results[2]
  return entry.item, nil, err == nil and "nil was raised" or err
end

--- The next item and what the function returned for it, or nil and what it
-- raised; nothing at the end.  Raises what the source raised, and an error
-- object when the map was cancelled, interrupted or past its deadline; what
-- was under way is handed out first.
---@return any item
---@return any result
---@return any err
function Map:next()
  local work = self.work
  if self.closed then
    return nil
  end
  work.asked = true
  work:ask()
  local entry = work:take()
  while not entry and not work:is_over() do
    runtime.here(work.ctx).wait(work.ctx.engine, work.news)
    entry = work:take()
    work:ask()
  end
  if entry then
    work:ask() -- the next item's request goes out before this one is used
    work.asked = false
    self.count = self.count + 1
    return hand_out(entry)
  end
  work.asked = false
  local failure = work.failure
  if failure ~= nil then
    if not work.stopped then
      work.failure = nil -- the source may be asked again
    end
    error(failure, 0)
  end
  return nil
end

metatable.__call = Map.next

--- Ends the map: calls under way are cancelled, nothing more begins.
function Map:close()
  self.closed = true
  self.work:stop("cancel")
end

metatable.__close = Map.close

function metatable.__tostring(self)
  return ("extcontacts.map (%d results, %d under way)"):format(self.count, self.work.active)
end

-- A function that gives the next item, made of what the caller calls a source.
local function source_function(source)
  local kind, of = type(source), getmetatable(source)
  if kind == "function" then
    return source
  elseif type(of) == "table" and of.__call then
    return function()
      return source()
    end
  elseif kind ~= "table" then
    return nil, "client:map: the source must be an array, an iterator or a function, got " .. kind
  elseif #source == 0 and next(source) ~= nil then
    return nil, "client:map: the source is a table that is no array; pass an array of its keys"
  end
  local index = 0
  return function()
    index = index + 1
    return source[index]
  end
end

local OPTIONS = {
  concurrency = { "number", least = 1, whole = true },
  ordered = { "boolean" },
  deadline = { "number" },
}

--- Makes the iterator of `client:map`.
---@param ctx extcontacts.ClientContext
---@param source any
---@param fn any
---@param given any the options
---@return extcontacts.Map|nil
---@return string|nil misuse
function map.new(ctx, source, fn, given)
  local next_item, misuse = source_function(source)
  if not next_item then
    return nil, misuse
  elseif type(fn) ~= "function" and not (type(fn) == "table" and getmetatable(fn)) then
    return nil, "client:map: the second argument must be a function, got " .. type(fn)
  end
  given = given == nil and {} or given
  misuse = options.problem(given, OPTIONS)
  if misuse then
    return nil, "client:map: " .. misuse
  end
  local work = new_work(ctx, next_item, fn, given)
  local self = setmetatable({ work = work, count = 0, closed = false }, metatable)
  self.anchor = finalizer.new(function()
    work:stop "drop"
  end)
  return self
end

return map
