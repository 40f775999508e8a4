-- Filtered snapshots: exports with --where and --ids, what diff and restore do with them.
local compat = require "extcontacts.base.compat"
local format = require "extcontacts.snapshot.format"
local json = require "extcontacts.base.json"
local snapshot = require "extcontacts.snapshot"
local snapshots = require "spec.support.snapshots"

local place = snapshots.fresh_place {
  setup = setup, teardown = teardown, before_each = before_each, after_each = after_each,
}

-- The entries of a snapshot by their listing.
local function entries_of(name)
  local opened, found = assert(snapshot.open(place:at(name))), {}
  for _, section in ipairs(opened.header.sections) do
    found[section.listing] = {}
    for entry in opened:entries(section.listing) do
      table.insert(found[section.listing], entry)
    end
  end
  opened:close()
  return found, opened.header
end

-- Gives the first contacts a title; returns them.
local function some_contacts(count)
  local contacts, some = place.session:scan "contacts", {}
  for index = 1, count do
    local contact = contacts[index * 50]
    contact.title = "Selected"
    some[index] = place.session:must("PUT", "/contacts/" .. contact.id, contact)
  end
  return some
end

local function add_note(contact, text)
  return place.session:must("POST", "/contacts/" .. contact.id .. "/notes",
    { noteText = text, createdBy = { id = place.session:scan "notes"[1].createdBy.id } })
end

local function operations()
  local counts = {}
  for _, entry in ipairs(place.server:control("GET", "/sandbox/ledger?limit=200")) do
    counts[entry.operation or ""] = (counts[entry.operation or ""] or 0) + 1
  end
  return counts
end

local unpack = compat.unpack
local WHERE = 'title == "Selected"'

describe("a filtered export", function()
  it("has the records for which a condition holds, their notes, and the condition in its header", function()
    local some = some_contacts(3)
    local note = add_note(some[2], "of a selected contact")
    local _, errors = place:must { "export", place:at "some", "--where", WHERE }
    local found, header = entries_of "some"
    assert.matches(("exported 3 of 700 contacts, %d of %%d+ note"):format(#found.notes), errors)
    assert.equal(3, #found.contacts)
    local is_some, has_note = {}, false
    for _, contact in ipairs(some) do
      is_some[contact.id] = true
    end
    for _, entry in ipairs(found.notes) do
      assert.is_true(is_some[entry.owner])
      has_note = has_note or entry.record.id == note.id
    end
    assert.is_true(has_note)
    assert.same({ where = WHERE }, header.filter)
    assert.same({ "contacts", "notes" }, header.listings)
    assert.equal(700, header.sections[1].read)
    assert.not_equal(format.VERSION, header.extcontacts_snapshot)
    local document = json.decode((place:must { "export", place:at "some", "--overwrite", "--where", WHERE, "--json" }))
    assert.same({ { contacts = 3, notes = #found.notes }, { where = WHERE } }, { document.records, document.filter })
  end)

  -- The lines of the records, without their checksums.
  local function lines_of(name)
    local lines = {}
    for line in place:read(name):gmatch '({"kind":[^\n]+),"crc":"%x+"}\n' do
      lines[#lines + 1] = line
    end
    return lines
  end

  it("has the bytes of the records as an export of all records has them", function()
    place:must { "export", place:at "all" }
    place:must { "export", place:at "same", "--where", "not empty(id)" }
    local all, is_line = lines_of "all", {}
    assert.is_true(#all > 700)
    assert.same(all, lines_of "same")
    for _, line in ipairs(all) do
      is_line[line] = true
    end
    place:must { "export", place:at "some", "--where", 'lastName < "M"' }
    local some = lines_of "some"
    assert.is_true(#some > 100 and #some < #all)
    for _, line in ipairs(some) do
      assert.is_true(is_line[line])
    end
  end)

  it("takes the relationships of selected organizations, and notes by their own fields", function()
    local organization, user = place.session:scan "organizations"[1], nil
    local expected = 0
    for _, relationship in ipairs(place.session:scan "relationships") do
      expected = expected + (relationship.externalOrganization.id == organization.id and 1 or 0)
      user = relationship.user
    end
    if expected == 0 then
      place.session:must("POST", "/relationships", { user = user, externalOrganization = { id = organization.id },
        relationship = "Account manager" })
      expected = 1
    end
    place:write("ids", organization.id .. "\n")
    place:must { "export", place:at "one", "--ids", place:at "ids", "--only", "organizations,relationships" }
    local found = entries_of "one"
    assert.same({ 1, expected }, { #found.organizations, #found.relationships })
    add_note(some_contacts(1)[1], "remember the milk")
    place:must { "export", place:at "notes", "--where", 'contains(noteText, "the milk")' }
    found = entries_of "notes"
    assert.is_nil(found.contacts)
    assert.equal("remember the milk", found.notes[1].record.noteText)
    assert.equal(1, #found.notes)
  end)

  it("reads contacts and organizations by their ids, and reports ids without a record", function()
    local some = some_contacts(2)
    place:write("ids.csv", ("id,x\n%s,\n%s,\n00000000-0000-4000-8000-000000000000,\n"):format(some[1].id,
      some[2].id:upper()))
    place.server:control("DELETE", "/sandbox/ledger")
    local code, _, errors = place:run { "export", place:at "few", "--ids", place:at "ids.csv" }
    assert.equal(1, code)
    assert.matches("1 id of [^\n]*ids.csv: no such record in the snapshot\n[^\n]*00000000%-0000", errors)
    local counts = operations()
    assert.is_nil(counts["contacts.scan"])
    assert.is_nil(counts["organizations.scan"])
    local found, header = entries_of "few"
    assert.equal(2, #found.contacts)
    assert.equal(3, header.filter.ids)
    assert.equal(64, #header.filter.ids_sha256)
    assert.not_matches(some[1].id, place:read "few":match "^[^\n]*", 1, true)
    place:write("one", some[1].id)
    place:must { "export", place:at "none", "--ids", place:at "one", "--only", "contacts", "--where",
      'title == "Nobody"' }
    assert.same({ contacts = {} }, (entries_of "none"))
  end)

  it("takes the notes of contacts that are not exported themselves", function()
    local some = some_contacts(1)
    local note = add_note(some[1], "alone")
    place:write("ids", some[1].id)
    place:must { "export", place:at "notes", "--ids", place:at "ids", "--only", "notes" }
    local found, ids = entries_of "notes", {}
    for _, entry in ipairs(found.notes) do
      assert.equal(some[1].id, entry.owner)
      ids[entry.record.id] = true
    end
    assert.is_true(ids[note.id])
  end)

  it("names listings that the condition can't select, and conditions that are too long", function()
    for arguments, problem in pairs {
      [{ "--where", WHERE, "--only", "organizations,contacts" }] =
        "no field of the condition is one of organizations; leave them out of the listings (--only)",
      [{ "--where", WHERE, "--only", "notes" }] = "or add those of their owners",
      [{ "--where", "titel" }] = "unknown field 'titel', did you mean 'title'?",
      [{ "--where", ('title == "%s"'):format(("x"):rep(3000)) }] = "bytes too long; use a shorter condition",
      [{ "--where", WHERE, "--server" }] = "--where does not go with --server; use --filter",
    } do
      local code, _, errors = place:run { "export", place:at "wrong", unpack(arguments) }
      assert.equal(2, code)
      assert.matches(problem, errors, 1, true)
      assert.is_nil(place:read "wrong")
    end
  end)

  it("resumes with the same filter only, and knows the owners that it has written", function()
    local some = some_contacts(3)
    add_note(some[1], "of a contact of the first page")
    place:must { "export", place:at "whole", "--where", WHERE }
    assert.is_true(#entries_of "whole".notes > 0)
    place:fault { operation = "notes.scan", nth = 1, status = 403 }
    assert.equal(3, (place:run { "export", place:at "parts", "--where", WHERE }))
    place:no_faults()
    for _, other in ipairs { { "--where", 'title == "Others"' }, {}, { "--where", WHERE, "--ids", place:at "ids" } } do
      place:write("ids", some[1].id)
      local code, _, errors = place:run { "export", place:at "parts", unpack(other) }
      assert.equal(2, code)
      assert.matches("the unfinished export has another filter; use restart = true (--restart) or another name", errors,
        1, true)
    end
    place:must { "export", place:at "parts", "--where", WHERE }
    assert.equal(select(2, place:snapshot "whole"), select(2, place:snapshot "parts"))
  end)

  it("reads records by their ids again when it is resumed", function()
    local some = some_contacts(3)
    place:write("ids", some[1].id .. "\n" .. some[2].id .. "\n" .. some[3].id)
    local words = { "export", place:at "parts", "--ids", place:at "ids", "--only", "contacts,notes" }
    place:fault { operation = "notes.scan", nth = 1, status = 403 }
    assert.equal(3, (place:run(words)))
    place:no_faults()
    place:must(words)
    assert.equal(3, #entries_of "parts".contacts)
  end)
end)

describe("a filtered snapshot", function()
  local some

  before_each(function()
    some = some_contacts(3)
    place:must { "export", place:at "some", "--where", WHERE, "--only", "contacts,notes" }
  end)

  it("is compared with the server by its own records", function()
    local others = place.session:scan "contacts"
    local other = others[1].title ~= "Selected" and others[1] or others[2]
    for _, contact in ipairs { some[1], other } do
      contact.department = nil
      contact.lastName = "Changed"
      place.session:must("PUT", "/contacts/" .. contact.id, contact)
    end
    place.session:must("DELETE", "/contacts/" .. some[2].id)
    place.session:must("POST", "/contacts", { lastName = "New", title = "Selected" })
    local output, errors = place:must { "diff", place:at "some", "--ndjson" }
    local found = {}
    for line in output:gmatch "[^\n]+" do
      local change = json.decode(line)
      found[change.id] = change.change
    end
    assert.same({ [some[1].id] = "changed", [some[2].id] = "deleted" }, found)
    assert.matches('some is filtered: it contains only records for which `title == "Selected"` holds. Created records '
      .. "are not reported.", errors, 1, true)
    assert.matches(": 1 changed, 1 deleted, 1 unchanged\n", errors, 1, true)
  end)

  it("does not take an old record that it lacks for a deleted one", function()
    local twin = place.session:scan "contacts"[1]
    local copy = json.decode(json.encode(some[1]))
    copy.id, copy.selfUri, copy.createDate = twin.id, nil, twin.createDate
    place.session:must("PUT", "/contacts/" .. twin.id, copy)
    place:write("ids", some[1].id)
    place:must { "export", place:at "one", "--ids", place:at "ids", "--only", "contacts" }
    place.session:must("DELETE", "/contacts/" .. some[1].id)
    local output = place:must { "diff", place:at "one" }
    assert.matches("deleted contact " .. some[1].id, output, 1, true)
    copy.id, copy.createDate = nil, nil
    place.session:must("POST", "/contacts", copy)
    local _, errors = place:must { "diff", place:at "one" }
    assert.matches("0 changed, 0 deleted, 1 unchanged (1 recreated with new ids)", errors, 1, true)
  end)

  it("is restored, but deletes nothing", function()
    place.session:must("DELETE", "/contacts/" .. some[2].id)
    place.session:must("POST", "/contacts", { lastName = "New" })
    local code, _, errors = place:run { "restore", place:at "some", "--delete-created", "-o", place:at "plan" }
    assert.equal(2, code)
    assert.matches("some is filtered (records for which `title == \"Selected\"` holds), so it does not show which "
      .. "records were created since; restore without delete_created (--delete-created), or use a snapshot of all "
      .. "records", errors, 1, true)
    assert.is_nil(place:read "plan")
    _, errors = place:must { "restore", place:at "some", "-o", place:at "plan" }
    place:must { "show", place:at "plan", "--html", place:at "page" }
    assert.matches("<dt>Condition of the snapshot</dt><dd><code>title == &quot;Selected&quot;</code></dd>",
      place:read "page":gsub("&#34;", "&quot;"), 1, true)
    assert.matches("wrote the plan [^\n]*: create 1 contact\n", errors)
    place:must { "apply", place:at "plan", "-y" }
    place:must { "verify", place:at "plan" }
    assert.same({ where = WHERE }, json.decode(place:read "plan":match "^[^\n]*").source.filter)
    _, errors = place:must { "diff", place:at "some" }
    assert.matches("0 changed, 0 deleted, 3 unchanged (1 recreated with new ids)", errors, 1, true)
  end)

  it("stays filtered when people are forgotten", function()
    place:must { "forget", some[1].id, "--in", place.directory, "-y" }
    local found, header = entries_of "some"
    assert.equal(2, #found.contacts)
    assert.same({ { where = WHERE }, 700 }, { header.filter, header.sections[1].read })
  end)
end)

describe("extcontacts diff --where", function()
  it("shows records for which the condition holds in one of the versions", function()
    local some = some_contacts(2)
    place:must { "export", place:at "all", "--only", "organizations,contacts" }
    some[1].title = "Moved away"
    place.session:must("PUT", "/contacts/" .. some[1].id, some[1])
    local other = place.session:scan "contacts"[3]
    other.title, other.lastName = "Selected", "Now"
    place.session:must("PUT", "/contacts/" .. other.id, other)
    local unrelated = place.session:scan "contacts"[4]
    unrelated.lastName = "Unrelated"
    place.session:must("PUT", "/contacts/" .. unrelated.id, unrelated)
    place.server:control("DELETE", "/sandbox/ledger")
    local output, errors = place:must { "diff", place:at "all", "--where", WHERE }
    assert.matches("changed contact " .. some[1].id, output, 1, true)
    assert.matches("changed contact " .. other.id, output, 1, true)
    assert.not_matches(unrelated.id, output, 1, true)
    assert.matches("2 changed, 0 created, 0 deleted, 1 unchanged, 697 not selected", errors, 1, true)
    local code, _, problem = place:run { "diff", place:at "all", "--only", "organizations", "--where", WHERE }
    assert.equal(2, code)
    assert.matches("where: none of the compared records (organizations) have the fields of the condition", problem, 1,
      true)
  end)
end)
