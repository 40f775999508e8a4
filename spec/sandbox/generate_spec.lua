local api = require "spec.support.api"
local phone_numbers = require "extcontacts.sandbox.phone_numbers"
local sandbox = require "spec.support.sandbox"

describe("the seeded records", function()
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

  it("come from at least a dozen countries", function()
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

  it("have phone numbers that the server recognises and would not rewrite", function()
    local known = 0
    for _, record in ipairs(contacts) do
      for _, slot in ipairs { "workPhone", "cellPhone", "homePhone", "otherPhone", "whatsAppId" } do
        local phone = record[slot]
        if slot == "whatsAppId" then
          phone = phone and phone.phoneNumber
        end
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

  it("have the defects of real data", function()
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
        local email, other_email = record.personalEmail, other.personalEmail
        if email and other_email and email:lower() == other_email:lower() then
          if record.firstName == other.firstName and email == other_email then
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

  it("are the same by id as in the scan, with custom fields that match their schema", function()
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

  it("have notes and relationships whose selfUri and owner lead back to them", function()
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

  it("are generated when they are read, even a million", function()
    local large = sandbox.start { contacts = 1000000, rate = 0 }
    local own = api.session(large)
    assert.equal(1000000, own:must("GET", "/contacts?pageSize=1").total)
    local page = own:must("GET", "/scan/contacts?limit=200")
    assert.equal(200, #page.entities)
    assert.same(page.entities[7], own:must("GET", "/contacts/" .. page.entities[7].id))
    -- Records that were read are not kept.
    assert.is_true(large:control("GET", "/sandbox/counters").memory_kilobytes < 20000)
    large:stop()
  end)
end)
