local libphonenumber = require "extcontacts.tidy.libphonenumber"
local programs = require "spec.support.programs"

describe("tidy.libphonenumber", function()
  it("finds the numbers that exist", function()
    programs.need("python3-phonenumbers", pending)
    assert.same({ ["+49301234567"] = true, ["+12125552368"] = true },
      libphonenumber.existing { "+49301234567", "+12125552368", "+490101245358", "+1" })
    assert.has_error(function() libphonenumber.existing { "+49 30; rm -r x" } end, "numbers must be in E.164")
  end)

  it("says how to install it if it is missing", function()
    local name, popen = "extcontacts.tidy.libphonenumber", io.popen
    package.loaded[name] = nil
    local fresh = require(name)
    package.loaded[name] = libphonenumber
    io.popen = function() -- luacheck: ignore 122
      return { read = function() return "" end, close = function() end }
    end
    local existing, problem = fresh.existing { "+49301234567" }
    io.popen = popen -- luacheck: ignore 122
    assert.is_nil(existing)
    assert.equal("libphonenumber's Python port is not installed (Debian: apt-get install python3-phonenumbers)",
      problem)
  end)

  it("needs no process for no numbers", function()
    assert.same({}, libphonenumber.existing {})
  end)
end)
