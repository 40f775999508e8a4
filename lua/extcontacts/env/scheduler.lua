--- How code in a task waits: the task is suspended, and others go on.

local loop = require "extcontacts.env.loop"
local waits = require "extcontacts.env.waits"

return waits.env(loop.suspend)
