--- How code in a task waits: the task is suspended, and others go on.

local loop = require "extcontacts.runtime.loop"
local wait = require "extcontacts.runtime.wait"

return wait.env(loop.suspend)
