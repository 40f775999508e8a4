-- Run by memerr, which lets every allocation fail in turn.
local idset = require("extcontacts.core").idset

-- What LuaJIT compiles does not survive a lack of memory in its own code.
local jit = package.loaded.jit
if jit then
  jit.off()
end

local set = idset.new()
local function uuid(number)
  return ("6f1a2c3e-0d5b-4a51-9a36-6c6f%08x"):format(number * 7919)
end
for number = 1, 300 do
  assert(set:add(uuid(number)) == true)
end
for number = 1, 300 do
  assert(set:add(uuid(number)) == false)
end
assert(set:has(uuid(300)) and not set:has(uuid(301)))
return true
