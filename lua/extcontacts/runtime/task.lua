--- What a task is to whoever began it, in whatever way its function is run.

local compat = require "extcontacts.base.compat"

local unpack = compat.unpack

local task = {}

---@class extcontacts.Task a function that runs at the same time as others
---@field finished boolean
---@field cancelled string|nil "cancelled" or "interrupted" once it is to end
---@field deadline number|nil monotonic seconds; calls made in it end by then
---@field scope table|nil the `ec.run` that it belongs to
---@field results table|nil what `pcall` of it gave, packed with `n`
---@field waitable table|nil what it waits for
---@field ended fun()|nil called when it has finished, however it did

--- Whether the function has returned or raised.
---@param self extcontacts.Task
---@return boolean
function task.done(self)
  return self.finished
end

--- What the function returned, or raises what it raised.
---@param self extcontacts.Task
function task.result(self)
  local results = self.results
  if not results[1] then
    error(results[2], 0)
  end
  return unpack(results, 2, results.n)
end

--- Notes how the function ended.
---@param self extcontacts.Task
---@param wake fun(task: extcontacts.Task) lets those go on that wait for it
---@param ... any what `pcall` of it gave
function task.finish(self, wake, ...)
  self.results = { n = select("#", ...), ... }
  self.finished = true
  wake(self)
  if self.ended then
    self.ended()
  end
end

--- Ends what a cancelled task waits for.
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
