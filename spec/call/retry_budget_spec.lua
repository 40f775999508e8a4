-- How many retries a client may send.
local retry_budget = require "extcontacts.call.retry_budget"

local function empty()
  local budget = retry_budget.new(0)
  budget.balance = 0
  return budget
end

describe("the retry budget", function()
  it("allows a few retries at once, then as many as first requests add", function()
    local budget, free = retry_budget.new(0), 0
    while retry_budget.spend(budget, 0) == 0 do
      free = free + 1
    end
    assert.equal(10, free)
    budget = empty()
    for _ = 1, 5 do
      retry_budget.add_request(budget)
    end
    assert.is_true(retry_budget.spend(budget, 0) < 1e-6)
    assert.is_true(retry_budget.spend(budget, 0) > 1)
  end)

  it("delays a retry until the budget refills, and refuses one that would wait too long", function()
    local budget = empty()
    assert.equal(2, retry_budget.spend(budget, 0))
    for _ = 1, 9 do
      assert.is_not_nil(retry_budget.spend(budget, 0))
    end
    assert.is_nil(retry_budget.spend(budget, 0))
    assert.is_not_nil(retry_budget.spend(budget, 60))
  end)

  it("adds at most a fifth to the load when half of the requests fail", function()
    local budget, now, first, retries = retry_budget.new(0), 0, 0, 0
    for index = 1, 10000 do
      now = now + 0.01
      first = first + 1
      retry_budget.add_request(budget)
      if index % 2 == 0 and retry_budget.spend(budget, now) then
        retries = retries + 1
      end
    end
    assert.is_true(retries <= 0.2 * first + 10 + 0.5 * now + 11, retries)
  end)
end)
