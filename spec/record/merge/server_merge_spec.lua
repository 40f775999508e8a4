-- A merge as the server carries it out: result, request and limits.
local core = require "extcontacts.core"
local server_merge = require "extcontacts.record.merge.server_merge"

local function at(day, fields)
  fields.modifyDate = ("2026-01-%02dT00:00:00.000Z"):format(day)
  return fields
end

local function phone(number)
  return { display = number, e164 = number }
end

local function contacts(count, fields)
  local out = {}
  for number = 1, count do
    out[number] = { id = "c" .. number }
    for name, value in pairs(fields or {}) do
      out[number][name] = value
    end
  end
  return out
end

local function set_of(first, last)
  local set = core.json.array {}
  for number = first, last do
    set[#set + 1] = { id = "m" .. number }
  end
  return set
end

describe("the result of a merge", function()

  it("has the values of the contact modified last, which the request need not repeat", function()
    local result = server_merge.result {
      at(1, { id = "a", firstName = "Ann", title = "Pilot" }),
      at(2, { id = "b", firstName = "Anna", title = "Captain" }),
    }
    assert.same({ firstName = "Anna", title = "Captain" }, result.record)
    assert.is_nil(result.override)
    assert.same({ "firstName", "title" }, { result.lost[1].path[1], result.lost[2].path[1] })
  end)

  it("sends what the documented rule does not give: gaps, moved numbers and joined lists", function()
    local function external(value)
      return { externalSource = { id = "s" }, value = value }
    end
    local result = server_merge.result {
      at(1, { id = "a", firstName = "Ann", title = "Pilot", workPhone = phone "+4930100001",
        externalIds = core.json.array { external "1" } }),
      at(2, { id = "b", firstName = "Ann", workPhone = phone "+4930100002", homePhone = phone "+4930100003",
        externalIds = core.json.array { external "2" } }),
    }
    assert.same({ title = "Pilot", cellPhone = phone "+4930100001", externalIds = { external "2", external "1" } },
      result.override)
    assert.same({
      firstName = "Ann", title = "Pilot", workPhone = phone "+4930100002", cellPhone = phone "+4930100001",
      homePhone = phone "+4930100003", externalIds = { external "2", external "1" },
    }, result.record)
  end)

  it("sends the values that depend on which of several contacts modified at one time counts", function()
    local result = server_merge.result {
      at(2, { id = "a", firstName = "Ann", lastName = "Lee" }),
      at(2, { id = "b", firstName = "Anna", lastName = "Lee" }),
      at(1, { id = "c", firstName = "A." }),
    }
    assert.same({ firstName = "Ann", lastName = "Lee" }, result.record)
    assert.same({ firstName = "Ann" }, result.override)
  end)

  it("sends the caller's values, and a schema together with its custom fields", function()
    local schema = { id = "s", version = 1 }
    local result = server_merge.result({
      at(2, { id = "a", firstName = "Ann", schema = schema, customFields = { x_text = "1" } }),
      at(1, { id = "b", schema = schema, customFields = { y_text = "2" } }),
    }, { firstName = "Ann" })
    assert.same({ firstName = "Ann", schema = schema, customFields = { x_text = "1", y_text = "2" } }, result.override)
  end)
end)

describe("contacts that can't be merged", function()
  local problem = server_merge.problem

  it("are fewer than 2 or more than 25", function()
    assert.equal("1 contact; a merge takes 2 to 25", problem(contacts(1)))
    assert.equal("26 contacts; a merge takes 2 to 25", problem(contacts(26)))
    assert.is_nil(problem(contacts(2)))
    assert.is_nil(problem(contacts(25)))
  end)

  it("would have more than 52 contacts in their merge set", function()
    local two = contacts(2)
    two[1].mergeSet, two[2].mergeSet = set_of(1, 24), set_of(25, 49)
    -- 49 members, the two contacts themselves and the result.
    assert.is_nil(problem(two))
    two[2].mergeSet = set_of(25, 50)
    assert.equal("the merge set would have 53 contacts; at most 52 are allowed", problem(two))
  end)

  it("does not count a contact twice that is in its own merge set", function()
    local two = contacts(2)
    two[1].mergeSet, two[2].mergeSet = set_of(1, 25), set_of(26, 50)
    two[1].mergeSet[25], two[2].mergeSet[25] = { id = "c1" }, { id = "c2" }
    assert.is_nil(problem(two))
  end)

  it("are in different divisions, or one of them is in none", function()
    local three = contacts(3, { division = { id = "d" } })
    assert.is_nil(problem(three))
    three[3].division = { id = "e" }
    assert.equal("c1 and c3 are in different divisions", problem(three))
    three[3].division = nil
    assert.equal("c1 and c3 are in different divisions", problem(three))
  end)

  it("were merged into another contact", function()
    local two = contacts(2)
    two[1].canonicalContact = { id = "c1" } -- itself
    assert.is_nil(problem(two))
    two[2].canonicalContact = { id = "x" }
    assert.equal("c2 was merged into x", problem(two))
    two[2].canonicalContact, two[2].mergedTo = core.json.null, { id = "y" }
    assert.equal("c2 was merged into y", problem(two))
  end)
end)

describe("values for a merge", function()
  local problem = server_merge.override_problem

  it("are fields that a contact has and people set", function()
    assert.is_nil(problem({ title = "Pilot", workPhone = phone "+4930100001" }, false))
    assert.equal("unknown field 'titel', did you mean 'title'?", problem({ titel = "Pilot" }, false))
    assert.equal("type can't be set", problem({ type = "Curated" }, false))
    assert.equal("division can't be set", problem({ division = { id = "d" } }, false))
  end)

  it("are no parts of a record that was read with some of its fields", function()
    local phone_part = setmetatable({ e164 = "+4930100001" }, core.json.partial_mt)
    assert.matches("cannot encode workPhone: it has only the fields", problem({ workPhone = phone_part }, true))
    local part = setmetatable({ title = "x" }, core.json.partial_mt)
    assert.matches("it has only the fields that were selected", problem(part, true))
  end)

  it("can clear a field in a consolidation, but not in a merge", function()
    local cleared = { title = core.json.null }
    assert.equal("a merge can't clear title; update the contact after the merge", problem(cleared, false))
    assert.is_nil(problem(cleared, true))
  end)
end)
