-- Creates whose replies are lost while this machine's clock is wrong: the journal has
-- the server's time, so that a later run finds the records.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local settle = require "extcontacts.fix.execute.settle"

local place = fixes.fresh_place(before_each, after_each)
local real_time, real_date = os.time, os.date

-- Runs `fn` with this machine's clock off by some seconds.
local function with_clock(ahead, fn)
  rawset(os, "time", function(value)
    return value and real_time(value) or real_time() + ahead
  end)
  rawset(os, "date", function(format, time)
    return real_date(format, time or os.time())
  end)
  local ok, err = pcall(fn)
  rawset(os, "time", real_time)
  rawset(os, "date", real_date)
  if not ok then
    error(err, 0)
  end
end

local function count_of(name)
  local count = 0
  for contact in place.direct:scan_contacts() do
    count = count + (contact.lastName == name and 1 or 0)
  end
  return count
end

describe("a create whose reply is lost is found and not sent again", function()
  for name, ahead in pairs {
    -- Seconds by which the clock is ahead in the first run, and in the second.
    ["with an exact clock"] = { 0, 0 },
    ["although the clock was fast and is corrected"] = { 3600, 0 },
    ["although the clock was slow and is corrected"] = { -3600, 0 },
    ["although the clock has become fast"] = { 0, 3600 },
    ["although the clock has become slow"] = { 0, -3600 },
  } do
    it(name, function()
      place:plan {
        source = fix.ids(place:ids(1)),
        change = function()
          return { fix.create("contact", { firstName = "Ann", lastName = "Clock", workEmail = "clock@example.com" }) }
        end,
      }
      place.server:control("POST", "/sandbox/settings", { search_lag = 1 })
      place:faults { operation = "contacts.create", nth = 1, drop = "after" }
      with_clock(ahead[1], function()
        local client = fixes.client(place.server, { on_ambiguous = "error" })
        assert.equal(1, assert(fix.apply(client, place:path "p")).unknown)
        client:close()
      end)
      with_clock(ahead[2], function()
        local client = fixes.client(place.server, { check_time = 5 })
        local result = assert(fix.resume(client, place:path "p"))
        client:close()
        assert.same({ 1, 0, 0 }, { result.applied, result.unknown, result.failed })
      end)
      place.server:control("POST", "/sandbox/settings", { search_lag = 0 })
      assert.equal(1, count_of "Clock")
      for _, line in ipairs(place:objects "p.journal") do
        assert.is_true(line.t ~= "intent" or line.server_at ~= nil)
      end
    end)
  end

  it("and is unknown where the journal lacks the server's time", function()
    local work = { client = place.client, journal = { state = { ids = {}, created = {} } } }
    local change = { n = 1, kind = "contact", op = "create", after = { firstName = "Ann", lastName = "Clock" } }
    assert.same({ t = "unknown", reason = "it may have been created, and the server's clock at that time is unknown" },
      settle.create(work, change, { n = 1, kind = "contact", op = "create", at = "2026-01-01T00:00:00Z" }))
    assert.equal(0, count_of "Clock")
  end)
end)
