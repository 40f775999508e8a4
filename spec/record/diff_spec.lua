local canonical = require "extcontacts.record.canonical"
local core = require "extcontacts.core"
local deepcopy = require "extcontacts.base.deepcopy"
local diff = require "extcontacts.record.diff"
local json = require "extcontacts.base.json"

-- The differences as texts: `path: before -> after`.
local function texts(kind, before, after)
  local out = {}
  for index, one in ipairs(diff.between(kind, before, after)) do
    out[index] = ("%s: %s -> %s"):format(diff.name(one.path), diff.text(one.before) or "-",
      diff.text(one.after) or "-")
  end
  return out
end

describe("record.diff", function()
  it("finds the fields that differ, objects field by field", function()
    assert.same({
      "address.city: A -> B",
      "customFields.level_integer: 1 -> 2",
      "firstName: Ada -> Eve",
      "tags: [\"x\"] -> [\"x\",\"y\"]",
    }, texts("contact", {
      firstName = "Ada", lastName = "L", address = { city = "A", state = "S" },
      customFields = { level_integer = 1 }, tags = { "x" },
    }, {
      firstName = "Eve", lastName = "L", address = { city = "B", state = "S" },
      customFields = { level_integer = 2 }, tags = { "x", "y" },
    }))
  end)

  it("treats null and an empty object like a missing field", function()
    assert.same({}, texts("contact", { title = json.null, address = {}, customFields = { a = json.null } },
      { customFields = {} }))
    assert.same({}, texts("organization", { tags = json.array {} }, {}))
  end)

  it("ignores what only the server sets", function()
    assert.same({}, texts("contact", {
      id = "1", createDate = "a", modifyDate = "b", selfUri = "c", externalDataSources = { {} },
      twitterId = { screenName = "x", verified = true, profileUrl = "y" },
      externalOrganization = { id = "o", selfUri = "z", name = "expanded" },
    }, { twitterId = { screenName = "x" }, externalOrganization = { id = "o" } }))
  end)

  it("compares phones by their number, not by how it is written", function()
    local read = { display = "+49 30 123456", e164 = "+4930123456", userInput = "030 123456", countryCode = "DE" }
    assert.same({}, texts("contact", { workPhone = read },
      { workPhone = { display = "+4930123456", e164 = "+4930123456" } }))
    assert.same({ "workPhone: 030/123456 -> +49 30 123456" }, texts("contact",
      { workPhone = { display = "030/123456" } }, { workPhone = read }))
    assert.same({ "workPhone: +49 30 123456 -> +49 30 123456 ext. 7" }, texts("contact",
      { workPhone = read }, { workPhone = { display = "+49 30 123456", e164 = "+4930123456", extension = 7 } }))
  end)

  it("accepts what the server rewrites", function()
    local sent = { firstName = "Ada ", workPhone = { display = "030 123456" } }
    local found = { firstName = "Ada", workPhone = { display = "+49 30 123456", e164 = "+4930123456",
      userInput = "030 123456" } }
    assert.same({}, diff.divergences("contact", sent, found))
    assert.same({ "firstName", "workPhone" }, diff.divergences("contact", sent,
      { firstName = "Eve", workPhone = { display = "030 123457" } }))
    -- White space that was to be removed is still there.
    assert.same({ "firstName" }, diff.divergences("contact", { firstName = "Ada" }, { firstName = "Ada " }))
    -- A number that was to be recognised and was not.
    assert.same({ "workPhone" }, diff.divergences("contact",
      { workPhone = { display = "+49301", e164 = "+49301" } }, { workPhone = { display = "+49301" } }))
  end)

  it("puts either side of a difference into a record", function()
    local before = { firstName = "Ada", address = { city = "A" }, tags = json.array { "x" } }
    local after = { firstName = "Eve", workPhone = { display = "1" }, customFields = { a = { b = 1 } },
      tags = json.array { "x", "y" } }
    local differences = diff.between("contact", before, after)
    local there = diff.put(deepcopy(before), differences)
    assert.equal(canonical.text(after), canonical.text(there))
    local back = diff.put(there, differences, "before")
    assert.equal(canonical.text(before), canonical.text(back))
  end)

  it("copies the values it finds and puts", function()
    local after = { workPhone = { display = "1" } }
    local differences = diff.between("contact", {}, after)
    after.workPhone.display = "2"
    local record = diff.put({}, differences)
    record.workPhone.display = "3"
    assert.equal("1", differences[1].after.display)
  end)

  it("knows which side of a difference a record is on", function()
    local before, after = { firstName = "A", lastName = "L" }, { firstName = "B", lastName = "M" }
    local differences = diff.between("contact", before, after)
    assert.equal("before", (diff.side("contact", { firstName = "A", lastName = "L", title = "T" }, differences)))
    assert.equal("after", (diff.side("contact", { firstName = "B", lastName = "M" }, differences)))
    assert.equal("other", (diff.side("contact", { firstName = "B", lastName = "L" }, differences)))
    local side, others = diff.side("contact", { firstName = "A", lastName = "X" }, differences)
    assert.equal("other", side)
    assert.same({ "lastName" }, others)
  end)

  it("puts new values into a copy that leaves the record as it is", function()
    local record = { title = "Dr", address = { city = "A", state = "S" }, tags = { "x" } }
    local before = deepcopy(record)
    local changed = diff.applied(record, {
      { path = { "title" } }, { path = { "address", "city" }, after = "B" },
      { path = { "address", "line1" }, after = "1" },
      { path = { "customFields", "level_integer" }, after = 2 },
    })
    assert.same({ address = { city = "B", state = "S", line1 = "1" }, tags = { "x" },
      customFields = { level_integer = 2 } }, changed)
    assert.same(before, record)
    assert.equal(record.tags, changed.tags)
  end)

  it("finds what a server did not store, or changed besides", function()
    local before = { firstName = "A", title = "T", workPhone = { display = "030 1" }, tags = { "x" }, revision = 1 }
    local differences = { { path = { "title" }, before = "T", after = "U" } }
    local sent = { firstName = "A", title = "U", workPhone = { display = "030 1" }, tags = { "x" } }
    local function found(set)
      local record = deepcopy(before)
      record.title = "U"
      for name, value in pairs(set) do
        record[name] = value
      end
      return diff.not_stored("contact", before, differences, sent, record)
    end
    assert.same({}, found {})
    assert.same({ "title" }, found { title = "T" }) -- as before, but not as planned
    assert.same({ "title" }, found { title = core.json.null })
    assert.same({ "firstName" }, found { firstName = "B" })
    assert.same({ "firstName" }, found { firstName = core.json.null })
    assert.same({ "lastName" }, found { lastName = "L" })
    assert.same({}, found { workPhone = { display = "+49 30 1", e164 = "+49301", userInput = "030 1" } })
    assert.same({ "workPhone" }, found { workPhone = { display = "+49 30 2", e164 = "+49302" } })
    local gone = deepcopy(before)
    gone.title, gone.firstName = "U", nil
    assert.same({ "firstName" }, diff.not_stored("contact", before, differences, sent, gone))
  end)

  it("compares numbers beyond 2^53 by their digits", function()
    local function decoded(number)
      return { customFields = core.json.decode('{"a_integer":' .. number .. "}") }
    end
    assert.equal(0, #diff.between("contact", decoded "9007199254740993", decoded "9007199254740993"))
    assert.equal(1, #diff.between("contact", decoded "9007199254740993", decoded "9007199254740992"))
    assert.equal(1, #diff.between("contact", decoded "90071992547409931234", decoded "90071992547409931235"))
  end)

  it("are applied to a copy, which shares what they leave as it is", function()
    local before = { title = "a", address = { city = "York", state = "x" }, workPhone = { display = "1" },
      externalIds = core.json.array { {} } }
    local expected = deepcopy(before)
    local after = diff.applied(before, {
      { path = { "address", "city" }, after = "Bath" }, { path = { "address", "state" } },
      { path = { "title" }, before = "a" }, { path = { "cellPhone", "display" }, after = "2" },
    })
    assert.same({ address = { city = "Bath" }, workPhone = { display = "1" }, externalIds = core.json.array { {} },
      cellPhone = { display = "2" } }, after)
    assert.same(expected, before)
    assert.equal(before.workPhone, after.workPhone)
  end)
end)
