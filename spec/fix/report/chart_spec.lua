local chart = require "extcontacts.fix.report.chart"

local function tally(name, set, changed, cleared)
  return { kind = "contact", path = name, label = name, set = set, changed = changed, cleared = cleared,
    count = set + changed + cleared }
end

describe("the report's chart", function()
  it("has a bar for each field, in parts", function()
    local html = chart.html { tally("title", 1, 2, 1), tally("firstName", 0, 1, 0) }
    assert.matches('<desc id="chart-desc">title 4, firstName 1</desc>', html, 1, true)
    for part, width in pairs { set = "25.000%%", changed = "50.000%%", cleared = "25.000%%" } do
      assert.matches('<rect class="' .. part .. '" x="[%d.]+%%" y="24" width="' .. width, html)
    end
    assert.matches("<td>1</td><td>2</td><td>1</td><td>4</td></tr>", html, 1, true)
  end)

  it("has bars for the first fields only, and a table of all", function()
    local tallies = {}
    for index = 1, 21 do
      tallies[index] = tally("field" .. index, 0, 30 - index, 0)
    end
    local html = chart.html(tallies)
    assert.equal(20, select(2, html:gsub('class="track"', "")))
    assert.matches("The table has 1 more field.", html, 1, true)
    assert.matches("<code>field21</code>", html, 1, true)
  end)

  it("is empty without changes", function()
    assert.equal("", chart.html {})
  end)
end)
