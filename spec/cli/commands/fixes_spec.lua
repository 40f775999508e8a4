-- extcontacts fixes.
local command = require "spec.support.command"

describe("extcontacts fixes", function()
  local ready = require "extcontacts.fixes"

  it("lists the fixes, and describes each", function()
    local pipe = io.popen("ls lua/extcontacts/fixes/*_*.lua", "r")
    local count = 0
    for path in pipe:lines() do
      local name = path:match "([%w_]+)%.lua$"
      local code, output = command.run("fixes " .. name)
      assert.equal(0, code, name)
      assert.matches("extcontacts plan " .. name, output, 1, true)
      assert.matches("/" .. path:gsub("%.", "%%.") .. "\n$", output)
      count = count + 1
    end
    pipe:close()
    assert.equal(count, #ready.names)
    local _, output = command.run "fixes"
    for _, name in ipairs(ready.names) do
      assert.matches("\n" .. name .. " +%u[^\n]+%w\n", "\n" .. output)
    end
  end)

  it("suggests a name for a mistyped one", function()
    local code, _, errors = command.run "fixes set_field"
    assert.equal(2, code)
    assert.matches("did you mean 'set_fields'?", errors, 1, true)
  end)
end)
