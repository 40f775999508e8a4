--- One call for many equal questions: in a worker who comes later waits for
-- the first one's task, between workers for the lock in the dictionary.

local core = require "extcontacts.core"
local env = require "extcontacts.runtime.nginx"

local flights = {}

local LOCK = "l:"

-- Seconds between two looks at what another worker does: at first, and at most.
local FIRST_LOOK, LONGEST_LOOK = 0.002, 0.05

---@class extcontacts.Flights
local Flights = {}
Flights.__index = Flights

--- Makes them for a dictionary.
---@param dict table
---@param lease number seconds after which a lock counts as left behind
---@return extcontacts.Flights
function flights.new(dict, lease)
  return setmetatable({ dict = dict, lease = lease, tasks = {} }, Flights)
end

--- Whether somebody in this worker asks already.
---@param key string
---@return boolean
function Flights:has(key)
  return self.tasks[key] ~= nil
end

--- Has `fn` run for a key, unless it does so already.
---@param key string
---@param due number monotonic seconds; a task that nginx ended counts as over then
---@param behind boolean whether the request at hand may end before it
---@param fn fun(): any, any
---@return table|nil flight nil where nginx has no place for it
---@return boolean joined
function Flights:start(key, due, behind, fn)
  local flight = self.tasks[key]
  if flight and core.engine.now() < flight.due then
    return flight, true
  end
  flight = { due = due }
  self.tasks[key] = flight
  local function fly()
    local ok, first, second = pcall(fn)
    if self.tasks[key] == flight then
      self.tasks[key] = nil
    end
    if not ok then
      error(first, 0)
    end
    return first, second
  end
  if behind then
    flight.task = env.detach(fly)
  else
    flight.task = env.spawn("own", nil, fly)
  end
  if not flight.task then
    self.tasks[key] = nil
    return nil, false
  end
  return flight, false
end

--- Waits for a flight's end.
---@param flight table
---@param due number monotonic seconds
---@return boolean done
function Flights.wait(flight, due)
  return env.wait_until(flight.task, due)
end

--- Takes the lock that keeps other workers from asking the same.
---@param key string
---@return boolean taken
function Flights:lock(key)
  return (self.dict:add(LOCK .. key, ngx.worker.pid(), self.lease))
end

function Flights:unlock(key)
  self.dict:delete(LOCK .. key)
end

--- Waits until another worker has let go of the lock.
---@param key string
---@param due number monotonic seconds
---@return boolean free
function Flights:await_lock(key, due)
  local pause = FIRST_LOOK
  while self.dict:get(LOCK .. key) do
    local left = due - core.engine.now()
    if left <= 0 then
      return false
    end
    env.sleep(nil, math.min(pause, left), core.engine.now)
    pause = math.min(pause * 2, LONGEST_LOOK)
  end
  return true
end

return flights
