-- What becomes of duplicates: the survivor, the result by the rules of each field, what
-- is lost, and why it can't be done.
local core = require "extcontacts.core"
local deepcopy = require "extcontacts.base.deepcopy"
local dedupe = require "extcontacts.dedupe"

local DIVISION = { id = "0a11ce00-0000-4000-8000-0000000000d1" }

local function phone(number)
  return { display = number, e164 = number }
end

local function at(day, fields)
  fields.modifyDate = ("2026-01-%02dT00:00:00.000Z"):format(day)
  fields.createDate = fields.createDate or "2025-01-01T00:00:00.000Z"
  return fields
end

local function lost(resolution)
  local out = {}
  for index, loss in ipairs(resolution.lost) do
    out[index] = ("%s %s"):format(loss.id, table.concat(loss.path, "."))
  end
  return out
end

local function external(first, last)
  local list = core.json.array {}
  for number = first, last do
    list[#list + 1] = { externalSource = { id = "s" }, value = tostring(number) }
  end
  return list
end

describe("the record of several duplicates", function()

  it("has the longest given names, and the most recent value of other fields", function()
    local resolution = assert(dedupe.resolve {
      at(3, { id = "a", firstName = "J.", lastName = "Lee", title = "Head", salutation = "Ms", middleName = "Mae" }),
      at(9, { id = "b", firstName = "Jo", lastName = "Lee-Smith", title = "Chief" }),
      at(5, { id = "c", firstName = "Joanna", title = "Deputy" }),
    })
    assert.equal("a", resolution.survivor.id)
    assert.equal("complete", resolution.rule)
    assert.same({ firstName = "Joanna", lastName = "Lee-Smith", title = "Chief", salutation = "Ms",
      middleName = "Mae" }, resolution.result)
    assert.same({ "a firstName", "a lastName", "a title", "b firstName", "c title" }, lost(resolution))
    assert.same({}, resolution.problems)
  end)

  it("has no name twice when names were swapped", function()
    local function named(days)
      local names = { { "Jonas", "Ivanov" }, { "Jonah", "Ivanov" }, { "Ivanov", "Jonas" } }
      local records = {}
      for index, pair in ipairs(names) do
        records[index] = at(days[index], { id = ("abc"):sub(index, index), firstName = pair[1], lastName = pair[2] })
      end
      local result = assert(dedupe.resolve(records)).result
      return result.firstName .. " " .. result.lastName
    end
    assert.equal("Jonah Ivanov", named { 3, 9, 5 })
    assert.equal("Jonas Ivanov", named { 9, 3, 5 })
    assert.equal("Ivanov Jonas", named { 3, 5, 9 })
    local resolution = assert(dedupe.resolve { at(1, { id = "a", firstName = "James", lastName = "James" }),
      at(2, { id = "b", firstName = "James", lastName = "James" }) })
    assert.same({ firstName = "James", lastName = "James" }, resolution.result)
  end)

  it("lists fields that nobody has heard of yet, which stay with the survivor only", function()
    local resolution = assert(dedupe.resolve {
      at(1, { id = "a", firstName = "Jo", lastName = "Lee", title = "T", newField = { x = 1 }, other = 3 }),
      at(2, { id = "b", firstName = "Jo", lastName = "Lee", newField = { x = 2 }, other = 3, third = core.json.null }),
    })
    assert.equal("a", resolution.survivor.id)
    assert.same({ "b newField" }, lost(resolution))
  end)

  it("prefers values of curated contacts, then of identified ones, whatever their dates", function()
    local resolution = dedupe.resolve {
      at(9, { id = "e", type = "Ephemeral", firstName = "Unknown Caller", title = "Sir" }),
      at(5, { id = "i", type = "Identified", title = "Cook", lastName = "Leigh" }),
      at(1, { id = "c", type = "Curated", firstName = "Ann", lastName = "Lee" }),
    }
    assert.equal("c", resolution.survivor.id)
    assert.equal("type", resolution.rule)
    assert.same({ firstName = "Ann", lastName = "Lee", title = "Cook" }, resolution.result)
  end)

  it("has the most recent address as a whole, unless an older one has all of it and more", function()
    local function address(newer, older)
      return dedupe.resolve({ at(9, { id = "a", address = newer }), at(1, { id = "b", address = older }) })
        .result.address
    end
    local full = { address1 = "Street 1", city = "Bonn" }
    assert.same(full, address({ city = "bonn" }, full))
    assert.same({ city = "Berlin" }, address({ city = "Berlin" }, full))
    assert.same(full, address(full, { city = "Bonn" }))
    assert.same(full, address(nil, full))
    assert.same({ city = "Bonn", countryCode = "DE" }, address({ city = "Bonn", countryCode = "DE" }, full))
  end)

  it("has opted out if one of them has", function()
    assert.is_true(dedupe.resolve({ at(9, { id = "a", surveyOptOut = false }),
      at(1, { id = "b", surveyOptOut = true }) }).result.surveyOptOut)
  end)

  it("has all phone numbers, e-mail addresses and external ids, the survivor's where they are", function()
    local resolution = dedupe.resolve {
      at(1, { id = "a", firstName = "Ann", lastName = "Lee", title = "Dr", workPhone = phone "+4930100001",
        workEmail = "a@example.com", externalIds = external(1, 2) }),
      at(9, { id = "b", workPhone = phone "+4930100002", workEmail = "b@example.com", externalIds = external(2, 3) }),
    }
    local result = resolution.result
    assert.same({ "+4930100001", "+4930100002", "a@example.com", "b@example.com" },
      { result.workPhone.e164, result.cellPhone.e164, result.workEmail, result.personalEmail })
    assert.same(external(1, 3), result.externalIds)
    assert.same({}, resolution.lost)
  end)

  it("joins custom fields, the most recent value of each", function()
    local schema = { id = "s", version = 1 }
    local resolution = dedupe.resolve {
      at(1, { id = "a", lastName = "Lee", schema = schema, customFields = { x_text = "old", y_text = "1" } }),
      at(9, { id = "b", schema = schema, customFields = { x_text = "new", z_text = "2" } }),
    }
    assert.equal("a", resolution.survivor.id)
    assert.same({ x_text = "new", y_text = "1", z_text = "2" }, resolution.result.customFields)
    assert.same({ "a customFields.x_text" }, lost(resolution))
  end)

  it("is that of the wanted survivor, and leaves the records as they are", function()
    local records = { at(1, { id = "a", lastName = "Lee", title = "Dr" }), at(2, { id = "b", lastName = "Lee" }) }
    local before = deepcopy(records)
    local resolution = assert(dedupe.resolve(records, { survivor = "b" }))
    assert.same({ "b", "a" }, { resolution.survivor.id, resolution.others[1].id })
    assert.is_nil(resolution.rule)
    assert.same(before, records)
    assert.same({ nil, "the survivor x is not one of them" }, { dedupe.resolve(records, { survivor = "x" }) })
  end)

  it("says which limits are exceeded", function()
    local function problems(records, options)
      return table.concat(dedupe.resolve(records, options).problems, "; ")
    end
    assert.equal("1 contact; at least 2 are needed", problems { { id = "a" } })
    assert.equal("a and b are in different divisions", problems { { id = "a", division = DIVISION }, { id = "b" } })
    assert.equal("other contacts were merged into b, and undo could not restore that",
      problems { { id = "a", title = "x" }, { id = "b", mergeSet = core.json.array { { id = "q" } } } })
    assert.equal("b was merged into z", problems { { id = "a" }, { id = "b", canonicalContact = { id = "z" } } })
    assert.equal("more than 10 externalIds",
      problems { { id = "a", externalIds = external(1, 7) }, { id = "b", externalIds = external(8, 14) } })
    local crowd = {}
    for index = 1, 26 do
      crowd[index] = { id = ("%02d"):format(index), workEmail = index .. "@example.com" }
    end
    assert.equal("no free field for workEmail of 04", problems(crowd))
    assert.equal("26 contacts; a merge takes 2 to 25; no free field for workEmail of 04",
      problems(crowd, { how = "merge" }))
  end)

  it("is the same for a merge, whose request says what the server would not choose", function()
    local records = { at(1, { id = "a", firstName = "Joanna", lastName = "Lee", title = "Dr" }),
      at(9, { id = "b", firstName = "Jo", lastName = "Lee" }) }
    local merged = dedupe.resolve(records, { how = "merge" })
    assert.same(dedupe.resolve(records).result, merged.result)
    assert.same({ firstName = "Joanna", title = "Dr" }, merged.override)
  end)

  it("can be that of organizations: the longest name, one number, all websites", function()
    local resolution = dedupe.resolve({
      at(1, { id = "a", name = "Acme", phoneNumber = phone "+4930100001", industry = "Ships", employeeCount = 7,
        websites = core.json.array { "acme.example" } }),
      at(9, { id = "b", name = "Acme Corporation", phoneNumber = { display = "+49 30 100002" },
        websites = core.json.array { "acme.example", "acme.test" }, primaryContactId = "p" }),
    }, { kind = "organization" })
    assert.equal("a", resolution.survivor.id)
    assert.same({ name = "Acme Corporation", phoneNumber = { display = "+49 30 100002" }, industry = "Ships",
      employeeCount = 7, websites = core.json.array { "acme.example", "acme.test" }, primaryContactId = "p" },
      resolution.result)
    assert.same({ "a name", "a phoneNumber" }, lost(resolution))
    assert.same({}, resolution.problems)
    assert.same({ "only contacts can be merged; consolidate organizations" },
      dedupe.resolve({ { id = "a" }, { id = "b" } }, { kind = "organization", how = "merge" }).problems)
  end)
end)
