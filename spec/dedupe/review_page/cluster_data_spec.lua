local cluster_data = require "extcontacts.dedupe.review_page.cluster_data"
local core = require "extcontacts.core"
local dedupe = require "extcontacts.dedupe"

local PHONE = { e164 = "+491701234567" }

local function found(records, kind)
  local index = 0
  for number, record in ipairs(records) do
    record.id = record.id or ("00000000-0000-4000-8000-%012d"):format(number)
  end
  return assert(dedupe.find(function()
    index = index + 1
    return records[index]
  end, { kind = kind }))
end

local function cluster_of(records, kind)
  local result = found(records, kind)
  local cluster = cluster_data.of(result, kind or "contact", 1)
  result:close()
  return cluster, core.json.decode(cluster.json)
end

-- The text of a number.
local function text(data, number)
  return number >= 0 and data.texts[number + 1] or nil
end

-- The row with a label: the cells, and of each view the result and the states.
local function row(data, label)
  for index, entry in ipairs(data.rows) do
    if text(data, entry[1]) == label then
      local cells, views = {}, {}
      for place, cell in ipairs(entry[2]) do
        cells[place] = text(data, cell) or "-"
      end
      for place, view in ipairs(data.views) do
        views[place] = { text(data, view.cells[index]) or "-", view.states[index] }
      end
      return cells, views
    end
  end
end

describe("a cluster of a review", function()
  it("has a preview for each survivor: kept, written differently and lost values", function()
    local cluster, data = cluster_of {
      { firstName = "Ann", lastName = "Lee", cellPhone = PHONE, title = "CEO", workEmail = "ann@acme.example",
        type = "Curated", createDate = "2020-01-01T00:00:00Z", modifyDate = "2020-01-01T00:00:00Z" },
      { firstName = "ANN", lastName = "Lee", cellPhone = PHONE, title = "Chair", workEmail = "a.lee@home.example",
        type = "Identified", createDate = "2019-01-01T00:00:00Z", modifyDate = "2019-01-01T00:00:00Z",
        customFields = { dateOfBirth = "1950-02-03" } },
    }
    assert.equal("merge", cluster.proposal)
    assert.equal(0, cluster.survivor)
    assert.equal(2, cluster.size)
    assert.equal("00000000-0000-4000-8000-000000000001 00000000-0000-4000-8000-000000000002", cluster.ids)
    assert.equal(2, #data.views)
    local cells, views = row(data, "First name")
    assert.same({ "Ann", "ANN" }, cells)
    assert.same({ "Ann", "=~" }, views[1])
    cells, views = row(data, "Title")
    assert.same({ "CEO", "Chair" }, cells)
    assert.same({ "CEO", "=x" }, views[1])
    cells, views = row(data, "Work e-mail")
    assert.same({ "ann@acme.example", "a.lee@home.example" }, cells)
    assert.same({ "ann@acme.example", "=k" }, views[1])
    assert.same({ "a.lee@home.example", "k=" }, views[2])
    cells, views = row(data, "Personal e-mail")
    assert.same({ "-", "-" }, cells)
    assert.same({ { "a.lee@home.example", "--" }, { "ann@acme.example", "--" } }, views)
    assert.same({ "1950-02-03", "-=" }, select(2, row(data, "Custom field dateOfBirth"))[1])
    -- The server sets them.
    assert.same({ { "Curated", "=o" }, { "Identified", "o=" } }, select(2, row(data, "Type")))
    assert.equal(0, data.views[1].survivor)
    assert.equal(1, #data.views[1].lost)
    assert.same({ 1, "Chair", 0 }, { data.views[1].lost[1][1], text(data, data.views[1].lost[1][3]),
      data.views[1].lost[1][4] })
    assert.same({}, data.views[1].problems)
  end)

  it("shows objects by their fields, and no date of a change to come", function()
    local _, data = cluster_of {
      { firstName = "Ann", lastName = "Lee", cellPhone = PHONE, modifyDate = "2020-01-01T00:00:00Z",
        lineId = { ids = { { userId = "u1" }, { userId = "u2" } } }, twitterId = { id = "7", name = "Ann" } },
      { firstName = "Ann", lastName = "Lee", cellPhone = PHONE, modifyDate = "2021-01-01T00:00:00Z",
        whatsAppId = { displayName = "Ann", phoneNumber = { display = "+49 170", e164 = "+49170" } } },
    }
    assert.same({ "Ids: User ID: u1, User ID: u2", "-" }, (row(data, "Line ID")))
    assert.same({ "-", "Display name: Ann\nPhone number: +49 170 = +49170" }, (row(data, "Whats app ID")))
    assert.same({ "Ann (7)", "-" }, (row(data, "Twitter ID")))
    assert.same({ { "-", "oo" }, { "-", "oo" } }, select(2, row(data, "Modify date")))
  end)

  it("says why a plan can't merge the records", function()
    local _, data = cluster_of {
      { firstName = "Ann", lastName = "Lee", cellPhone = PHONE, division = { id = "a" } },
      { firstName = "Ann", lastName = "Lee", cellPhone = PHONE, division = { id = "b" } },
    }
    assert.matches("are in different divisions", text(data, data.views[1].problems[1]), 1, true)
    assert.same({ "a", "=o" }, select(2, row(data, "Division"))[1])
  end)

  it("says that the server would reject what results", function()
    local _, data = cluster_of {
      { firstName = "Ann", lastName = "Lee", cellPhone = PHONE, workEmail = "no address" },
      { firstName = "Ann", lastName = "Lee", cellPhone = PHONE, title = "CEO", salutation = "Ms" },
    }
    assert.matches("the server would reject the result: workEmail is not an e-mail address",
      text(data, data.views[1].problems[1]), 1, true)
    -- Nothing changes.
    _, data = cluster_of {
      { firstName = "Ann", lastName = "Lee", cellPhone = PHONE, workEmail = "no address" },
      { firstName = "Ann", lastName = "Lee", cellPhone = PHONE },
    }
    assert.same({}, data.views[1].problems)
  end)

  it("of more than 25 records has the preview of the proposed survivor", function()
    local records = {}
    for index = 1, 26 do
      records[index] = { firstName = "Ann", lastName = "Lee", cellPhone = PHONE, title = index == 7 and "CEO" or nil }
    end
    local cluster, data = cluster_of(records)
    assert.equal("review", cluster.proposal)
    assert.equal(6, cluster.survivor)
    assert.equal(1, #data.views)
    assert.equal(6, data.views[1].survivor)
    assert.equal(26, #data.records)
  end)

  it("has no character that ends a script, and long texts without their middle", function()
    local _, data = cluster_of {
      { firstName = "</script><!-- & ]]>", lastName = "Lee", cellPhone = PHONE, title = ("\195\164"):rep(1000) },
      { firstName = "</script><!-- & ]]>", lastName = "Lee", cellPhone = PHONE, title = ("\195\164"):rep(1001) },
    }
    local result = found {
      { firstName = "</script><!-- &", lastName = "Lee", cellPhone = PHONE },
      { firstName = "</script><!-- &", lastName = "Lee", cellPhone = PHONE },
    }
    assert.not_matches("[<>&]", cluster_data.of(result, "contact", 1).json)
    result:close()
    assert.same({ "</script><!-- & ]]>", "</script><!-- & ]]>" }, (row(data, "First name")))
    local cells, views = row(data, "Title")
    assert.same({ ("\195\164"):rep(100), 801, ("\195\164"):rep(100) }, cells[2])
    assert.equal("=x", views[1][2])
  end)

  it("can be one of organizations", function()
    local cluster, data = cluster_of({
      { name = "Acme Inc.", websites = { "https://acme.example" }, industry = "tools" },
      { name = "ACME", websites = { "acme.example" }, phoneNumber = PHONE },
    }, "organization")
    assert.equal("merge", cluster.proposal)
    assert.same({ "Acme Inc.", "ACME" }, (row(data, "Name")))
    assert.same({ "-", "+491701234567" }, (row(data, "Phone number")))
    assert.equal("+491701234567", select(2, row(data, "Phone number"))[1][1])
  end)
end)
