-- Every row of the operation table, called once with a valid request.

local api = require "spec.support.api"
local conforms = require "spec.support.conforms"
local operations = require "extcontacts.api.operations"
local sandbox = require "spec.support.sandbox"
local valid_request = require "spec.support.valid_request"

-- Operations whose status differs from the table, and why.
local OTHER_STATUS = {
  ["organizations.enrich"] = 201, -- it creates the organization
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
      if not row.returns then
        assert.equal("", reply.text)
      else
        assert.equal("application/json", reply.headers["content-type"])
        assert.same({}, conforms.check(row.method, api.base .. path:gsub("%?.*$", ""), reply.text))
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
