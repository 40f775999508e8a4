-- Replies as values and errors.
local errors = require "extcontacts.base.errors"
local fake = require "spec.support.fake"
local json = require "extcontacts.base.json"
local models = require "extcontacts.api.models"
local operations = require "extcontacts.api.operations"
local params = require "extcontacts.api.params"
local response = require "extcontacts.api.response"

local function row_of(short)
  return operations.by_short[short]
end

-- The error of a reply to an operation, by its short name and arguments.
local function failure(reply, short, ...)
  local row = row_of(short or "contacts.get")
  local args = select("#", ...) > 0 and assert(params.bind(row, select("#", ...), { ... })) or nil
  local value, err = response.classify(row, reply, args)
  assert.is_nil(value)
  assert.is_true(errors.is_error(err))
  return err
end

describe("the error of a reply", function()
  it("contains the server's error body", function()
    local err = failure(fake.json(404, {
      message = "The requested resource was not found.", code = "not.found", status = 404,
      contextId = "ctx-1", details = { { errorCode = "x" } },
    }))
    assert.equal("http", err.kind)
    assert.equal(404, err.status)
    assert.equal("not.found", err.code)
    assert.equal("The requested resource was not found.", err.message)
    assert.equal("ctx-1", err.correlation_id)
    assert.is_false(err.retryable)
    assert.equal("x", err.details[1].errorCode)
  end)

  for status, kind in pairs {
    [400] = "http", [401] = "auth", [403] = "auth", [404] = "http", [409] = "conflict",
    [429] = "throttled", [422] = "http", [500] = "http",
  } do
    it("is of kind " .. kind .. " for the API's own " .. status, function()
      local err = failure(fake.json(status))
      assert.equal(kind, err.kind)
      assert.is_true(err.from_api)
    end)
  end

  -- Bodies that come with a 404 and are not the API's.
  for name, reply in pairs {
    ["an empty body"] = fake.foreign(404, ""),
    ["HTML"] = fake.foreign(404),
    ["half a body"] = fake.foreign(404, '{"message":"m","code":"not.found","status":404'),
    ["a list"] = fake.foreign(404, "[]"),
    ["an empty object"] = fake.foreign(404, "{}"),
    ["a message only"] = fake.foreign(404, '{"message":"no Route matched with those values"}'),
    ["an id and nothing else"] = fake.foreign(404, '{"contextId":"c"}'),
    ["another framework's object"] = fake.foreign(404,
      '{"timestamp":"2026-01-01T00:00:00Z","status":404,"error":"Not Found","path":"/"}'),
    ["no correlation id"] = fake.foreign(404, '{"message":"m","code":"not.found","status":404}'),
    ["another status in the body"] = fake.foreign(404,
      '{"message":"m","code":"not.found","status":403,"contextId":"c"}'),
  } do
    it("is not the API's with " .. name, function()
      local err = failure(reply)
      assert.is_false(err.from_api)
      assert.equal("http", err.kind)
      assert.is_nil(err.code)
      assert.matches("not from the API", err.message, 1, true)
      assert.is_nil(tostring(err):find("<html>", 1, true))
    end)
  end

  it("is the API's with the correlation id in the header only", function()
    local body = '{"message":"m","status":404}'
    assert.is_true(failure(fake.foreign(404, body, { ["inin-correlation-id"] = "c-1" })).from_api)
  end)

  it("does not name roles, records or the token for a firewall's answer", function()
    for _, status in ipairs { 400, 403, 404, 409, 413, 422, 451, 500 } do
      local err = failure(fake.foreign(status), "contacts.update", "a", {})
      assert.equal("http", err.kind)
      assert.matches("firewall", err.message)
      assert.matches("text/html", err.message, 1, true)
      assert.is_nil(err.message:find("externalContacts:", 1, true))
    end
    assert.equal("auth", failure(fake.foreign(401)).kind)
    assert.equal("throttled", failure(fake.foreign(429)).kind)
    assert.equal("a gateway failed", failure(fake.foreign(502)).message)
  end)

  it("names the required permissions", function()
    assert.matches("externalContacts:contact:view", tostring(failure(fake.json(403))), 1, true)
    local both = {}
    for name, value in pairs(row_of "contacts.get") do
      both[name] = value
    end
    both.permissions, both.permissions_mode = { "a:view", "b:view" }, "all"
    assert.matches("required: a:view and b:view", response.failure(both, fake.json(403)).message, 1, true)
    both.permissions_mode = "any"
    assert.matches("required: a:view or b:view", response.failure(both, fake.json(403)).message, 1, true)
  end)

  it("says that redirects are not followed", function()
    assert.matches("base_url", failure(fake.json(302)).message)
  end)

  it("names a cache and a proxy that answer", function()
    assert.matches("cache", failure(fake.foreign(304, "")).message)
    assert.matches("option proxy", failure(fake.foreign(407)).message, 1, true)
  end)

  it("is one line of bounded length", function()
    local err = failure(fake.json(400, { message = "a\r\nb" .. ("x"):rep(1000) }))
    assert.matches("^a b", err.message)
    assert.is_true(#err.message < 510)
  end)

  it("masks the values of the request", function()
    local err = failure(fake.json(400, { message = "Value [+13175550100] of Ann Lee is not valid" }),
      "contacts.create", { firstName = "Ann", cellPhone = { display = "+13175550100" } })
    assert.equal("Value […] of … Lee is not valid", err.message)
    err = failure(fake.json(400, { message = "no ann@x.org here" }), "lookup.reverse", "ann@x.org")
    assert.equal("no … here", err.message)
  end)

  it("masks a short value only as a word", function()
    local err = failure(fake.json(400, { message = "Ann: channel" }), "contacts.create", { firstName = "Ann" })
    assert.equal("…: channel", err.message)
  end)
end)

describe("a reply with status 2xx", function()
  it("is an error unless it is JSON", function()
    local err = failure { status = 200, headers = { ["content-type"] = "text/html" }, body = "<p>hi</p>" }
    assert.equal("decode", err.kind)
    assert.matches("text/html", tostring(err), 1, true)
    assert.is_nil(tostring(err):find("<p>", 1, true))
    assert.equal("decode", failure({ status = 200, headers = {}, body = '{"id":"x"' }).kind)
    assert.equal("protocol", failure({ status = 200, headers = {}, body = "3" }).kind)
  end)

  it("may be empty only for an operation that returns no record", function()
    for _, row in ipairs(operations.list) do
      local returns_nothing = row.returns == nil or row.returns == "Empty"
      for _, status in ipairs { 200, 202, 204 } do
        local may_be_empty = returns_nothing or row.short == "settings.delete" and status == 204
        local value, err = response.classify(row, fake.json(status))
        assert.equal(may_be_empty or nil, value, row.short)
        assert.equal(not may_be_empty and "protocol" or nil, err and err.kind, row.short)
      end
    end
    for _, short in ipairs { "contacts.delete", "organizations.trustor.clear", "conversations.associate" } do
      assert.is_true((response.classify(row_of(short), fake.json(200))))
      assert.is_true((response.classify(row_of(short), fake.json(204))))
    end
    assert.same({}, (response.classify(row_of "contacts.delete", fake.json(200, {}))))
  end)

  it("must have an id where the operation returns a record", function()
    local count = 0
    for _, row in ipairs(operations.list) do
      if row.returns and models[row.returns].by_wire.id and row.id_field ~= false then
        count = count + 1
        for _, body in ipairs { {}, { name = "x" }, { id = 7 }, { id = json.null } } do
          local err = failure(fake.json(200, body), row.short)
          assert.equal("protocol", err.kind)
          assert.equal(("the answer is a %s without an id"):format(row.returns), err.message)
        end
        assert.equal("x", (response.classify(row, fake.json(200, { id = "x" }))).id)
      end
    end
    assert.is_true(count > 15)
  end)

  it("may be the listing that servers send instead of the specified record", function()
    for _, short in ipairs { "contacts.schemas.versions", "organizations.schemas.versions" } do
      local row = row_of(short)
      assert.equal("s", (response.classify(row, fake.json(200, { id = "s" }))).id)
      local listing = { total = 1, entities = json.array { { id = "s" } } }
      assert.same(listing, (response.classify(row, fake.json(200, listing))))
      assert.equal("the answer's entities are not an array",
        failure(fake.json(200, { entities = { id = "s" } }), short).message)
    end
  end)

  it("is an error if it is the API's error body, for every operation", function()
    for _, row in ipairs(operations.list) do
      for _, body in ipairs {
        { code = "not.found", message = "x", status = 404 }, { message = "x", status = 500 },
        { code = "internal.server.error", status = 500, contextId = "c", details = {} },
      } do
        local err = failure(fake.json(200, body), row.short)
        assert.equal("protocol", err.kind, row.short)
        assert.matches("the answer is an error", err.message)
        assert.is_nil(err.from_api)
      end
    end
    -- A record may have such fields.
    local record = { id = "a", code = "x", message = "x", status = 404 }
    assert.same(record, (response.classify(row_of "contacts.get", fake.json(200, record))))
  end)

  it("has records in its arrays, and names what is none", function()
    local count = 0
    for _, row in ipairs(operations.list) do
      local model = row.returns and models[row.returns]
      for _, field in ipairs(model and not model.by_wire.id and model.fields or {}) do
        if field.shape == "array" and models[field.type] and not row.id_field then
          count = count + 1
          for body, message in pairs {
            ['{"%s":[{"id":"a"},null]}'] = "the answer's %s[2] is not a record",
            ['{"%s":[null]}'] = "the answer's %s[1] is not a record",
            ['{"%s":[{"id":"a"},{"id":"b"},7,null]}'] = "the answer's %s[3] is not a record",
            ['{"%s":{"a":1}}'] = "the answer's %s are not an array",
            ['{"%s":"a"}'] = "the answer's %s are not an array",
            ['{"data":[]}'] = "the answer is not a " .. row.returns .. ": it has none of its fields",
          } do
            local err = failure({ status = 200, headers = {}, body = body:format(field.wire) }, row.short)
            assert.same({ "protocol", message:format(field.wire) }, { err.kind, err.message }, row.short)
          end
          for _, body in ipairs { '{"%s":[]}', '{"%s":null}', '{"%s":[{}]}', "{}" } do
            assert.is_table((response.classify(row, { status = 200, headers = {}, body = body:format(field.wire) })))
          end
        end
      end
    end
    assert.is_true(count > 10)
  end)

  it("is limited in its depth by the client's option", function()
    local deep = { status = 200, headers = {}, body = '{"id":"a","b":' .. ("["):rep(200) .. ("]"):rep(200) .. "}" }
    local _, err = response.classify(row_of "contacts.get", deep, nil, { max_depth = 128 })
    assert.same({ "decode", "the answer is nested too deeply; raise max_depth" }, { err.kind, err.message })
    assert.equal("a", (response.classify(row_of "contacts.get", deep, nil, { max_depth = 201 })).id)
    local self = fake.client({ deep, deep }, { max_depth = 900 })
    assert.equal("a", self.client.contacts:get("a").id)
    self = fake.client { deep }
    assert.equal("decode", select(2, self.client.contacts:get "a").kind)
  end)

  it("of a create of several records, or of an upload, need not have an id", function()
    assert.same({ results = {} }, (response.classify(row_of "contacts.bulk.create", fake.json(200, { results = {} }))))
    local err = failure(fake.json(201, { id = "x" }), "imports.csv.uploads.create")
    assert.equal("the answer is a CsvUploadResponse without uploadId", err.message)
    assert.is_table((response.classify(row_of "imports.csv.uploads.create", fake.json(201, { uploadId = "x" }))))
  end)

  it("is passed to on_body before it is decoded", function()
    local seen
    local args = { on_body = function(reply) seen = response.ending(reply, 4) end }
    assert.same({ id = "a" }, (response.classify(row_of "contacts.get", fake.json(200, { id = "a" }), args)))
    assert.equal('{"id":"a"}', seen)
  end)
end)

describe("a header", function()
  -- By a server's clock of 1795546554, Tue, 24 Nov 2026 18:55:54 GMT.
  for value, seconds in pairs {
    [" 7 "] = 7, ["0"] = 0, ["3.5"] = 3.5, ["3."] = 3, ["3, 3"] = 3, ["3, 9, 4"] = 9, ["soon, 4"] = false,
    ["86401"] = 86400, [("9"):rep(400)] = 86400, ["-1"] = false, ["1e3"] = false, ["0x10"] = false, ["nan"] = false,
    ["inf"] = false, ["soon"] = false, [""] = false, [","] = false,
    ["Tue, 24 Nov 2026 18:55:58 GMT"] = 4,
    ["Tuesday, 24-Nov-26 18:55:58 GMT"] = 4,
    ["Tue Nov 24 18:55:58 2026"] = 4,
    ["Tue, 24 Nov 2026 19:55:54 GMT"] = 3600,
    ["Tue, 24 Nov 2026 18:55:50 GMT"] = 0,
    ["Tue, 24 Nov 2099 18:55:50 GMT"] = 86400,
    ["Tue, 24 Nov 2026 18:55:58 GMT, Tue, 24 Nov 2026 18:55:58 GMT"] = 4,
    ["3, Tue, 24 Nov 2026 18:55:58 GMT"] = 4,
    ["Tue, 24 Nov 2026 18:55:58 CET"] = false,
  } do
    it(("Retry-After: %.60s"):format(value), function()
      assert.equal(seconds or nil, response.retry_after({ ["retry-after"] = value }, 1795546554))
    end)
  end

  it("Retry-After with a date counts by the server's clock, from the same answer if need be", function()
    local date = "Tue, 24 Nov 2026 18:55:58 GMT"
    assert.is_nil(response.retry_after { ["retry-after"] = date })
    assert.is_nil(response.retry_after {})
    local reply = fake.json(429, nil, { ["retry-after"] = date, date = "Tue, 24 Nov 2026 18:55:54 GMT" })
    assert.equal(4, failure(reply).retry_after)
  end)

  it("with a correlation id counts only if it can be shown", function()
    assert.equal("c-1", response.correlation_id { ["inin-correlation-id"] = "c-1" })
    assert.is_nil(response.correlation_id { ["inin-correlation-id"] = "a\r\nb" })
    assert.is_nil(response.correlation_id { ["inin-correlation-id"] = ("a"):rep(129) })
  end)
end)
