--- Requests the next page before it is needed: as soon as the text of the current
-- page has arrived, if that names the next one, and at the latest before the first
-- record of the current page is handed out.  Never more than one page ahead.

local call = require "extcontacts.call"
local finalizer = require "extcontacts.base.finalizer"
local runtime = require "extcontacts.runtime"

local prefetch = {}

-- A request whose engine was not driven for this many seconds may have failed for
-- that reason alone: its timeout passed, or the server gave up.
local UNATTENDED = 5

---@class extcontacts.PrefetchHooks
---@field bind fun(iterator, place: table|nil): extcontacts.Arguments the call for a page; nil is the next
---@field peek fun(iterator, reply: extcontacts.Reply): table|nil the next place, if a page's text names it
--- and the iterator needs it
---@field is_next fun(iterator, place: table): boolean
---@field needs_next fun(iterator): boolean

---@class extcontacts.Prefetch the requests under way for an iterator
---@field task extcontacts.Task|nil fetches the next page
---@field since number|nil when `task` began
---@field early extcontacts.Task|nil fetches the page after the one that is arriving
---@field place table|nil the page that `early` fetches
---@field waiter extcontacts.Iterator|nil the iterator, only while it waits: tasks hold this table, and
--- the iterator must remain collectable
local Prefetch = {}
local metatable = { __index = Prefetch }

--- Creates an iterator's prefetch.
---@param ctx extcontacts.ClientContext
---@param row extcontacts.Operation
---@param enabled boolean
---@param hooks extcontacts.PrefetchHooks
---@param keeps boolean|nil whether the texts of the pages are kept
---@return extcontacts.Prefetch
function prefetch.new(ctx, row, enabled, hooks, keeps)
  local self = setmetatable({ ctx = ctx, row = row, enabled = enabled, hooks = hooks, keeps = keeps }, metatable)
  self.on_body = enabled and function(reply)
    self:send_early(reply)
  end or nil
  self.finalizer = function()
    self:drop "drop"
  end
  return self
end

--- Returns a value for the iterator to hold: when both are collected, the requests
-- under way are dropped.
---@return any
function Prefetch:anchor()
  return finalizer.new(self.finalizer)
end

local function bind(self, iterator, place)
  local args = self.hooks.bind(iterator, place)
  args.on_body = self.on_body
  args.places = self.keeps and {} or nil
  return args
end

-- Performs the call for a page; returns its arguments, too, which have the text that is
-- kept.
local function perform(ctx, row, args)
  local page, err = call.perform(ctx, row, args)
  return page, err, args
end

local function send(self, iterator, place)
  local spawn = self.enabled and runtime.here(self.ctx).spawn
  if spawn then
    self.since = self.ctx.now()
    return spawn("own", nil, perform, self.ctx, self.row, bind(self, iterator, place))
  end
end

-- Receives the answer with the page that the iterator waits for, before it is decoded.
function Prefetch:send_early(reply)
  local iterator = self.waiter
  local place = iterator and not self.early and self.hooks.peek(iterator, reply)
  if place then
    self.early, self.place = send(self, iterator, place), place
  end
end

--- Requests the page after the one just loaded, unless `send_early` has done so.
---@param iterator extcontacts.Iterator
function Prefetch:send(iterator)
  local needed, task = self.hooks.needs_next(iterator), self.early
  self.early = nil
  if task and not (needed and self.hooks.is_next(iterator, self.place)) then
    task:cancel()
    task = nil
  end
  self.task = task or needed and send(self, iterator) or nil
end

-- Waits for the page under way.  Returns nil without one, or if its failure means
-- nothing.
local function take(self)
  local task, ctx = self.task, self.ctx
  if not task then
    return nil
  end
  local unattended = not task:done() and ctx.now() - self.since > UNATTENDED
  if not ctx.engine or ctx.engine:usable() then
    runtime.here(ctx).wait(ctx.engine, task)
  else
    task:cancel() -- the client was closed, or the process forked
    unattended = true
  end
  self.task = nil
  local page, err, args = task:result()
  local failed = err and (err.kind == "timeout" or err.kind == "transport" or err.kind == "cancelled")
  if failed and unattended then
    return nil
  end
  return page, err, args
end

--- Returns the next page: the one under way, or a new request's.
---@param iterator extcontacts.Iterator
---@return table|nil
---@return extcontacts.Error|nil
---@return extcontacts.Arguments|nil args of the call
function Prefetch:page(iterator)
  self.waiter = iterator
  local page, err, args = take(self)
  if page == nil and not err then
    page, err, args = perform(self.ctx, self.row, bind(self, iterator))
  end
  self.waiter = nil
  return page, err, args
end

--- Ends the requests under way.
---@param method "cancel"|"drop" "drop" from a finaliser
function Prefetch:drop(method)
  for _, name in ipairs { "task", "early" } do
    local task = self[name]
    self[name] = nil
    if task then
      task[method](task)
    end
  end
end
finalizer.interpreted(Prefetch.drop)

return prefetch
