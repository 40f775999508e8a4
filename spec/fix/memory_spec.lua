-- The memory of a plan does not grow with the file that it reads.
local script = require "spec.support.script"

-- KiB of garbage; the collector of Lua 5.3 waits for more.
local SLACK = _VERSION == "Lua 5.3" and 8192 or 4096

local CELL = ("x"):rep(4000)

local WRITE = {
  csv = function(handle, rows)
    handle:write "number,note\r\n"
    for number = 1, rows do
      handle:write(number, ",", CELL, number, "\r\n")
    end
  end,
  ndjson = function(handle, rows)
    for number = 1, rows do
      handle:write('{"number":', number, ',"note":"', CELL, number, '"}\n')
    end
  end,
}

-- Prints the most KiB that a plan needs, garbage included.
local PROGRAM = [[
  local ec = require "extcontacts"
  local fix = require "extcontacts.fix"
  local format, path = ...
  local client = ec.new { base_url = "http://127.0.0.1:9", login_url = "http://127.0.0.1:9", access_token = "token" }
  local before, most
  local plan = assert(fix.plan(client, fix.define {
    name = "memory",
    source = fix[format](path, { key = false }),
    change = function(_, ctx)
      ctx.skip "nothing to do"
    end,
  }, {
    on_record = function()
      before = before or collectgarbage "count"
      most = math.max(most or 0, collectgarbage "count" - before)
    end,
  }))
  print(plan.totals.records, math.floor(most))
]]

-- In a process of its own: the collector of one with a large heap waits for more
-- garbage.
local function peak(format, rows)
  local path = os.tmpname()
  local handle = assert(io.open(path, "wb"))
  WRITE[format](handle, rows)
  handle:close()
  local code, output, errors = script.start(PROGRAM, format .. " " .. path):finish()
  os.remove(path)
  assert.equal("", errors)
  assert.equal(0, code)
  local records, most = output:match "^(%d+)\t(%d+)\n$"
  assert.equal(rows, tonumber(records))
  return tonumber(most)
end

describe("a plan", function()
  for format in pairs(WRITE) do
    it("needs as much memory for a small file as for a large one: " .. format, function()
      local small, large = peak(format, 250), peak(format, 2500) -- 1 and 10 MB
      assert.is_true(large < 2 * small + SLACK, ("%d KiB for 1 MB, %d KiB for 10 MB"):format(small, large))
    end)
  end
end)
