-- Runs spec files inside nginx: `luajit spec/support/nginx_suite.lua FILES` starts it, and
-- a location runs busted over the files, in a light thread that yields at every wait.

local suite = {}

local LOCATION = [[
location = /run {
  content_by_lua_block { require("spec.support.nginx_suite").serve() }
}
]]

-- Counts the waits of real transfers: without any, the run proves nothing.
local function count_waits()
  local env = require "extcontacts.runtime.nginx"
  local wait, count = env.wait, 0
  function env.wait(engine, waitable)
    if engine and engine.worker then
      count = count + 1
    end
    return wait(engine, waitable)
  end
  return function()
    return count
  end
end

--- Answers `/run?FILES`.
function suite.serve()
  local waits = count_waits()
  local words = {}
  for word in ngx.unescape_uri(ngx.var.args):gmatch("%S+") do
    words[#words + 1] = word
  end
  _G.arg = words
  -- busted ends the program if specs failed, or raises nil
  local exit = os.exit
  os.exit = function() -- luacheck: ignore
    error("specs failed", 0)
  end
  local passed, why = pcall(require "busted.runner", { standalone = false, output = "spec/support/report.lua" })
  os.exit = exit -- luacheck: ignore
  io.stdout:flush()
  if passed and ngx.var.args:find("live_spec", 1, true) and waits() < 100 then
    passed, why = false, "the specs hardly ever waited the way nginx does"
  end
  ngx.status = passed and 200 or 500
  ngx.say(passed and "passed" or tostring(why))
end

if not rawget(_G, "ngx") and arg and arg[0]:find("nginx_suite") then
  local nginx = require "spec.support.nginx"
  local url = require "socket.url"
  local server = nginx.start { server = LOCATION, talks = true, level = "error" }
  local status, body = server:get("/run?" .. url.escape(table.concat(arg, " ")), 600)
  local log = server:stop()
  if status ~= 200 then
    io.stderr:write(("nginx: %s %s\n%s"):format(tostring(status), body, log))
    os.exit(1)
  end
end

return suite
