local dedupe = require "extcontacts.dedupe"
local never = require "extcontacts.dedupe.never"

-- Contacts without anything in common, so that the odds are those of an account.
local function crowd(records, count)
  local out = {}
  for _, record in ipairs(records) do
    out[#out + 1] = record
  end
  for index = 1, count or 300 do
    local letters = string.char(97 + index % 26, 97 + math.floor(index / 26) % 26)
    out[#out + 1] = { id = "crowd" .. index, firstName = "Q" .. letters:rep(3),
      lastName = letters:reverse():rep(4) .. "x",
      personalEmail = ("q%s%d@crowd.example"):format(letters, index * 7919) }
  end
  return out
end

local function find(records, options)
  local all, index = crowd(records), 0
  for number, record in ipairs(records) do
    record.id = record.id or ("r" .. number)
  end
  return assert(dedupe.find(function()
    index = index + 1
    return all[index]
  end, options))
end

-- "merge", "review" or "none" for the first two records.
local function decision(a, b, options)
  local result = find({ a, b }, options)
  local found = "none"
  for _, cluster in ipairs(result.clusters) do
    local members = table.concat(cluster.members, " ")
    found = (members == "1 2" or #cluster.members > 2 and members:find "^1 2 ") and cluster.decision or found
  end
  result:close()
  return found
end

local function contact(first, last, fields)
  local out = { firstName = first, lastName = last }
  for key, value in pairs(fields or {}) do
    out[key] = value
  end
  return out
end

local HOME = { address1 = "12 Oak Street", postalCode = "10115", city = "Berlin" }
local PHONE, CELL = { e164 = "+4930123456" }, { e164 = "+491701234567" }

local function born(date)
  return { dateOfBirth = date }
end

describe("duplicates", function()
  it("are contacts with one name and one personal address", function()
    assert.equal("merge", decision(contact("Ann", "Lee", { workEmail = "ann.lee@acme.example" }),
      contact("Ann", "Lee", { personalEmail = "ANN.LEE@acme.example" })))
    assert.equal("merge", decision(contact("Ann", "Lee", { cellPhone = CELL }),
      contact("ANN", "LEE", { otherPhone = { display = "+49 170 1234567" } })))
  end)

  it("are found with nicknames, other alphabets, decomposed letters, swapped names and typing errors", function()
    for _, names in ipairs {
      { "Robert", "Lee", "Bob", "Lee" }, { "Jürgen", "Müller", "Juergen", "Mueller" },
      { "Łukasz", "Nowak", "Lukasz", "Nowak" }, { "Георгий", "Иванов", "Georgy", "Ivanov" },
      { "Ren\195\169", "Dubois", "Rene\204\129", "Dubois" }, { "Robert", "Lindqvist", "Lindqvist", "Robert" },
      { "Robert", "Lindqvist", "Robret", "Lindqvist" }, { "Robert", "Lindqvist", "Robert", "Linqdvist" },
      { "R.", "Lindqvist", "Robert", "Lindqvist" }, { "Dr. Robert", "O'Brien", "robert", "OBRIEN" },
    } do
      assert.equal("merge", decision(contact(names[1], names[2], { cellPhone = CELL }),
        contact(names[3], names[4], { cellPhone = CELL })), table.concat(names, " "))
    end
  end)

  it("are not relatives", function()
    local function home(fields)
      fields.address, fields.homePhone = HOME, PHONE
      return fields
    end
    assert.equal("none", decision(contact("Ann", "Lee", home {}), contact("Peter", "Lee", home {})))
    assert.equal("none", decision(contact("Ann", "Lee", home { personalEmail = "lee@family.example" }),
      contact("Peter", "Lee", home { personalEmail = "lee@family.example" })))
    -- Twins
    assert.not_equal("merge", decision(contact("Anna", "Lee", home { customFields = born "1990-02-03" }),
      contact("Hanna", "Lee", home { customFields = born "1990-02-03" })))
    assert.not_equal("merge", decision(contact("Maria", "Lee", home { customFields = born "1990-02-03" }),
      contact("Marie", "Lee", home { customFields = born "1990-02-03" })))
    -- Father and son
    assert.equal("none", decision(contact("Robert", "Lee Sr.", home {}), contact("Robert", "Lee Jr.", home {})))
    assert.not_equal("merge", decision(contact("Robert", "Lee", home {}), contact("Robert", "Lee Jr.", home {})))
    assert.not_equal("merge", decision(contact("Robert", "Lee", home { customFields = born "1950-02-03" }),
      contact("Robert", "Lee", home { customFields = born "1981-11-17" })))
    assert.not_equal("merge", decision(contact("Robert", "Lee", home { personalEmail = "rob.lee@a.example" }),
      contact("Robert", "Lee", home { personalEmail = "bobby1980@b.example" })))
  end)

  it("are not people who share a mailbox, a switchboard or a name", function()
    assert.equal("none", decision(contact("Ann", "Lee", { workEmail = "info@acme.example", workPhone = PHONE }),
      contact("Peter", "Smith", { workEmail = "info@acme.example", workPhone = PHONE })))
    assert.equal("none", decision(
      contact("Ann", "Lee", { address = { city = "Berlin" }, personalEmail = "al@a.example" }),
      contact("Ann", "Lee", { address = { city = "Hamburg" }, personalEmail = "lee77@b.example" })))
    assert.not_equal("merge", decision({ workEmail = "info@acme.example" }, { workEmail = "info@acme.example" }))
  end)

  it("that a person has ruled out are not found", function()
    local a = contact("Ann", "Lee", { id = "a", cellPhone = CELL })
    local b = contact("Ann", "Lee", { id = "b", cellPhone = CELL })
    local list = never.new()
    list:add { "a", "b" }
    assert.equal("none", decision(a, b, { never = list }))
    list = never.new()
    list:add { "a" }
    assert.equal("none", decision(a, b, { never = list }))
  end)

  it("do not form a chain whose ends are two people", function()
    local result = find {
      contact("Robert", "Lee", { cellPhone = CELL, customFields = born "1950-02-03" }),
      contact("Robert", "Lee", { cellPhone = CELL, personalEmail = "lee@x.example" }),
      contact("Robert", "Lee", { personalEmail = "lee@x.example", customFields = born "1981-11-17" }),
    }
    for _, cluster in ipairs(result.clusters) do
      if cluster.decision == "merge" then
        assert.equal(2, #cluster.members)
      end
    end
    result:close()
  end)

  it("of more than 25 records are for a person", function()
    local records = {}
    for index = 1, 26 do
      records[index] = contact("Ann", "Lee", { cellPhone = CELL, id = "n" .. index })
    end
    local result = find(records)
    assert.equal(1, #result.clusters)
    assert.equal("review", result.clusters[1].decision)
    assert.equal(26, #result.clusters[1].members)
    result:close()
  end)

  it("are found among copies whose blocks are too large", function()
    local records = {}
    for index = 1, 120 do
      records[index] = contact("Ann", "Lee", { cellPhone = CELL, id = "n" .. index })
    end
    local result = find(records)
    assert.equal(1, #result.clusters)
    assert.equal(120, #result.clusters[1].members)
    assert.equal("review", result.clusters[1].decision)
    assert.equal(119, #result.edges)
    assert.is_true(#result.clusters[1].edges < 300)
    result:close()
  end)

  it("are not the same record that is read twice", function()
    local id = "0000000A-0000-4000-8000-000000000001"
    local result = find { contact("Ann", "Lee", { id = id, cellPhone = CELL }),
      contact("Ann", "Lee", { id = id:lower(), cellPhone = CELL }) }
    assert.same({}, result.clusters)
    assert.equal(1, result.repeated)
    result:close()
  end)

  it("need an id", function()
    local done = false
    local result, err = dedupe.find(function()
      if not done then
        done = true
        return { firstName = "Ann" }
      end
    end)
    assert.is_nil(result)
    assert.matches("record 1 has no id", tostring(err), 1, true)
  end)
end)

describe("duplicate organizations", function()
  local function title(name, fields)
    local out = contact(nil, nil, fields)
    out.name = name
    return out
  end
  local OPTIONS = { kind = "organization" }

  it("have one name and one website, phone number or address", function()
    assert.equal("merge", decision(title("Acme Inc.", { websites = { "https://www.acme.example/en" } }),
      title("ACME", { websites = { "acme.example" } }), OPTIONS))
    assert.equal("merge", decision(title("Müller Bau GmbH", { phoneNumber = PHONE, address = HOME }),
      title("Mueller Bau", { phoneNumber = PHONE, address = HOME }), OPTIONS))
  end)

  it("are not branches or tenants", function()
    local function branch(street, city)
      return title("Acme", { websites = { "acme.example" }, address = { address1 = street, city = city } })
    end
    assert.not_equal("merge", decision(branch("1 Oak St", "Bonn"), branch("9 Elm St", "Kiel"), OPTIONS))
    assert.not_equal("merge", decision(title("Acme", { address = HOME, phoneNumber = PHONE }),
      title("Globex", { address = HOME, phoneNumber = PHONE }), OPTIONS))
  end)
end)
