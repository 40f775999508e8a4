--- The progress of an apply: a line that is updated on a terminal, otherwise a
-- line now and then.

local core = require "extcontacts.core"
local texts = require "extcontacts.base.text"

local progress_bar = {}

-- Seconds between two updates on a terminal and in a log.
local ON_TERMINAL, IN_LOG = 0.2, 30
-- Characters of the bar.
local WIDTH = 24

local Bar = {}
Bar.__index = Bar

-- Seconds as "m:ss" or "h:mm:ss".
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

local function details(self, progress, now)
  local elapsed = now - self.started
  local speed = elapsed > 0 and progress.run / elapsed or 0
  local parts = { ("%.1f per second"):format(speed) }
  local stats = self.client:stats()
  if stats.throttled > 0 then
    parts[#parts + 1] = "rate-limited " .. texts.plural(stats.throttled, "time")
  end
  if stats.waits.rate >= 1 then
    parts[#parts + 1] = ("waited %s for the rate limit"):format(clock(stats.waits.rate))
  end
  local counts = progress.counts
  if counts.failed > 0 then
    parts[#parts + 1] = ("%d failed"):format(counts.failed)
  end
  if counts.conflict > 0 then
    parts[#parts + 1] = texts.plural(counts.conflict, "conflict")
  end
  if counts.unknown > 0 then
    parts[#parts + 1] = ("%d unknown"):format(counts.unknown)
  end
  local remaining = progress.total - progress.settled
  if remaining > 0 and speed > 0 then
    parts[#parts + 1] = ("about %s left"):format(clock(remaining / speed))
  end
  return table.concat(parts, ", ")
end

local function drawn(share)
  local full = math.floor(share * WIDTH)
  return "[" .. ("#"):rep(full) .. ("."):rep(WIDTH - full) .. "]"
end

--- Shows the progress if an update is due.
---@param progress extcontacts.fix.Progress
function Bar:show(progress)
  local now = core.engine.now()
  if now < self.next_at and not progress.paused then
    return
  end
  self.next_at = now + (self.terminal and ON_TERMINAL or IN_LOG)
  local share = progress.total > 0 and progress.settled / progress.total or 1
  local text = ("%d of %s, %s"):format(progress.settled, texts.plural(progress.total, "change"),
    progress.paused and "paused" or details(self, progress, now))
  if self.terminal then
    self.ctx:progress(("%s %3d%% %s"):format(drawn(share), math.floor(share * 100), text))
  elseif progress.settled > 0 or progress.paused then
    self.ctx:say("%s", text)
  end
end

--- Starts the progress of a run.
---@param ctx table
---@param client extcontacts.Client
---@return table
function progress_bar.new(ctx, client)
  local now = core.engine.now()
  local terminal = ctx:is_terminal "stderr"
  return setmetatable({
    ctx = ctx,
    client = client,
    terminal = terminal,
    started = now,
    next_at = terminal and now or now + IN_LOG,
  }, Bar)
end

return progress_bar
