--- Something to be done when an object becomes garbage: on Lua 5.4 a table can
-- have a finaliser, on LuaJIT only a userdata can.

-- luacheck: ignore 113
local newproxy = newproxy

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

return finalizer
