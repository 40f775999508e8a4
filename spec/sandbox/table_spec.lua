-- Every row of the operation table, called once with a valid request.

local api = require "spec.support.api"
local model_check = require "spec.support.model_check"
local operations = require "extcontacts.api.operations"
local sandbox = require "spec.support.sandbox"
local valid_request = require "spec.support.valid_request"

-- Operations whose answer differs from the table, and why.
local OTHER_STATUS = {
  ["organizations.enrich"] = 201, -- it creates the organization
}
local OTHER_MODEL = {
  ["contacts.schemas.versions"] = "DataSchemaListing",
  ["organizations.schemas.versions"] = "DataSchemaListing",
}

describe("the sandbox and the operation table:", function()
  local server, session
  sandbox.around({ contacts = 60, rate = 0, divisions = 2 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  for _, row in ipairs(operations.list) do
    it(row.short .. " returns its status and its model", function()
      local ids = valid_request.ids(session, row)
      local path = valid_request.path(row, ids)
      local body = valid_request.body(row, ids)
      local reply = session:call(row.method, path, body)
      assert.not_equal(501, reply.status)
      assert.equal(OTHER_STATUS[row.short] or row.success_status, reply.status, reply.text)
      local model = OTHER_MODEL[row.short] or row.returns
      if not model then
        assert.equal("", reply.text)
      else
        assert.equal("application/json", reply.headers["content-type"])
        assert.is_nil(model_check(reply.body, model))
        if row.paging or reply.body.entities then
          assert.is_true(#reply.body.entities > 0, "an empty listing")
        end
      end
      for _, entry in ipairs(reply.body and reply.body.results or {}) do
        assert.is_true(entry.success, reply.text)
      end
      assert.equal(row.short, server:control("GET", "/sandbox/ledger?limit=1")[1].operation)
    end)
  end

  it("paths that no row has are not found", function()
    assert.equal(404, session:call("GET", "/graphs").status)
    assert.equal(405, session:call("DELETE", "/graphs/settings").status)
    assert.equal(404, session:call("GET", "/contacts/schemas/coretypes/nothing").status)
    assert.equal(404, session:call("GET", "/graphs/clusterscans/" .. api.NOBODY).status)
  end)
end)
