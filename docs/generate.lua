-- Writes the generated files: the reference of the operations
-- (docs/operations.md), the LuaCATS annotations of the client
-- (lua/extcontacts/meta.lua) and the command's manual page (docs/extcontacts.1).
-- `make generate` runs it, with this build in LUA_PATH and LUA_CPATH.

local function part(path)
  return function()
    return dofile(path).text()
  end
end

local generate = {}

--- Path of a generated file → the function that returns its text.
generate.files = {
  ["docs/extcontacts.1"] = function()
    return dofile("docs/man.lua").page()
  end,
  ["docs/operations.md"] = part "docs/generate/reference.lua",
  ["lua/extcontacts/meta.lua"] = part "docs/generate/meta.lua",
}

-- Run as a script, not loaded by the spec.
if arg and arg[0] and arg[0]:match("generate%.lua$") then
  for path, make in pairs(generate.files) do
    local text = make()
    local file = assert(io.open(path, "w"))
    file:write(text)
    file:close()
  end
end

return generate
