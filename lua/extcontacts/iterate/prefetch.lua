--- The page after this one, asked for before it is needed: as soon as the text
-- of this one is here, where that tells what comes next, and at the latest
-- before the first of its records is handed out.  Never further ahead.

local call = require "extcontacts.call"
local finalizer = require "extcontacts.base.finalizer"
local runtime = require "extcontacts.runtime"

local prefetch = {}

-- A request that nobody looked at for so many seconds may have failed of that:
-- the server sent its answer in vain, or its time ran out meanwhile.
local UNATTENDED = 5

---@class extcontacts.Ahead what is under way for an iterator
---@field task extcontacts.Task|nil the next page
---@field since number|nil when that began
---@field early extcontacts.Task|nil the page after the one that is just arriving
---@field place table|nil which page that is
---@field waiter extcontacts.Iterator|nil the iterator while it waits: the tasks hold this, and an
--- iterator must be able to become garbage
local Ahead = {}
local metatable = { __index = Ahead }

--- Makes what an iterator prefetches with.
---@param ctx extcontacts.ClientContext
---@param row extcontacts.Operation
---@param enabled boolean
---@param how table what to know of the iterator: `bind(iterator, place)` gives the bound call for a
--- page, the next one where `place` is nil; `peek(iterator, text)` the place that a page's text
--- names as the next, nil where it doesn't tell or the page isn't wanted; `is_next(iterator, place)`;
--- `wants_next(iterator)`
---@return extcontacts.Ahead
function prefetch.new(ctx, row, enabled, how)
  local self = setmetatable({ ctx = ctx, row = row, enabled = enabled, how = how }, metatable)
  function self.look(text)
    self:look_early(text)
  end
  self.finalizer = function()
    self:drop "drop"
  end
  return self
end

--- Something for the iterator to hold: when it is collected with it, what is
-- under way is dropped.
---@return any
function Ahead:anchor()
  return finalizer.new(self.finalizer)
end

local function bind(self, iterator, place)
  local args = self.how.bind(iterator, place)
  args.on_body = self.look
  return args
end

local function send(self, iterator, place)
  local spawn = self.enabled and runtime.here(self.ctx).spawn
  if spawn then
    self.since = self.ctx.now()
    return spawn("own", nil, call.perform, self.ctx, self.row, bind(self, iterator, place))
  end
end

-- The text of a page that is waited for: it isn't decoded yet.
function Ahead:look_early(text)
  local iterator = self.waiter
  local place = iterator and not self.early and self.how.peek(iterator, text)
  if place then
    self.early, self.place = send(self, iterator, place), place
  end
end

--- Sends for the page after this one, whose records come next, unless that was
-- done early.
---@param iterator extcontacts.Iterator
function Ahead:send(iterator)
  local wanted, task = self.how.wants_next(iterator), self.early
  self.early = nil
  if task and not (wanted and self.how.is_next(iterator, self.place)) then
    task:cancel()
    task = nil
  end
  self.task = task or wanted and send(self, iterator) or nil
end

-- Waits for the page under way.  Nil when there is none that can be had.
local function take(self)
  local task, ctx = self.task, self.ctx
  if not task then
    return nil
  end
  local unattended = not task:done() and ctx.now() - self.since > UNATTENDED
  if ctx.engine:usable() then
    runtime.here(ctx).wait(ctx.engine, task)
  else
    task:cancel() -- the client was closed, or the process forked
    unattended = true
  end
  self.task = nil
  local page, err = task:result()
  local failed = err and (err.kind == "timeout" or err.kind == "transport" or err.kind == "cancelled")
  if failed and unattended then
    return nil
  end
  return page, err
end

--- The next page: the one under way, or asked for now.
---@param iterator extcontacts.Iterator
---@return table|nil
---@return extcontacts.Error|nil
function Ahead:page(iterator)
  self.waiter = iterator
  local page, err = take(self)
  if page == nil and not err then
    page, err = call.perform(self.ctx, self.row, bind(self, iterator))
  end
  self.waiter = nil
  return page, err
end

--- Drops what is under way.
---@param how "cancel"|"drop" "drop" from a finaliser
function Ahead:drop(how)
  for _, name in ipairs { "task", "early" } do
    local task = self[name]
    self[name] = nil
    if task then
      task[how](task)
    end
  end
end
finalizer.interpreted(Ahead.drop)

return prefetch
