-- A disk that fills up while the rejected rows are written: the plan fails, and leaves no
-- half of a file.
local files = require "extcontacts.base.files"
local fixes = require "spec.support.fixes"
local script = require "spec.support.script"

local PLAN = [[
local ec = require "extcontacts"
local fix = require "extcontacts.fix"
local client = ec.new {
  base_url = arg[1], login_url = arg[1], client_id = arg[2], client_secret = arg[3], rate = false,
}
local plan, err = fix.plan(client, assert(fix.import(arg[4])), { output = arg[5] })
print(plan and "planned" or err.kind, err and err.message)
]]

describe("an import on a full disk", function()
  local place = fixes.fresh_place(before_each, after_each)

  it("writes nothing", function()
    local rows = { "email,title" }
    for index = 1, 300 do
      rows[#rows + 1] = ("n%d@example.com,%s"):format(index, ("x"):rep(400))
    end
    local path = place:write("list.csv", table.concat(rows, "\n"))
    local server = place.server
    local pipe = assert(io.popen(("trap '' XFSZ; ulimit -f 150; '%s' '%s' %s %s %s %s %s 2>&1"):format(
      script.interpreter, place:write("plan.lua", PLAN), server.base_url, server.client_id, server.client_secret,
      path, place:path "p")))
    local output = pipe:read "*a"
    pipe:close()
    assert.matches("^io\t%S*%.csv%S*: File too large", output)
    for _, name in ipairs { "p", "list.csv.rejected.csv", "list.csv.rejected.csv.tmp" } do
      assert.is_nil(files.read(place:path(name)), name)
    end
  end)
end)
