--- How a plain script waits: it blocks in the engine.

local core = require "extcontacts.core"

local interrupted = core.signal.caught

local blocking = {}

-- The engine returns when something finished, a deadline passed or a signal
-- came.  This bounds a single wait: a signal that comes just before it begins
-- is seen after that time at the latest.
local LONGEST_STEP = 1

--- Waits until a transfer has finished; an interrupted program's is ended.
---@param engine table
---@param waitable table
function blocking.wait(engine, waitable)
  while not waitable:done() do
    if interrupted() then
      waitable:cancel("interrupted")
    else
      engine:step(LONGEST_STEP)
    end
  end
end

--- Waits for a time, while other transfers go on.
---@param engine table
---@param seconds number
---@param now fun(): number
---@return boolean passed false when the program was interrupted meanwhile
function blocking.sleep(engine, seconds, now)
  local finish = now() + seconds
  local left = seconds
  while left > 0 do
    if interrupted() then
      return false
    end
    engine:step(math.min(left, LONGEST_STEP))
    left = finish - now()
  end
  return true
end

--- Nothing else runs that could be waiting.
function blocking.notify()
end

return blocking
