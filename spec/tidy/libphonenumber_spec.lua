local core = require "extcontacts.core"
local libphonenumber = require "extcontacts.tidy.libphonenumber"
local phones = require "extcontacts.tidy.phones"
local programs = require "spec.support.programs"

describe("tidy.libphonenumber", function()
  it("finds the numbers that exist", function()
    programs.need("python3-phonenumbers", pending)
    assert.same({ ["+49301234567"] = true, ["+12125552368"] = true },
      libphonenumber.existing { "+49301234567", "+12125552368", "+490101245358", "+1" })
    assert.has_error(function() libphonenumber.existing { "+49 30; rm -r x" } end, "numbers must be in E.164")
  end)

  it("answers one number after the other, in one process", function()
    programs.need("python3-phonenumbers", pending)
    local checker = assert(libphonenumber.start())
    assert.matches("^%d+%.%d+%.%d+$", checker.version)
    assert.is_true(checker.date == nil or checker.date:find "^%d%d%d%d%-%d%d%-%d%d$" ~= nil)
    assert.is_true(checker:exists "+49301234567")
    assert.is_false(checker:exists "+490101245358")
    -- Either it knows the numbers of today, or it says that it does not.
    assert.equal(not checker:exists "+2290195123456", checker.outdated["229"] == true)
    local many, expected = {}, {}
    for index = 1, 500 do
      many[index] = "+4930" .. (1000000 + index)
      expected[many[index]] = true
    end
    assert.same(expected, checker:existing(many))
    checker:close()
    assert.same({ nil, "libphonenumber's Python port failed: it is closed" }, { checker:exists "+49301234567" })
  end)

  -- `start` with programs in place of Python.
  local function start_with(answer)
    local child = core.child
    core.child = { start = function()
      return child.start { "/bin/sh", "-c", answer }
    end }
    local ok, checker, problem = pcall(libphonenumber.start)
    core.child = child
    assert.is_true(ok, checker)
    return checker, problem
  end

  it("says how to install it if it is missing, and what is wrong if it fails", function()
    assert.same({ nil, "libphonenumber's Python port is not installed (Debian: apt-get install python3-phonenumbers)" },
      { start_with "exit 1" })
    assert.same({ nil, "libphonenumber's Python port failed: its answer is not one" },
      { start_with "read -r a; echo what" })
    local checker = assert(start_with "read -r a; echo version 9.9.9 - 0; read -r b; echo 1; read -r c; echo x; read d")
    assert.equal("9.9.9", checker.version)
    assert.is_nil(checker.date)
    assert.is_true(checker.outdated["229"])
    assert.is_true(checker:exists "+49301234567")
    assert.same({ nil, "libphonenumber's Python port failed: its answer is not one" }, { checker:exists "+4930" })
    assert.same({ nil, "libphonenumber's Python port failed: it is closed" }, { checker:exists "+4930" })
  end)

  it("never disagrees with our reader, which makes no number of a short one", function()
    programs.need("python3-phonenumbers", pending)
    local pipe = assert(io.popen("/usr/bin/python3 spec/support/phone_numbers.py", "r"))
    local same, short, skipped = 0, 0, 0
    for line in pipe:lines() do
      local region, text, expected = line:match "^(%S+)\t(.*)\t(.*)$"
      local number = phones.is_region(region) and phones.parse(text, region)
      local e164 = number and number.e164
      if expected == "-" then
        short = short + 1
        assert.is_nil(e164 or nil, region .. " " .. text)
      elseif expected ~= "?" and e164 then
        same = same + 1
        assert.equal(expected, e164, region .. " " .. text)
      elseif expected ~= "?" then
        skipped = skipped + 1
      end
    end
    pipe:close()
    assert.is_true(same > 5000 and short > 500 and skipped < 0.25 * same, ("%d, %d, %d"):format(same, short, skipped))
  end)

  it("needs no process for no numbers", function()
    assert.same({}, libphonenumber.existing {})
  end)
end)
