local fixes = require "extcontacts.fixes"
local files = require "extcontacts.base.files"

describe("the ready fixes", function()
  it("have a file, and a description that starts with a short sentence", function()
    for _, name in ipairs(fixes.names) do
      local path = fixes.path(name)
      assert.is_true(files.exists(path), name)
      local summary = fixes.about(path):gsub("\n", " "):match "^(.-)[.:;]%s"
      assert.is_true(#summary < 80, summary)
      assert.matches("extcontacts plan " .. name, fixes.about(path), 1, true)
    end
  end)

  it("are all listed", function()
    local pipe = io.popen "ls lua/extcontacts/fixes"
    local count = 0
    for name in pipe:read "*a":gmatch "([%w_]+)%.lua" do
      count = count + (name == "init" and 0 or 1)
    end
    pipe:close()
    assert.equal(count, #fixes.names)
  end)

  it("require only what a user's own fix would", function()
    for _, name in ipairs(fixes.names) do
      for module in files.read(fixes.path(name)):gmatch 'require "([^"]+)"' do
        assert.is_truthy(module == "extcontacts.fix" or module == "extcontacts.dedupe" or module == "extcontacts.csv"
          or module:find "^extcontacts%.tidy%.[%w_]+$", name .. " requires " .. module)
      end
    end
  end)

  it("are found by name only", function()
    for _, name in ipairs { "init", "none", "../fixes/set_fields", "set_fields.lua", "" } do
      assert.is_nil(fixes.path(name), name)
    end
    assert.equal("", fixes.about "none")
  end)
end)
