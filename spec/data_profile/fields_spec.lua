-- What is counted of each field.
local core = require "extcontacts.core"
local data_profile = require "extcontacts.data_profile"
local fake = require "spec.support.fake"

local null, array = core.json.null, core.json.array

-- The profile of records, and its fields by name.
local function profiled(records, options)
  local index = 0
  local profile = assert(data_profile.make(function()
    index = index + 1
    return records[index]
  end, options))
  local by_name = {}
  for _, field in ipairs(profile.fields) do
    by_name[field.field] = field
  end
  return by_name, profile
end

describe("a data profile", function()
  it("distinguishes filled, null, blank and absent", function()
    local fields, profile = profiled {
      { title = "Boss" }, { title = null }, { title = "" }, { title = "\194\160 \t" }, {}, { title = "Boss" },
    }
    local title = fields.title
    assert.equal(6, profile.records)
    assert.same({ 2, 1, 2, 1 }, { title.filled, title.null, title.blank, title.absent })
    assert.same({ 1, true, 4, { "Boss" }, { { value = "Boss", count = 2 } } },
      { title.distinct, title.distinct_exact, title.longest, title.examples, title.values })
    assert.equal(2 / 6, title.share)
    assert.is_nil(title.interval)
  end)

  it("is empty without records, and names every field of the model", function()
    local fields, profile = profiled {}
    assert.equal(0, profile.records)
    for _, name in ipairs { "firstName", "address.city", "workPhone.e164", "externalOrganization.id", "externalIds",
      "whatsAppId.phoneNumber.display" } do
      assert.equal(0, fields[name].filled)
      assert.equal(0, fields[name].share)
      assert.is_true(fields[name].known)
    end
    assert.is_nil(fields.address)
    assert.same({ 0, {}, {} }, { profile.rejected.records, profile.shared, profile.fixes })
  end)

  it("splits objects, counts references by their id, and lists as one value", function()
    local fields = profiled {
      { address = { city = "York" }, externalOrganization = { id = "o1", name = "Acme", selfUri = "/x" },
        externalIds = array { { value = "1", externalSource = { id = "s" } } } },
      { address = null, externalOrganization = null, externalIds = array {} },
      { address = {} },
    }
    assert.same({ 1, 1 }, { fields["address.city"].filled, fields["address.city"].null })
    assert.same({ 1, 1, { "o1" } }, { fields["externalOrganization.id"].filled,
      fields["externalOrganization.id"].null, fields["externalOrganization.id"].examples })
    assert.same({ 1, 1 }, { fields.externalIds.filled, fields.externalIds.blank })
    assert.same({ '[{"externalSource":{"id":"s"},"value":"1"}]' }, fields.externalIds.examples)
  end)

  it("shows fields that no model has, and custom fields, by name", function()
    local fields, profile = profiled {
      { zeta = 1, favouriteColour = "blue", customFields = { tier_text = "gold" }, address = { planet = "Earth" } },
      { customFields = { tier_text = null, visits_integer = 3 } },
    }
    assert.is_false(fields.favouriteColour.known)
    assert.is_false(fields["address.planet"].known)
    assert.is_true(fields["customFields.tier_text"].known)
    assert.same({ 1, 1 }, { fields["customFields.tier_text"].filled, fields["customFields.tier_text"].null })
    local names = {}
    for index = #profile.fields - 4, #profile.fields do
      names[#names + 1] = profile.fields[index].field
    end
    assert.same({ "address.planet", "customFields.tier_text", "customFields.visits_integer", "favouriteColour",
      "zeta" }, names)
  end)

  it("counts further fields together once there are too many", function()
    local record = {}
    for index = 1, 250 do
      record["field" .. index] = "x"
    end
    local _, profile = profiled { record }
    assert.equal(50, profile.left_off)
  end)

  it("reports values of a wrong type, and what the server rejects, by field and rule", function()
    local fields, profile = profiled {
      { firstName = 7, address = "Main Street 1", workPhone = "+49 30 1", surveyOptOut = "yes" },
      { workEmail = "no address", lastName = ("x"):rep(1001), externalIds = array { { value = "1" } } },
      { firstName = "Ann" },
    }
    assert.equal(2, profile.rejected.records)
    assert.same({ type = 1 }, fields.firstName.invalid)
    assert.same({ type = 1 }, fields.address.invalid)
    assert.is_false(fields.address.known)
    assert.same({ type = 1 }, fields.workPhone.invalid)
    assert.same({ email = 1 }, fields.workEmail.invalid)
    assert.same({ length = 1 }, fields.lastName.invalid)
    assert.same({ required = 1 }, fields.externalIds.invalid)
    local rules = {}
    for _, entry in ipairs(profile.rejected.rules) do
      rules[entry.field .. " " .. entry.rule] = entry.records
    end
    assert.same({ ["firstName type"] = 1, ["address type"] = 1, ["workPhone type"] = 1, ["surveyOptOut type"] = 1,
      ["workEmail email"] = 1, ["lastName length"] = 1, ["externalIds required"] = 1 }, rules)
  end)

  it("reports cells that a spreadsheet has damaged", function()
    local fields = profiled {
      { lastName = "#N/A", title = "4.93E+11", address = { city = "01-Mar", postalCode = "4,93E+11" } },
      { lastName = "Null", title = "Head of 24/7", address = { city = "M\239\191\189nchen", postalCode = "20001" } },
      { lastName = "NULL", title = "=VLOOKUP(A2;B:C;2)", address = { city = "Nancy", postalCode = "1067.0" } },
    }
    assert.same({ spreadsheet = 2 }, fields.lastName.invalid)
    assert.same({ spreadsheet = 2 }, fields.title.invalid)
    assert.same({ spreadsheet = 2 }, fields["address.city"].invalid)
    assert.same({ spreadsheet = 2 }, fields["address.postalCode"].invalid)
  end)

  it("keeps digits beyond 2^53, and cuts long values at a character", function()
    local record = core.json.decode '{"customFields":{"n_number":9007199254740993,"m_number":12345678901234567890}}'
    record.id, record.externalSystemUrl = "r", ("ü"):rep(3000)
    local fields = profiled { record }
    assert.same({ "9007199254740993" }, fields["customFields.n_number"].examples)
    assert.same({ "12345678901234567890" }, fields["customFields.m_number"].examples)
    assert.same({ 3000, "r" }, { fields.externalSystemUrl.longest, fields.externalSystemUrl.longest_id })
    assert.equal(("ü"):rep(80) .. "…", fields.externalSystemUrl.examples[1])
  end)

  it("takes right-to-left text, emoji and markup as they are", function()
    local values = { "السلام\226\128\174", "👩‍👩‍👧 Zoë", "<script>alert(1)</script>" }
    local records = {}
    for index, value in ipairs(values) do
      records[index] = { lastName = value }
    end
    assert.same(values, profiled(records).lastName.examples)
  end)

  it("estimates the number of distinct values beyond 4,096, with the error", function()
    local records = {}
    for index = 1, 9000 do
      records[index] = { lastName = "name " .. index, title = index % 7 == 0 and "x" or "y" }
    end
    local fields = profiled(records)
    local name = fields.lastName
    assert.is_false(name.distinct_exact)
    assert.is_true(name.distinct_error < 0.045)
    assert.is_true(name.distinct <= 9000 and name.distinct > 9000 * (1 - 2 * name.distinct_error), name.distinct)
    assert.is_nil(name.values)
    assert.same({ { value = "y", count = 7715 }, { value = "x", count = 1285 } }, fields.title.values)
  end)

  it("changes no record", function()
    local record = { firstName = " ANNE ", workEmail = "Anne@Example.com", workPhone = { display = "030 1234567" },
      address = { countryCode = "DE" }, type = "Ephemeral", modifyDate = "2026-11-29T00:00:00Z" }
    local before = core.json.encode(record, { sort_keys = true })
    profiled { record }
    assert.equal(before, core.json.encode(record, { sort_keys = true }))
  end)

  it("profiles the records for which a condition holds, and refuses a wrong one", function()
    local records = { { title = "a" }, { title = "b" }, { title = "a" } }
    local _, profile = profiled(records, { where = 'title == "a"' })
    assert.equal(2, profile.records)
    local found, err = data_profile.make(function() end, { where = "titel == 1" })
    assert.is_nil(found)
    assert.matches("did you mean 'title'", tostring(err), 1, true)
  end)

  it("returns the error of a source that ends early, and no profile", function()
    local failure = select(2, require("extcontacts.base.errors").io("disk", "EIO"))
    local count = 0
    local found, err = data_profile.make(function()
      count = count + 1
      return count < 5 and { title = "x" } or error(failure, 0)
    end)
    assert.is_nil(found)
    assert.equal(failure, err)
  end)

  it("raises on misuse", function()
    local function none() end
    assert.matches("kind", fake.misuse(data_profile.make, none, { kind = "note" }))
    assert.matches("sample", fake.misuse(data_profile.make, none, { sample = 0 }))
    assert.matches("unknown phone_region 'XX'", fake.misuse(data_profile.make, none, { phone_region = "XX" }))
    assert.matches("colour", fake.misuse(data_profile.make, none, { colour = "red" }))
  end)

  it("reads organizations", function()
    local fields, profile = profiled({
      { id = "a", name = "Acme", phoneNumber = { display = "030 1" }, websites = array { "acme.example" } },
      { id = "b", name = "", websites = array { "https://www.acme.example/x" } },
    }, { kind = "organization" })
    assert.same({ required = 1 }, fields.name.invalid)
    assert.is_nil(profile.emails)
    assert.is_nil(profile.expiring)
    assert.same({ "domain", 1, 1, 2 }, { profile.shared[1].identifier, profile.shared[1].values,
      profile.shared[1].shared, profile.shared[1].occurrences })
    assert.equal("extcontacts duplicates organizations --html review.html", profile.fixes[1].command)
  end)
end)
