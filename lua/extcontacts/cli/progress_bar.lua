--- How far an apply is: a line that moves on a terminal, else a line now and
-- then.

local core = require "extcontacts.core"

local progress_bar = {}

-- Seconds between two looks: of people, and of a log.
local ON_TERMINAL, IN_A_LOG = 0.2, 30
local BAR = 24

local Progress = {}
Progress.__index = Progress

local function clock(seconds)
  if seconds ~= seconds or seconds == math.huge then
    return "?"
  end
  seconds = math.floor(seconds + 0.5)
  local hours, minutes = math.floor(seconds / 3600), math.floor(seconds / 60) % 60
  if hours > 0 then
    return ("%d:%02d:%02d"):format(hours, minutes, seconds % 60)
  end
  return ("%d:%02d"):format(minutes, seconds % 60)
end

-- What matters beside the count.
local function details(self, state, now)
  local parts = {}
  local elapsed = now - self.started
  local speed = elapsed > 0 and state.run / elapsed or 0
  parts[#parts + 1] = ("%.1f/s"):format(speed)
  local waits = self.client:stats()
  if waits.throttled > 0 then
    parts[#parts + 1] = ("%d times 429"):format(waits.throttled)
  end
  if waits.waits.rate >= 1 then
    parts[#parts + 1] = ("%s waited for the rate"):format(clock(waits.waits.rate))
  end
  for _, name in ipairs { "failed", "conflict", "unknown" } do
    if state.counts[name] > 0 then
      parts[#parts + 1] = ("%d %s"):format(state.counts[name], name)
    end
  end
  local left = state.total - state.settled
  if left > 0 and speed > 0 then
    parts[#parts + 1] = clock(left / speed) .. " to go"
  end
  return table.concat(parts, ", ")
end

local function bar(share)
  local full = math.floor(share * BAR)
  return "[" .. ("#"):rep(full) .. ("."):rep(BAR - full) .. "]"
end

--- Tells how far it is, if it is time for it.
---@param state extcontacts.fix.Progress
function Progress:show(state)
  local now = core.engine.now()
  if now < self.next_at and not state.paused then
    return
  end
  self.next_at = now + (self.terminal and ON_TERMINAL or IN_A_LOG)
  local share = state.total > 0 and state.settled / state.total or 1
  local text = ("%d of %d, %s"):format(state.settled, state.total,
    state.paused and "paused" or details(self, state, now))
  if self.terminal then
    self.shown = true
    self.context:note(("\r%s %3d%% %s\27[K"):format(bar(share), math.floor(share * 100), text))
  elseif state.settled > 0 or state.paused then
    self.context:say("%s", text)
  end
end

--- Takes the moving line away.
function Progress:clear()
  if self.shown then
    self.context:note("\r\27[K")
    self.shown = false
  end
end

--- A view of a run.
---@param context table
---@param client extcontacts.Client
---@return table
function progress_bar.new(context, client)
  local now = core.engine.now()
  local terminal = context:is_terminal "stderr"
  return setmetatable({
    context = context,
    client = client,
    terminal = terminal,
    started = now,
    next_at = terminal and now or now + IN_A_LOG,
  }, Progress)
end

return progress_bar
