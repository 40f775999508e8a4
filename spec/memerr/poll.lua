-- Run by memerr, which lets every allocation fail in turn.
local poll = require("extcontacts.core").poll

local bell, set = assert(poll.bell()), assert(poll.set())
assert(set:watch(bell:fd()))
bell:ring()
assert(set:wait(0))
bell:clear()
assert(not set:wait(0))
return true
