local format = require "extcontacts.snapshot.format"
local reader = require "extcontacts.snapshot.reader"
local tempfile = require "spec.support.tempfile"

local SELF_URI = "/api/v2/externalcontacts/contacts/c2/notes/n1"

describe("a snapshot's reader", function()
  local create = tempfile.creator(after_each)

  -- A snapshot of two contacts and a note; `change` may alter its header.
  local function snapshot(change)
    local header = { extcontacts_snapshot = format.VERSION, server = "https://x.example", created = "a",
      finished = "b", sections = {} }
    local lines, offset = {}, #format.header(header)
    for _, part in ipairs {
      { "contacts", { { id = "c1" }, { id = "c2", firstName = ("x"):rep(600000) } } },
      { "notes", { { id = "n1", selfUri = SELF_URI } } },
    } do
      header.sections[#header.sections + 1] = { listing = part[1], offset = offset, count = #part[2] }
      for _, record in ipairs(part[2]) do
        local line = format.line(part[1], record)
        lines[#lines + 1], offset = line, offset + #line
      end
    end
    if change then
      change(header)
    end
    return format.header(header) .. table.concat(lines)
  end

  it("iterates over listings, also over lines longer than a block", function()
    local opened = assert(reader.open(create(snapshot())))
    local ids, offsets = {}, {}
    for _, listing in ipairs { "organizations", "contacts", "notes" } do
      for entry, offset in opened:entries(listing) do
        ids[#ids + 1], offsets[#offsets + 1] = entry.kind .. " " .. entry.record.id, offset
      end
    end
    assert.same({ "contact c1", "contact c2", "contact_note n1" }, ids)
    assert.equal("c2", opened:at(offsets[3]).owner)
    assert.equal(600000, #opened:at(offsets[2]).record.firstName)
    assert.same({ true, false }, { opened:has "notes", opened:has "relationships" })
    opened:close()
  end)

  it("rejects a file that is not a complete snapshot", function()
    for text, problem in pairs {
      ["x"] = "is not a snapshot; create one with `extcontacts export`",
      [""] = "is not a snapshot; create one with `extcontacts export`",
      ["[1]\n"] = "is not a snapshot; create one with `extcontacts export`",
      [snapshot(function(header) header.extcontacts_snapshot = 2 end)] =
        "was written by a later version of extcontacts; update extcontacts to read it",
      [snapshot(function(header) header.finished = nil end)] = "is incomplete; run the export again to resume it",
    } do
      local path = create(text)
      local opened, err = reader.open(path)
      assert.is_nil(opened)
      assert.equal(path .. " " .. problem, err.message)
    end
    local opened, err = reader.open(create())
    assert.is_nil(opened)
    assert.equal("io", err.kind)
  end)

  it("raises an error object at a line that is missing or damaged", function()
    local text = snapshot()
    for _, damaged in ipairs { text:sub(1, -10), text .. "x" } do
      local opened = assert(reader.open(create(damaged)))
      local ok, err = pcall(opened.at, opened, #text - 1)
      assert.is_false(ok)
      assert.matches("no record at byte %d+; the snapshot is incomplete or damaged$", err.message)
      opened:close()
    end
  end)
end)
