-- A second run of `extcontacts restore`: records that exist again are recognised.
local fix = require "extcontacts.fix"
local json = require "extcontacts.base.json"
local planfile = require "extcontacts.fix.planfile"
local snapshots = require "spec.support.snapshots"

local place = snapshots.fresh_place {
  setup = setup, teardown = teardown, before_each = before_each, after_each = after_each,
}

describe("a second restore", function()
  local number

  before_each(function()
    number = 0
  end)

  local function add(fields)
    local record = { firstName = "Ann", lastName = "Lee" }
    for name, value in pairs(fields or {}) do
      record[name] = value
    end
    return place.session:must("POST", "/contacts", record)
  end

  local function organization(fields)
    return place.session:must("POST", "/organizations", fields)
  end

  local function delete(path)
    place.session:must("DELETE", path)
  end

  local function note(owner, text)
    place.user = place.user or place.session:scan("notes")[1].createdBy
    return place.session:must("POST", owner .. "/notes", { noteText = text, createdBy = { id = place.user.id } })
  end

  local function export(...)
    place:must { "export", place:at "before", "--overwrite", ... }
  end

  -- Plans a restore; returns its changes by `kind.op` and the reasons for skipping.
  local function plan(...)
    number = number + 1
    local path = place:at("plan" .. number)
    place:must { "restore", place:at "before", "-o", path, ... }
    local reader, operations = assert(planfile.open(path)), {}
    for change in function() return reader:next() end do
      local name = change.kind .. "." .. change.op
      operations[name] = (operations[name] or 0) + 1
    end
    return operations, reader.totals.skipped, path
  end

  local function apply(path, options)
    local result = assert(fix.apply(place.client, path, options))
    assert.equal(result.total, result.applied + result.unchanged + result.not_started,
      json.encode(result, { sort_keys = true }))
    return result
  end

  -- Restores, and asserts that nothing is left to restore or to report.
  local function settles(expected, ...)
    local operations, _, path = plan(...)
    assert.same(expected, operations)
    apply(path)
    assert.same({}, (plan(...)))
    local output, errors = place:must { "diff", place:at "before", "--detailed-exitcode" }
    assert.equal("", output)
    assert.matches("0 changed, 0 created, 0 deleted, ", errors, 1, true)
    return errors
  end

  it("plans nothing for a recreated contact, and diff settles", function()
    local contact = add { workEmail = "ann@recreated.example", workPhone = { display = "+49 30 1234567" } }
    export()
    delete("/contacts/" .. contact.id)
    local errors = settles { ["contact.create"] = 1 }
    assert.matches("unchanged (1 recreated with new ids)", errors, 1, true)
    for _, only in ipairs { "--only=contacts", "--id=" .. contact.id, "--delete-created" } do
      assert.same({}, (plan(only)))
    end
  end)

  it("plans nothing for an organization and for what refers to it", function()
    local company = organization { name = "Recreated Ltd" }
    local member = add { externalOrganization = { id = company.id } }
    local gone = add { firstName = "Bob", externalOrganization = { id = company.id } }
    note("/organizations/" .. company.id, "about it")
    note("/contacts/" .. gone.id, "about him")
    place.session:must("POST", "/relationships", { user = { id = place.user.id },
      externalOrganization = { id = company.id }, relationship = "Manager" })
    export()
    delete("/organizations/" .. company.id)
    delete("/contacts/" .. gone.id)
    settles {
      ["organization.create"] = 1, ["contact.create"] = 1, ["contact.update"] = 1, ["contact_note.create"] = 1,
      ["organization_note.create"] = 1, ["relationship.create"] = 1,
    }
    for _, only in ipairs { "contacts", "relationships", "notes" } do
      assert.same({}, (plan("--only", only)))
    end
    -- Something else changes later: the new link stays.
    local linked = place.session:must("GET", "/contacts/" .. member.id)
    linked.title = "Chief"
    place.session:must("PUT", "/contacts/" .. member.id, linked)
    local operations, _, path = plan()
    assert.same({ ["contact.update"] = 1 }, operations)
    apply(path)
    local restored = place.session:must("GET", "/contacts/" .. member.id)
    assert.equal(linked.externalOrganization.id, restored.externalOrganization.id)
    assert.is_nil(restored.title)
    -- A member that is deleted later is recreated in the new organization.
    delete("/contacts/" .. member.id)
    settles { ["contact.create"] = 1 }
    assert.same({}, (plan "--delete-created"))
  end)

  it("reads what an earlier restore recreated and the scan does not return in batches", function()
    local ids = {}
    for index = 1, 60 do
      ids[index] = add { lastName = "Lee " .. index }.id
    end
    export()
    for _, id in ipairs(ids) do
      delete("/contacts/" .. id)
    end
    local _, _, path = plan()
    apply(path)
    for contact in place.client:scan_contacts() do
      if contact.firstName == "Ann" and contact.lastName:find "^Lee %d+$" then
        delete("/contacts/" .. contact.id)
      end
    end
    local function requests()
      local counts = place.server:control("GET", "/sandbox/counters").by_operation
      local found = {}
      for index, name in ipairs { "contacts.get", "contacts.bulk.get" } do
        found[index] = 0
        for _, times in pairs(counts[name] or {}) do
          found[index] = found[index] + times
        end
      end
      return found
    end
    -- How many requests of each kind a comparison takes.
    local function taken(...)
      local before = requests()
      place:must { "diff", place:at "before", "--only", "contacts", ... }
      local after = requests()
      return { after[1] - before[1], after[2] - before[2] }
    end
    assert.same({ 0, 4 }, taken()) -- 10, 20, 20 and 10
    assert.same({ 0, 6 }, taken("--batch", "10"))
    assert.same({ 60, 0 }, taken("--batch", "1"))
    place:fault { operation = "contacts.bulk.get", rate = 1, status = 403 }
    assert.same({ 60, 1 }, taken())
    place:no_faults()
    local operations = plan()
    assert.same({ ["contact.create"] = 60 }, operations)
    assert.same(operations, (plan("--batch", "1")))
  end)

  it("settles in several runs, and again after an undo", function()
    local first, second = add { lastName = "One" }, add { lastName = "Two" }
    note("/contacts/" .. first.id, "kept")
    export()
    delete("/contacts/" .. first.id)
    delete("/contacts/" .. second.id)
    local _, _, path = plan()
    apply(path, { limit = 1 })
    local operations
    operations, _, path = plan()
    assert.same({ ["contact.create"] = 1, ["contact_note.create"] = 1 }, operations)
    apply(path)
    assert.same({}, (plan()))
    assert(fix.undo(place.client, path))
    apply(path .. ".undo")
    settles { ["contact.create"] = 1, ["contact_note.create"] = 1 }
  end)

  it("recognises what an undo has recreated", function()
    local contact = add { lastName = "Undone" }
    export()
    local definition = assert(fix.define { name = "x", source = fix.ids { contact.id }, change = function()
      return fix.delete
    end })
    assert(fix.plan(place.client, definition, { output = place:at "delete" }))
    apply(place:at "delete")
    assert(fix.undo(place.client, place:at "delete"))
    apply(place:at "delete.undo")
    assert.same({}, (plan "--delete-created"))
  end)

  it("recognises values that the server rewrites", function()
    local contact = add { cellPhone = { display = "030 5551234", extension = 7 }, title = "Dr. \195\152" }
    local kept = add { lastName = "Kept" }
    export()
    -- As stored before the server trimmed texts and recognised the number.
    place:rewrite_snapshot("before", function(record)
      if record.id == contact.id then
        record.cellPhone = { display = " 030 5551234", extension = 7 }
        record.title = "  Dr. \195\152 "
      elseif record.id == kept.id then
        record.firstName = " Ann\t"
      end
    end)
    assert.same({}, (plan()))
    delete("/contacts/" .. contact.id)
    kept.lastName = "Changed"
    place.session:must("PUT", "/contacts/" .. kept.id, kept)
    settles { ["contact.create"] = 1, ["contact.update"] = 1 }
  end)

  it("tells equal records apart by their number alone", function()
    local twins = {}
    for index = 1, 3 do
      twins[index] = add { lastName = "Twin" }
    end
    note("/contacts/" .. twins[1].id, "first")
    note("/contacts/" .. twins[2].id, "second")
    export()
    delete("/contacts/" .. twins[1].id)
    delete("/contacts/" .. twins[2].id)
    settles { ["contact.create"] = 2, ["contact_note.create"] = 2 }
    assert.same({}, (plan "--delete-created"))
    -- A third one may be any of them, unless the journal of the restore says which.
    add { lastName = "Twin" }
    assert.same({}, (plan()))
    assert.same({ ["contact.delete"] = 1 }, (plan "--delete-created"))
    os.remove(place:at "plan1.journal")
    assert.same({}, (plan()))
    for _, option in ipairs { "--detailed-exitcode", "--delete-created" } do
      local operations, skipped, path = plan(option)
      assert.same({}, operations)
      assert.equal(2, skipped["other records with the same content were deleted or created since; compare them, "
        .. "and delete or create the difference"])
      assert.matches("contact," .. twins[1].id, place:read(path:match "[^/]+$" .. ".skipped.csv"), 1, true)
    end
  end)

  it("makes no copy of a recreated record that was changed", function()
    local contact = add { workEmail = "ann@changed.example", title = "Chief" }
    note("/contacts/" .. contact.id, "hers")
    export()
    delete("/contacts/" .. contact.id)
    local _, _, path = plan()
    apply(path)
    os.remove(path .. ".journal") -- which says that it is the deleted record
    local copy
    for _, record in ipairs(place.session:scan "contacts") do
      copy = record.workEmail == "ann@changed.example" and record or copy
    end
    for _, change in ipairs { { title = "Boss" }, { lastName = "Fox" }, { workEmail = "ann@fox.example" } } do
      local changed = {}
      for name, value in pairs(copy) do
        changed[name] = change[name] or value
      end
      place.session:must("PUT", "/contacts/" .. copy.id, changed)
      for _, option in ipairs { "--detailed-exitcode", "--delete-created" } do
        local operations, skipped
        operations, skipped, path = plan("--only=contacts,notes", option)
        assert.same(nil, operations["contact.create"])
        assert.same(nil, operations["contact.delete"])
        assert.equal(1, skipped["a similar record was created since the snapshot; delete it to restore this one, "
          .. "or allow copies (--allow-copies)"])
        assert.is_nil(skipped["created since the snapshot"])
        assert.matches("(--allow-copies): " .. copy.id, place:read(path:match "[^/]+$" .. ".skipped.csv"), 1, true)
      end
    end
    local output = place:must { "diff", place:at "before", "--only", "contacts" }
    assert.matches("deleted contact " .. contact.id .. " Ann Lee <ann@changed.example>\n  a similar record was created "
      .. "since the snapshot", output, 1, true)
    assert.equal(1, plan("--allow-copies")["contact.create"])
  end)

  it("restores a recreated record that was changed, as the journal of the earlier restore names it", function()
    local contact = add { firstName = "X", lastName = "One" }
    note("/contacts/" .. contact.id, "as it was")
    for _ = 1, 2 do
      add { firstName = "Y", lastName = "Twin" }
    end
    export()
    for _, record in ipairs(place.session:scan "contacts") do
      if record.id == contact.id or record.lastName == "Twin" then
        delete("/contacts/" .. record.id)
      end
    end
    local _, _, path = plan()
    assert.equal(4, apply(path).applied)
    for _, record in ipairs(place.session:scan "contacts") do
      if record.lastName == "One" then
        local changed = place.session:must("GET", "/contacts/" .. record.id .. "/notes").entities[1]
        changed.noteText = "edited"
        place.session:must("PUT", "/contacts/" .. record.id .. "/notes/" .. changed.id, changed)
        record.firstName, record.lastName = "Quite", "Different"
        place.session:must("PUT", "/contacts/" .. record.id, record)
      end
    end
    local output = place:must { "diff", place:at "before" }
    assert.matches("^changed contact [^\n]+\n", output)
    assert.not_matches("created", output)
    assert.not_matches("deleted", output)
    assert.same({ ["contact.update"] = 1 }, (plan("--id", contact.id)))
    settles { ["contact.update"] = 1, ["contact_note.update"] = 1 }
    -- One of two equal records is missing: the journal says which.
    for _, record in ipairs(place.session:scan "contacts") do
      if record.lastName == "Twin" then
        delete("/contacts/" .. record.id)
        break
      end
    end
    settles { ["contact.create"] = 1 }
  end)

  it("reads what an earlier restore has recreated, if the scan does not return it yet", function()
    local contact = add { lastName = "Late" }
    note("/contacts/" .. contact.id, "late, too")
    export()
    delete("/contacts/" .. contact.id)
    local _, _, path = plan()
    apply(path)
    -- A scan that lags behind returns neither.
    local client = place.client
    local lagging = setmetatable({}, { __index = function(_, name)
      if not name:find "^scan_[cn]o" then
        return type(client[name]) == "function" and function(_, ...)
          return client[name](client, ...)
        end or client[name]
      end
      return function()
        local iterator = client[name](client)
        return function()
          local record
          repeat
            record = iterator:next()
          until not record or record.lastName ~= "Late" and record.noteText ~= "late, too"
          return record
        end
      end
    end })
    local reader = assert(require("extcontacts.snapshot.reader").open(place:at "before"))
    local ids = require("extcontacts.snapshot.new_ids").new()
    ids:read_journals(reader.digest, { place.directory .. "/" })
    local counts = { same = 0, changed = 0, created = 0, deleted = 0, recreated = 0 }
    local comparison = require("extcontacts.snapshot.comparison").new(lagging, reader, ids, counts,
      { on_change = function() end })
    comparison:compare("contacts", true)
    comparison:compare("notes", true)
    reader:close()
    assert.same({ 2, 0, 0 }, { counts.recreated, counts.deleted, counts.created })
  end)

  it("recreates a record although another of the same name was created", function()
    local contact = add { workEmail = "ann@one.example", workPhone = { display = "+49 30 1234567" }, title = "Chief" }
    export()
    delete("/contacts/" .. contact.id)
    add { workEmail = "ann@other.example", workPhone = { display = "+49 40 7654321" }, title = "Clerk" }
    assert.same({ ["contact.create"] = 1 }, (plan()))
  end)

  it("plans no reference to a record that stays deleted", function()
    local company = organization { name = "Lost Ltd" }
    local member = add { externalOrganization = { id = company.id } }
    local gone = add { externalOrganization = { id = company.id } }
    export()
    delete("/organizations/" .. company.id)
    delete("/contacts/" .. gone.id)
    member.externalOrganization, member.title = nil, "Chief"
    place.session:must("PUT", "/contacts/" .. member.id, member)
    local operations, skipped, path = plan "--only=contacts"
    assert.same({ ["contact.update"] = 1 }, operations)
    assert.same({ ["refers to a deleted record that this plan does not recreate"] = 2 }, skipped)
    apply(path)
    settles { ["organization.create"] = 1, ["contact.create"] = 1, ["contact.update"] = 1 }
  end)
end)
