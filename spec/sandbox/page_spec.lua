local fault_rules = require "extcontacts.sandbox.fault_rules"
local files = require "extcontacts.base.files"
local server_options = require "extcontacts.sandbox.server_options"

describe("docs/sandbox.md", function()
  it("names every live option, fault field and route of the control API", function()
    local page = assert(files.read("docs/sandbox.md"))
    local function has(text)
      assert.is_truthy(page:find(text, 1, true), "docs/sandbox.md lacks " .. text)
    end
    for _, row in ipairs(server_options.rows) do
      -- The help explains these.
      if row.live and not row.key:find("ttl$") then
        has(row.flag)
      end
    end
    for field in pairs(fault_rules.fields) do
      has("`" .. field)
    end
    -- The module runs inside nginx only.
    local source = assert(files.read("lua/extcontacts/sandbox/http/control_api.lua"))
    for path in source:gmatch('routes%["%u+ (/sandbox/[%w/]+)"%]') do
      has(path)
    end
  end)
end)
