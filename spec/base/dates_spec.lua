local dates = require "extcontacts.base.dates"

-- Seconds computed with `date -u +%s`.
local SECONDS = {
  ["1970-01-01T00:00:00Z"] = 0,
  ["2000-02-29T12:00:00Z"] = 951825600,
  ["2026-11-24T18:55:54Z"] = 1795546554,
  ["2100-03-01T00:00:00Z"] = 4107542400,
  ["1969-12-31T23:59:59Z"] = -1,
}

describe("dates", function()
  it("reads the API's dates, with and without milliseconds", function()
    for text, seconds in pairs(SECONDS) do
      assert.equal(seconds, dates.iso(text), text)
    end
    assert.is_true(math.abs(dates.iso "2026-11-24T18:55:54.123Z" - 1795546554.123) < 1e-6)
    assert.equal(951782400.25, dates.iso "2000-02-29T00:00:00.250Z")
  end)

  it("reads a time with an offset", function()
    for text, seconds in pairs {
      ["2026-11-24T19:55:54+01:00"] = 1795546554, ["2026-11-24T13:25:54-05:30"] = 1795546554,
      ["2026-11-24T18:55:54-00:00"] = 1795546554, ["2026-11-24t18:55:54z"] = 1795546554,
      ["2026-11-25T18:54:54+23:59"] = 1795546554, ["2000-02-29T00:00:00.250+00:00"] = 951782400.25,
      ["2000-02-29T00:30:00+00:30"] = 951782400, ["1970-01-01T00:00:00+01:00"] = -3600,
    } do
      assert.equal(seconds, dates.iso(text), text)
    end
  end)

  it("knows the days of the months", function()
    for _, day in ipairs { { 2024, 2, 29 }, { 2000, 2, 29 }, { "2026", "02", "28" }, { 2026, 12, 31 },
      { 2026, 4, 30 } } do
      assert.is_true(dates.is_day(day[1], day[2], day[3]))
    end
    for _, day in ipairs { { 2026, 2, 29 }, { 1900, 2, 29 }, { 2026, 4, 31 }, { 2026, 0, 1 }, { 2026, 13, 1 },
      { 2026, 1, 0 }, { 2024, 2, 30 } } do
      assert.is_false(dates.is_day(day[1], day[2], day[3]))
    end
  end)

  it("reads the Date header", function()
    assert.equal(1795546554, dates.http "Tue, 24 Nov 2026 18:55:54 GMT")
    assert.equal(951825600, dates.http "Tue, 29 Feb 2000 12:00:00 GMT")
  end)

  it("reads the two older forms of HTTP", function()
    assert.equal(1795546554, dates.http "Tuesday, 24-Nov-26 18:55:54 GMT")
    assert.equal(784111777, dates.http "Sunday, 06-Nov-94 08:49:37 GMT")
    assert.equal(784111777, dates.http "Sun Nov  6 08:49:37 1994")
    assert.equal(1795546554, dates.http "Tue Nov 24 18:55:54 2026")
  end)

  it("reads nothing else", function()
    for _, text in ipairs {
      "", "2026-11-24", "2026-11-24 18:55:54Z", "2026-13-24T18:55:54Z", "2026-02-29T18:55:54Z",
      "2026-11-31T18:55:54Z", "2026-11-24T18:55:54", "2026-11-24T18:55:54.Z", "2026-11-24T18:55:54+0100",
      "2026-11-24T18:55:54+01", "2026-11-24T18:55:54 Z", "2026-11-24T18:55:54+24:00", "2026-11-24T18:55:54+01:60",
      "2026-11-24T18:55:54,5Z", "2026-11-24T18:55Z", "2026-11-00T18:55:54Z", "2026-11-24T24:55:54Z",
      "2026-11-24T18:60:54Z", "2026-11-24T18:55:61Z",
    } do
      assert.is_nil(dates.iso(text), text)
    end
    for _, text in ipairs { "", "Tue, 24 Foo 2026 18:55:54 GMT", "Tue, 24 Nov 2026 18:55:54 CET", "24 Nov 2026",
      "Tuesday, 24-Foo-26 18:55:54 GMT", "Tue Nov 24 18:55:54", "Tue Nov 24 18:55:54 2026 GMT" } do
      assert.is_nil(dates.http(text), text)
    end
    assert.is_nil(dates.iso(nil))
    assert.is_nil(dates.http(7))
  end)

  it("writes what it reads", function()
    for text, seconds in pairs(SECONDS) do
      assert.equal(text, dates.text(seconds))
    end
    assert.is_true(math.abs(dates.iso(dates.text()) - os.time()) < 5)
  end)
end)
