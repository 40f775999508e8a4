--- The part of a task that does not depend on how its function is run.

local compat = require "extcontacts.base.compat"

local unpack = compat.unpack

local task = {}

---@class extcontacts.Task a function that runs concurrently
---@field finished boolean
---@field cancelled string|nil "cancelled" or "interrupted" once it must end
---@field deadline number|nil monotonic seconds by which calls made in it end
---@field scope table|nil the `ec.run` it belongs to
---@field results table|nil the results of its `pcall`, packed with `n`
---@field waitable table|nil what it waits for
---@field ended fun()|nil called when it has finished, with or without an error

--- Whether the function has returned or raised.
---@param self extcontacts.Task
---@return boolean
function task.done(self)
  return self.finished
end

--- Returns what the function returned, or raises what it raised.
---@param self extcontacts.Task
function task.result(self)
  local results = self.results
  if not results[1] then
    error(results[2], 0)
  end
  return unpack(results, 2, results.n)
end

--- Records how the function ended, and wakes those who wait for it.
---@param self extcontacts.Task
---@param wake fun(task: extcontacts.Task)
---@param ... any the results of its `pcall`
function task.finish(self, wake, ...)
  self.results = { n = select("#", ...), ... }
  self.finished = true
  wake(self)
  if self.ended then
    self.ended()
  end
end

--- Cancels what a cancelled task waits for.
---@param self extcontacts.Task
---@return table|nil waitable
function task.end_wait(self)
  local waitable = self.waitable
  if waitable and waitable.cancel and not waitable:done() then
    waitable:cancel(self.cancelled)
  end
  return waitable
end

return task
