--- One call for equal questions.  Within a worker, later callers wait for the
-- first one's task; between workers, they wait for a lock in the dictionary.

local core = require "extcontacts.core"
local nginx = require "extcontacts.runtime.nginx"

local single_flight = {}

local LOCK = "l:"

-- Seconds between two checks of another worker's lock: the first and the longest
-- pause.
local FIRST_PAUSE, LONGEST_PAUSE = 0.002, 0.05

---@class extcontacts.SingleFlight
local SingleFlight = {}
SingleFlight.__index = SingleFlight

--- Creates the single flight of a dictionary.
---@param dict table
---@param lease number seconds after which a lock is taken to be of a worker that died
---@return extcontacts.SingleFlight
function single_flight.new(dict, lease)
  return setmetatable({ dict = dict, lease = lease, flights = {} }, SingleFlight)
end

--- Whether this worker has a flight for a key.
---@param key string
---@return boolean
function SingleFlight:has(key)
  return self.flights[key] ~= nil
end

-- The function of a flight's task.
local function run(self, key, flight, fn, ...)
  local ok, first, second = pcall(fn, ...)
  if self.flights[key] == flight then
    self.flights[key] = nil
  end
  if not ok then
    error(first, 0)
  end
  return first, second
end

--- Runs `fn` for a key in a task that does not end with the current request, or joins
-- the flight that already does.
---@param key string
---@param due number monotonic seconds; after this, a flight whose task nginx ended has expired
---@param fn fun(...): any, any not a closure over locals of a function that waits
---@param ... any its arguments
---@return table|nil flight nil if nginx has no timer left
---@return boolean joined
function SingleFlight:start(key, due, fn, ...)
  local flight = self.flights[key]
  if flight and core.engine.now() < flight.due then
    return flight, true
  end
  flight = { due = due }
  self.flights[key] = flight
  flight.task = nginx.detach(run, self, key, flight, fn, ...)
  if not flight.task then
    self.flights[key] = nil
    return nil, false
  end
  return flight, false
end

--- Waits for the end of a flight.
---@param flight table
---@param due number monotonic seconds
---@return boolean done
function SingleFlight.wait(flight, due)
  return nginx.wait_until(nil, flight.task, due, core.engine.now)
end

--- Takes the lock that keeps other workers from sending the same call.
---@param key string
---@return boolean taken
function SingleFlight:lock(key)
  return (self.dict:add(LOCK .. key, ngx.worker.pid(), self.lease))
end

--- Releases the lock.
---@param key string
function SingleFlight:unlock(key)
  self.dict:delete(LOCK .. key)
end

--- Waits until another worker has released the lock.
---@param key string
---@param due number monotonic seconds
---@return boolean free
function SingleFlight:await_lock(key, due)
  local pause = FIRST_PAUSE
  while self.dict:get(LOCK .. key) do
    local left = due - core.engine.now()
    if left <= 0 then
      return false
    end
    nginx.sleep(nil, math.min(pause, left), core.engine.now)
    pause = math.min(pause * 2, LONGEST_PAUSE)
  end
  return true
end

return single_flight
