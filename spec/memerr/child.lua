-- Run by memerr, which lets every allocation fail in turn.
local child = require("extcontacts.core").child

local cat = child.start { "/bin/cat" }
assert(cat, "not started")
assert(cat:ask("a line", 60) == "a line")
cat:close()
assert(not cat:ask("a line", 60))
return true
