-- The never-merge list: read, and added to.
local files = require "extcontacts.base.files"
local never = require "extcontacts.dedupe.never"

local A, B, C = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b",
  "00000000-0000-4000-8000-00000000000c"

describe("the never-merge list", function()
  local path
  before_each(function()
    path = os.tmpname()
    os.remove(path)
  end)
  after_each(function()
    os.remove(path)
  end)

  local function write(text)
    local handle = assert(io.open(path, "wb"))
    handle:write(text)
    handle:close()
  end

  it("is created, and gets each row once", function()
    local list, added = never.append(path, { { A, B }, { A, B }, { C } })
    assert.equal(2, added)
    assert.is_true(list:has(A, B) and list:has(B, A) and list:has(C, A))
    assert.equal(("\239\187\191ids\r\n%s %s\r\n%s\r\n"):format(A, B, C), files.read(path))
    local pipe = io.popen("stat -c %a " .. path)
    assert.equal("600\n", pipe:read "*a")
    pipe:close()
    -- What follows from the rows is not added.
    local before = files.read(path)
    assert.equal(0, select(2, never.append(path, { { A, B }, { A, C }, { B, C }, { A, B, C }, { C } })))
    assert.equal(before, files.read(path))
  end)

  it("keeps a person's columns and rows", function()
    write("Who;IDs;Decision\nAnn;" .. A .. " " .. B .. ";never\nBob;" .. A .. " " .. C .. ";merge\n\n")
    local list = assert(never.read(path))
    assert.same({ true, false }, { list:has(A, B), list:has(A, C) })
    assert.equal(1, select(2, never.append(path, { { B, C } })))
    assert.equal(("\239\187\191Who,IDs,Decision\r\nAnn,%s %s,never\r\nBob,%s %s,merge\r\n,%s %s,never\r\n")
      :format(A, B, A, C, B, C), files.read(path))
    list = assert(never.read(path))
    assert.same({ true, false, true }, { list:has(A, B), list:has(A, C), list:has(B, C) })
    assert.same({ B, C }, { list:find { "x", B, C } })
    assert.is_nil((list:find { A, C }))
  end)

  it("takes ids in any spelling, also those of other systems", function()
    write("ids\n{" .. A:upper() .. "}," .. B:gsub("-", "") .. "\n\"r1, r2\"\n")
    assert.is_nil((never.read(path)))
    write("ids\n\"{" .. A:upper() .. "}," .. B:gsub("-", "") .. "\"\n\"r1, r2\"\n")
    local list = assert(never.read(path))
    assert.same({ true, true, false }, { list:has(A, B:upper()), list:has("r2", "r1"), list:has("r1", A) })
  end)

  it("is not changed if it can't be read", function()
    write("id\n" .. A .. "\n")
    assert.has_error(function()
      never.append(path, { { A, B } })
    end)
    assert.equal("id\n" .. A .. "\n", files.read(path))
  end)
end)
