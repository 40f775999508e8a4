-- XLSX workbooks, converted by xlsx2csv where it is installed.
local files = require "extcontacts.base.files"
local import_place = require "spec.support.import_place"
local programs = require "spec.support.programs"
local workbook = require "extcontacts.fix.import.workbook"

local import = import_place.fresh(before_each, after_each)

describe("an import of a workbook", function()
  it("recognises one by its bytes", function()
    local bytes = files.read "spec/fixtures/import.xlsx"
    assert.is_true(workbook.is(bytes))
    assert.is_false(workbook.is "email\n")
    assert.is_false(workbook.is "PK\3\4mimetypeapplication/vnd.oasis.opendocument.spreadsheet")
  end)

  it("reads a sheet, or says what is missing", function()
    -- A name that a shell would run, and that says CSV.
    local path = import.place:write("a b;'$(touch x).csv", files.read "spec/fixtures/import.xlsx")
    local options = { create = true, region = "DE", map = { Titel = "title" } }
    local planned, changes = import:plan_file(path, options)
    if not programs.has "xlsx2csv" then
      assert.equal(path .. " is an XLSX workbook, and xlsx2csv is not installed (Debian: apt-get install xlsx2csv); "
        .. 'install it, or save the sheet as "CSV UTF-8"', changes)
      programs.need("xlsx2csv", pending)
      return
    end
    assert.equal(1, planned.changes)
    local after = changes[1].after
    assert.same({ "jürgen@example.com", "Jürgen", "2025-12-31", "+49301234567" }, { after.workEmail, after.firstName,
      after.title, after.workPhone.e164 })
    local skipped = planned.totals.skipped
    assert.equal(3, skipped["workPhone: a spreadsheet turned these digits into a number"]
      + skipped["workPhone: no country code and no leading 0"])
    planned, changes = import:plan_file(path, { create = true, sheet = "Mai '26; x" })
    assert.equal(1, planned.changes)
    assert.equal("Mai", changes[1].after.lastName)
    assert.equal(1, (import:plan_file(path, { create = true, sheet = "2" })).changes)
    assert.matches("can't convert the sheet 'Foo'; name an existing one", select(2, import:plan_file(path, {
      sheet = "Foo" })), 1, true)
  end)
end)
