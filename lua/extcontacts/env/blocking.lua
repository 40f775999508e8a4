--- How a plain script waits: it blocks in the engine.

local blocking = {}

-- The engine returns when something finished or a deadline passed; this only
-- bounds a single wait.
local LONGEST_STEP = 60

--- Waits until a transfer has finished.
---@param engine table
---@param waitable table
function blocking.wait(engine, waitable)
  while not waitable:done() do
    engine:step(LONGEST_STEP)
  end
end

--- Waits for a time, while other transfers go on.
---@param engine table
---@param seconds number
---@param now fun(): number
function blocking.sleep(engine, seconds, now)
  local finish = now() + seconds
  local left = seconds
  while left > 0 do
    engine:step(left)
    left = finish - now()
  end
end

--- Nothing else runs that could be waiting.
function blocking.notify()
end

return blocking
