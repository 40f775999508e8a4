--- What other machines announce as changed: one worker of a machine reads the store's
-- stream, and drops the answers in question in all of them.  Its position is in the
-- dictionary, so that another worker continues there, also after a reload.
--
-- Where announcements may be missing, because the store was restarted or more of them
-- were made than it keeps, no answer counts as fresh any more.

local core = require "extcontacts.core"
local nginx = require "extcontacts.runtime.nginx"

local fleet_changes = {}

-- Keys of the dictionary: how far the stream was read, and the process that reads it.
local POSITION, READER = "fleet:position", "fleet:reader"

-- Seconds after which a reader counts as dead; for which the store holds back its answer
-- while nothing is announced, which also delays the end of the worker; and until the
-- next attempt, of those that do not read and while the store is away.
local LEASE, HOLD, NEXT_LOOK, REST = 10, 2, 1, 0.5

-- Seconds for which the timer leaves the first reading to the lookup that started it, and
-- between two looks meanwhile.
local FIRST, SOON = 1, 0.01

local now = core.engine.now

---@class extcontacts.FleetChanges
---@field started boolean whether this worker looks after the stream
---@field first_until number|nil monotonic seconds: until then the first lookup reads, unless it ends before
local FleetChanges = {}
FleetChanges.__index = FleetChanges

-- Takes or renews the right to read.
local function is_reader(self)
  local pid = ngx.worker.pid()
  if self.dict:get(READER) == pid then
    return self.dict:set(READER, pid, LEASE) == true
  end
  return self.dict:add(READER, pid, LEASE) == true
end

local function position(self)
  local run, entry, count = (self.dict:get(POSITION) or ""):match "^(%S+) (%S+) (%d+)$"
  return { run = run, entry = entry or "0-0", count = tonumber(count) or 0 }
end

-- What the store answers to `changes`.
local function read_changes(reply)
  if type(reply) == "table" and type(reply[1]) == "string" and type(reply[2]) == "string" and tonumber(reply[3]) then
    return reply
  end
end

-- Drops what was announced since the last time.  Returns how many announcements there
-- were; nil while the store is away.
local function catch_up(self)
  local reply = self.store.link:exchange {
    name = "changes", keys = { self.store.changes_key }, values = position(self), read = read_changes,
  }
  if not reply then
    return nil
  elseif reply[4] == 1 then
    self.cache:doubt_all()
  end
  for index = 5, #reply do
    for id in tostring(reply[index]):gmatch "%S+" do
      self.metrics:count("invalidated_total", nil, self.cache:invalidate(id, now()))
    end
  end
  self.dict:set(POSITION, ("%s %s %d"):format(reply[1], reply[2], reply[3]))
  self.metrics:count("fleet_changes_total", nil, #reply - 4)
  return #reply - 4
end

-- Reads once, or waits until there is something to read.  Returns the seconds until the
-- next time.
local function read(self)
  local count = catch_up(self)
  if count == 0 then
    local reply = self.store.link:run({
      "XREAD", "COUNT", 1, "BLOCK", HOLD * 1000, "STREAMS", self.store.changes_key, position(self).entry,
    }, HOLD)
    count = reply and 1
  end
  return count and 0 or REST
end

-- The function of the timer.
local function on_timer(self, is_exiting)
  local pause = NEXT_LOOK
  if now() < (self.first_until or 0) then
    pause = SOON
  elseif not is_exiting and is_reader(self) then
    local ok, result = pcall(read, self)
    if not ok then
      ngx.log(ngx.ERR, "extcontacts: reading the store's changes failed: ", tostring(result))
    end
    pause = ok and result or NEXT_LOOK
  end
  if ngx.worker.exiting() then
    if self.dict:get(READER) == ngx.worker.pid() then
      self.dict:delete(READER)
    end
    return
  end
  self.started = nginx.after(pause, self.on_timer)
end

--- Creates the reader of a lookup.
---@param dict table
---@param store extcontacts.RedisStore
---@param cache extcontacts.LookupCache
---@param counters extcontacts.LookupMetrics
---@return extcontacts.FleetChanges
function fleet_changes.new(dict, store, cache, counters)
  local self = setmetatable({ dict = dict, store = store, cache = cache, metrics = counters, started = false },
    FleetChanges)
  function self.on_timer(is_exiting)
    on_timer(self, is_exiting)
  end
  return self
end

--- Starts to read, in the first lookup of a worker.  If no other worker reads, that
-- waits until what was announced meanwhile is known.
function FleetChanges:start()
  if self.started then
    return
  end
  -- The timer comes first: nginx may end the lookup while it reads.
  self.started = nginx.after(0, self.on_timer)
  if nginx.can_wait() and is_reader(self) then
    self.first_until = now() + FIRST
    catch_up(self)
    self.first_until = nil
  end
end

--- Announces to the other machines that answers with some ids have changed.
---@param ids string[] of records, or digests of values
function FleetChanges:announce(ids)
  self.store.announce(ids)
end

return fleet_changes
