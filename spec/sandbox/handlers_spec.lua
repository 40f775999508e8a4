-- Every operation of the table, called by an independent client.  The specified
-- operations are tested here; those of the newer ones have specs of their own.

local api = require "spec.support.api"
local cjson = require "cjson"
local operations = require "extcontacts.api.operations"
local sandbox = require "spec.support.sandbox"
local valid_request = require "spec.support.valid_request"

local NOBODY = api.NOBODY

local specified = {}
do
  local file = assert(io.open("spec/fixtures/operations.json", "rb"))
  for _, operation in ipairs(cjson.decode(file:read("*a"))) do
    specified[operation.name] = true
  end
  file:close()
end

local served, newer = {}, {}
for _, row in ipairs(operations.list) do
  table.insert(specified[row.name] and served or newer, row)
end
local EMPTY_OBJECT = "^%s*{%s*}%s*$"

describe("the sandbox's operation", function()
  local server, session, powerless
  sandbox.around({ contacts = 300, rate = 0, client = { "powerless:secret:none" } }, function(...)
    server, session = ...
    powerless = api.session(server, "powerless", "secret")
  end, setup, teardown, before_each)

  -- What is checked before an operation runs, so that the path may name no record.
  local function checks_the_request(row)
    local path = valid_request.path(row, valid_request.unknown_ids())
    local body = row.body_model and {} or nil

    it("requires a token", function()
      local reply = session:call(row.method, path, body, { authorization = false })
      assert.equal(401, reply.status)
      assert.equal("authentication.required", reply.body.code)
      reply = session:call(row.method, path, body, { authorization = "Bearer made-up" })
      assert.equal(401, reply.status)
      assert.equal("bad.credentials", reply.body.code)
      assert.equal(reply.headers["inin-correlation-id"], reply.body.contextId)
    end)

    it("names the permissions it requires", function()
      local reply = powerless:call(row.method, path, body)
      assert.equal(403, reply.status)
      assert.equal(row.permissions_mode == "all" and "missing.permissions" or "missing.any.permissions",
        reply.body.code)
      for _, permission in ipairs(row.permissions) do
        assert.truthy(reply.body.message:find(permission, 1, true))
      end
    end)

    if row.body_model then
      it("requires a JSON object of the right content type and size", function()
        for _, content_type in ipairs { "text/plain", "application/x-www-form-urlencoded", "application/jsonx" } do
          local reply = session:call(row.method, path, body, { ["content-type"] = content_type })
          assert.equal(415, reply.status)
          assert.equal("unsupported.media.type", reply.body.code)
        end
        assert.equal(415, session:call(row.method, path, body, { ["content-type"] = false }).status)
        for _, param in ipairs(row.params) do
          if param.place == "body" and param.required then
            assert.equal(400, session:call(row.method, path, "").status)
          end
        end
        for _, text in ipairs { "{", "null", "[]", "7", '"text"', '{"a":1,}', "\255" } do
          local reply = session:call(row.method, path, text)
          assert.equal(400, reply.status, text)
          assert.equal("bad.request", reply.body.code)
        end
        local reply = session:call(row.method, path, '{"x":"' .. ("x"):rep(3 * 1024 * 1024) .. '"}')
        assert.equal(413, reply.status)
        assert.equal("request.entity.too.large", reply.body.code)
      end)
    end
  end

  for _, row in ipairs(served) do
    describe(row.short, function()
      it("returns its status and its model", function()
        local ids = valid_request.ids(session, row)
        local body = valid_request.body(row, ids)
        local reply = session:call(row.method, valid_request.path(row, ids), body)
        assert.equal(row.success_status, reply.status, reply.text)
        if not row.returns then
          assert.equal("", reply.text)
        elseif row.returns == "Empty" then
          assert.matches(EMPTY_OBJECT, reply.text)
        else
          assert.equal("application/json", reply.headers["content-type"])
          local listing = row.paging or row.returns == "DataSchemaListing" or row.short:find("versions$")
          if listing then
            assert.matches('"entities":%[', reply.text)
          elseif row.short == "lookup.reverse" then
            assert.matches('"contacts":%[%]', reply.text)
            assert.matches('"externalOrganizations":%[%]', reply.text)
          elseif row.short == "organizations.trustor.set" then
            assert.equal(ids.externalOrganizationId, reply.body.externalOrganizationId)
            assert.equal(NOBODY, reply.body.trustorOrgId)
          else
            assert.is_string(reply.body.id)
            assert.equal("/", reply.body.selfUri:sub(1, 1))
            assert.equal(row.path:match("^/api/v2/externalcontacts/%a+"),
              reply.body.selfUri:match("^/api/v2/externalcontacts/%a+"))
          end
        end
      end)

      checks_the_request(row)

      it("ignores an unknown query parameter", function()
        local ids = valid_request.ids(session, row)
        local body = valid_request.body(row, ids)
        local path = valid_request.path(row, ids)
        path = path .. (path:find("?", 1, true) and "&" or "?") .. "colour=red&expand="
        assert.equal(row.success_status, session:call(row.method, path, body).status)
      end)

      if row.path:find("{", 1, true) and row.short ~= "conversations.associate" then
        it("returns 404 for an unknown record", function()
          local ids = valid_request.unknown_ids()
          local body = valid_request.body(row, ids)
          local reply = session:call(row.method, valid_request.path(row, ids), body)
          assert.equal(404, reply.status)
          assert.equal(row.short == "contacts.delete" and "contact.not.found" or "not.found", reply.body.code)
          assert.equal(404, reply.body.status)
          assert.is_string(reply.body.message)
          assert.matches('"details":%[%]', reply.text)
          assert.matches('"errors":%[%]', reply.text)
        end)
      end

      if row.body_model then
        it("requires its required fields", function()
          local models = require "extcontacts.api.models"
          local ids = valid_request.ids(session, row)
          for _, field in ipairs(models[row.body_model].fields) do
            if field.required and not field.read_only then
              local body = valid_request.body(row, ids)
              body[field.wire] = nil
              local reply = session:call(row.method, valid_request.path(row, ids), body)
              assert.equal(422, reply.status, field.wire)
              assert.equal(field.wire, reply.body.details[1].fieldName:match("^%w+"))
            end
          end
        end)
      elseif row.effect == "update" then
        it("accepts any body, also null and an empty one", function()
          local path = valid_request.path(row, valid_request.ids(session, row))
          for _, body in ipairs { "null", "{}", "" } do
            assert.equal(row.success_status, session:call(row.method, path, body).status)
          end
        end)
      end

      for _, param in ipairs(row.params) do
        if param.place == "query" and param.enum then
          it("rejects an unknown value of " .. param.wire .. ", and accepts both forms of lists", function()
            local path = valid_request.path(row, valid_request.ids(session, row))
            local join = path:find("?", 1, true) and "&" or "?"
            local reply = session:call(row.method, path .. join .. param.wire .. "=nothing")
            assert.equal(400, reply.status)
            assert.equal("invalid.value", reply.body.code)
            local commas = session:must("GET", path .. join .. param.wire .. "=" .. table.concat(param.enum, ","))
            local encoded = session:must("GET", path .. join .. param.wire .. "=" .. table.concat(param.enum, "%2C"))
            local repeated = session:must("GET", path .. join .. param.wire .. "="
              .. table.concat(param.enum, "&" .. param.wire .. "="))
            commas.selfUri, encoded.selfUri, repeated.selfUri = nil, nil, nil
            for _, uri in ipairs { "firstUri", "lastUri", "nextUri" } do
              commas[uri], encoded[uri], repeated[uri] = nil, nil, nil
            end
            assert.same(commas, encoded)
            assert.same(commas, repeated)
          end)
        end
      end
    end)
  end

  for _, row in ipairs(newer) do
    describe(row.short, function()
      checks_the_request(row)
    end)
  end

  it("reads the body of an operation that can do without one only if there is one", function()
    assert.equal(200, session:call("PUT", "/settings").status)
    assert.equal(400, session:call("PUT", "/settings", "{").status)
  end)

  it("is counted by its short name", function()
    for _, row in ipairs(served) do
      local ids = valid_request.unknown_ids()
      session:call(row.method, valid_request.path(row, ids), valid_request.body(row, ids))
    end
    local counters = server:control("GET", "/sandbox/counters")
    for _, row in ipairs(served) do
      assert.is_table(counters.by_operation[row.short], row.short)
    end
  end)

  it("is not found for an unknown path, and not allowed for an unknown method", function()
    local reply = session:call("GET", "/nothing")
    assert.equal(404, reply.status)
    assert.equal("not.found", reply.body.code)
    reply = session:call("PATCH", "/contacts")
    assert.equal(405, reply.status)
    assert.equal("GET, POST", reply.headers.allow)
    assert.equal(405, session:call("DELETE", "/organizations/schemas/" .. NOBODY).status)
  end)
end)
