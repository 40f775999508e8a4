-- Files of one organization are not used on another one at the same address.
local api = require "spec.support.api"
local command = require "spec.support.command"
local ec = require "extcontacts"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local identity = require "extcontacts.fix.identity"
local planfile = require "extcontacts.fix.planfile"
local snapshot = require "extcontacts.snapshot"

describe("the identity of a file", function()
  local S, A, B = "https://api.example", ("a"):rep(64), ("b"):rep(64)

  -- organization and OAuth client of the file and of the connection; whether the
  -- caller vouches for them; the expected problem, nil for none.
  local CASES = {
    { file = { client = A }, connection = { client = A } },
    { file = { client = A }, connection = { client = B },
      problem = "f belongs to OAuth client aaaaaaaa, but the client is connected as OAuth client bbbbbbbb; use the "
        .. "credentials of that organization; if both belong to the same organization, pass same_organization = true "
        .. "(--same-organization)" },
    { file = { client = A }, connection = { client = B }, same = true },
    { file = { client = A }, connection = {},
      problem = "f belongs to OAuth client aaaaaaaa, but an access token alone does not show its organization" },
    { file = { client = A }, connection = {}, same = true },
    { file = {}, connection = { client = A }, problem = "f was made with an access token" },
    { file = {}, connection = {}, problem = "f was made with an access token" },
    { file = {}, connection = {}, same = true },
    { file = { organization = "1", client = A }, connection = { organization = "1", client = B } },
    { file = { organization = "1" }, connection = { organization = "1" } },
    { file = { organization = "1", client = A }, connection = { organization = "2", client = A },
      problem = "f belongs to the organization 1, but the client is connected to the organization 2" },
    { file = { organization = "1" }, connection = { organization = "2" }, same = true,
      problem = "f belongs to the organization 1" },
    { file = { organization = "1", client = A }, connection = { client = A } },
    { file = { organization = "1", client = A }, connection = { client = B }, problem = "f belongs to OAuth client" },
    { file = { server = "https://other", client = A }, connection = { client = A }, same = true,
      problem = "f belongs to https://other, but the client is connected to https://api.example" },
    { file = { server = false }, connection = { client = A }, problem = "f belongs to false" },
  }

  for index, case in ipairs(CASES) do
    it("follows rule " .. index, function()
      for _, side in ipairs { case.file, case.connection } do
        side.server = side.server == nil and S or side.server
      end
      local problem, code = identity.problem("f", case.file, case.connection, case.same)
      if case.problem then
        assert.matches(case.problem, problem, 1, true)
        assert.is_truthy(code == "organization" or code == "server")
      else
        assert.is_nil(problem)
      end
    end)
  end

  it("has a digest of the OAuth client's id, never the id", function()
    local function of(options)
      options.base_url, options.login_url = S, S
      return identity.credentials(assert(ec.new(options)))
    end
    local id = "0a1b2c3d-0000-4000-8000-00000000abcd"
    local found = of { client_id = id, client_secret = "x" }
    assert.equal(S, found.server)
    assert.matches("^%x+$", found.client)
    assert.equal(64, #found.client)
    assert.equal(found.client, of({ client_id = id:upper(), client_secret = "y" }).client)
    assert.not_equal(found.client, of({ client_id = "1" .. id:sub(2), client_secret = "x" }).client)
    assert.is_nil(of({ access_token = "t" }).client)
    assert.is_nil(of({ access_token = function() return "t" end }).client)
  end)
end)

-- Where the server does not say which organization a token belongs to.
describe("another OAuth client at the same address", function()
  local place = fixes.fresh_place(before_each, after_each)
  local other, token, plan_path, before

  before_each(function()
    place.server:control("POST", "/sandbox/settings", { own_organization = "refuse" })
    other = fixes.client(place.server, { client_id = "another-client" })
    token = ec.new { base_url = place.server.base_url, access_token = "bare" }
    plan_path, before = place:path "p", place:path "before"
  end)

  after_each(function()
    other:close()
    token:close()
  end)

  -- Requests that the server has received.
  local function requests()
    return place.server:control("GET", "/sandbox/counters").requests
  end

  -- Asserts that a function refuses the file for the other client and for a bare
  -- token before anything is sent, and takes it for the same client.
  local function refuses(fn)
    for _, client in ipairs { other, token } do
      local sent = requests()
      assert.is_true(sent > 0)
      local result, err = fn(client)
      assert.is_nil(result)
      assert.same({ "invalid", "organization" }, { err.kind, err.code })
      assert.is_nil(err.message:find(place.server.client_id, 1, true))
      assert.equal(sent, requests())
    end
  end

  it("is refused by apply, resume, verify and undo", function()
    place:plan_titles(3, "Pilot")
    refuses(function(client) return fix.apply(client, plan_path) end)
    assert.is_nil(place:read "p.journal")
    assert.equal(1, assert(place:apply({ limit = 1 })).applied)
    for _, name in ipairs { "resume", "verify", "undo" } do
      refuses(function(client) return fix[name](client, plan_path) end)
    end
    assert.is_nil(place:read "p.undo")
    assert.equal(3, assert(place:resume()).applied)
    assert.matches('"client":"%x+"', place:read "p.journal")
    assert.is_nil(place:read("p"):find(place.server.client_id, 1, true))
  end)

  it("is refused by compare, restore and a resumed export", function()
    assert(snapshot.export(place.client, before, { only = { "organizations" } }))
    refuses(function(client) return snapshot.compare(client, before, { on_change = function() end }) end)
    refuses(function(client) return snapshot.plan_restore(client, before, { output = place:path "r" }) end)
    place:faults { operation = "contacts.scan", nth = "2-9", status = 403 }
    assert.is_nil((snapshot.export(place.client, place:path "half")))
    place:faults()
    refuses(function(client) return snapshot.export(client, place:path "half") end)
    assert(snapshot.export(place.client, place:path "half"))
  end)

  it("is the same one if the caller says so", function()
    local rotated = fixes.client(place.server)
    place:plan_titles(2, "Pilot")
    -- The same plan, made with an OAuth client that was replaced since.
    local reader = assert(planfile.open(plan_path))
    reader.header.client = ("0"):rep(64)
    local writer = assert(planfile.write(place:path "q", reader.header))
    for change in reader.next, reader do
      change.hash = nil
      assert(writer:change(change))
    end
    assert(writer:finish(reader.totals))
    assert.is_nil((fix.apply(rotated, place:path "q")))
    local vouched = { same_organization = true }
    assert.equal(2, assert(fix.apply(rotated, place:path "q", vouched)).applied)
    assert.equal(2, assert(fix.verify(rotated, place:path "q", vouched)).match)
    assert.equal(2, assert(fix.undo(rotated, place:path "q", vouched)).changes)
    rotated:close()
  end)

  it("is named in the hints of a plan made with an access token", function()
    local environment = command.environment(place.server)
    environment.GENESYSCLOUD_OAUTHCLIENT_ID, environment.GENESYSCLOUD_OAUTHCLIENT_SECRET = nil, nil
    environment.GENESYSCLOUD_ACCESS_TOKEN = api.session(place.server).token
    local path = place:write("f.lua", ([[
      local fix = require "extcontacts.fix"
      return { name = "x", source = fix.ids { %q }, change = function(contact)
        contact.title = "Cook"
        return contact
      end }
    ]]):format(place:ids(1)[1]))
    local function run(...)
      local code, _, errors = command.run({ ... }, { environment = environment })
      return code, errors
    end
    local code, errors = run("plan", path, "-o", plan_path)
    assert.equal(0, code, errors)
    assert.matches("an access token does not show its organization", errors, 1, true)
    assert.matches("Apply: extcontacts apply " .. plan_path:gsub("%p", "%%%0")
      .. " %-%-expect %x+ %-%-same%-organization\n", errors)
    code, errors = run("apply", plan_path, "--yes")
    assert.equal(2, code)
    assert.matches("was made with an access token", errors, 1, true)
    code, errors = run("apply", plan_path, "--yes", "--same-organization")
    assert.equal(0, code, errors)
    assert.matches(("Undo: extcontacts undo %s --same-organization\n"):format(plan_path), errors, 1, true)
  end)

  it("is refused by every command, which names the option", function()
    place:plan_titles(1, "Pilot")
    assert(place:apply())
    place:plan_titles(1, "Other", "q")
    assert(snapshot.export(place.client, before, { only = { "organizations" } }))
    local environment = command.environment(place.server)
    environment.GENESYSCLOUD_OAUTHCLIENT_ID = "another-client"
    for _, words in ipairs { { "apply", place:path "q", "--yes" }, { "resume", plan_path }, { "verify", plan_path },
      { "undo", plan_path }, { "restore", before }, { "diff", before } } do
      local code, _, errors = command.run(words, { environment = environment })
      assert.equal(2, code, words[1])
      assert.matches("--same-organization", errors, 1, true)
      words[#words + 1] = "--same-organization"
      code, _, errors = command.run(words, { environment = environment })
      assert.not_equal(2, code, words[1] .. errors)
    end
  end)
end)
