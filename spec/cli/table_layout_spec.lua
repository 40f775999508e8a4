-- The widths of a table's columns.
local table_layout = require "extcontacts.cli.table_layout"

describe("the columns of a table", function()
  local function total(widths)
    local sum = table_layout.GAP * (#widths - 1)
    for _, width in ipairs(widths) do
      sum = sum + width
    end
    return sum
  end

  local function default(...)
    local columns = { { natural = 36, is_id = true } }
    for index = 1, select("#", ...) do
      columns[index + 1] = { natural = select(index, ...), optional = true }
    end
    return columns
  end

  it("are as wide as their cells if all fit", function()
    assert.same({ 36, 10, 20 }, table_layout.fit(default(10, 20), 70))
    assert.same({ 36, 10, 20 }, table_layout.fit(default(10, 20), 200))
  end)

  it("share what is free, and never exceed the terminal", function()
    assert.same({ 36, 10, 30 }, table_layout.fit(default(10, 40), 80))
    for width = 56, 200 do
      local widths = table_layout.fit(default(18, 300, 25, 7), width)
      assert.is_true(total(widths) <= width)
      assert.equal(36, widths[1])
    end
  end)

  it("are fewer on a narrow terminal, from the right", function()
    assert.equal(4, #table_layout.fit(default(30, 30, 30), 92))
    assert.equal(3, #table_layout.fit(default(30, 30, 30), 80))
    assert.equal(2, #table_layout.fit(default(30, 30, 30), 60))
    assert.is_nil(table_layout.fit(default(30, 30, 30), 50))
  end)

  it("that were asked for are all there, or there is no table", function()
    local fields = { { natural = 36, is_id = true }, { natural = 30 }, { natural = 30 } }
    assert.same({ 36, 6, 6 }, table_layout.fit(fields, 52))
    assert.is_nil(table_layout.fit(fields, 51))
    assert.is_nil(table_layout.fit({ { natural = 36, is_id = true }, { natural = 36, is_id = true } }, 73))
  end)

  it("can be one, which is cut unless it is an id", function()
    assert.same({ 20 }, table_layout.fit({ { natural = 90 } }, 20))
    assert.same({ 36 }, table_layout.fit({ { natural = 36, is_id = true } }, 20))
  end)
end)
