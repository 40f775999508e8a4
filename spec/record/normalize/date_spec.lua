local date = require "extcontacts.record.normalize.date"

local COUNTRY = "a date in a country-specific format; use 2026-01-31"

describe("record.normalize.date", function()
  it("reads dates, and times with a time zone", function()
    for text, value in pairs {
      ["2026-01-31"] = "2026-01-31", [" 2026-01-31\r"] = "2026-01-31", ['="2026-01-31"'] = "2026-01-31",
      ["2024-02-29"] = "2024-02-29", ["\239\187\1912026-01-31"] = "2026-01-31", ["2026–01–31"] = "2026-01-31",
      ["2026-01-31T10:00:00Z"] = "2026-01-31T10:00:00.000Z", ["2026-01-31t10:00:00z"] = "2026-01-31T10:00:00.000Z",
      ["2026-01-31T10:00:00.250Z"] = "2026-01-31T10:00:00.250Z", ["2026-01-31T10:00Z"] = "2026-01-31T10:00:00.000Z",
      ["2026-01-31T10:00:00+01:00"] = "2026-01-31T09:00:00.000Z",
      ["2026-01-31 10:00:00 +0100"] = "2026-01-31T09:00:00.000Z",
      ["2026-01-31T10:00:00-05:30"] = "2026-01-31T15:30:00.000Z",
      ["2026-01-31T00:30:00+01:00"] = "2026-01-30T23:30:00.000Z",
      ["2025-12-31T23:00:00-02"] = "2026-01-01T01:00:00.000Z",
      ["2026-01-31T10:00:00.250+00:00"] = "2026-01-31T10:00:00.250Z",
      ["2026-01-31T10:00:00-00:00"] = "2026-01-31T10:00:00.000Z",
      ["2026-01-31T10:00:00.123456Z"] = "2026-01-31T10:00:00.123Z",
    } do
      assert.equal(value, date.read(text), text)
    end
  end)

  it("reads no date that could be another day or moment", function()
    for text, reason in pairs {
      ["01/02/2026"] = COUNTRY, ["1.2.2026"] = COUNTRY, ["31-01-2026"] = COUNTRY, ["1/31/26"] = COUNTRY,
      ["2026/01/31"] = COUNTRY, ["2026-01-31T10:00:00"] = "a time without a time zone",
      ["2026-01-31 10:00"] = "a time without a time zone",
      ["2026-02-29"] = "not a date", ["2026-13-01"] = "not a date", ["2026-00-01"] = "not a date",
      ["2026-01-32"] = "not a date", ["46053"] = "not a date", ["46053.5"] = "not a date", [""] = "not a date",
      ["31 Jan 2026"] = "not a date", ["2026-01-31T25:00:00Z"] = "not a date", ["2026-01-31Tnoon"] = "not a date",
      ["2026-01-31T10:00:00+99:00"] = "not a date", ["2026-01-31T10:00:00 CET"] = "not a date",
    } do
      assert.same({ nil, reason }, { date.read(text) }, text)
    end
    assert.same({ nil, "not a date" }, { date.read(20260131) })
  end)
end)
