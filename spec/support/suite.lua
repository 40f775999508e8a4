-- Runs busted in the interpreter that runs this file, as the `busted` command
-- does, with the project's report as the default output.
--   lua5.4 spec/support/suite.lua [busted's options] [files]

-- EXTCONTACTS_GC=1: the collector never rests, and collects in full every so
-- many instructions, so that a value C holds without an anchor is gone soon.
-- Compiled code calls no hooks, and Lua 5.4 has one for each coroutine.
if os.getenv("EXTCONTACTS_GC") then
  local instructions = tonumber(os.getenv("EXTCONTACTS_GC_INSTRUCTIONS")) or 20000
  collectgarbage("setpause", 0)
  collectgarbage("setstepmul", 400)
  if jit then
    jit.off()
  end
  local collect = function()
    collectgarbage()
  end
  debug.sethook(collect, "", instructions)
  local create = coroutine.create
  coroutine.create = function(f) -- luacheck: ignore
    local co = create(f)
    debug.sethook(co, collect, "", instructions)
    return co
  end
  coroutine.wrap = function(f) -- luacheck: ignore
    local co = coroutine.create(f)
    return function(...)
      local function unwrap(ok, ...)
        if not ok then
          error((...), 0)
        end
        return ...
      end
      return unwrap(coroutine.resume(co, ...))
    end
  end
end

require "busted.runner"({ standalone = false, output = "spec/support/report.lua" })
