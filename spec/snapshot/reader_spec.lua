local checked_lines = require "extcontacts.base.checked_lines"
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
    local chain = checked_lines.chain()
    for _, part in ipairs {
      { "contacts", { { id = "c1" }, { id = "c2", firstName = ("x"):rep(600000) } } },
      { "notes", { { id = "n1", selfUri = SELF_URI } } },
    } do
      header.sections[#header.sections + 1] = { listing = part[1], offset = offset, count = #part[2] }
      for _, record in ipairs(part[2]) do
        local line = format.line(chain, format.reference(part[1], record), record)
        lines[#lines + 1], offset = line, offset + #line
      end
    end
    header.sha256 = chain:digest()
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
      [snapshot(function(header) header.extcontacts_snapshot = 3 end)] =
        "has format 3, and this version reads format 2; export again",
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

  -- The lines of the header and of two short records.
  local function lines_of_two()
    local chain, lines = checked_lines.chain(), {}
    for index = 1, 2 do
      lines[index] = format.line(chain, { kind = "contact" }, { id = "c" .. index })
    end
    return format.header { extcontacts_snapshot = format.VERSION, server = "s", created = "a", finished = "b",
      sha256 = chain:digest(), sections = { { listing = "contacts", offset = format.RECORDS_AT, count = 2 } } },
      lines[1], lines[2]
  end

  it("refuses a file with one flipped bit, anywhere, and names the line", function()
    local header, first, second = lines_of_two()
    local text = header .. first .. second
    assert(reader.open(create(text))):close()
    for at = 1, #text do
      if at < 400 or at % 97 == 0 or at > #header - 30 then -- the rest of the header is blanks
        local byte = text:byte(at)
        local flipped = byte % 2 == 0 and byte + 1 or byte - 1
        local path = create(text:sub(1, at - 1) .. string.char(flipped) .. text:sub(at + 1))
        local opened, err = reader.open(path)
        assert.is_nil(opened, at)
        local line = at <= #header and 1 or at <= #header + #first and 2 or 3
        assert.is_true(err.code == "damaged" and err.message:find("line " .. line, 1, true) ~= nil
          or line == 1 and err.code == "format", err.message)
      end
    end
  end)

  it("refuses a line that is removed, added, moved, or from elsewhere", function()
    local header, first, second = lines_of_two()
    local other = format.line(checked_lines.chain(), { kind = "contact" }, { id = "other" })
    for text, problem in pairs {
      [header .. second] = "line 2 is damaged",
      [header .. first] = "line 3 is missing",
      [header] = "line 2 is missing",
      [header .. second .. first] = "line 2 is damaged",
      [header .. first .. first .. second] = "line 3 is damaged",
      [header .. first .. second .. second] = "line 4 is damaged",
      [header .. other .. second] = "line 3 is damaged",
      [header .. first .. second:sub(1, -2)] = "line 3 is damaged",
      [header .. first .. second .. "\n"] = "line 4 is damaged",
    } do
      local path = create(text)
      local opened, err = reader.open(path)
      assert.is_nil(opened)
      assert.matches(path .. ": " .. problem, err.message, 1, true)
    end
  end)
end)
