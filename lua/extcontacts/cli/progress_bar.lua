--- The progress of a command on a terminal: how many are done, how fast, and how long
-- the rest takes.  Elsewhere it writes nothing.

local core = require "extcontacts.core"
local rate_meter = require "extcontacts.cli.rate_meter"
local texts = require "extcontacts.base.text"

local progress_bar = {}

-- Seconds between two updates, and before the first one of a command that may be short.
local EVERY, FIRST = 0.2, 0.5
-- Characters of the bar, by the columns of the terminal.
local BARS = { { 100, 24 }, { 60, 10 }, { 0, 0 } }

---@class extcontacts.cli.ProgressOptions
---@field noun string what is counted, in the singular
---@field verb string|nil what happens to them, where their number is not known: "read"
---@field total integer|nil
---@field done integer|nil how many were done before
---@field requests number|nil how many requests all of them need
---@field per_request number|nil how many of them one request handles, instead
---@field allowance number|nil requests a minute
---@field at_once boolean|nil whether to show it before the first half second has passed
---@field now (fun(): number)|nil for specs

---@class extcontacts.cli.ProgressBar
---@field total integer|nil
---@field find_total (fun(): integer|nil)|nil asked for the total when the progress is shown
local Bar = {}
Bar.__index = Bar

local function drawn(share, columns)
  local width = 0
  for _, row in ipairs(BARS) do
    if columns >= row[1] then
      width = row[2]
      break
    end
  end
  local full = math.floor(share * width)
  return width > 0 and "[" .. ("#"):rep(full) .. ("."):rep(width - full) .. "] " or ""
end

--- Requests and the time that they take: "about 14 min at 300 requests/min".
---@param requests number
---@param allowance number requests a minute
---@return string
function progress_bar.estimate(requests, allowance)
  return ("about %s at %.0f requests/min"):format(rate_meter.duration(requests / allowance * 60), allowance)
end

-- How fast it goes, and how long the rest takes.
local function speed(self, done, total)
  local parts, rate = {}, self.meter:rate()
  if rate then
    parts[1] = (rate >= 10 and "%.0f per second" or "%.1f per second"):format(rate)
  end
  local remaining = total and total - done or 0
  if remaining > 0 then
    local requests = self.per_request and remaining / self.per_request
      or self.requests and self.requests * remaining / total
    local seconds = self.meter:remaining(remaining, requests, self.allowance)
    if seconds and rate then
      parts[#parts + 1] = ("about %s left"):format(rate_meter.duration(seconds))
    elseif seconds then
      parts[#parts + 1] = progress_bar.estimate(requests, self.allowance)
    end
  end
  return parts
end

-- The line.
local function line_of(self, done, more, is_paused)
  local total = self.total and done <= self.total and self.total or nil -- a wrong one is no total
  local parts = is_paused and { "paused" } or speed(self, done, total)
  for _, text in ipairs(more or {}) do
    parts[#parts + 1] = text
  end
  if total then
    local share = total > 0 and math.min(1, done / total) or 1
    table.insert(parts, 1, ("%d of %s"):format(done, texts.plural(total, self.noun)))
    local bar = drawn(share, self.ctx:width "stderr")
    return ("%s%3d%% %s"):format(bar, math.floor(share * 100), table.concat(parts, ", "))
  end
  table.insert(parts, 1, texts.plural(done, self.noun) .. (self.verb and " " .. self.verb or ""))
  return table.concat(parts, ", ")
end

--- Shows the progress if an update is due.
---@param done integer
---@param more string[]|nil what else there is to say
---@param is_paused boolean|nil
function Bar:show(done, more, is_paused)
  if not self.is_shown then
    return
  end
  local now = self.now()
  self.meter:note(now, done)
  if now >= self.next_at or is_paused then
    self.next_at = now + EVERY
    self.total = self.total or self.find_total and self.find_total()
    self.ctx:progress(line_of(self, done, more, is_paused))
  end
end

--- Removes the progress; it is not shown again.
function Bar:finish()
  self.is_shown = false
  self.ctx:progress(nil)
end

--- Starts the progress of a command.
---@param ctx table
---@param options extcontacts.cli.ProgressOptions
---@return extcontacts.cli.ProgressBar
function progress_bar.new(ctx, options)
  local now = options.now or core.engine.now
  local started = now()
  return setmetatable({
    ctx = ctx, noun = options.noun, verb = options.verb, total = options.total, requests = options.requests,
    per_request = options.per_request, allowance = options.allowance, now = now,
    meter = rate_meter.new(started, options.done), next_at = options.at_once and started or started + FIRST,
    is_shown = ctx:shows_progress(),
  }, Bar)
end

return progress_bar
