-- From bound arguments to the request on the wire.
local ec = require "extcontacts"
local errors = require "extcontacts.base.errors"
local operations = require "extcontacts.api.operations"
local params = require "extcontacts.api.params"
local request = require "extcontacts.api.request"

local CONFIG = { base_url = "https://api.example.test" }

local function bound(short, ...)
  return operations.by_short[short], assert(params.bind(operations.by_short[short], select("#", ...), { ... }))
end

local function build(config, short, ...)
  local row, args = bound(short, ...)
  return request.build(row, args, config)
end

describe("request.build", function()
  for _, row in ipairs(operations.list) do
    it("puts the arguments of " .. row.short .. " where its row says", function()
      local list = {}
      for index, name in ipairs(row.positional) do
        list[index] = row.by_name[name].place == "body" and { a = 1 } or name .. "/1"
      end
      local wire = assert(request.build(row, assert(params.bind(row, #list, list)), CONFIG))
      local path = row.path:gsub("{(%w+)}", function(placeholder)
        return placeholder:gsub("%u", function(letter)
          return "_" .. letter:lower()
        end) .. "%2F1"
      end)
      assert.equal(row.method, wire.method)
      assert.equal(row.name, wire.operation)
      assert.equal(path, wire.path)
      assert.equal(row.short == "lookup.reverse" and "lookupVal=lookup_val%2F1" or "", wire.query)
      assert.equal(CONFIG.base_url .. path .. (wire.query == "" and "" or "?" .. wire.query), wire.url)
      local body = row.by_name.body or row.by_name.identifier
      assert.equal(body and body.required and '{"a":1}' or nil, wire.body)
    end)
  end

  it("keeps the base URL's path", function()
    local wire = build({ base_url = "http://127.0.0.1:8080/gateway" }, "contacts.get", "x")
    assert.equal("http://127.0.0.1:8080/gateway/api/v2/externalcontacts/contacts/x", wire.url)
    assert.equal("/api/v2/externalcontacts/contacts/x", wire.path)
  end)

  it("encodes the query: comma-separated lists, booleans, reserved bytes", function()
    local wire = build(CONFIG, "organizations.list", {
      q = "a&b=c+d é", trustor_id = { "x,y", "z" }, include_trustors = false, page_size = 100,
    })
    assert.equal("pageSize=100&q=a%26b%3Dc%2Bd%20%C3%A9&trustorId=x%2Cy,z&includeTrustors=false", wire.query)
  end)

  it("accepts JSON, and states a content type with a body and where there could be one", function()
    assert.same({ { "Accept", "application/json" } }, build(CONFIG, "contacts.get", "x").headers)
    assert.same({ { "Accept", "application/json" } }, build(CONFIG, "contacts.delete", "x").headers)
    assert.same({ { "Accept", "application/json" }, { "Content-Type", "application/json" } },
      build(CONFIG, "contacts.promote", "x").headers)
    assert.same({ { "Accept", "application/json" }, { "Content-Type", "application/json" } },
      build(CONFIG, "contacts.create", {}).headers)
  end)

  it("adds the client's headers, then the call's", function()
    local config = { base_url = CONFIG.base_url, headers = { ["x-client"] = "1" } }
    assert.same({ { "Accept", "application/json" }, { "x-client", "1" }, { "x-call", "2" } },
      build(config, "contacts.get", "x", { headers = { ["x-call"] = "2" } }).headers)
    assert.same({ ["x-client"] = "1" }, config.headers)
  end)

  it("contains no authorization, and no personal data in its text", function()
    local wire = build(CONFIG, "contacts.create", { lastName = "Lovelace" }, { query = { a = "secret" } })
    for _, header in ipairs(wire.headers) do
      assert.not_equal("authorization", header[1]:lower())
    end
    assert.equal("POST /api/v2/externalcontacts/contacts (body of 23 bytes)", tostring(wire))
    assert.equal("GET /api/v2/externalcontacts/contacts/x",
      tostring(build(CONFIG, "contacts.get", "x", { query = { a = "secret" } })))
  end)

  -- What cannot be sent: the operation, its arguments, the argument in
  -- `details`, and what the message names.
  local cases = {
    { "an empty id", "contacts.get", { "" }, "contactId", "contactId" },
    { "an id that is a step in the path", "contacts.notes.get", { "c", ".." }, "noteId", "noteId" },
    { "null in the query", "contacts.get", { "c", { query = { a = ec.null } } }, "a", "query parameter 'a' is null" },
    { "a number that JSON does not have", "contacts.create", { { workPhone = { extension = 0 / 0 } } }, nil,
      "workPhone.extension" },
    { "a value that JSON does not have", "contacts.create", { { title = print } }, nil, "title" },
    { "a body that is not UTF-8", "contacts.create", { { lastName = "M\252ller" } }, nil, "lastName" },
  }
  for _, case in ipairs(cases) do
    it("returns an error for " .. case[1], function()
      local row = operations.by_short[case[2]]
      local wire, err = request.build(row, assert(params.bind(row, #case[3], case[3])), CONFIG)
      assert.is_nil(wire)
      assert.is_true(errors.is_error(err))
      assert.same({ "invalid", row.name, row.method }, { err.kind, err.operation, err.method })
      assert.matches(case[5], err.message, 1, true)
      if case[4] then
        assert.equal(case[4], err.details.argument)
      end
    end)
  end
end)
