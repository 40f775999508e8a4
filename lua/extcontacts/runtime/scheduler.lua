--- How code in a task waits: the task is suspended, and others run.

local task_loop = require "extcontacts.runtime.task_loop"
local wait = require "extcontacts.runtime.wait"

return wait.runtime(task_loop.suspend)
