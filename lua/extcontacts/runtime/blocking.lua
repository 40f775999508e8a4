--- How code outside of tasks waits: it blocks, and turns the loop meanwhile.

local loop = require "extcontacts.runtime.loop"
local wait = require "extcontacts.runtime.wait"

-- A turn ends when something finished, a deadline passed or a signal came.
-- This bounds a single one: a signal that comes just before it begins is seen
-- after that time at the latest.
local LONGEST_STEP = 1

return wait.env(function(engine, waitable, due, now)
  local task = loop.current()
  if task then
    task.waitable = waitable -- for it to be ended with the task
  end
  loop.turn(engine, due and math.min(due - now(), LONGEST_STEP) or LONGEST_STEP)
  if task then
    task.waitable = nil
  end
end)
