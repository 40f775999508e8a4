-- Which ids a client announces to its store: those of the contacts and organizations
-- that a request has changed, or may have.
local client_context = require "extcontacts.call.client_context"
local compat = require "extcontacts.base.compat"
local fake = require "spec.support.fake"
local operations = require "extcontacts.api.operations"

local function id(number)
  return ("%08d-0000-4000-8000-000000000000"):format(number)
end

local A, B, C = id(1), id(2), id(3)

-- What a client announces whose requests are all answered with `reply`, or with what
-- it returns.
local function announced_by(perform, reply)
  local ids, self = {}, fake.client(fake.endless(function()
    if type(reply) == "function" then
      return reply()
    end
    return reply or fake.json(200, { id = C })
  end), { max_attempts = 2 })
  client_context.of(self.client).store = {
    announce = function(list)
      for _, one in ipairs(list) do
        ids[one] = true
      end
    end,
  }
  perform(self.client)
  return ids
end

local function set(...)
  local out = {}
  for _, one in ipairs { ... } do
    out[one] = true
  end
  return out
end

local NAMES = { firstName = "Ann" }
local PATCH = { changes = { { action = "Update", field = "$.title", value = "x" } } }

-- A call, the ids it announces after a success, and those after a lost reply.
local CALLS = {
  { "contacts.update", set(A, C), set(A), function(client) client.contacts:update(A, NAMES) end },
  { "contacts.update of an id in capitals", set(A, C), set(A), function(client)
    client.contacts:update(A:upper(), NAMES)
  end },
  { "contacts.patch", set(A, C), set(A), function(client) client.contacts:patch(A, PATCH) end },
  { "contacts.delete", set(A), set(A), function(client) client.contacts:delete(A) end },
  { "contacts.promote", set(A, C), set(A), function(client) client.contacts:promote(A) end },
  { "contacts.identifiers.change", set(A), set(A), function(client) client.contacts.identifiers:change(A, {}) end },
  { "contacts.merge", set(A, B, C), set(A, B), function(client)
    client.contacts:merge { contactIds = { A, B } }
  end },
  { "contacts.merge_two", set(A, B, C), set(A, B), function(client)
    client.contacts:merge_two { sourceContactId = A, targetContactId = B }
  end },
  { "contacts.enrich", set(C), {}, function(client)
    client.contacts:enrich { action = "Update", matchingIdentifiers = { { type = "Email", value = "a@b.test" } } }
  end },
  { "contacts.bulk.delete", set(A, B), set(A, B), function(client)
    client.contacts.bulk:delete { entities = { A, B } }
  end },
  { "organizations.bulk.update", set(A, B), set(A, B), function(client)
    client.organizations.bulk:update { entities = { { id = A }, { id = B } } }
  end },
  { "organizations.update", set(A, C), set(A), function(client) client.organizations:update(A, { name = "x" }) end },
  { "organizations.trustor.clear", set(A), set(A), function(client) client.organizations.trustor:clear(A) end },
  { "a raw request", set(A), set(A), function(client)
    client:request("PUT", "/api/v2/externalcontacts/contacts/{id}", { path = { id = A }, body = NAMES })
  end },
  { "contacts.get", {}, {}, function(client) client.contacts:get(A) end },
  { "contacts.bulk.get", {}, {}, function(client) client.contacts.bulk:get { entities = { A } } end },
  { "contacts.create", {}, {}, function(client) client.contacts:create(NAMES) end },
  { "contacts.notes.delete", {}, {}, function(client) client.contacts.notes:delete(A, B) end },
  { "notes.bulk.delete", {}, {}, function(client) client.notes.bulk:delete { entities = { A, B } } end },
  { "relationships.update", {}, {}, function(client) client.relationships:update(A, {}) end },
  { "contacts.enrich, a dry run", {}, {}, function(client)
    client.contacts:enrich({ action = "Update" }, { dry_run = true })
  end },
}

describe("changed records are announced", function()
  for _, case in ipairs(CALLS) do
    local name, after_success, after_loss, perform = case[1], case[2], case[3], case[4]
    it("by " .. name, function()
      assert.same(after_success, announced_by(perform))
      assert.same(after_loss, announced_by(perform, fake.failure("transport", "reset", "all")))
      assert.same({}, announced_by(perform, fake.failure("transport", "refused", "nothing")))
      assert.same({}, announced_by(perform, fake.json(400, {})))
    end)
  end

  it("with the results of a bulk request, which may be other contacts", function()
    assert.same(set(A, B, C), announced_by(function(client)
      client.contacts.bulk:update { entities = { { id = A }, { id = B } } }
    end, fake.json(200, { results = { { id = A, success = true, entity = { id = C } } } })))
  end)

  it("with each attempt that may have arrived, whatever comes of the call", function()
    local number = 0
    local ids = announced_by(function(client)
      client.contacts:update(A, NAMES)
    end, function()
      number = number + 1
      return number == 1 and fake.failure("timeout", "timeout", "all") or fake.json(404)
    end)
    assert.equal(2, number)
    assert.same(set(A), ids)
  end)

  it("by every operation that changes such a record by its path", function()
    local apart = { notes = true, journey = true }
    for _, row in ipairs(operations.list) do
      local space, rest = row.path:match "^/api/v2/externalcontacts/(%a+)/{[%a]+Id}(.*)$"
      if (space == "contacts" or space == "organizations") and row.effect ~= "read"
        and not apart[rest:match "^/(%a+)" or ""] then
        local arguments = {}
        for _, param in ipairs(row.params) do
          if param.place ~= "query" then
            arguments[#arguments + 1] = param.place == "body" and {} or arguments[1] and B or A
          end
        end
        local ids = announced_by(function(client)
          client.validate = false
          client:call(row.name, compat.unpack(arguments))
        end, fake.failure("transport", "reset", "all"))
        assert.same(set(A), ids, row.name)
      end
    end
  end)
end)
