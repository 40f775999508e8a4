-- export, diff and restore against the sandbox, and exports that are killed.
local command = require "spec.support.command"
local ec = require "extcontacts"
local files = require "extcontacts.base.files"
local json = require "extcontacts.base.json"
local sandbox = require "spec.support.sandbox"
local script = require "spec.support.script"
local snapshot = require "extcontacts.snapshot"

local server, session, client, directory

local function at(name)
  return directory .. "/" .. name
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function run(words)
  return command.run(words, { environment = command.environment(server) })
end

local function must(words)
  local code, output, errors = run(words)
  assert.equal(0, code, errors)
  return output, errors
end

-- The records of a snapshot's file, as texts; the header first, decoded.
local function lines_of(path)
  local header, rest = files.read(path):match("^([^\n]*)\n(.*)$")
  return json.decode(header), rest
end

local function fault(rule)
  server:control("POST", "/sandbox/faults", { rule })
end

local function no_faults()
  server:control("DELETE", "/sandbox/faults")
end

sandbox.around({ contacts = 700, organizations = 20, rate = 0, resets = false }, function(given, made)
  server, session = given, made
  directory = os.tmpname()
  os.remove(directory)
  os.execute("mkdir " .. directory)
  client = ec.new {
    base_url = server.base_url, login_url = server.login_url,
    client_id = server.client_id, client_secret = server.client_secret, retry = false,
  }
end, setup, teardown, before_each)

after_each(function()
  client:close()
  os.execute("rm -rf " .. directory)
end)

describe("extcontacts export", function()
  it("writes all records, privately, with where it is from and how many", function()
    local _, errors = must { "export", at "all" }
    local header, rest = lines_of(at "all")
    assert.equal(server.base_url, header.server)
    assert.matches("^%d+-%d+-%d+T[%d:]+Z$", header.created)
    local seen = {}
    for line in rest:gmatch "[^\n]+" do
      local entry = assert(json.decode(line))
      seen[entry.kind] = (seen[entry.kind] or 0) + 1
    end
    assert.equal(700, seen.contact)
    assert.equal(20, seen.organization)
    assert.equal(#session:scan "notes", seen.contact_note + (seen.organization_note or 0))
    assert.equal(#session:scan "relationships", seen.relationship)
    assert.matches("20 organizations, 700 contacts, ", errors, 1, true)
    local pipe = io.popen("ls -l " .. directory)
    assert.matches("^total %d+\n%-rw%-%-%-%-%-%-%- [^\n]+ all\n$", pipe:read "*a")
    pipe:close()
  end)

  it("writes single listings, and keeps what is there already", function()
    must { "export", at "some", "--only", "notes,organizations" }
    local header = lines_of(at "some")
    assert.equal("organizations notes", header.sections[1].listing .. " " .. header.sections[2].listing)
    local code, _, errors = run { "export", at "some" }
    assert.equal(2, code)
    assert.matches("is there already", errors, 1, true)
    must { "export", at "some", "--overwrite", "--only", "organizations" }
    assert.equal(1, #lines_of(at "some").sections)
    code, _, errors = run { "export", at "x", "--only", "contcts" }
    assert.equal(2, code)
    assert.matches("did you mean 'contacts'?", errors, 1, true)
  end)

  it("goes on after a failure where it was, without reading again", function()
    must { "export", at "whole" }
    fault { operation = "contacts.scan", nth = 3, status = 403 }
    local code, _, errors = run { "export", at "parts" }
    assert.equal(3, code)
    assert.matches("is not complete; the same command goes on with it", errors, 1, true)
    assert.is_nil(files.read(at "parts"))
    no_faults()
    server:control("DELETE", "/sandbox/ledger")
    _, errors = must { "export", at "parts" }
    assert.matches("going on with " .. at "parts" .. " at 400 contacts", errors, 1, true)
    local scans = 0
    for _, entry in ipairs(server:control("GET", "/sandbox/ledger?limit=100")) do
      scans = scans + (entry.operation == "contacts.scan" and 1 or 0)
    end
    assert.equal(2, scans) -- 400 of 700 were there
    assert.equal(select(2, lines_of(at "whole")), select(2, lines_of(at "parts")))
    assert.is_nil(files.read(at "parts.partial.state"))
  end)

  it("goes on after kill -9, also with a line cut short", function()
    must { "export", at "whole" }
    for page = 1, 4 do
      local name = at("killed" .. page)
      fault { operation = "contacts.scan", nth = page, delay = 60 }
      local running = script.start([[
        local ec = require "extcontacts"
        local client = ec.new { base_url = arg[1], login_url = arg[1], client_id = arg[2], client_secret = arg[3] }
        assert(require("extcontacts.snapshot").export(client, arg[4]))
      ]], table.concat({ server.base_url, server.client_id, server.client_secret, name }, " "))
      script.wait_until(function()
        local state = files.read(name .. ".partial.state")
        local saved = state and json.decode(state)
        local section = saved and saved.header.sections[2]
        return section and section.count == 200 * (page - 1)
      end, "page " .. page)
      running:signal "KILL"
      running:finish()
      no_faults()
      write(name .. ".partial", files.read(name .. ".partial") .. '{"kind":"contact","rec')
      assert(snapshot.export(client, name))
      assert.equal(select(2, lines_of(at "whole")), select(2, lines_of(name)))
    end
  end)

  it("reads a listing again when its cursor has expired meanwhile", function()
    must { "export", at "whole" }
    fault { operation = "contacts.scan", nth = 3, status = 403 }
    assert.equal(3, (run { "export", at "old" }))
    no_faults()
    fault { operation = "contacts.scan", nth = 1, status = 400 }
    local _, errors = must { "export", at "old" }
    assert.matches("the cursor has expired, reading all contacts again", errors, 1, true)
    assert.equal(select(2, lines_of(at "whole")), select(2, lines_of(at "old")))
  end)

  it("begins anew when told so, or when what is left can't be gone on from", function()
    must { "export", at "whole" }
    for _, prepare in ipairs {
      function() return "--restart" end,
      function()
        os.remove(at "new.partial")
        return "--verbose"
      end,
    } do
      fault { operation = "contacts.scan", nth = 2, status = 403 }
      assert.equal(3, (run { "export", at "new" }))
      no_faults()
      local _, errors = must { "export", at "new", prepare() }
      assert.not_matches("going on with", errors)
      assert.equal(select(2, lines_of(at "whole")), select(2, lines_of(at "new")))
      os.remove(at "new")
    end
  end)

  it("does not mix servers or listings, and works alone on a file", function()
    fault { operation = "contacts.scan", nth = 2, status = 403 }
    assert.equal(3, (run { "export", at "mixed" }))
    no_faults()
    local code, _, errors = run { "export", at "mixed", "--only", "notes" }
    assert.equal(2, code)
    assert.matches("was begun with other listings", errors, 1, true)
    local other = ec.new { base_url = "http://127.0.0.1:1", access_token = "x" }
    local header, err = snapshot.export(other, at "mixed")
    assert.is_nil(header)
    assert.matches("was begun from " .. server.base_url, err.message, 1, true)
    local core = require "extcontacts.core"
    local holder = assert(core.file.open(at "mixed.partial", "update"))
    assert.is_true(holder:lock())
    header, err = snapshot.export(client, at "mixed")
    assert.is_nil(header)
    assert.matches("by another process", err.message, 1, true)
    holder:close()
  end)

  it("stops where it can't write", function()
    local header, err = snapshot.export(client, at "no/such/folder")
    assert.is_nil(header)
    assert.equal("io", err.kind)
  end)
end)

describe("extcontacts diff", function()
  before_each(function()
    must { "export", at "before" }
  end)

  it("finds nothing where nothing changed", function()
    local output, errors = must { "diff", at "before", "--detailed-exitcode" }
    assert.equal("", output)
    assert.matches("0 changed, 0 created, 0 deleted, ", errors, 1, true)
  end)

  it("shows what was changed, created and deleted", function()
    local contacts = session:scan "contacts"
    local changed, deleted = contacts[5], contacts[9]
    changed.title, changed.address = "Chief\27[2J", { city = "Oslo" }
    session:must("PUT", "/contacts/" .. changed.id, changed)
    session:must("DELETE", "/contacts/" .. deleted.id)
    local created = session:must("POST", "/contacts", { firstName = "Ann", lastName = "Lee" })
    local code, output = run { "diff", at "before", "--detailed-exitcode" }
    assert.equal(5, code)
    assert.matches("changed contact " .. changed.id, output, 1, true)
    assert.matches("  title: [^\n]+ %-> \"Chief\\u001b%[2J\"\n", output)
    assert.matches("created contact " .. created.id, output, 1, true)
    assert.matches("deleted contact " .. deleted.id, output, 1, true)
    local found = {}
    for line in (must { "diff", at "before", "--ndjson", "--only", "contacts" }):gmatch "[^\n]+" do
      local change = assert(json.decode(line))
      found[change.change] = change
    end
    assert.equal(changed.id, found.changed.id)
    assert.equal("Oslo", found.changed.diff[1].after)
    assert.equal(created.id, found.created.id)
    assert.equal(deleted.id, found.deleted.id)
  end)

  it("refuses what is no whole snapshot of this server", function()
    local text = files.read(at "before")
    local cases = {
      { "none", "x", "is not a snapshot" },
      { "cut", text:sub(1, #text - 5000), "it is not the whole of a snapshot" },
      { "foreign", (text:gsub(server.base_url:gsub("%p", "%%%0"), "http://127.0.0.1:100")), "and this is " },
      { "partial", (text:gsub('"finished":"[^"]+",', "", 1)), "is not complete" },
      { "later", (text:gsub('"extcontacts_snapshot":1', '"extcontacts_snapshot":2', 1)), "later version" },
    }
    for _, case in ipairs(cases) do
      write(at(case[1]), case[2])
      local code, _, errors = run { "diff", at(case[1]) }
      assert.equal(2, code, case[1])
      assert.matches(case[3], errors, 1, true)
    end
    local code, _, errors = run { "diff", at "missing" }
    assert.equal(2, code)
    assert.matches("missing: No such file", errors, 1, true)
  end)
end)

describe("extcontacts restore", function()
  local planfile = require "extcontacts.fix.planfile"

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
    must { "export", at "before" }
  end)

  it("plans nothing where nothing changed", function()
    local _, errors = must { "restore", at "before" }
    assert.equal("extcontacts restore: " .. at "before.plan" .. ": nothing to change\n", errors)
  end)

  it("plans to change back, to create again, and to delete on request", function()
    local contacts = session:scan "contacts"
    local changed, deleted = contacts[5], contacts[9]
    local title = changed.title
    changed.title = "Chief"
    session:must("PUT", "/contacts/" .. changed.id, changed)
    session:must("DELETE", "/contacts/" .. deleted.id)
    local created = session:must("POST", "/contacts", { firstName = "Ann", lastName = "Lee" })
    local code, _, errors = run { "restore", at "before", "-o", at "plan", "--detailed-exitcode" }
    assert.equal(5, code)
    assert.matches("1 contact.create, 1 contact.update; left: 1 created since the snapshot", errors, 1, true)
    local found = changes_of(at "plan")
    assert.equal(changed.id, found["contact.update"][1].id)
    assert.equal(title, found["contact.update"][1].after.title)
    assert.equal(deleted.id, found["contact.create"][1].old_id)
    assert.equal(deleted.lastName, found["contact.create"][1].after.lastName)
    assert.is_nil(found["contact.delete"])
    must { "restore", at "before", "-o", at "all", "--delete-created" }
    assert.equal(created.id, changes_of(at "all")["contact.delete"][1].id)
    must { "restore", at "before", "-o", at "one", "--id", changed.id, "--only", "contacts" }
    found = changes_of(at "one")
    assert.is_nil(found["contact.create"])
    assert.equal(1, #found["contact.update"])
  end)

  it("brings back what was deleted and changed, and what hangs on it", function()
    local fix = require "extcontacts.fix"
    local organization = session:scan("organizations")[1]
    local members, plain = {}, nil
    for _, contact in ipairs(session:scan "contacts") do
      if contact.externalOrganization and contact.externalOrganization.id == organization.id then
        members[#members + 1] = contact
      else
        plain = plain or contact
      end
    end
    local gone = members[1]
    local user = session:scan("notes")[1].createdBy
    session:must("POST", "/contacts/" .. gone.id .. "/notes", { noteText = "hangs on it", createdBy = user })
    must { "export", at "whole" }

    session:must("DELETE", "/contacts/" .. gone.id)
    session:must("DELETE", "/organizations/" .. organization.id)
    local title = plain.title
    plain.title = "Chief"
    session:must("PUT", "/contacts/" .. plain.id, plain)
    local created = session:must("POST", "/contacts", { firstName = "Ann", lastName = "Lee" })
    session:must("POST", "/contacts/" .. created.id .. "/notes", { noteText = "new", createdBy = user })
    local _, before = must { "diff", at "whole" }
    assert.not_matches("0 changed, 0 created, 0 deleted", before)

    must { "restore", at "whole", "-o", at "plan", "--delete-created" }
    local result = assert(fix.apply(client, at "plan", { concurrency = 8 }))
    assert.equal(result.total, result.applied + result.unchanged, json.encode(result, { sort_keys = true }))
    assert.equal(0, assert(fix.verify(client, at "plan")).differ)

    assert.equal(404, session:call("GET", "/contacts/" .. created.id).status)
    assert.equal(title, session:must("GET", "/contacts/" .. plain.id).title)
    local found, linked, again = nil, 0, nil
    for _, one in ipairs(session:scan "organizations") do
      again = one.name == organization.name and one or again
    end
    for _, contact in ipairs(session:scan "contacts") do
      if contact.externalOrganization and contact.externalOrganization.id == again.id then
        linked = linked + 1
        found = contact.firstName == gone.firstName and contact.lastName == gone.lastName and contact or found
      end
    end
    assert.equal(#members, linked)
    local notes = session:must("GET", "/contacts/" .. found.id .. "/notes?pageSize=100").entities
    local texts = {}
    for index, note in ipairs(notes) do
      texts[index] = note.noteText
    end
    assert.matches("hangs on it", table.concat(texts, "\n"), 1, true)
  end)
end)
