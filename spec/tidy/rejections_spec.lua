-- Which records the server would reject, against the sandbox, which is asked.
local custom_fields = require "spec.support.custom_fields"
local ec = require "extcontacts"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local rejections = require "extcontacts.tidy.rejections"
local snapshot = require "extcontacts.snapshot"
local types = require "extcontacts.record.types"

local property = custom_fields.property

describe("tidy.rejections", function()
  local place = fixes.fresh_place(before_each, after_each)

  local function settings(values)
    place.server:control("POST", "/sandbox/settings", values)
  end

  local function key(reference)
    return reference.kind .. " " .. reference.id
  end

  -- What `find` names: by record, the fields and rules.
  local function named(client, options)
    local found = {}
    options = options or {}
    options.on_rejection = function(rejection)
      local id = key(rejection)
      found[id] = (found[id] and found[id] .. ", " or "") .. rejection.field .. " " .. rejection.rule
    end
    local totals = assert(rejections.find(client, options))
    return found, totals
  end

  -- Sends every record back as it is; returns the ones that are rejected, and how
  -- many there are in all.
  local function rejected_by_server()
    local rejected, count = {}, 0
    for _, listing in pairs(types.listings) do
      for record in place.direct[listing.scan](place.direct) do
        local reference = assert(types.reference(listing.kind, record))
        local arguments = types.arguments(reference, record)
        local _, err = place.direct:call(types.by_name[reference.kind].update, arguments[1], arguments[2], arguments[3])
        count = count + 1
        if err then
          assert.is_truthy(err.status == 400 or err.status == 422)
          rejected[key(reference)] = true
        end
      end
    end
    return rejected, count
  end

  local function add_schema(properties, required)
    return assert(place.direct.contacts.schemas:create { version = 0, name = "Loyalty",
      appliesTo = ec.array { "CONTACT" }, enabled = true, jsonSchema = { title = "Loyalty",
        ["$schema"] = "http://json-schema.org/draft-04/schema#", properties = properties,
        required = required and ec.array(required) or nil } })
  end

  -- Adds a record that the server accepts only as long as it ignores its rules.
  local function add(kind, body, owner)
    local create = types.by_name[kind].create
    return assert(place.direct:call(create, owner or body, owner and body or nil)).id
  end

  -- Adds defective and valid records; returns the defective ones with the rules that
  -- they break.
  local function seed()
    settings { field_rules = "ignore" }
    local schema = add_schema({ tier_text = property("text", { maxLength = 4 }), points_integer = property("integer",
      { minimum = 0 }), site_url = property "url", day_date = property "date", at_datetime = property "datetime",
      size_enum = property("enum", { _enumProperties = { S = { title = "S" } } }), is_checkbox = property "checkbox",
      words_tag = property "tag" }, { "tier_text" })
    local function custom(fields, version)
      return { lastName = "X", schema = { id = schema.id, version = version or 1 }, customFields = fields }
    end
    local expected = {}
    local function bad(problems, kind, body, owner)
      expected[kind .. " " .. add(kind, body, owner)] = problems
    end
    local function good(kind, body, owner)
      add(kind, body, owner)
    end
    local source = { id = "00000000-0000-4000-8000-00000000000a" }
    local ids = ec.array {}
    for index = 1, 11 do
      ids[index] = { externalSource = source, value = tostring(index) }
    end
    bad("workEmail email", "contact", { lastName = "X", workEmail = "nobody at nowhere" })
    bad("otherEmail length", "contact", { lastName = "X", otherEmail = "" })
    bad("title length, workEmail email", "contact", { title = ("é"):rep(1001), workEmail = "x@y" })
    bad("firstName length", "contact", { firstName = "   ", lastName = "X" })
    bad("workPhone.display length", "contact", { workPhone = { display = ("1"):rep(513) } })
    bad("externalIds entries", "contact", { externalIds = ids })
    bad("externalIds.1.value length", "contact", { externalIds = ec.array {
      { externalSource = source, value = ("x"):rep(256) } } })
    bad("name length", "organization", { name = ("x"):rep(1001) })
    bad("industry length", "organization", { name = "X", industry = "" })
    local contact = add("contact", { lastName = "Owner" })
    bad("noteText length", "contact_note", { noteText = ("x"):rep(32001), createdBy = { id = "u" } }, contact)
    local organization = add("organization", { name = "Owner" })
    bad("noteText length", "organization_note", { noteText = " ", createdBy = { id = "u" } }, organization)
    bad("relationship length", "relationship", { relationship = ("x"):rep(101), user = { id = "u" },
      externalOrganization = { id = organization } })
    bad("customFields.tier_text custom_field", "contact", custom { tier_text = "bronze" })
    bad("customFields custom_field", "contact", custom { points_integer = 1 })
    bad("customFields.points_integer custom_field, customFields.site_url custom_field", "contact",
      custom { tier_text = "gold", points_integer = -1, site_url = "example" })
    bad("customFields.other_text custom_field", "contact", custom { tier_text = "gold", other_text = "x" })
    bad("customFields.day_date custom_field", "contact", custom { tier_text = "gold", day_date = "2023-02-29" })
    bad("customFields.at_datetime custom_field", "contact", custom { tier_text = "gold", at_datetime = "now" })
    bad("customFields.size_enum custom_field", "contact", custom { tier_text = "gold", size_enum = "M" })
    bad("customFields.is_checkbox custom_field", "contact", custom { tier_text = "gold", is_checkbox = "yes" })
    bad("customFields.words_tag custom_field", "contact", custom { tier_text = "gold", words_tag = ec.array { 1 } })
    bad("customFields schema", "contact", custom({ tier_text = "gold" }, 2))
    good("contact", custom { tier_text = "gold", points_integer = 0, site_url = "https://example.com/",
      day_date = "2024-02-29", at_datetime = "2024-02-29T10:00:00Z", size_enum = "S", is_checkbox = false,
      words_tag = ec.array {} })
    good("contact", { lastName = " Spaces ", workEmail = " ada@example.com ", workPhone = { display = "n/a" },
      title = ("é"):rep(1000) })
    good("contact_note", { createdBy = { id = "u" } }, contact)
    settings { field_rules = "enforce" }
    return expected
  end

  it("names exactly the records that the server rejects when they are sent back unchanged", function()
    local expected = seed()
    local found, totals = named(place.client)
    for id, problems in pairs(expected) do
      assert.equal(problems, found[id], id)
    end
    local rejected, count = rejected_by_server()
    local named_set = {}
    for id in pairs(found) do
      named_set[id] = true
    end
    assert.same(rejected, named_set)
    local rejected_count = 0
    for _ in pairs(rejected) do
      rejected_count = rejected_count + 1
    end
    assert.same({ count, rejected_count }, { totals.records, totals.rejected })
    assert.equal(1, totals.rules.entries.externalIds)
    assert.equal(1, totals.rules.custom_field["customFields.site_url"])
    assert.equal(1, totals.rules.schema.customFields)
    assert.same({}, totals.unchecked)
  end)

  it("names the same records in a snapshot, and those of ids", function()
    seed()
    local found = named(place.client)
    local path = place:path "all"
    assert(snapshot.export(place.client, path))
    assert.same(found, (named(place.client, { snapshot = path })))
    local ids, of_ids = {}, {}
    for id, problems in pairs(found) do
      if id:find "^contact [^_]" then
        ids[#ids + 1], of_ids[id] = id:match " (.*)", problems
      end
    end
    assert.is_true(#ids > 10)
    local by_id, totals = named(place.client, { source = fix.ids(ids) })
    assert.same({ of_ids, #ids }, { by_id, totals.rejected })
  end)

  it("checks a snapshot without a client, except for custom fields, which it counts", function()
    seed()
    local path = place:path "contacts"
    assert(snapshot.export(place.client, path, { only = { "contacts" } }))
    local online = named(place.client, { snapshot = path })
    local offline, totals = named(nil, { snapshot = path })
    for id, problems in pairs(online) do
      assert.equal(not problems:find "customFields" and problems or nil, offline[id])
    end
    local reason, unchecked = next(totals.unchecked)
    assert.matches("not connected", reason)
    assert.is_true(unchecked > 10)
  end)

  it("counts the records whose schema must not be read, and says why", function()
    local expected = seed()
    place:faults { operation = "contacts.schemas.version", status = 403 }
    local found, totals = named(place.client, { only = { "contacts" } })
    for id, problems in pairs(expected) do
      if id:find "^contact " then
        assert.equal(not problems:find "customFields" and problems or nil, found[id])
      end
    end
    local reason, unchecked = next(totals.unchecked)
    assert.matches("its schema can't be read", reason, 1, true)
    assert.is_true(unchecked > 10)
  end)

  it("ends with the error of a read, and refuses options that do not go together", function()
    place:faults { operation = "contacts.scan", nth = 1, status = 403 }
    local totals, err = rejections.find(place.client, { only = { "contacts" } })
    assert.is_nil(totals)
    assert.equal(403, err.status)
    assert.has_error(function() rejections.find(nil) end, "without a client, name a snapshot (option 'snapshot')")
    assert.has_error(function() rejections.find(place.client, { source = fix.scan "contacts", only = {} }) end,
      "option 'source' cannot be combined with 'snapshot' or 'only'")
    assert.has_error(function() rejections.find(place.client, { snapshots = "x" }) end)
  end)
end)
