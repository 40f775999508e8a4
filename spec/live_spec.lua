-- The client over real HTTP, against the sandbox.
local ec = require "extcontacts"
local api = require "spec.support.api"
local compat = require "extcontacts.base.compat"
local operations = require "extcontacts.api.operations"
local sandbox = require "spec.support.sandbox"
local valid_request = require "spec.support.valid_request"

local unpack = compat.unpack

local server, client

local function connect(options)
  local settings = {
    base_url = server.base_url, login_url = server.login_url,
    client_id = server.client_id, client_secret = server.client_secret,
    ca_file = server.ca_file,
  }
  for name, value in pairs(options or {}) do
    settings[name] = value
  end
  return ec.new(settings)
end

local function faults(list)
  server:control("POST", "/sandbox/faults", list)
end

-- Requests the server has seen of an operation.
local function seen(short)
  local count = 0
  for _, entry in ipairs(server:control("GET", "/sandbox/ledger?last=1000")) do
    if entry.operation == short then
      count = count + 1
    end
  end
  return count
end

-- Whether the body is one of the positional arguments.
local function body_is_positional(row)
  for _, name in ipairs(row.positional) do
    if row.by_name[name].place == "body" then
      return true
    end
  end
  return false
end

local USER = { id = "6f1a2c3e-0d5b-4a51-9a36-6c6f6d9b2f11" }

local function schema_body(name, applies_to)
  return {
    name = name, version = 0, enabled = true, appliesTo = ec.array { applies_to },
    jsonSchema = {
      ["$schema"] = "http://json-schema.org/draft-04/schema#", title = name,
      properties = {
        tier_text = { title = "Tier", allOf = ec.array { { ["$ref"] = "#/definitions/text" } } },
      },
    },
  }
end

describe("the client against the sandbox", function()
  before_each(function()
    server = sandbox.shared { resets = false } -- some creates can't be looked for
    server:reset()
    client = connect()
  end)

  it("performs every operation", function()
    local done, statuses = {}, {}
    local function call(short, ...)
      local value, err, response = client:call(short, ...)
      assert.is_nil(err, short .. ": " .. tostring(err))
      done[short], statuses[short] = true, response.status
      return value
    end

    local organization = call("organizations.create", { name = "Acme" })
    local trustor = organization.id
    local contact = call("contacts.create", {
      firstName = "Ann", lastName = "Lee", workEmail = "ann.lee@acme.example",
      externalOrganization = { id = organization.id },
    })
    call("contacts.get", contact.id, { expand = { "externalOrganization" } })
    call("contacts.list", { q = "Lee" })
    contact.title = "Buyer"
    assert.equal("Buyer", call("contacts.update", contact.id, contact).title)
    call("contacts.scan", { limit = 10 })
    assert.equal(contact.id, call("lookup.reverse", "ann.lee@acme.example").contacts[1].id)

    for _, kind in ipairs { { "contacts", contact.id }, { "organizations", organization.id } } do
      local space, id = kind[1] .. ".notes.", kind[2]
      local note = call(space .. "create", id, { noteText = "hello", createdBy = USER })
      call(space .. "get", id, note.id)
      assert.equal(1, #call(space .. "list", id).entities)
      note.noteText = "changed"
      assert.equal("changed", call(space .. "update", id, note.id, note).noteText)
      call("notes.scan")
      assert.same({}, call(space .. "delete", id, note.id))
    end

    for _, kind in ipairs { { "contacts", "CONTACT" }, { "organizations", "EXTERNAL_ORGANIZATION" } } do
      local space = kind[1] .. ".schemas."
      local schema = call(space .. "create", schema_body("A " .. kind[1], kind[2]))
      assert.equal(1, schema.version)
      call(space .. "get", schema.id)
      call(space .. "list")
      schema.name = "B"
      assert.equal(2, call(space .. "update", schema.id, schema).version)
      assert.equal(1, call(space .. "version", schema.id, 1).version)
      assert.equal(2, #call(space .. "versions", schema.id).entities)
      if kind[1] == "contacts" then
        assert.is_true(call(space .. "delete", schema.id))
      end
    end

    call("organizations.get", organization.id, { include_trustors = true })
    call("organizations.list", { q = "Acme" })
    organization.industry = "Tools"
    call("organizations.update", organization.id, organization)
    call("organizations.scan")
    assert.equal(1, #call("organizations.contacts", organization.id).entities)
    call("organizations.trustor.set", organization.id, trustor)
    assert.is_true(call("organizations.trustor.clear", organization.id))

    local relationship = call("relationships.create", {
      user = USER, externalOrganization = { id = organization.id }, relationship = "owner",
    })
    call("relationships.get", relationship.id)
    call("organizations.relationships", organization.id)
    relationship.relationship = "manager"
    call("relationships.update", relationship.id, relationship)
    call("relationships.scan")
    assert.same({}, call("relationships.delete", relationship.id))

    assert.is_true(call("conversations.associate", {
      conversationId = "c-1", communicationId = "m-1", mediaType = "CALL", externalContactId = contact.id,
    }, "c-1"))
    assert.same({}, call("contacts.delete", contact.id))
    assert.same({}, call("organizations.delete", organization.id))

    -- The newer ones, with the requests of the sandbox's own specs.
    local session = api.session(server)
    for _, row in ipairs(operations.list) do
      if not done[row.short] then
        local ids, args, opts = valid_request.ids(session, row), {}, nil
        local body = valid_request.body(row, ids)
        for position, name in ipairs(row.positional) do
          local param = row.by_name[name]
          args[position] = param.place == "path" and ids[param.wire] or body
        end
        if body and not body_is_positional(row) then
          opts = { body = body }
        end
        args[#row.positional + 1] = opts
        local value = call(row.short, unpack(args, 1, #row.positional + 1))
        assert.is_true(value == true or type(value) == "table", row.short)
      end
    end
    for _, row in ipairs(operations.list) do
      local expected = row.short == "organizations.enrich" and 201 or row.success_status
      assert.equal(expected, statuses[row.short], row.short)
    end
  end)

  it("scans every contact exactly once, across empty and short pages", function()
    server:control("POST", "/sandbox/settings", { empty_pages = 0.3, short_pages = 0.3 })
    local ids, count = {}, 0
    local scan = client:scan_contacts { limit = 20 }
    for contact in scan do
      assert.is_nil(ids[contact.id])
      ids[contact.id] = true
      count = count + 1
    end
    assert.equal(500, count)
    assert.equal(500, scan.count)
  end)

  it("resumes a scan in another client", function()
    local ids, count = {}, 0
    local scan = client:scan_contacts { limit = 50, max_items = 123 }
    for contact in scan do
      ids[contact.id] = true
    end
    for contact in connect():scan_contacts { limit = 50, from = scan:resume_token() } do
      assert.is_nil(ids[contact.id])
      count = count + 1
    end
    assert.equal(377, count)
  end)

  it("continues a scan after a revoked token and an expired cursor", function()
    faults {
      { operation = "contacts.scan", nth = 3, token = "revoked" },
      { operation = "contacts.scan", nth = 6, cursor = "expired" },
    }
    local ids, count = {}, 0
    for contact in client:scan_contacts { limit = 50, on_expired = "restart" } do
      assert.is_nil(ids[contact.id])
      ids[contact.id] = true
      count = count + 1
    end
    assert.equal(500, count)
  end)

  it("does not resend a create whose reply was lost", function()
    faults { { operation = "contacts.create", drop = "after" } }
    assert(client.contacts:get(client:scan_contacts({ max_items = 1 }):next().id)) -- a kept connection
    local value, err = client.contacts:create { firstName = "Only", lastName = "Once" }
    assert.is_nil(value)
    assert.equal("transport", err.kind)
    assert.is_false(err.retryable)
    assert.equal(1, seen "contacts.create")
  end)

  it("retries a read whose connection broke or whose body was truncated", function()
    local id = client:scan_contacts({ max_items = 1 }):next().id
    faults {
      { operation = "contacts.get", nth = 1, drop = "before" },
      { operation = "contacts.get", nth = 2, cut = 20 },
      { operation = "contacts.get", nth = 3, status = 503 },
    }
    local contact, _, response = client.contacts:get(id)
    assert.equal(id, contact.id)
    assert.equal(4, seen "contacts.get")
    -- libcurl itself repeats a read on a kept connection that turned out dead
    assert.is_true(response.attempts == 3 or response.attempts == 4)
  end)

  it("names the defect of an invalid response", function()
    local id = client:scan_contacts({ max_items = 1 }):next().id
    local function failing(fault)
      fault.operation = "contacts.get"
      faults { fault }
      local value, err = client.contacts:get(id, { deadline = 5 })
      assert.is_nil(value)
      return err
    end
    assert.equal("decode", failing({ body = "html", status = 200 }).kind)
    assert.equal("protocol", failing({ body = "empty", status = 200 }).kind)
    assert.equal("decode", failing({ body = "garbage" }).kind)
    assert.equal(500, failing({ status = 500 }).status)
    local err = failing { status = 429, retry_after = 300 }
    assert.equal("throttled", err.kind)
    assert.equal(300, err.retry_after)
  end)

  it("keeps an unknown field through a round trip", function()
    faults { { operation = "contacts.*", extra_field = true } }
    local contact = client:scan_contacts({ max_items = 1 }):next()
    local known = require("extcontacts.api.models").ExternalContact.by_wire
    local unknown = 0
    for name in pairs(ec.writable("ExternalContact", contact)) do
      if not known[name] then
        unknown = unknown + 1
      end
    end
    assert.equal(1, unknown)
  end)

  it("names the permissions that the token lacks", function()
    server = sandbox.start { contacts = 10, permissions = "viewer" }
    finally(function()
      server:stop()
    end)
    local _, err = connect().contacts:create { firstName = "A", lastName = "B" }
    assert.equal("auth", err.kind)
    assert.equal(403, err.status)
    assert.truthy(tostring(err):find("externalContacts:contact:add", 1, true))
  end)

  it("never shows a secret or personal data in an error", function()
    local output = {}
    local function keep(value)
      output[#output + 1] = tostring(value)
    end
    local options = {
      retry = false,
      log = function(entry)
        keep(require("extcontacts.transport.log").line(entry))
      end,
    }
    local tokens = {}
    options.access_token = function()
      tokens[1] = "secret-token-0123456789"
      return tokens[1]
    end
    local stranger = connect(options)
    keep(stranger)
    keep((select(2, stranger.lookup:reverse("ann.private@example.org"))))
    keep((select(2, stranger.contacts:create { firstName = "Privatissima", workEmail = "bad@@private" })))
    local wrong = connect { client_secret = "wrong-secret-value", retry = false, log = options.log }
    keep((select(2, wrong.contacts:list { q = "Privatissima" })))
    local own = connect { log = options.log, retry = false }
    keep((select(2, own.contacts:create { firstName = "Privatissima", lastName = "X", workEmail = "bad@@private" })))
    keep(own)
    local all = table.concat(output, "\n")
    assert.truthy(all:find("422", 1, true))
    assert.truthy(all:find("401", 1, true))
    for _, secret in ipairs {
      "secret-token", "wrong-secret", server.client_secret, server.client_id,
      "ann.private", "Privatissima", "bad@@private", "Bearer", "Basic",
    } do
      assert.is_nil(all:find(secret, 1, true), secret)
    end
  end)
end)

describe("the client over TLS", function()
  it("verifies the server and speaks HTTP/2", function()
    server = sandbox.start { contacts = 20, tls = true }
    finally(function()
      server:stop()
    end)
    local count = 0
    for _ in connect():scan_contacts { limit = 10 } do
      count = count + 1
    end
    assert.equal(20, count)
    local strict = connect()
    local plain = ec.new {
      base_url = server.base_url, login_url = server.login_url, client_id = "a", client_secret = "b",
    }
    local _, err = plain.contacts:list()
    assert.equal("transport", err.kind)
    assert.equal("tls_untrusted", err.code)
    assert(strict.contacts:list())
  end)
end)
