--- Runs code under LuaJIT whichever VM runs the specs, for modules of the
-- sandbox that need its libraries.

local cjson = require "cjson"
local files = require "extcontacts.base.files"

local COMMAND = "LUA_PATH='lua/?.lua;lua/?/init.lua;;' LUA_CPATH='build/luajit/?.so;;' luajit %s >%s 2>%s; echo $?"

local CODE = [[
local function run()
%s
end
io.write((require("extcontacts.base.json").encode { result = run() }))
]]

--- Runs a function's body; fails if it raises.
---@param body string Lua code that returns a value
---@return any result through JSON
local function luajit(body)
  local script, output, errors = os.tmpname(), os.tmpname(), os.tmpname()
  local file = assert(io.open(script, "w"))
  file:write(CODE:format(body))
  file:close()
  local pipe = assert(io.popen(COMMAND:format(script, output, errors)))
  local status = pipe:read("*l")
  pipe:close()
  local text, message = files.read(output), files.read(errors)
  for _, path in ipairs { script, output, errors } do
    os.remove(path)
  end
  assert(status == "0", message)
  return cjson.decode(text).result
end

return luajit
