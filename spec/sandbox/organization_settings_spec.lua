local sandbox = require "spec.support.sandbox"

describe("the sandbox's settings", function()
  local session
  sandbox.around({ contacts = 5, rate = 0 }, function(_, ...)
    session = ...
  end, setup, teardown, before_each)

  it("are read, replaced and reset", function()
    local defaults = { manuallyAssignDivisionsToInteractions = false, manuallyAssignDivisionsToContacts = false }
    assert.same(defaults, session:must("GET", "/settings"))
    assert.is_string(session:must("PUT", "/settings", { manuallyAssignDivisionsToContacts = true }).message)
    assert.is_true(session:must("GET", "/settings").manuallyAssignDivisionsToContacts)
    assert.equal(200, session:call("PUT", "/settings").status)
    assert.is_true(session:must("GET", "/settings").manuallyAssignDivisionsToContacts)
    assert.equal(400, session:call("PUT", "/settings", { manuallyAssignDivisionsToContacts = "yes" }).status)
    assert.is_string(session:must("DELETE", "/settings").message)
    assert.same(defaults, session:must("GET", "/settings"))
  end)

  for _, name in ipairs { "contacts", "organizations" } do
    it("include the limits and core types of the schemas of " .. name, function()
      local base = ("/%s/schemas/"):format(name)
      assert.equal(100, session:must("GET", base .. "limits").maxNumberOfFieldsPerSchema)
      local types = session:must("GET", base .. "coretypes")
      assert.equal(11, types.total)
      for _, entity in ipairs(types.entities) do
        assert.same(entity, session:must("GET", base .. "coretypes/" .. entity.name))
      end
      assert.equal(404, session:call("GET", base .. "coretypes/nothing").status)
    end)
  end
end)
