-- Run by memerr, which lets every allocation fail in turn.
local json = require("extcontacts.core").json

local record = {
  id = "a", firstName = "\195\169\n\"", tags = { ("x"):rep(3000), 1, -2.5, true, json.null },
  workPhone = { e164 = "+4930123456", extension = 42 }, none = json.array({}),
  deep = { { { { { "end" } } } } },
}
for index = 1, 60 do
  record["field" .. index] = index / 3
end
local text = assert(json.encode(record))
assert(#text > 3000)

-- Refusals build their message and path.
local cycle = { a = {} }
cycle.a.b = cycle
for _, broken in ipairs { cycle, { 0 / 0 }, { 1, a = 2 }, { a = { b = print } } } do
  local result, message = json.encode(broken)
  assert(result == nil and message)
end
return true
