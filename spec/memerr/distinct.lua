-- Run by memerr, which lets every allocation fail in turn.
local distinct = require("extcontacts.core").distinct

-- What LuaJIT compiles does not survive a lack of memory in its own code.
local jit = package.loaded.jit
if jit then
  jit.off()
end

local counter = distinct.new(100)
for number = 1, 300 do
  counter:add("text " .. number)
end
local kept, _, _, part = counter:read()
assert(kept <= 100 and part > 1)
return true
