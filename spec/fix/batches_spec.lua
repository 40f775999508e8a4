-- Forming batches: what is executed together, what after each other.
local batches = require "extcontacts.fix.apply.batches"

describe("the batches of a run", function()
  local function former(groups, size)
    local index = 0
    return batches.new(function()
      index = index + 1
      return groups[index]
    end, size)
  end

  -- The numbers in the chains of a batch, `1 2,3`.
  local function text(batch)
    local out = {}
    for place, chain in ipairs(batch and batch.chains or {}) do
      local numbers = {}
      for position, change in ipairs(chain) do
        numbers[position] = change.n
      end
      out[place] = table.concat(numbers, ",")
    end
    return table.concat(out, " ")
  end

  -- The batches, of which each ends before the next one starts.
  local function all(changes, size)
    local groups = {}
    for n, change in ipairs(changes) do
      change.n = n
      groups[n] = { change }
    end
    local self, out = former(groups, size or 3), {}
    for batch in function() return self:next() end do
      out[#out + 1] = text(batch)
      self:release(batch)
    end
    return out
  end

  it("have as many records as their size", function()
    assert.same({ "1 2 3", "4 5" }, all { { id = "a" }, { id = "b" }, { id = "c" }, { id = "d" }, {} })
  end)

  it("execute the changes of one record after each other, in any spelling of its id", function()
    assert.same({ "1,3 2 4" }, all { { id = "a" }, { id = "b" }, { id = "A" }, { id = "c" } })
  end)

  it("execute the change of a record and one that names it after each other", function()
    local organization = { externalOrganization = { id = "o" } }
    assert.same({ "1,2 3" }, all { { op = "create", old_id = "o" }, { id = "a", after = organization }, { id = "b" } })
    assert.same({ "1,3 2" }, all { { id = "a", before = organization }, { id = "b" }, { op = "delete", id = "o" } })
    assert.same({ "1,2 3" }, all { { op = "create", old_id = "o" }, { op = "create", owner = "o" }, { id = "b" } })
  end)

  it("end before a change that depends on several of their chains", function()
    local organization = { externalOrganization = { id = "o" } }
    assert.same({ "1 2", "3 4" }, all { { id = "a", before = organization }, { id = "b", before = organization },
      { id = "o" }, { id = "c" } })
  end)

  it("execute changes that name the same record together", function()
    local organization = { externalOrganization = { id = "o" } }
    assert.same({ "1 2 3" }, all { { id = "a", after = organization }, { id = "b", after = organization },
      { id = "c", after = organization } })
  end)

  it("wait for a running batch with an earlier change of the same record", function()
    local self = former({ { { n = 1, id = "a" } }, { { n = 2, id = "b" } }, { { n = 3, id = "a" } } }, 2)
    local first = self:next()
    assert.equal("1 2", text(first))
    assert.is_nil(self:next())
    assert.equal(3, self.held[1].n)
    self:release(first)
    assert.equal("3", text(self:next()))
    assert.is_nil(self.held)
  end)

  it("are bounded, however many changes one record has", function()
    local changes = {}
    for n = 1, 30 do
      changes[n] = { id = "a" }
    end
    local sizes = {}
    for index, batch in ipairs(all(changes, 2)) do
      sizes[index] = select(2, batch:gsub(",", "")) + 1
    end
    assert.same({ 8, 8, 8, 6 }, sizes)
  end)
end)
