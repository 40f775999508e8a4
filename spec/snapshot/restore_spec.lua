-- Plans that restore a snapshot, by `extcontacts restore`.
local fix = require "extcontacts.fix"
local json = require "extcontacts.base.json"
local planfile = require "extcontacts.fix.planfile"
local snapshots = require "spec.support.snapshots"

local place = snapshots.fresh_place {
  setup = setup, teardown = teardown, before_each = before_each, after_each = after_each,
}

describe("extcontacts restore", function()
  -- The changes of a plan, by `kind.op`.
  local function changes_of(path)
    local reader = assert(planfile.open(path))
    local found = {}
    for change in function() return reader:next() end do
      local name = change.kind .. "." .. change.op
      found[name] = found[name] or {}
      table.insert(found[name], change)
    end
    return found
  end

  before_each(function()
    place:must { "export", place:at "before" }
  end)

  it("plans nothing if nothing changed", function()
    local _, errors = place:must { "restore", place:at "before" }
    assert.equal("extcontacts restore: wrote the plan " .. place:at "before.plan" .. ": no changes\n", errors)
  end)

  it("restores only what a condition selects, as it was", function()
    local contacts = place.session:scan "contacts"
    for index = 1, 4 do
      contacts[index].lastName, contacts[index].title = index <= 2 and "Now" or contacts[index].lastName, "Chief"
      place.session:must("PUT", "/contacts/" .. contacts[index].id, contacts[index])
    end
    place.session:must("DELETE", "/contacts/" .. contacts[9].id)
    local condition = ('id == "%s" or id == "%s" or id == "%s"'):format(contacts[1].id, contacts[3].id, contacts[9].id)
    place:must { "restore", place:at "before", "-o", place:at "plan", "--where", condition .. " and lastName ~= 'Now'" }
    local found = changes_of(place:at "plan")
    assert.same({ 2, 1 }, { #found["contact.update"], #found["contact.create"] })
    place:must { "restore", place:at "before", "-o", place:at "none", "--where", "lastName == 'Now'" }
    assert.same({}, changes_of(place:at "none"))
    local code, _, errors = place:run { "restore", place:at "before", "-o", place:at "x", "--where", "lastNme" }
    assert.equal(2, code)
    assert.matches("unknown field 'lastNme', did you mean 'lastName'?", errors, 1, true)
  end)

  it("plans to update changed records, to recreate deleted ones, and to delete created ones on request", function()
    local contacts = place.session:scan "contacts"
    local changed, deleted = contacts[5], contacts[9]
    local title = changed.title
    changed.title = "Chief"
    place.session:must("PUT", "/contacts/" .. changed.id, changed)
    place.session:must("DELETE", "/contacts/" .. deleted.id)
    local created = place.session:must("POST", "/contacts", { firstName = "Ann", lastName = "Lee" })
    local code, _, errors = place:run { "restore", place:at "before", "-o", place:at "plan", "--detailed-exitcode" }
    assert.equal(5, code)
    assert.matches("create 1 contact, update 1 contact; skipped 1 (created since the snapshot)", errors, 1, true)
    local found = changes_of(place:at "plan")
    assert.equal(changed.id, found["contact.update"][1].id)
    assert.equal(title, found["contact.update"][1].after.title)
    assert.equal(deleted.id, found["contact.create"][1].old_id)
    assert.equal(deleted.lastName, found["contact.create"][1].after.lastName)
    assert.is_nil(found["contact.delete"])
    place:must { "restore", place:at "before", "-o", place:at "all", "--delete-created" }
    assert.equal(created.id, changes_of(place:at "all")["contact.delete"][1].id)
    place:must { "restore", place:at "before", "-o", place:at "one", "--id", changed.id:upper(),
      "--only", "contacts" }
    found = changes_of(place:at "one")
    assert.is_nil(found["contact.create"])
    assert.equal(1, #found["contact.update"])
  end)

  it("restores deleted and changed records, and those that refer to them", function()
    local organization = place.session:scan("organizations")[1]
    local members, plain = {}, nil
    for _, contact in ipairs(place.session:scan "contacts") do
      if contact.externalOrganization and contact.externalOrganization.id == organization.id then
        members[#members + 1] = contact
      else
        plain = plain or contact
      end
    end
    local gone = members[1]
    local user = place.session:scan("notes")[1].createdBy
    place.session:must("POST", "/contacts/" .. gone.id .. "/notes", { noteText = "refers to it", createdBy = user })
    place:must { "export", place:at "whole" }

    place.session:must("DELETE", "/contacts/" .. gone.id)
    place.session:must("DELETE", "/organizations/" .. organization.id)
    local title = plain.title
    plain.title = "Chief"
    place.session:must("PUT", "/contacts/" .. plain.id, plain)
    local created = place.session:must("POST", "/contacts", { firstName = "Ann", lastName = "Lee" })
    place.session:must("POST", "/contacts/" .. created.id .. "/notes", { noteText = "new", createdBy = user })
    local _, before = place:must { "diff", place:at "whole" }
    assert.not_matches("0 changed, 0 created, 0 deleted", before)

    place:must { "restore", place:at "whole", "-o", place:at "plan", "--delete-created" }
    local result = assert(fix.apply(place.client, place:at "plan", { concurrency = 8 }))
    assert.equal(result.total, result.applied + result.unchanged, json.encode(result, { sort_keys = true }))
    assert.equal(0, assert(fix.verify(place.client, place:at "plan")).differ)

    assert.equal(404, place.session:call("GET", "/contacts/" .. created.id).status)
    assert.equal(title, place.session:must("GET", "/contacts/" .. plain.id).title)
    local found, linked, recreated = nil, 0, nil
    for _, candidate in ipairs(place.session:scan "organizations") do
      recreated = candidate.name == organization.name and candidate or recreated
    end
    for _, contact in ipairs(place.session:scan "contacts") do
      if contact.externalOrganization and contact.externalOrganization.id == recreated.id then
        linked = linked + 1
        found = contact.firstName == gone.firstName and contact.lastName == gone.lastName and contact or found
      end
    end
    assert.equal(#members, linked)
    local notes = place.session:must("GET", "/contacts/" .. found.id .. "/notes?pageSize=100").entities
    local texts = {}
    for index, note in ipairs(notes) do
      texts[index] = note.noteText
    end
    assert.matches("refers to it", table.concat(texts, "\n"), 1, true)
  end)
end)
