local checked_lines = require "extcontacts.base.checked_lines"
local format = require "extcontacts.snapshot.format"

describe("a snapshot's format", function()
  it("has a header of the same length whatever its counts", function()
    local header = { extcontacts_snapshot = 1, sections = { { listing = "contacts", offset = 2048, count = 0 } } }
    local before = format.header(header)
    header.finished, header.sections[1].count = "2026-11-24T18:55:54Z", 9999999
    assert.equal(#before, #format.header(header))
    assert.matches(' +,"crc":"%x+"}\n$', before)
  end)

  it("writes a note's owner, which is in its address", function()
    local note = { id = "n", selfUri = "/x/contacts/c/notes/n" }
    assert.equal('{"kind":"contact_note","owner":"c","record":{"id":"n","selfUri":"/x/contacts/c/notes/n"},'
      .. '"crc":"dd65c00b"}\n', format.line(checked_lines.chain(), format.reference("notes", note), note))
  end)

  it("raises an error object for a record without an id", function()
    local ok, err = pcall(format.reference, "contacts", {})
    assert.is_false(ok)
    assert.same({ "protocol", "the scan of contacts returned a record without an id" }, { err.kind, err.message })
  end)

  it("puts the selected listings in order", function()
    assert.same({ "organizations", "notes" }, (format.wanted { "notes", "organizations" }))
    assert.same(format.listings, (format.wanted()))
    assert.same(format.listings, (format.wanted {}))
    assert.equal("unknown listing 'note', did you mean 'notes'?", select(2, format.wanted { "note" }))
  end)

  it("checks the options of a function", function()
    local rules = { only = { "table" }, output = { "string" } }
    assert.is_nil(format.misuse({ only = { "notes" }, output = "x" }, rules))
    assert.matches("did you mean 'only'", format.misuse({ onyl = {} }, rules), 1, true)
    assert.matches("did you mean 'notes'", format.misuse({ only = { "note" } }, rules), 1, true)
  end)
end)
