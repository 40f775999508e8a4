local checked_lines = require "extcontacts.base.checked_lines"
local core = require "extcontacts.core"
local files = require "extcontacts.base.files"
local format = require "extcontacts.snapshot.format"
local json = require "extcontacts.base.json"
local partial = require "extcontacts.snapshot.partial"

describe("a snapshot that is being written", function()
  local path, file, header

  before_each(function()
    path = os.tmpname()
    os.remove(path)
    file = partial.open(path)
    header = { extcontacts_snapshot = 2, listings = { "contacts" }, sections = {
      { listing = "contacts", offset = format.RECORDS_AT, count = 0 },
    } }
    file:start(format.header(header))
    file:checkpoint(header, "contacts")
  end)

  after_each(function()
    file:close()
    for _, ending in ipairs { "", ".partial", ".partial.state" } do
      os.remove(path .. ending)
    end
  end)

  local function add(id, token)
    file:write(file.chain:seal(('{"kind":"contact","record":{"id":"%s"}}'):format(id)))
    header.sections[1].count = header.sections[1].count + 1
    file:save(header, header.sections[1], token)
  end

  -- The state file: how many lines it has, and the last one.
  local function state()
    local text, count, last = files.read(path .. ".partial.state"), 0, nil
    for line in text:gmatch "([^\n]+)\n" do
      count, last = count + 1, json.decode(line)
    end
    return count, last
  end

  local function reopen()
    file:close()
    file = partial.open(path)
    return file:resume(file:states())
  end

  it("saves each page in a line, and starts again with a synced one when it is time", function()
    add("a", "t1")
    add("b", "t2")
    assert.equal(3, (state()))
    file.state.started = -math.huge
    add("c", "t3")
    local count, last = state()
    assert.equal(1, count)
    assert.equal(3, last.header.sections[1].count)
    assert.equal("t3", last.token)
    add("d", "t4")
    assert.equal(2, (state()))
    local resumed = reopen()
    assert.equal("t4", resumed.token)
    assert.equal(4, resumed.header.sections[1].count)
    assert.equal(1, (state())) -- the resumed state is synced
  end)

  it("keeps a resumed state when the next process is killed before its first page", function()
    add("a", "t1")
    assert.equal("t1", reopen().token)
    assert.equal("t1", reopen().token)
  end)

  it("can be resumed after it was rewound, also if the records are still there", function()
    add("a", "t1")
    local records = files.read(path .. ".partial")
    header.sections[1].count = 0
    file:rewind(header, header.sections[1])
    local handle = assert(io.open(path .. ".partial", "wb"))
    handle:write(records)
    handle:close()
    local resumed = reopen()
    assert.is_nil(resumed.token)
    assert.equal(0, resumed.header.sections[1].count)
    assert.equal(format.RECORDS_AT, #files.read(path .. ".partial"))
    header = resumed.header
    add("b", "t2")
    resumed = reopen()
    assert.equal("t2", resumed.token)
    assert.equal(1, resumed.header.sections[1].count)
  end)

  it("counts no line of a state that follows a damaged one", function()
    add("a", "t1")
    local handle = assert(io.open(path .. ".partial.state", "ab"))
    handle:write('{"torn"\n', (checked_lines.seal('{"token":"t9","offset":2048}')))
    handle:close()
    assert.equal("t1", reopen().token)
  end)

  it("is private, and so is its state", function()
    for _, ending in ipairs { ".partial", ".partial.state" } do
      assert.is_true(core.file.check_own(path .. ending))
      local pipe = io.popen("ls -l " .. path .. ending)
      assert.matches("^%-rw%-%-%-%-%-%-%- ", pipe:read "*a")
      pipe:close()
    end
  end)
end)
