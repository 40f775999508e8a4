--- Something to be done when an object becomes garbage: on Lua 5.4 a table can
-- have a finaliser, on LuaJIT only a userdata can.

-- luacheck: ignore 113
local jit, newproxy = jit, newproxy

local finalizer = {}

--- An object that calls `fn` when it is collected.  `fn` must not hold what
-- holds the object, must not wait, and should do little.
---@param fn fun()
---@return any
function finalizer.new(fn)
  if newproxy then
    local proxy = newproxy(true)
    getmetatable(proxy).__gc = fn
    return proxy
  end
  return setmetatable({}, { __gc = fn })
end

--- Keeps LuaJIT from compiling a function that finalisers call, and those
-- inside it.  LuaJIT 2.1 of before September 2023, and so Debian 12's, may
-- never leave a compiled loop over `pairs` there (LuaJIT issue 1000): the trace
-- ends where it begins.
---@param fn function
function finalizer.interpreted(fn)
  if jit then
    jit.off(fn, true)
  end
end

return finalizer
