-- Phone numbers, e-mail domains, shared identifiers and expiring contacts.
local data_profile = require "extcontacts.data_profile"
local dates = require "extcontacts.base.dates"

local function profiled(records, options)
  local index = 0
  return assert(data_profile.make(function()
    index = index + 1
    return records[index]
  end, options))
end

-- The counts of a list by one of its names.
local function by(list, name, value)
  local out = {}
  for _, entry in ipairs(list) do
    out[entry[name]] = value and entry[value] or entry
  end
  return out
end

describe("the phone numbers of a data profile", function()
  it("are recognised, international, national or unreadable, by country", function()
    local german = { countryCode = "Germany" }
    local found = profiled {
      { workPhone = { display = "+49 30 1234567", e164 = "+49301234567" } },
      { workPhone = { display = "+49 30 1234567" } },
      { address = german, workPhone = { display = "030/1234567" }, cellPhone = { display = "ask reception" } },
      { address = german, homePhone = { display = "030 12" } },
      { workPhone = { display = "030/1234567" } },
      { address = { countryCode = "Atlantis" }, workPhone = { display = "030/1234567" } },
      { workPhone = { display = "+1 202-555-0123", e164 = "+12025550123", countryCode = "US" } },
      { address = { countryCode = "CA" }, workPhone = { display = "+1 416-555-0123", e164 = "+14165550123" } },
      { workPhone = { display = "+1 416-555-0123", e164 = "+14165550123" } },
      { workPhone = { display = " " }, cellPhone = {}, homePhone = "text" },
    }.phones
    assert.same({ 10, 4, 1, 3, 2 }, { found.total, found.recognised, found.international, found.national,
      found.unreadable })
    local countries = by(found.by_country, "country")
    assert.same({ 1, 1, 1, 2 }, { countries.DE.recognised, countries.DE.international, countries.DE.national,
      countries.DE.unreadable })
    assert.same({ 2, 1, 1, 1 }, { countries.unknown.national, countries.US.recognised, countries.CA.recognised,
      countries["+1"].recognised })
    assert.same({ 8, 1, 1 }, { by(found.by_field, "field").workPhone.total, by(found.by_field, "field").cellPhone.total,
      by(found.by_field, "field").homePhone.total })
    assert.same({ ["not a phone number"] = 1, ["the number's length is wrong for the region"] = 1 },
      by(found.reasons, "value", "count"))
  end)

  it("that are unreadable are invalid values of their field", function()
    local profile = profiled { { workPhone = { display = "n/a" } } }
    assert.same({ phone = 1 }, by(profile.fields, "field")["workPhone.display"].invalid)
  end)
end)

describe("the e-mail addresses of a data profile", function()
  it("are counted by domain, in the form in which domains are compared", function()
    local found = profiled {
      { workEmail = "Ann@Example.COM", personalEmail = "Ann <ann@xn--bcher-kva.example>" },
      { workEmail = "bob@bücher.example", otherEmail = "n/a" }, { workEmail = "   " },
    }.emails
    assert.same({ 4, 1, 0, 0 }, { found.total, found.unreadable, found.other_domains, found.missed })
    assert.same({ ["example.com"] = 1, ["bücher.example"] = 2 }, by(found.domains, "value", "count"))
    assert.same({ ["not an e-mail address"] = 1 }, by(found.reasons, "value", "count"))
  end)

  it("of many domains are summed up", function()
    local records = {}
    for index = 1, 60 do
      records[index] = { workEmail = ("a@d%02d.example"):format(index) }
    end
    local found = profiled(records).emails
    assert.same({ 50, 10 }, { #found.domains, found.other_domains })
  end)
end)

describe("the shared identifiers of a data profile", function()
  it("are those that several records have, once for each record", function()
    local profile = profiled {
      { id = "1", firstName = "Ann", lastName = "Lee", workEmail = "ann@a.example", otherEmail = "ANN@a.example",
        cellPhone = { e164 = "+491701234567" } },
      { id = "2", firstName = "Bo", lastName = "Lee", workEmail = "Ann@A.example" },
      { id = "3", workEmail = "ann@a.example", homePhone = { display = "+49 170 1234567" } },
      { id = "4", firstName = "Ann", lastName = "Lee", workEmail = "d@a.example" },
    }
    local shared = by(profile.shared, "identifier")
    local function counts(name)
      return { shared[name].values, shared[name].shared, shared[name].occurrences, shared[name].exact }
    end
    assert.same({ 2, 1, 3, true }, counts "e-mail address")
    assert.same({ 1, 1, 2, true }, counts "phone number")
    assert.same({ 2, 1, 2, true }, counts "both names")
    assert.equal("merge_duplicates", profile.fixes[1].fix)
    assert.equal("extcontacts duplicates --html review.html", profile.fixes[1].command)
    assert.matches("^1 shared e%-mail address, 1 shared phone number; ", profile.fixes[1].note)
  end)

  it("suggest nothing if only names are shared", function()
    local profile = profiled { { firstName = "Ann", lastName = "Lee" }, { firstName = "Ann", lastName = "Lee" } }
    assert.equal(1, by(profile.shared, "identifier")["both names"].shared)
    assert.same({}, profile.fixes)
  end)
end)

describe("the expiring contacts of a data profile", function()
  local NOW = dates.iso "2026-11-30T12:00:00Z"

  local function contact(days, kind)
    return { type = kind or "Ephemeral", modifyDate = dates.text(NOW - (60 - days) * 86400 - 60) }
  end

  it("are counted by days from now", function()
    local expiring = profiled({ contact(3), contact(10), contact(10), contact(25), contact(59, "Identified"),
      contact(3, "Curated"), { type = "Ephemeral" } }, { now = NOW }).expiring
    assert.same({ [7] = 1, [14] = 3, [30] = 4, [60] = 5 }, by(expiring.within, "days", "contacts"))
    assert.same({ ["modifyDate is missing; its age is unknown"] = 1 }, by(expiring.unknown, "value", "count"))
  end)

  it("are a fix to plan", function()
    local entry = by(profiled({ contact(3), contact(25) }, { now = NOW }).fixes, "fix").keep_expiring
    assert.same({ 1, "extcontacts plan keep_expiring --set days=14 --set how=promote" },
      { entry.records, entry.command })
  end)
end)

describe("the fixes of a data profile", function()
  it("repeat the condition in their command, quoted for a shell", function()
    local fixes = by(profiled({ { lastName = "O'NEIL" } }, { where = [[lastName == "O'NEIL"]] }).fixes, "fix")
    assert.equal([[extcontacts plan tidy_names_emails --where 'lastName == "O'\''NEIL"']],
      fixes.tidy_names_emails.command)
  end)

  it("name a region only for contacts without a country", function()
    local records = {
      { address = { countryCode = "FR" }, workPhone = { display = "01 42 68 53 00" } },
      { address = { countryCode = "FR" }, workPhone = { display = "01 42 68 53 01" } },
      { address = { countryCode = "DE" }, workPhone = { display = "030/1234567" } },
      { workPhone = { display = "030/1234567" } },
      { address = { countryCode = "Atlantis" }, workPhone = { display = "030/1234567" } },
    }
    local profile = profiled(records)
    local entry = by(profile.fixes, "fix").phones_e164
    assert.same({ 3, "extcontacts plan phones_e164 --set address=use" }, { entry.records, entry.command })
    assert.equal(1, profile.phones_without_country)
    profile = profiled(records, { phone_region = "DE" })
    entry = by(profile.fixes, "fix").phones_e164
    assert.same({ 4, "extcontacts plan phones_e164 --set address=use --set region=DE", 0 },
      { entry.records, entry.command, profile.phones_without_country })
    assert.matches("; 1 number assumed DE: contact has no country", entry.note, 1, true)
  end)

  it("include records with older versions of a schema", function()
    local function record(version)
      return { schema = { id = "s", version = version }, customFields = {} }
    end
    local entry = by(profiled { record(1), record(2), record(3), record(3) }.fixes, "fix").rename_custom_fields
    assert.same({ 2, false, "extcontacts plan rename_custom_fields --set schema=s" },
      { entry.records, entry.exact, entry.command })
  end)

  it("take records with values of wrong types", function()
    profiled {
      { firstName = {}, workEmail = 7, workPhone = { display = 5 }, address = { countryCode = true }, type = {},
        modifyDate = 3, schema = { id = 1 }, customFields = "x", externalIds = "y", lineId = 7, id = 9 },
    }
  end)
end)
