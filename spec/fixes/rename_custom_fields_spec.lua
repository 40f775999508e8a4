local custom_fields = require "spec.support.custom_fields"
local ec = require "extcontacts"
local ready_fix = require "spec.support.ready_fix"

local property = custom_fields.property
local ready, place = ready_fix.fresh("rename_custom_fields", before_each, after_each)

describe("the fix rename_custom_fields", function()
  local schema

  -- Version 1 has tier_text, version 2 level_text instead.
  before_each(function()
    schema = assert(place.direct.contacts.schemas:create { version = 0, name = "Loyalty",
      appliesTo = ec.array { "CONTACT" }, enabled = true, jsonSchema = {
        ["$schema"] = "http://json-schema.org/draft-04/schema#", title = "Loyalty",
        properties = { tier_text = property "text", points_integer = property "integer" } } })
  end)

  local function next_version()
    schema.jsonSchema.properties = { level_text = property("text", { maxLength = 4 }),
      points_integer = property("integer", { minimum = 0 }), size_number = property "number" }
    schema = assert(place.direct.contacts.schemas:update(schema.id, schema))
  end

  local function holder(fields)
    return ready:add { schema = { id = schema.id, version = 1 }, customFields = fields }
  end

  it("renames fields, sets the new version, and finds nothing to do after it was applied", function()
    local id = holder { tier_text = "gold", points_integer = 5 }
    next_version()
    ready:converges({ schema = schema.id, rename = "tier_text=level_text" })
    local contact = assert(place.client.contacts:get(id))
    assert.same({ level_text = "gold", points_integer = 5 }, contact.customFields)
    assert.equal(2, contact.schema.version)
  end)

  it("skips records that are not valid in the new version", function()
    holder { tier_text = "silver" }
    holder { points_integer = -1 }
    local good = holder { tier_text = "gold" }
    next_version()
    local planned, changes = ready:plan({ schema = schema.id, rename = "tier_text=level_text" })
    assert.equal(1, planned.changes)
    assert.equal(good, changes[1].id)
    assert.same({ ["level_text has more than 4 characters"] = 1, ["points_integer is too small"] = 1 },
      planned.totals.skipped)
    planned = ready:plan({ schema = schema.id })
    assert.equal(0, planned.changes)
    assert.equal(2, planned.totals.skipped["tier_text is not in the schema"])
  end)

  it("takes times with an offset, and old and new fields with the same moment or tags", function()
    schema.jsonSchema.properties = { old_datetime = property "datetime", new_datetime = property "datetime",
      old_tag = property "tag", new_tag = property "tag" }
    schema = assert(place.direct.contacts.schemas:update(schema.id, schema))
    local function add(fields)
      return ready:add { schema = { id = schema.id, version = 2 }, customFields = fields }
    end
    for _, text in ipairs { "2026-01-31T10:00:00+02:00", "2026-01-31T10:00:00.000Z", "2026-01-31T10:00:00-05:30",
      "2026-01-31T10:00:00.250+00:00", "2026-01-31T10:00:00-00:00" } do
      add { old_datetime = text }
    end
    local both = add { old_datetime = "2026-01-31T10:00:00+02:00", new_datetime = "2026-01-31T08:00:00.000Z" }
    add { old_tag = ec.array { "a", "b" }, new_tag = ec.array { "a", "b" } }
    add { old_datetime = "2026-01-31T10:00:00+02:00", new_datetime = "2026-01-31T10:00:00.000Z" }
    local planned = ready:converges({ schema = schema.id, rename = "old_datetime=new_datetime,old_tag=new_tag" })
    assert.equal(7, planned.changes)
    assert.same({ new_datetime = "2026-01-31T08:00:00.000Z" }, assert(place.client.contacts:get(both)).customFields)
    assert.same({ ["the old and the new field new_datetime have different values"] = 1 }, planned.totals.skipped)
  end)

  it("needs a schema and fields that exist", function()
    next_version()
    assert.matches("--set schema=ID", ready:refused(), 1, true)
    assert.matches("did you mean 'level_text'", ready:refused(
      { schema = schema.id, rename = "tier_text=leve_text" }), 1, true)
    assert.matches("tier_text and size_number have different types", ready:refused(
      { schema = schema.id, rename = "tier_text=size_number" }), 1, true)
  end)
end)
