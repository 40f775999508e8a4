local matcher = require("extcontacts.core").matcher

local function build(kinds, records, cap)
  local m = matcher.new(kinds)
  for _, record in ipairs(records) do
    m:add(record[1], record[2] or { "aall" })
  end
  local blocks, in_blocks = m:finish(cap or 1000)
  return m, blocks, in_blocks
end

-- The pairs as "a-b", sorted.
local function pairs_of(m)
  local out, visited = {}, 0
  for part = 1, matcher.PARTS do
    local found, count = m:pairs(part, {})
    visited = visited + count
    for at = 1, #found, 3 do
      out[#out + 1] = found[at] .. "-" .. found[at + 1]
    end
  end
  table.sort(out)
  return table.concat(out, " "), visited
end

-- The level of one field of two records.
local function level(kind, a, b)
  local m = build({ kind }, { { { a } }, { { b } } })
  return m:compare(1, 2), m:compare(2, 1)
end

describe("core.matcher", function()
  it("compares each pair with a key in common once", function()
    local m = build({ "title" }, { { { "x" }, { "a1", "b1" } }, { { "x" }, { "a1", "b1" } }, { { "x" }, { "b1" } },
      { { "x" }, { "a2" } } })
    assert.same({ "1-2 1-3 2-3", 3 }, { pairs_of(m) })
  end)

  it("skips blocks above the cap and reports them by kind; other keys still count", function()
    local records = {}
    for index = 1, 5 do
      records[index] = { { "x" }, { "a1", index <= 2 and "b1" or "b2" .. index } }
    end
    local m, blocks, in_blocks = build({ "title" }, records, 4)
    assert.same({ { a = 1 }, { a = 5 } }, { blocks, in_blocks })
    assert.same({ "1-2", 1 }, { pairs_of(m) })
  end)

  it("counts patterns of all candidates and of repeatable random pairs", function()
    local m = build({ "date" }, { { { "19800101" } }, { { "19800101" } }, { { "" } } })
    local total = {}
    for part = 1, matcher.PARTS do
      for pattern, count in pairs(m:tally(part)) do
        total[pattern] = (total[pattern] or 0) + count
      end
    end
    assert.same({ ["1"] = 1, ["0"] = 2 }, total)
    assert.same(m:sample(50, 7), m:sample(50, 7))
  end)

  it("passes over the given patterns", function()
    local m = build({ "date" }, { { { "19800101" } }, { { "19800101" } }, { { "" } } })
    local found = {}
    for part = 1, matcher.PARTS do
      for _, value in ipairs(m:pairs(part, { ["0"] = true })) do
        found[#found + 1] = value
      end
    end
    assert.same({ 1, 2, "1" }, found)
  end)

  it("rejects misuse", function()
    local m = matcher.new { "title" }
    assert.has_error(function() m:compare(1, 1) end, "call finish first")
    assert.has_error(function() m:add({ "x" }, { "z" }) end)
    assert.has_error(function() m:add({ 1 }, {}) end)
    assert.has_error(function() matcher.new { "given" } end)
    assert.has_error(function() matcher.new { "other" } end)
    m:finish(10)
    assert.has_error(function() m:add({ "x" }, {}) end, "the matcher is finished")
    m:close()
    m:close()
    assert.has_error(function() m:tally(1) end, "the matcher is closed")
  end)

  it("gives each kind of field its levels, in both orders", function()
    for _, row in ipairs {
      { "date", "19800203", "19800203", "1" }, { "date", "19800203", "19800204", "2" },
      { "date", "19800203", "19800302", "2" }, { "date", "19800203", "19801225", "4" }, { "date", "19800203", "", "0" },
      { "suffix", "jr", "sr", "3" }, { "suffix", "jr", "", "2" }, { "suffix", "", "", "0" },
      { "middle", "a", "anna", "1" }, { "middle", "anna", "peter", "2" },
      { "emails", "pann@a.example", "pann@a.example", "1" }, { "emails", "rinfo@a.example", "rinfo@a.example", "3" },
      { "emails", "pann.lee@a.example", "pan.lee@a.example", "4" },
      { "emails", "pann.lee@a.example", "pann.lee@b.other", "5" },
      { "emails", "pann@a.example", "pbob@a.example", "6" }, { "emails", "", "", "7" },
      { "emails", "pann.lee@a.example", "pann.lee@b.example", "4" },
      -- Providers at which anybody can have an address, numbers, and mailboxes that people share.
      { "emails", "fann.lee@mail.example", "fann.lee@gmail.example", "5" },
      { "emails", "pann.lee81@a.example", "pann.lee18@a.example", "6" },
      { "emails", "hleefamily@a.example", "hleefamily@a.example", "2" },
      { "emails", "rinfo@a.example\npann@b.example", "rinfo@a.example\npann1980@c.example", "6" },
      { "phones", "p+4930123456", "h+4930123456", "1" }, { "phones", "h+4930123456", "h+4930123456", "2" },
      { "phones", "w+4930123456", "w+4930123456", "7" }, { "phones", "p+4930123456", "p+4989123456", "5" },
      { "phones", "p+4930123456", "p+4930123465", "4" }, { "phones", "", "", "8" },
      { "phones", "p+4930123456", "", "0" },
      { "phones", "h+4930123456\np+491701", "h+4930123456\np+491702", "6" },
      { "ids", "crm\t1", "crm\t1", "1" }, { "ids", "crm\t1", "crm\t2", "2" }, { "ids", "crm\t1", "erp\t1", "0" },
      { "address", "5\noak st\n10115\nberlin\n", "5\noak st\n10115\nberlin\n", "1" },
      { "address", "5\noak st\n10115\nberlin\n2", "5\noak st\n10115\nberlin\n3", "5" },
      { "address", "5\noak st\n10115\nberlin\n", "7\nelm st\n10115\nberlin\n", "3" },
      { "address", "5\noak st\n10115\nberlin\n", "7\nelm st\n20000\nhamburg\n", "4" },
      -- The second line, which may be the street.
      { "address", "5\noak st\n10115\nberlin\n\nrosemount", "5\nrosemount\n10115\nberlin\n\noak st", "1" },
      { "address", "5\n\n\n\n\nrosemount", "7\n\n\n\n\nrosemount", "3" },
      { "title", "acme", "acme", "1" }, { "title", "acme logistics", "logsitics acme", "2" },
      { "title", "acme", "acme east", "3" }, { "title", "acme east", "acme west", "4" },
      { "title", "acme 12", "acme 14", "4" }, { "title", "acme", "globex", "4" },
      { "domains", "a.example\nb.example", "b.example", "1" }, { "domains", "a.example", "b.example", "2" },
    } do
      assert.same({ row[4], row[4] }, { level(row[1], row[2], row[3]) }, table.concat(row, " | "))
    end
  end)

  it("tells a typing error in a first name from another name", function()
    local function given(a, b)
      local m = build({ "given", "family" }, { { { a, "lee" } }, { { b, "lee" } } })
      return m:compare(1, 2):sub(1, 1)
    end
    assert.equal("1", given("anna", "anna"))
    assert.equal("2", given("georgiy\n~georgy", "georgy\n~georgy"))
    assert.equal(":", given("robert\n~1", "bob\n~1"))
    assert.equal("5", given("robert\n!", "rboetr"))
    assert.equal("3", given("r", "robert\n~1\n!"))
    assert.equal("4", given("robert\n!", "robret"))
    assert.equal("6", given("anna\n!", "hanna\n!"))
    assert.equal("6", given("xavria", "xavrio")) -- neither is known; the endings differ
    assert.equal("9", given("maria\n~2\n!", "marie\n~2\n!"))
  end)

  it("recognises swapped names", function()
    local m = build({ "given", "family" }, { { { "anna", "zbiegel" } }, { { "zbiegel", "anna" } } })
    assert.equal("88", m:compare(1, 2))
    m = build({ "given", "family" }, { { { "harper", "hobson" } }, { { "hobosn", "hraper" } } })
    assert.equal("88", m:compare(1, 2))
  end)

  it("takes an address for a household's or the public's by the names of those who have it", function()
    local names, records = { "anna", "peter", "robert", "zoe", "michael", "ulf" }, {}
    for index, name in ipairs(names) do
      records[index] = { { name .. "\n!", "lee", "p+12025550100" } }
    end
    assert.equal("3", build({ "given", "family", "phones" }, records):compare(1, 2):sub(3))
    records = { records[1], records[2] }
    assert.equal("2", build({ "given", "family", "phones" }, records):compare(1, 2):sub(3))
  end)

  it("takes a switchboard for one by the names of the organizations that have it", function()
    local records = {}
    for index, name in ipairs { "acme", "acme east", "globex", "initech", "hooli", "umbrella", "stark" } do
      records[index] = { { name, "p+12025550100" } }
    end
    assert.equal("3", build({ "title", "phones" }, records):compare(1, 2):sub(2))
    records = { records[1], records[2] }
    assert.equal("1", build({ "title", "phones" }, records):compare(1, 2):sub(2))
  end)
end)
