--- Functions that differ between Lua 5.1 (LuaJIT) and Lua 5.4.
--
-- A program may guard its globals: there, reading one that this Lua lacks raises
-- an error.  So a global of only one Lua is read on that one only.

-- luacheck: ignore 113 143

local compat = {}

local IS_LUA51 = _VERSION == "Lua 5.1"

--- `table.unpack`; a global function in Lua 5.1.
compat.unpack = table.unpack or unpack

--- `table.pack`, which Lua 5.1 lacks: the values, and their number in `n`.
---@type fun(...): table
compat.pack = table.pack or function(...)
  return { n = select("#", ...), ... }
end

--- Compiles source text; Lua 5.1 needs `loadstring`.
---@type fun(text: string, name: string): function|nil, string|nil
compat.load_text = IS_LUA51 and loadstring or load

--- Whether the running code can yield.  Plain Lua 5.1 can't tell, so this is
-- true there, and the attempt to yield raises Lua's own error.
---@type fun(): boolean
compat.is_yieldable = coroutine.isyieldable or function()
  return true
end

--- Lua 5.1's `newproxy`: creates a userdata that can have a finalizer.
---@type (fun(with_metatable: boolean): any)|nil
compat.newproxy = IS_LUA51 and newproxy or nil

return compat
