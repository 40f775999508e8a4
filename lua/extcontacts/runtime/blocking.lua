--- How code outside of tasks waits: it blocks, and turns the loop meanwhile.

local task_loop = require "extcontacts.runtime.task_loop"
local wait = require "extcontacts.runtime.wait"

-- Seconds a single turn may take.  A turn ends when something has finished, a
-- deadline has passed or a signal came; a signal that comes just before a turn
-- is noticed when that ends.
local LONGEST_STEP = 1

return wait.runtime(function(engine, waitable, due, now)
  local task = task_loop.current()
  if task then
    task.waitable = not due and waitable or nil -- ends together with the task
  end
  task_loop.turn(engine, waitable, due and math.min(due - now(), LONGEST_STEP) or LONGEST_STEP, due)
  if task then
    task.waitable = nil
  end
end)
