local server_options = require "extcontacts.sandbox.server_options"

describe("server_options", function()
  local function check(key, value, name)
    return server_options.check(server_options.by_key[key], value, name)
  end

  it("accepts numbers as strings", function()
    assert.equal(5, check("contacts", "5"))
    assert.equal(0.5, check("empty_pages", 0.5))
    assert.equal(400, check("invalid_status", "400"))
    assert.is_true(check("tls", true))
  end)

  it("names the option and says what is wrong with it", function()
    for _, case in ipairs {
      { "contacts", "many", "option 'contacts' must be a number, got string" },
      { "contacts", 1.5, "option 'contacts' must be a whole number" },
      { "contacts", 2 ^ 31, "option 'contacts' must be at most 2147483647" },
      { "window", 0, "option 'window' must be at least 0.01" },
      { "invalid_status", 404, "option 'invalid_status' must be one of 422, 400" },
      { "cursor_end", "blnk", "option 'cursor_end': unknown value 'blnk', did you mean 'blank'?" },
      { "cursor_once", 1, "option 'cursor_once' must be a boolean, got number" },
      { "region", 49, "option 'region' must be a string, got number" },
    } do
      local value, misuse = check(case[1], case[2])
      assert.is_nil(value)
      assert.equal(case[3], misuse)
    end
    assert.equal("option '--port' must be at most 65535", select(2, check("port", 70000, "--port")))
  end)

  it("has defaults, and a twentieth of the contacts as organizations", function()
    local settings = server_options.complete { contacts = 1000 }
    assert.equal(50, settings.organizations)
    assert.equal(300, settings.rate)
    assert.is_false(settings.tls)
    assert.same({}, settings.fault)
    assert.equal(5, server_options.complete({ contacts = 1 }).organizations)
    assert.equal(0, server_options.complete({ contacts = 0 }).organizations)
    assert.equal(7, server_options.complete({ contacts = 0, organizations = 7 }).organizations)
  end)
end)
