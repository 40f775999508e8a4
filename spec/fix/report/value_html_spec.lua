local json = require "extcontacts.base.json"
local value_html = require "extcontacts.fix.report.value_html"

describe("the report's cells", function()
  it("show what a field gains, loses or keeps", function()
    local none = '<span class="none">none</span>'
    for _, case in ipairs {
      { nil, "x", none, "<ins>x</ins>" },
      { "x", nil, "<del>x</del>", none },
      { json.null, 7, none, "<ins>7</ins>" },
      { "old x", "new x", "<del>old</del> x", "<ins>new</ins> x" },
      { { id = "1", name = "Acme" }, { id = "2" }, "<del>Acme (1)</del>", "<ins>2</ins>" },
      { { id = "1", x = 1 }, { id = "1", x = 2 }, "1", '1 <span class="none">(other details differ)</span>' },
    } do
      assert.same({ case[3], case[4] }, { value_html.cells(case[1], case[2]) })
    end
  end)

  it("show phone numbers so that different ones look different", function()
    local before, after = value_html.cells({ display = "030 1" },
      { display = "030 1", e164 = "+49301", extension = 7, acceptsSMS = true })
    assert.equal("030 1", before)
    assert.equal('030 1<ins><span class="blank"> </span>ext. 7 = +49301, accepts SMS</ins>', after)
    assert.equal("<ins>+49301</ins>", select(2, value_html.cells(nil, { e164 = "+49301" })))
  end)

  it("shorten long texts between characters", function()
    local same = ("ä"):rep(1000)
    local before = value_html.cells(same .. " old", same .. " new")
    assert.matches("^" .. ("ä"):rep(80) .. '<span class="omitted">… 841 characters …</span>', before)
    local _, after = value_html.cells(nil, ("ä"):rep(2001))
    assert.equal("<ins>" .. ("ä"):rep(2000) .. '</ins><span class="omitted">… 1 character …</span>', after)
  end)
end)
