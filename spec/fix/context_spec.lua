-- The `ctx` of a fix's functions.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

describe("ctx", function()
  local place = fixes.fresh_place(before_each, after_each)

  it("opens files next to the plan", function()
    place:plan {
      source = fix.ids(place:ids(2)),
      finish = function(ctx)
        ctx.output "found.csv":write("a,", 1, "\n")
      end,
    }
    assert.equal("a,1\n", place:read "p.found.csv")
    assert.matches("ctx.output takes a file name",
      place:plan_problem { finish = function(ctx) ctx.output "../x" end }, 1, true)
    local _, err = fix.plan(place.client, fixes.define { finish = function(ctx) ctx.output "x" end })
    assert.matches("ctx.output needs a plan that is written to a file", err.message, 1, true)
  end)

  it("groups values by key, in a file that disappears", function()
    local groups = {}
    place:plan {
      source = fix.ids(place:ids(4)),
      prepare = function(ctx) groups.made = ctx.groups() end,
      change = function(contact) groups.made:add("all", contact.id) end,
      finish = function()
        for key, values in groups.made:each() do
          groups[key] = values
        end
      end,
    }
    assert.same(place:ids(4), groups.all)
    assert.error_matches(function() groups.made:add("a", "b") end, "the groups are closed")
  end)

  it("reads through a client that refuses to write", function()
    local named
    place:plan {
      source = fix.ids(place:ids(1)),
      prepare = function(ctx)
        named = assert(ctx.client.contacts:get(place:ids(1)[1])).id
        assert(ctx.client:call("contacts.get", named))
        assert(ctx.client:request("GET", "/api/v2/externalcontacts/contacts/" .. named))
        for _ in ctx.client:scan_organizations { max_items = 1 } do end
        for id, contact in ctx.client.contacts:get_many { named } do
          assert(contact.id == id)
        end
      end,
    }
    assert.equal(place:ids(1)[1], named)
    for _, write in ipairs {
      function(ctx) ctx.client.contacts:export { path = "x" } end,
      function(ctx) ctx.client.contacts:delete("x") end,
      function(ctx) ctx.client.contacts:delete_many { "x" } end,
      function(ctx) ctx.client.notes:create_many {} end,
      function(ctx) ctx.client.contacts.notes:create("x", {}) end,
      function(ctx) ctx.client:delete_externalcontacts_contact("x") end,
      function(ctx) ctx.client:call("contacts.delete", "x") end,
      function(ctx) ctx.client:request("POST", "/api/v2/externalcontacts/contacts", { body = {} }) end,
      function(ctx) ctx.client:call("request", "DELETE", "/api/v2/externalcontacts/contacts/x") end,
    } do
      assert.matches("writes, which a fix can't do while it is planned",
        place:plan_problem { prepare = write }, 1, true)
    end
    assert.matches("'validate' of the client can't be set in a fix",
      place:plan_problem { prepare = function(ctx) ctx.client.validate = false end }, 1, true)
  end)
end)
