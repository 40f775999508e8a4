--- One request for a slot's token, shared by all calls that need it.  A task of its
-- own sends it, so that it does not end with the call that began it, and each call
-- waits no longer than it may.  It is a table and not a closure: nginx reuses the
-- stack of a light thread that it ends.

local errors = require "extcontacts.base.errors"
local runtime = require "extcontacts.runtime"

local fetch = {}

-- Seconds until another request may be sent beside one that a call has given up.
local PATIENCE = 1

-- Seconds after the longest request at which a fetch whose task died is over.
local GRACE = 1

---@class extcontacts.TokenFetch
---@field slot extcontacts.Slot
---@field now fun(): number
---@field sending integer requests under way
---@field task extcontacts.Task|nil sends the last one
---@field again_at number when another request may be sent, if `given_up`
---@field overdue number
---@field given_up boolean|nil whether a call died, or had no more time, while it waited
---@field background boolean|nil whether a valid token is being renewed
---@field over boolean|nil
---@field err extcontacts.Error|nil
---@field raised { value: any }|nil what the request raised
local Fetch = {}
Fetch.__index = Fetch

--- Creates the fetch of a slot; nothing is sent yet.
---@param slot extcontacts.Slot
---@param now fun(): number
---@param timeout number seconds a request may take
---@return extcontacts.TokenFetch
function fetch.new(slot, now, timeout)
  local started = now()
  return setmetatable({
    slot = slot,
    now = now,
    timeout = timeout,
    sending = 0,
    again_at = started + PATIENCE,
    overdue = started + timeout + GRACE,
  }, Fetch)
end

--- Whether there is a result, or will be none.
---@return boolean
function Fetch:done()
  return self.over or self.now() >= self.overdue
end

-- Notes how a request ended.
local function settle(self, notify, ok, filled, err)
  self.sending = self.sending - 1
  if self.over then
    return
  end
  if not ok then
    self.raised = { value = filled }
  end
  if filled and ok or self.sending == 0 then
    self.over, self.err = true, err
    if self.slot.fetch == self then
      self.slot.fetch = nil
    end
    notify(self)
  end
end

local function run(self, notify, send, ...)
  settle(self, notify, pcall(send, ...))
end

--- Sends a request in a task of its own, or in the running code where there are no
-- tasks.
---@param here table the runtime of the call
---@param detached boolean whether it may run in a task
---@param send fun(...): boolean|nil, extcontacts.Error|nil
---@param ... any its arguments
function Fetch:send(here, detached, send, ...)
  self.sending = self.sending + 1
  self.again_at = self.now() + PATIENCE
  self.overdue = self.now() + self.timeout + GRACE
  self.given_up = not detached -- the running code may end in its wait
  self.task = detached and here.detach and here.detach(run, self, here.notify, send, ...) or nil
  if not self.task then
    run(self, here.notify, send, ...)
  end
end

--- Called by a call that is about to wait: if all that waited before have gone
-- without a result, another request may be sent.
---@param here table
function Fetch:join(here)
  if not self.given_up and self.joined and not here.awaits(self) then
    self.given_up = true
  end
  self.joined = true
end

--- Whether another request should be sent beside the one under way.
---@return boolean
function Fetch:is_stalled()
  return self.given_up == true and self.now() >= self.again_at
end

--- When a waiting call should look again.
---@return number
function Fetch:look_at()
  return self.given_up and math.max(self.again_at, self.now() + 0.001) or self.overdue
end

--- Returns the failure; raises what the request raised, once.
---@return extcontacts.Error|nil
function Fetch:failure()
  local raised = self.raised
  if raised then
    self.raised = nil
    error(raised.value, 0)
  end
  return self.err and errors.copy(self.err)
end

--- Whether a client's requests for tokens can run in tasks.  A function of the program
-- may wait in an event loop of its own.
---@param ctx extcontacts.ClientContext
---@return boolean
function fetch.is_detached(ctx)
  local source = type(ctx.config.access_token)
  return source == "nil" or source == "function" and not ctx.runtime
end

--- How a request for a token waits.
---@param ctx extcontacts.ClientContext
---@param timeout number
---@return table call what `transport.send` needs of a call
function fetch.call(ctx, timeout)
  return { ctx = ctx, runtime = runtime.here(ctx), timeout = timeout, attempts = 0 }
end

return fetch
