--- Functions that run when an object is collected.  In Lua 5.4 a table can have
-- a finalizer, in LuaJIT only a userdata can.

local compat = require "extcontacts.base.compat"

local newproxy = compat.newproxy

-- LuaJIT's library; the global may be guarded.
local has_jit, jit = false, nil
if newproxy then
  has_jit, jit = pcall(require, "jit")
end

local finalizer = {}

--- Returns an object that calls `fn` when it is collected.  `fn` must not refer
-- to anything that refers to the object, must not wait, and should do little.
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

--- Keeps LuaJIT from compiling a function that finalizers call, and the
-- functions inside it.  In LuaJIT 2.1 before September 2023, which includes
-- Debian 12's, a compiled loop over `pairs` in a finalizer may never end
-- (LuaJIT issue 1000).
---@param fn function
function finalizer.interpreted(fn)
  if has_jit then
    jit.off(fn, true)
  end
end

return finalizer
