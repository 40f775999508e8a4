-- Several contacts in one: what is kept, where it goes, and what is lost.
local combine = require "extcontacts.record.merge.combine"
local core = require "extcontacts.core"
local deepcopy = require "extcontacts.base.deepcopy"

local null = core.json.null
local ORGANIZATION = "0a11ce00-0000-4000-8000-00000000000a"

local function phone(number)
  return { display = number, e164 = number }
end

-- The losses as texts, `b title=Pilot`, with their marks.
local function lost(combined)
  local out = {}
  for index, loss in ipairs(combined.lost) do
    local value = type(loss.value) == "table" and (loss.value.e164 or loss.value.value or core.json.encode(loss.value))
      or tostring(loss.value)
    out[index] = ("%s %s=%s%s%s"):format(loss.id, table.concat(loss.path, "."), value,
      loss.no_room and " no room" or "", loss.is_set and " set" or "")
  end
  return out
end

describe("a combined contact", function()

  it("has the value of the first contact that fills a field, and lists the others that differ", function()
    local combined = combine.contacts {
      { id = "a", firstName = "Ann", title = " ", lastName = null },
      { id = "b", firstName = "Anna", title = "Pilot", lastName = "Lee" },
      { id = "c", firstName = "Ann", title = "Captain", lastName = "Lee", salutation = "Dr" },
    }
    assert.same({ firstName = "Ann", title = "Pilot", lastName = "Lee", salutation = "Dr" }, combined.record)
    assert.same({ "b firstName=Anna", "c title=Captain" }, lost(combined))
  end)

  it("does not count another spelling of a value as lost", function()
    assert.same({}, lost(combine.contacts {
      { id = "a", lastName = "O'Neil", workEmail = "Ann@Example.com", workPhone = phone "+49301234567" },
      { id = "b", lastName = "o’neil ", workEmail = "ann@example.com", workPhone = { display = "+49 30 1234567" } },
    }))
  end)

  it("knows a national number by the country of its contact, and keeps the spelling that searches find", function()
    local national, berlin = { display = "030 1234567", acceptsSMS = true }, { countryCode = "Germany" }
    local combined = combine.contacts {
      { id = "a", workPhone = national, address = berlin },
      { id = "b", homePhone = phone "+49301234567", cellPhone = phone "+491711234567" },
      { id = "c", otherPhone = { display = "0171 1234567" }, address = berlin },
    }
    assert.same({ workPhone = { display = "+49301234567", e164 = "+49301234567", acceptsSMS = true },
      cellPhone = phone "+491711234567", address = berlin }, combined.record)
    assert.same({}, lost(combined))
    -- Without a country, or with another one, it may be another number.
    for _, address in ipairs { false, { countryCode = "FR" }, { countryCode = "Nowhere" } } do
      local record = combine.contacts {
        { id = "a", workPhone = phone "+49301234567" }, { id = "b", workPhone = national, address = address or nil },
      }.record
      assert.same({ phone "+49301234567", national }, { record.workPhone, record.cellPhone or record.homePhone
        or record.otherPhone })
    end
  end)

  it("moves phone numbers and e-mail addresses to free fields", function()
    local combined = combine.contacts {
      { id = "a", workPhone = phone "+4930100001", workEmail = "a@example.com" },
      { id = "b", workPhone = phone "+4930100002", workEmail = "b@example.com" },
      { id = "c", workPhone = phone "+4930100003", cellPhone = phone "+4930100004", homePhone = phone "+4930100001" },
    }
    assert.same({
      workPhone = phone "+4930100001", cellPhone = phone "+4930100004", homePhone = phone "+4930100002",
      otherPhone = phone "+4930100003", workEmail = "a@example.com", personalEmail = "b@example.com",
    }, combined.record)
    assert.same({}, lost(combined))
  end)

  it("lists addresses for which no field is free", function()
    local combined = combine.contacts {
      { id = "a", workEmail = "1@example.com", personalEmail = "2@example.com", otherEmail = "3@example.com" },
      { id = "b", workEmail = "4@example.com", personalEmail = "2@EXAMPLE.com" },
    }
    assert.same({ "b workEmail=4@example.com no room" }, lost(combined))
  end)

  it("keeps numbers with different extensions apart", function()
    local combined = combine.contacts {
      { id = "a", workPhone = { display = "+49 30 1234567", e164 = "+49301234567", extension = 1 } },
      { id = "b", workPhone = { display = "+49 30 1234567", e164 = "+49301234567", extension = 2 } },
    }
    assert.same({ 1, 2 }, { combined.record.workPhone.extension, combined.record.cellPhone.extension })
  end)

  it("joins external ids up to ten, each once, and lists the rest", function()
    local function external(first, last)
      local list = core.json.array {}
      for number = first, last do
        list[#list + 1] = { externalSource = { id = "s" }, value = tostring(number) }
      end
      return list
    end
    local combined = combine.contacts { { id = "a", externalIds = external(1, 6) },
      { id = "b", externalIds = external(5, 12) } }
    assert.same(external(1, 10), combined.record.externalIds)
    assert.same({ "b externalIds=11 no room", "b externalIds=12 no room" }, lost(combined))
  end)

  it("takes an address and a social id as a whole", function()
    local combined = combine.contacts {
      { id = "a", address = { city = "Berlin" }, twitterId = { id = "1" } },
      { id = "b", address = { city = "Bonn", address1 = "Street 1" }, twitterId = { id = "1" } },
    }
    assert.same({ city = "Berlin" }, combined.record.address)
    assert.same({ 'b address={"address1":"Street 1","city":"Bonn"}' }, { (lost(combined)[1]:gsub(
      '{"city":"Bonn","address1":"Street 1"}', '{"address1":"Street 1","city":"Bonn"}')) })
  end)

  it("joins custom fields of one schema, and loses those of another one", function()
    local one, other = { id = "s", version = 1 }, { id = "t", version = 1 }
    local combined = combine.contacts {
      { id = "a", firstName = "Ann" },
      { id = "b", schema = one, customFields = { x_text = "1" } },
      { id = "c", schema = one, customFields = { x_text = "2", y_text = "3" } },
      { id = "d", schema = other, customFields = { z_text = "4" } },
    }
    assert.same({ firstName = "Ann", schema = one, customFields = { x_text = "1", y_text = "3" } }, combined.record)
    assert.same({ "c customFields.x_text=2", "d customFields.z_text=4" }, lost(combined))
  end)

  it("puts the caller's values first, and null clears", function()
    local combined = combine.contacts({
      { id = "a", firstName = "Ann", title = "Pilot", workPhone = phone "+4930100001" },
      { id = "b", firstName = "Anna", title = "Captain" },
    }, { firstName = "Anne", title = null, workPhone = phone "+4930100002" })
    assert.same({ firstName = "Anne", workPhone = phone "+4930100002", cellPhone = phone "+4930100001" },
      combined.record)
    assert.same({ "a firstName=Ann set", "a title=Pilot set", "b firstName=Anna set", "b title=Captain set" },
      lost(combined))
  end)

  it("sees an opt-out that another contact does not have", function()
    assert.same({ "b surveyOptOut=true" }, lost(combine.contacts { { id = "a", surveyOptOut = false },
      { id = "b", surveyOptOut = true } }))
  end)

  it("has nothing that the server sets, and leaves the contacts as they are", function()
    local contacts = {
      { id = "a", selfUri = "/a", modifyDate = "2026-01-01T00:00:00Z", type = "Curated",
        division = { id = "d" }, externalOrganization = { id = ORGANIZATION } },
      { id = "b", mergeSet = core.json.array { { id = "b" } },
        externalOrganization = { id = ORGANIZATION:upper(), name = "Org" } },
    }
    local before = deepcopy(contacts)
    local combined = combine.contacts(contacts)
    assert.same({ externalOrganization = { id = ORGANIZATION } }, combined.record)
    assert.same({}, lost(combined))
    assert.same(before, contacts)
  end)
end)
