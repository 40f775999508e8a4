-- Runs a full garbage collection every so many instructions, in every coroutine, and
-- keeps the collector busy in between.

local instructions = tonumber(os.getenv("EXTCONTACTS_GC_INSTRUCTIONS")) or 20000

local function collect()
  collectgarbage()
end

collectgarbage("setpause", 0)
collectgarbage("setstepmul", 400)

-- Compiled code does not call hooks.
local jit = rawget(_G, "jit")
if jit then
  jit.off()
end
debug.sethook(collect, "", instructions)

-- Lua 5.4 has a hook for each coroutine.
local create = coroutine.create

function coroutine.create(f) -- luacheck: ignore
  local co = create(f)
  debug.sethook(co, collect, "", instructions)
  return co
end

local function results(ok, ...)
  if not ok then
    error((...), 0)
  end
  return ...
end

function coroutine.wrap(f) -- luacheck: ignore
  local co = coroutine.create(f)
  return function(...)
    return results(coroutine.resume(co, ...))
  end
end
