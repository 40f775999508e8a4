-- `assert(client.contacts:get(id))` raised nil instead of the error object on
-- LuaJIT, whose `assert` raises the last of its arguments: a failed call gave
-- `nil, err, nil`, three values.
local ec = require "extcontacts"
local fake = require "spec.support.fake"

-- Lua's own: busted puts another in its place.
local lua_assert = package.loaded._G.assert

describe("assert around a failed call", function()
  for name, call in pairs {
    ["by its short name"] = function(client)
      return client.contacts:get("1")
    end,
    ["by its canonical name"] = function(client)
      return client:get_externalcontacts_contact("1")
    end,
    ["by name"] = function(client)
      return client:call("contacts.get", "1")
    end,
  } do
    it("raises the error object, called " .. name, function()
      local client = fake.client({ fake.json(404, {}) }).client
      local ok, err = pcall(function()
        lua_assert(call(client))
      end)
      assert.is_false(ok)
      assert.is_true(ec.is_error(err))
      assert.equal(404, err.status)
    end)
  end
end)
