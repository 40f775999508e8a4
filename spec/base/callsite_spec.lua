local callsite = require "extcontacts.base.callsite"
local compat = require "extcontacts.base.compat"

-- A function of the module, by the name of its file, that raises for its
-- caller through `depth` functions of its own.
local function of_module(depth)
  local folder = debug.getinfo(callsite.level, "S").source:match "^(.*)base[/\\]callsite%.lua$"
  local text = [[
    local callsite = ...
    local function raise(depth)
      if depth > 0 then
        local result = raise(depth - 1)
        return result
      end
      error("misuse", callsite.level())
    end
    return function(depth)
      local result = raise(depth)
      return result
    end
  ]]
  local call = compat.load_text(text, folder .. "call.lua")(callsite)
  return function()
    call(depth)
  end
end

describe("callsite.level", function()
  it("points at the program's line, however deep the module is in its own functions", function()
    for depth = 0, 5 do
      local ok, message = pcall(of_module(depth))
      assert.is_false(ok)
      assert.matches("callsite_spec%.lua:%d+: misuse$", message)
    end
  end)
end)
