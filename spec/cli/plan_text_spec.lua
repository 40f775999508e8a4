-- A plan as text.
local command = require "spec.support.command"
local plan_text = require "extcontacts.cli.plan_text"

local function text_of(fn, ...)
  local ctx, output = command.context()
  fn(ctx, ...)
  return output()
end

describe("a change", function()
  it("is shown with its fields before and after, and its warnings", function()
    assert.equal([[
~ update contact note c1 of o1
    address.city
      - Oslo
      + Rome
    title
      + "  x"
    note
      - two\nlines
    ! title is long
]], text_of(plan_text.change, {
      op = "update", kind = "contact_note", id = "c1", owner = "o1",
      diff = {
        { path = { "address", "city" }, before = "Oslo", after = "Rome" },
        { path = { "title" }, after = "  x" },
        { path = { "note" }, before = "two\nlines" },
      },
      warnings = { { code = "limit", text = "title is long" } },
    }))
    assert.equal("+ create contact (new)\n", text_of(plan_text.change, { op = "create", kind = "contact" }))
  end)

  it("names the people beside their ids", function()
    local ann = { firstName = "Ann", lastName = "Lee", workEmail = "ann@acme.example" }
    assert.equal("- delete contact c1 Ann Lee <ann@acme.example>\n", text_of(plan_text.change,
      { op = "delete", kind = "contact", id = "c1", before = ann }))
    assert.equal("& merge contact c1 (Ann Lee <ann@acme.example>), c2\n", text_of(plan_text.change,
      { op = "merge", kind = "contact", ids = { "c1", "c2" }, members = { ann, {} } }))
    assert.equal("+ create organization (new) Ac\\u001bme\n", text_of(plan_text.change,
      { op = "create", kind = "organization", after = { name = "Ac\27me" } }))
  end)

  it("is cut if a value is long", function()
    local text = text_of(plan_text.change, { op = "update", kind = "contact", id = "c", diff = {
      { path = { "title" }, after = ("é"):rep(200) } } })
    assert.matches("\n      %+ " .. ("é"):rep(50) .. "…\n$", text)
  end)
end)

describe("the totals of a plan", function()
  it("agree with their nouns, the largest count first", function()
    assert.equal([[
3 changes (5 records read)
Operations:
  update 2 contacts
  create 1 contact note
Fields:
         2  contact.title
         1  contact.workEmail
Undo:
         2  reversible
         1  partly reversible: undo deletes created records and recreates deleted ones with new ids
Warnings:
         2  cleared fields
         1  value that the server rejects
Skipped:
         2  no e-mail address
]], text_of(plan_text.totals, {
      changes = 3, records = 5,
      operations = { ["contact_note.create"] = 1, ["contact.update"] = 2 },
      fields = { ["contact.workEmail"] = 1, ["contact.title"] = 2 },
      classes = { reversible = 2, partly_reversible = 1 },
      warnings = { limit = 1, cleared = 2 },
      skipped = { ["no e-mail address"] = 2 },
    }))
  end)

  it("have no empty sections", function()
    assert.equal("0 changes (1 record read)\n", text_of(plan_text.totals, { changes = 0, records = 1, operations = {},
      fields = {}, classes = {}, warnings = {}, skipped = {} }))
  end)
end)

describe("the first changes", function()
  it("are shown, and the others counted", function()
    local show, on_change = plan_text.first(1)
    for _, id in ipairs { "a", "b", "c" } do
      on_change { op = "delete", kind = "contact", id = id }
    end
    assert.equal("- delete contact a\n… and 2 more\n\n", text_of(show))
    assert.equal("", text_of((plan_text.first(1))))
  end)
end)
