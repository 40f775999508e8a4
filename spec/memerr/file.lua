-- Run by memerr, which lets every allocation fail in turn.
local file = require("extcontacts.core").file

local path = os.tmpname()
local ok, message = pcall(function()
  local one = assert(file.open(path, "append"))
  assert(one:lock())
  assert(one:write(("line\n"):rep(100)))
  assert(one:sync())
  assert(#assert(one:read(50000)) == one:size())
  assert(one:modified() > 0)
  assert(#assert(file.list "spec/memerr") > 0)
  assert(one:write("LINE", 0))
  assert(one:inode())
  assert(one:truncate(0))
  assert(one:close())
  local none, why = file.open(path, "new")
  assert(none == nil and why)
  assert(assert(file.open(path, "own")):close())
  assert(file.check_own(path))
  assert(not file.open("/dev/null", "own"))
  assert(file.rename(path, path .. "x"))
end)
os.remove(path)
os.remove(path .. "x")
if not ok then
  error(message, 0)
end
return true
