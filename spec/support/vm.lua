-- The name of the Lua that runs the specs: `luajit`, `lua5.4` or `lua5.3`, which names
-- its program, its build and its pkg-config module.
return package.loaded.jit and "luajit" or "lua" .. _VERSION:match "%d+%.%d+"
