local libphonenumber = require "extcontacts.tidy.libphonenumber"

describe("tidy.libphonenumber", function()
  it("finds the numbers that exist", function()
    local python, missing = libphonenumber.installed()
    if not python then
      pending("NOT RUN: " .. missing)
      return
    end
    assert.same({ ["+49301234567"] = true, ["+12125552368"] = true },
      libphonenumber.existing { "+49301234567", "+12125552368", "+490101245358", "+1" })
    assert.has_error(function() libphonenumber.existing { "+49 30; rm -r x" } end, "numbers must be in E.164")
  end)

  it("needs no process for no numbers", function()
    assert.same({}, libphonenumber.existing {})
  end)
end)
