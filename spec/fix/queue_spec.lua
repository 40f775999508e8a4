-- The queue of a run: which changes it executes, and which stay together.
local progress = require "extcontacts.fix.progress"
local queue = require "extcontacts.fix.apply.queue"

describe("the queue of a run", function()
  -- The numbers in each group of changes, `a|b,c` for two groups.
  local function groups(changes, most)
    local index, taken = 0, 0
    local next_group = queue.groups(function()
      index = index + 1
      return changes[index]
    end, function()
      taken = taken + 1
      return not most or taken < most
    end)
    local out = {}
    for group in next_group do
      local numbers = {}
      for place, change in ipairs(group) do
        numbers[place] = change.n
      end
      out[#out + 1] = table.concat(numbers, ",")
    end
    return table.concat(out, "|")
  end

  it("keeps consecutive changes of one record together, with those of its notes", function()
    assert.equal("1,2|3,4|5|6", groups {
      { n = 1, id = "a" }, { n = 2, id = "a" }, { n = 3, id = "b" }, { n = 4, id = "note", owner = "b" },
      { n = 5, id = "a" }, { n = 6, id = "c" },
    })
  end)

  it("does not group creates, which have no record yet", function()
    assert.equal("1|2", groups { { n = 1, op = "create" }, { n = 2, op = "create" } })
  end)

  it("ends a group at the limit", function()
    assert.equal("1,2|3", groups({ { n = 1, id = "a" }, { n = 2, id = "a" }, { n = 3, id = "a" } }, 2))
  end)

  it("is empty for an empty plan", function()
    assert.equal("", groups {})
  end)

  it("leaves out settled changes, unless failed ones are retried", function()
    local tracker = progress.new()
    for n, state in ipairs { "applied", "failed", "conflict", "unknown" } do
      tracker:set(n, state)
    end
    local wanted, retried = {}, {}
    for n = 1, 5 do
      wanted[n] = queue.includes(tracker, n)
      retried[n] = queue.includes(tracker, n, true)
    end
    assert.same({ false, false, false, true, true }, wanted)
    assert.same({ false, true, true, true, true }, retried)
  end)
end)
