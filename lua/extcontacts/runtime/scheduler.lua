--- How code in a task waits: the task is suspended, and others run.

local loop = require "extcontacts.runtime.loop"
local wait = require "extcontacts.runtime.wait"

return wait.runtime(loop.suspend)
