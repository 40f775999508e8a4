--- When tokens are renewed in the background, so that no call waits for a new one.
-- Calls look after it: a call that uses a token near its end begins the renewal and
-- uses the old token meanwhile.  Inside nginx a timer does the same for tokens that
-- are in use, so that the calls may be far apart.

local core = require "extcontacts.core"
local runtime = require "extcontacts.runtime"

local renewal = {}

-- Seconds before its end at which a token is renewed; a short-lived one at the last
-- fifth of its life.
local LEAD, SHARE = 600, 0.2

-- Seconds until a failed renewal is tried again.
local RETRY = 30

-- Seconds after its fetch from which a token's use sets the timer: a Lua state of a
-- single request (`lua_code_cache off`) does not live that long.
local SETTLED = 10

--- Plans the renewal of a new token.
---@param self extcontacts.Tokens
---@param slot extcontacts.Slot changed
---@param life number|nil seconds
---@param now number
function renewal.plan(self, slot, life, now)
  slot.is_used = false
  slot.renew_at = life and now + life - math.min(LEAD, life * SHARE)
  slot.look_at = life and math.min(slot.renew_at, now + SETTLED)
  if slot.look_at and self.is_timed then
    renewal.set_timer(self, slot.renew_at)
  end
end

--- Plans the next try of a renewal.
---@param slot extcontacts.Slot changed
---@param now number
function renewal.retry(slot, now)
  slot.renew_at = now + RETRY
  slot.look_at = slot.renew_at
end

-- Tokens → when one of them is to be renewed.
local planned = setmetatable({}, { __mode = "k" })

local timer_at -- when the worker's next timer runs

-- The function of the timer.
local function on_timer(is_exiting)
  timer_at = nil
  if is_exiting then
    return
  end
  local now, due = core.engine.now(), {}
  for self, at in pairs(planned) do
    if at <= now then
      due[#due + 1] = self
    end
  end
  for _, self in ipairs(due) do
    planned[self] = nil
    renewal.renew_due(self)
  end
  for self, at in pairs(planned) do
    renewal.set_timer(self, at)
  end
end

--- Sets the worker's timer, if it does not run earlier.
---@param self extcontacts.Tokens
---@param at number monotonic seconds
function renewal.set_timer(self, at)
  planned[self] = math.min(planned[self] or at, at)
  if timer_at and timer_at <= at and timer_at > core.engine.now() - 1 then
    return
  end
  if runtime.after(math.max(at - core.engine.now(), 0), on_timer) then
    timer_at = at
  end
end

--- Renews the tokens in use whose time has come.
---@param self extcontacts.Tokens
function renewal.renew_due(self)
  local ctx, now = self.ctx, self.now()
  for _, slot in ipairs(self.slots) do
    if slot.token and slot.is_used and slot.renew_at and not ctx.closed then
      if now >= slot.renew_at then
        self:renew(slot, ctx, runtime.here(ctx))
      end
      renewal.set_timer(self, slot.renew_at)
    end
  end
end

--- Looks after the renewal of a token that a call uses.
---@param self extcontacts.Tokens
---@param slot extcontacts.Slot
---@param call extcontacts.Call
function renewal.look(self, slot, call)
  slot.look_at = slot.renew_at
  if call.runtime.after then
    self.ctx, self.is_timed = call.ctx, true
    renewal.set_timer(self, slot.renew_at)
  end
  if self.now() >= slot.renew_at and call.runtime.detach then
    self:renew(slot, call.ctx, call.runtime)
  end
end

return renewal
