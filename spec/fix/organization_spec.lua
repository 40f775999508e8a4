-- Files of one organization are not used on another one at the same address, even if
-- both have the same OAuth client and records with the same ids.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local identity = require "extcontacts.fix.identity"
local json = require "extcontacts.base.json"
local rejections = require "extcontacts.tidy.rejections"
local sandbox = require "spec.support.sandbox"
local snapshot = require "extcontacts.snapshot"

local ORGANIZATION_A, ORGANIZATION_B = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"

-- The header of a file.
local function header_of(text)
  return assert(json.decode((text:match "^[^\n]+")))
end

describe("two sandboxes at one address, of different organizations", function()
  local servers, dir = {}, nil

  local function start(organization, port)
    local server = sandbox.start { contacts = 250, organizations = 5, rate = 0, port = port, resets = false,
      organization_id = organization }
    servers[#servers + 1] = server
    return server, fixes.client(server)
  end

  local function path(name)
    return dir .. "/" .. name
  end

  before_each(function()
    dir = os.tmpname()
    os.remove(dir)
    os.execute("mkdir " .. dir)
  end)

  after_each(function()
    for _, server in ipairs(servers) do
      server:stop()
    end
    os.execute("rm -rf " .. dir)
  end)

  local function ids_of(client)
    local ids = {}
    for contact in client:scan_contacts { max_items = 4 } do
      ids[#ids + 1] = contact.id
    end
    return ids
  end

  local function plan(client, name, ids, change)
    return assert(fix.plan(client, fix.define { name = name, source = fix.ids(ids), change = change },
      { output = path(name) }))
  end

  local function set_title(contact)
    contact.title = "Pilot"
    return contact
  end

  -- Files of every kind: a plan, a run that stopped, an applied plan, an erasure, a
  -- snapshot and an unfinished export.
  local function make_files(server, client)
    local ids = ids_of(client)
    plan(client, "planned", ids, set_title)
    plan(client, "stopped", ids, set_title)
    assert.equal(1, assert(fix.apply(client, path "stopped", { limit = 1 })).applied)
    plan(client, "applied", { ids[4] }, function(contact)
      contact.title = "Cook"
      return contact
    end)
    assert(fix.apply(client, path "applied"))
    plan(client, "erased", { ids[3] }, function() return fix.erase end)
    assert.equal(1, assert(fix.apply(client, path "erased", { allow_irreversible = true })).applied)
    assert(snapshot.export(client, path "whole"))
    server:control("POST", "/sandbox/faults", { { operation = "contacts.scan", nth = 2, status = 403 } })
    assert.is_nil((snapshot.export(client, path "half")))
    server:control("DELETE", "/sandbox/faults")
  end

  -- Every use of a file that sends a request.
  local USES = {
    ["apply a plan"] = function(client, options) return fix.apply(client, path "planned", options) end,
    ["resume"] = function(client, options) return fix.resume(client, path "stopped", options) end,
    ["verify"] = function(client, options) return fix.verify(client, path "applied", options) end,
    ["verify an erasure"] = function(client, options) return fix.verify(client, path "erased", options) end,
    ["undo"] = function(client, options) return fix.undo(client, path "applied", options) end,
    ["compare"] = function(client, options)
      return snapshot.compare(client, path "whole", { on_change = function() end,
        same_organization = options.same_organization })
    end,
    ["restore"] = function(client, options)
      return snapshot.plan_restore(client, path "whole", { output = path "restore",
        same_organization = options.same_organization })
    end,
    ["resume an export"] = function(client, options) return snapshot.export(client, path "half", options) end,
    ["lint a snapshot"] = function(client, options)
      return rejections.find(client, { snapshot = path "whole", same_organization = options.same_organization })
    end,
  }

  it("refuse each other's plans, journals, snapshots and exports, before anything else is sent", function()
    local server, client = start(ORGANIZATION_A)
    make_files(server, client)
    client:close()
    server:stop()
    local other, stranger = start(ORGANIZATION_B, server.port)
    assert.same({ server.base_url, server.client_id }, { other.base_url, other.client_id })
    for use, fn in pairs(USES) do
      for _, options in ipairs { {}, { same_organization = true } } do
        local result, err = fn(stranger, options)
        assert.is_nil(result, use)
        assert.same({ "invalid", "organization" }, { err.kind, err.code }, use)
        assert.matches(ORGANIZATION_B, err.message, 1, true)
      end
    end
    local received = {}
    for operation in pairs(other:control("GET", "/sandbox/counters").by_operation) do
      received[#received + 1] = operation
    end
    table.sort(received)
    assert.same({ "oauth.token", "organization.me" }, received)
    for _, name in ipairs { "planned.journal", "applied.undo", "erased.proof.csv", "restore" } do
      assert.is_nil(io.open(path(name)), name)
    end
    stranger:close()
    other:stop()
    -- The organization that the files belong to, with a token that shows nothing else.
    local again = start(ORGANIZATION_A, server.port)
    local bare = fixes.bare_client(again)
    for use, fn in pairs(USES) do
      local result, err = fn(bare, {})
      assert.is_truthy(result, use .. ": " .. tostring(err))
    end
    bare:close()
  end)
end)

describe("the organization of a file", function()
  local place = fixes.fresh_place(before_each, after_each)

  local function settings(values)
    place.server:control("POST", "/sandbox/settings", values)
  end

  local function header(name)
    return header_of(place:read(name))
  end

  it("is asked for once, and is in plans, journals and snapshots", function()
    settings { organization_id = ORGANIZATION_A:upper() }
    place:plan_titles(2, "Pilot")
    assert(place:apply())
    assert(snapshot.export(place.client, place:path "before", { only = { "organizations" } }))
    assert(snapshot.compare(place.client, place:path "before", { on_change = function() end }))
    assert.equal(1, place:requests "organization.me")
    for _, name in ipairs { "p", "p.journal", "before" } do
      assert.equal(ORGANIZATION_A, header(name).organization, name)
      assert.matches("^%x+$", header(name).client)
      assert.is_nil(header(name).organization_unknown)
    end
    local run = place:read("p.journal"):match '[^\n]*"t":"run"[^\n]*'
    assert.matches('"organization":"' .. ORGANIZATION_A .. '"', run, 1, true)
  end)

  it("decides, whatever OAuth client is used", function()
    place:plan_titles(2, "Pilot")
    place.server:control("POST", "/sandbox/settings", { organization_id = ORGANIZATION_B })
    local moved = fixes.client(place.server)
    local result, err = fix.apply(moved, place:path "p")
    assert.is_nil(result)
    assert.equal("organization", err.code)
    assert.equal(2, assert(place:apply()).applied) -- this client was asked before
    moved:close()
  end)

  it("is unknown where the server refuses to say it, and the file says so", function()
    for _, case in ipairs {
      { { own_organization = "refuse" }, nil, "HTTP 403 not.authorized" },
      { {}, { status = 404 }, "HTTP 404 not.found" },
      { {}, { body = "html", status = 403 }, "HTTP 403" },
    } do
      place.server:reset()
      settings(case[1])
      if case[2] then
        case[2].operation = "organization.me"
        place:faults(case[2])
      end
      local client = fixes.client(place.server)
      assert(snapshot.export(client, place:path "before", { only = { "organizations" }, overwrite = true }))
      local found = header "before"
      assert.is_nil(found.organization)
      assert.matches("^" .. case[3], found.organization_unknown)
      assert(snapshot.compare(client, place:path "before", { on_change = function() end }))
      client:close()
    end
  end)

  it("is not guessed: nothing is written while the server cannot be asked", function()
    local client = fixes.client(place.server, { retry = false })
    place:faults { operation = "organization.me", status = 503 }
    local ids = place:ids(1)
    local definition = fix.define { name = "x", source = fix.ids(ids), change = function(contact) return contact end }
    local planned, err = fix.plan(client, definition, { output = place:path "x" })
    assert.same({ nil, 503 }, { planned, err.status })
    assert.is_nil(place:read "x")
    assert.is_nil((snapshot.export(client, place:path "y")))
    assert.is_nil(place:read "y")
    place:faults()
    assert(fix.plan(client, definition, { output = place:path "x" }))
    client:close()
  end)

  it("is shown by status and by the page for review", function()
    place:plan_titles(1, "Pilot")
    local organization = header("p").organization
    assert.equal("organization " .. organization, identity.text(header "p"))
    assert(fix.report(place:path "p", place:path "p.html"))
    assert.matches("<dt>Organization</dt><dd><code>" .. organization, place:read "p.html", 1, true)
  end)
end)
