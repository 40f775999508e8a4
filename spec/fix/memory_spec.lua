-- The memory of a plan does not grow with the file that it reads.
local ec = require "extcontacts"
local fix = require "extcontacts.fix"

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

-- The most KiB that a plan of so many rows needs, garbage included.
local function peak(format, rows)
  local path = os.tmpname()
  local handle = assert(io.open(path, "wb"))
  WRITE[format](handle, rows)
  handle:close()
  local client = ec.new { base_url = "http://127.0.0.1:9", login_url = "http://127.0.0.1:9", access_token = "token" }
  collectgarbage()
  collectgarbage()
  local before, most = collectgarbage "count", 0
  local plan = assert(fix.plan(client, fix.define {
    name = "memory",
    source = fix[format](path, { key = false }),
    change = function(_, ctx)
      ctx.skip "nothing to do"
    end,
  }, {
    on_record = function()
      most = math.max(most, collectgarbage "count" - before)
    end,
  }))
  assert.equal(rows, plan.totals.records)
  client:close()
  os.remove(path)
  return most
end

describe("a plan", function()
  for format in pairs(WRITE) do
    it("needs as much memory for a small file as for a large one: " .. format, function()
      peak(format, 100) -- loads what is loaded once
      local small, large = peak(format, 250), peak(format, 2500) -- 1 and 10 MB
      assert.is_true(large < 2 * small + 4096, ("%.0f KiB for 1 MB, %.0f KiB for 10 MB"):format(small, large))
    end)
  end
end)
