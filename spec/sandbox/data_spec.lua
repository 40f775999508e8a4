-- The sandbox's generated records: believable, messy, repeatable.

local api = require "spec.support.api"
local phone_numbers = require "extcontacts.sandbox.phone_numbers"
local sandbox = require "spec.support.sandbox"

describe("phone numbers", function()
  it("are read as the server reads them", function()
    -- text, default region, E.164, display, region
    local cases = {
      { "+13175550123", "US", "+13175550123", "+1 317-555-0123", "US" },
      { "(317) 555-0123", "US", "+13175550123", "+1 317-555-0123", "US" },
      { "1-317-555-0123", "US", "+13175550123", "+1 317-555-0123", "US" },
      { "+1 416 555 0199", "US", "+14165550199", "+1 416-555-0199", "CA" },
      { "+44 20 7946 0958", "US", "+442079460958", "+44 20 7946 0958", "GB" },
      { "+44 (0)20 7946 0958", "US", "+442079460958", "+44 20 7946 0958", "GB" },
      { "011 44 20 7946 0958", "US", "+442079460958", "+44 20 7946 0958", "GB" },
      { "020 7946 0958", "GB", "+442079460958", "+44 20 7946 0958", "GB" },
      { "0049 30 12345678", "DE", "+493012345678", "+49 30 12345678", "DE" },
      { "0151/12345678", "DE", "+4915112345678", "+49 1511 2345678", "DE" },
      { "01 99 00 12 34", "FR", "+33199001234", "+33 1 99 00 12 34", "FR" },
      { "06 6982 1234", "IT", "+390669821234", "+39 06 6982 1234", "IT" },
      { "612 345 678", "ES", "+34612345678", "+34 612 34 56 78", "ES" },
      { "03-1234-5678", "JP", "+81312345678", "+81 3-1234-5678", "JP" },
      { "(11) 91234-5678", "BR", "+5511912345678", "+55 11 91234-5678", "BR" },
      { "55 1234 5678", "MX", "+525512345678", "+52 55 1234 5678", "MX" },
      { "098765 43210", "IN", "+919876543210", "+91 98765 43210", "IN" },
      { "0491 570 156", "AU", "+61491570156", "+61 491 570 156", "AU" },
      { "070-174 06 05", "SE", "+46701740605", "+46 70 174 06 05", "SE" },
      { "06 12345678", "NL", "+31612345678", "+31 6 12345678", "NL" },
      { "501 234 567", "PL", "+48501234567", "+48 501 234 567", "PL" },
      { "+212 600 000000", "US", "+212600000000", "+212 600 000 000", "MA" },
      { "+7 912 345 67 89", "US", "+79123456789", "+7 912 345 67 89", "RU" },
    }
    for _, case in ipairs(cases) do
      local number = phone_numbers.parse(case[1], case[2])
      assert.is_table(number, case[1])
      assert.equal(case[3], number.e164)
      assert.equal(case[4], number.display)
      assert.equal(case[5], number.region)
      -- What it writes it reads again.
      assert.same(number, phone_numbers.parse(number.display, "US"))
      assert.equal(number.e164, phone_numbers.parse(number.e164, "US").e164)
    end
  end)

  it("have extensions", function()
    local cases = {
      ["(317) 555-0123 ext. 12"] = 12, ["317 555 0123 x7"] = 7,
      ["3175550123 extension 100"] = 100, ["3175550123#5"] = 5,
    }
    for text, extension in pairs(cases) do
      local number = phone_numbers.parse(text, "US")
      assert.equal("+13175550123", number.e164)
      assert.equal(extension, number.extension)
    end
    assert.is_nil(phone_numbers.parse("ext. 12", "US"))
  end)

  it("are not guessed", function()
    for _, text in ipairs {
      "", " ", "+", "n/a", "12345", "555-0123", "0049 30 12345678", "030 12345678", "++493012345678", "+4930+123456",
      "317555O123",
      "+1 117 555 0123", "+1 317 055 0123", "+999 123456789", "+44 20 7946 09580", "317 555 0123 / 124",
      "+1234567890123456", "１２３",
    } do
      assert.is_nil(phone_numbers.parse(text, "US"), text)
    end
  end)
end)

describe("the sandbox's records", function()
  local server, session, contacts, organizations

  setup(function()
    server = sandbox.start { contacts = 6000, organizations = 200, rate = 0 }
    session = api.session(server)
    contacts = session:scan("contacts")
    organizations = session:scan("organizations")
  end)
  teardown(function()
    server:stop()
  end)

  local function count(records, wanted)
    local number = 0
    for _, record in ipairs(records) do
      number = number + (wanted(record) and 1 or 0)
    end
    return number
  end

  local function at_least(least, records, wanted)
    local number = count(records, wanted)
    assert.is_true(number >= least, number .. " of at least " .. least)
  end

  it("live in at least a dozen countries", function()
    local countries, number = {}, 0
    for _, record in ipairs(contacts) do
      local country = record.address and record.address.countryCode
      if country and not countries[country] then
        countries[country] = true
        number = number + 1
      end
    end
    assert.is_true(number >= 12)
  end)

  it("have phones the server knows, which it would write the same way", function()
    local known = 0
    for _, record in ipairs(contacts) do
      for _, slot in ipairs { "workPhone", "cellPhone", "homePhone", "otherPhone" } do
        local phone = record[slot]
        if phone and phone.e164 then
          known = known + 1
          local number = phone_numbers.parse(phone.display, "US")
          assert.is_table(number, phone.display)
          assert.equal(phone.e164, number.e164)
          assert.equal(phone.display, number.display)
          assert.equal(phone.countryCode, number.region)
        end
      end
    end
    assert.is_true(known > 2000)
  end)

  it("have the mess that real ones have", function()
    local phone_forms = { "^0[1-9].* ", "^00", "^%(", "%.", "/", "ext%. ", "%(0%)", "n/a", "O", "  $", "^%+%d+$" }
    for _, form in ipairs(phone_forms) do
      at_least(3, contacts, function(record)
        for _, slot in ipairs { "workPhone", "cellPhone" } do
          if record[slot] and not record[slot].e164 and record[slot].display:find(form) then
            return true
          end
        end
      end)
    end
    at_least(20, contacts, function(record)
      return record.lastName:find("^%u%u%u+$")
    end)
    at_least(20, contacts, function(record)
      return record.firstName:find(" $")
    end)
    at_least(5, contacts, function(record)
      return record.firstName:find("^ ")
    end)
    at_least(5, contacts, function(record)
      return record.firstName:find("  ", 1, true)
    end)
    at_least(2, contacts, function(record)
      return record.firstName:find('"', 1, true)
    end)
    at_least(100, contacts, function(record)
      return record.workEmail and record.workEmail:find("%u")
    end)
    at_least(5, contacts, function(record)
      return record.workEmail and not record.workEmail:find("@", 1, true)
    end)
    at_least(100, contacts, function(record)
      return record.customFields and record.schema.version == 1
    end)
    at_least(1000, contacts, function(record)
      return record.externalOrganization
    end)
    at_least(1000, contacts, function(record)
      return not record.externalOrganization
    end)
    at_least(500, contacts, function(record)
      return not record.workPhone and not record.cellPhone
    end)
  end)

  it("have exact and near duplicates", function()
    local names, exact, near = {}, 0, 0
    for _, record in ipairs(contacts) do
      local key = (record.firstName .. "|" .. record.lastName):lower():gsub("%s+", "")
      for _, other in ipairs(names[key] or {}) do
        local one, two = record.personalEmail, other.personalEmail
        if one and two and one:lower() == two:lower() then
          if record.firstName == other.firstName and one == two then
            exact = exact + 1
          else
            near = near + 1
          end
        end
      end
      names[key] = names[key] or {}
      table.insert(names[key], record)
    end
    assert.is_true(exact >= 10, "exact " .. exact)
    assert.is_true(near >= 3, "near " .. near)
  end)

  it("have organizations without contacts and without fields", function()
    local members = {}
    for _, record in ipairs(contacts) do
      local organization = record.externalOrganization
      if organization then
        members[organization.id] = (members[organization.id] or 0) + 1
      end
    end
    at_least(10, organizations, function(record)
      return not members[record.id]
    end)
    at_least(5, organizations, function(record)
      local fields = 0
      for _ in pairs(record) do
        fields = fields + 1
      end
      return fields == 5
    end)
    at_least(1, organizations, function(record)
      return record.revenue and record.revenue > 2 ^ 53 - 1
    end)
    for _, record in ipairs(organizations) do
      local listed = session:must("GET", "/organizations/" .. record.id .. "/contacts?pageSize=1").total
      assert.equal(members[record.id] or 0, listed)
    end
  end)

  it("answer by id what the scan showed, with custom fields that fit their schema", function()
    for number = 1, #contacts, 97 do
      assert.same(contacts[number], session:must("GET", "/contacts/" .. contacts[number].id))
    end
    local schema = session:must("GET", "/contacts/schemas").entities[1]
    for _, record in ipairs(contacts) do
      for field in pairs(record.customFields or {}) do
        assert.is_table(schema.jsonSchema.properties[field])
      end
    end
  end)

  it("have notes and relationships on the records that their links name", function()
    local seen = 0
    for number, note in ipairs((session:scan("notes"))) do
      if number % 50 == 1 then
        seen = seen + 1
        assert.same(note, session:must("GET", note.selfUri:sub(#api.base + 1)))
      end
    end
    assert.is_true(seen > 10)
    for _, relationship in ipairs((session:scan("relationships"))) do
      local organization = relationship.externalOrganization.selfUri:sub(#api.base + 1)
      local found = false
      for _, other in ipairs(session:must("GET", organization .. "/relationships").entities) do
        found = found or other.id == relationship.id
      end
      assert.is_true(found)
    end
  end)

  it("are a million when asked for, made when they are read", function()
    local large = sandbox.start { contacts = 1000000, rate = 0 }
    local own = api.session(large)
    assert.equal(1000000, own:must("GET", "/contacts?pageSize=1").total)
    local page = own:must("GET", "/scan/contacts?limit=200")
    assert.equal(200, #page.entities)
    assert.same(page.entities[7], own:must("GET", "/contacts/" .. page.entities[7].id))
    -- What was read leaves nothing behind.
    assert.is_true(large:control("GET", "/sandbox/counters").memory_kilobytes < 20000)
    large:stop()
  end)
end)
