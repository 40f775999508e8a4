-- Exports against the sandbox, some of which are killed.
local checked_lines = require "extcontacts.base.checked_lines"
local core = require "extcontacts.core"
local ec = require "extcontacts"
local json = require "extcontacts.base.json"
local script = require "spec.support.script"
local snapshot = require "extcontacts.snapshot"
local snapshots = require "spec.support.snapshots"

local place = snapshots.fresh_place {
  setup = setup, teardown = teardown, before_each = before_each, after_each = after_each,
}

-- Resumes an export; returns how many contacts were there.
function place:resume(name)
  local resumed
  assert(snapshot.export(self.client, self:at(name), {
    on_page = function(progress)
      resumed = resumed or progress.resumed
    end,
  }))
  return resumed
end

describe("extcontacts export", function()
  it("writes all records to a private file, with the server and the counts in its header", function()
    local _, errors = place:must { "export", place:at "all" }
    local header, rest = place:snapshot "all"
    assert.equal(place.server.base_url, header.server)
    assert.matches("^%d+-%d+-%d+T[%d:]+Z$", header.created)
    local seen = {}
    for line in rest:gmatch "[^\n]+" do
      local entry = assert(json.decode(line))
      seen[entry.kind] = (seen[entry.kind] or 0) + 1
    end
    assert.equal(700, seen.contact)
    assert.equal(20, seen.organization)
    assert.equal(#place.session:scan "notes", seen.contact_note + (seen.organization_note or 0))
    assert.equal(#place.session:scan "relationships", seen.relationship)
    assert.matches("20 organizations, 700 contacts, ", errors, 1, true)
    local pipe = io.popen("ls -l " .. place.directory)
    assert.matches("^total %d+\n%-rw%-%-%-%-%-%-%- [^\n]+ all\n$", pipe:read "*a")
    pipe:close()
  end)

  it("writes selected listings, and does not replace an existing file unless asked to", function()
    place:must { "export", place:at "some", "--only", "notes,organizations" }
    local header = place:snapshot "some"
    assert.equal("organizations notes", header.sections[1].listing .. " " .. header.sections[2].listing)
    local code, _, errors = place:run { "export", place:at "some" }
    assert.equal(2, code)
    assert.matches("already exists; use overwrite = true (--overwrite) or another name", errors, 1, true)
    place:must { "export", place:at "some", "--overwrite", "--only", "organizations" }
    assert.equal(1, #place:snapshot "some".sections)
    code, _, errors = place:run { "export", place:at "x", "--only", "contcts" }
    assert.equal(2, code)
    assert.matches("did you mean 'contacts'?", errors, 1, true)
  end)

  it("resumes after a failure without reading a page again", function()
    place:must { "export", place:at "whole" }
    place:fault { operation = "contacts.scan", nth = 3, status = 403 }
    local code, _, errors = place:run { "export", place:at "parts" }
    assert.equal(3, code)
    assert.matches("is incomplete. To resume, run the same command again.", errors, 1, true)
    assert.is_nil(place:read "parts")
    place:no_faults()
    place.server:control("DELETE", "/sandbox/ledger")
    _, errors = place:must { "export", place:at "parts" }
    assert.matches("resuming " .. place:at "parts" .. " after 400 contacts", errors, 1, true)
    local scans = 0
    for _, entry in ipairs(place.server:control("GET", "/sandbox/ledger?limit=100")) do
      scans = scans + (entry.operation == "contacts.scan" and 1 or 0)
    end
    assert.equal(2, scans) -- 400 of 700 were there
    assert.equal(select(2, place:snapshot "whole"), select(2, place:snapshot "parts"))
    assert.is_nil(place:read "parts.partial.state")
  end)

  it("resumes after kill -9, also after an incomplete line", function()
    place:must { "export", place:at "whole" }
    for page = 1, 4 do
      local name = "killed" .. page
      place:fault { operation = "contacts.scan", nth = page, delay = 60 }
      local running = script.start([[
        local ec = require "extcontacts"
        local client = ec.new { base_url = arg[1], login_url = arg[1], client_id = arg[2], client_secret = arg[3] }
        assert(require("extcontacts.snapshot").export(client, arg[4]))
      ]], table.concat({
        place.server.base_url, place.server.client_id, place.server.client_secret, place:at(name),
      }, " "))
      script.wait_until(function()
        local line = (place:read(name .. ".partial.state") or ""):match "([^\n]+)\n$"
        local saved = line and json.decode(line)
        local section = saved and (saved.header and saved.header.sections[2] or saved)
        return section and section.count == 200 * (page - 1)
      end, "page " .. page)
      running:signal "KILL"
      running:finish()
      place:no_faults()
      place:write(name .. ".partial", place:read(name .. ".partial") .. '{"kind":"contact","rec')
      assert.equal(200 * (page - 1), place:resume(name))
      assert.equal(select(2, place:snapshot "whole"), select(2, place:snapshot(name)))
    end
  end)

  it("reads a listing again if its cursor has expired", function()
    place:must { "export", place:at "whole" }
    place:fault { operation = "contacts.scan", nth = 3, status = 403 }
    assert.equal(3, (place:run { "export", place:at "old" }))
    place:no_faults()
    place:fault { operation = "contacts.scan", nth = 1, status = 400 }
    local _, errors = place:must { "export", place:at "old" }
    assert.matches("the cursor has expired; reading the contacts again from the start", errors, 1, true)
    assert.equal(select(2, place:snapshot "whole"), select(2, place:snapshot "old"))
  end)

  it("starts over on request, or if the partial file is missing", function()
    place:must { "export", place:at "whole" }
    for _, prepare in ipairs {
      function() return "--restart" end,
      function()
        os.remove(place:at "new.partial")
        return "--verbose"
      end,
    } do
      place:fault { operation = "contacts.scan", nth = 2, status = 403 }
      assert.equal(3, (place:run { "export", place:at "new" }))
      place:no_faults()
      local _, errors = place:must { "export", place:at "new", prepare() }
      assert.not_matches("resuming", errors)
      assert.equal(select(2, place:snapshot "whole"), select(2, place:snapshot "new"))
      os.remove(place:at "new")
    end
  end)

  it("mixes neither servers nor listings, and locks the partial file", function()
    place:fault { operation = "contacts.scan", nth = 2, status = 403 }
    assert.equal(3, (place:run { "export", place:at "mixed" }))
    place:no_faults()
    local code, _, errors = place:run { "export", place:at "mixed", "--only", "notes" }
    assert.equal(2, code)
    assert.matches("the unfinished export has other listings; use restart = true (--restart) or another name",
      errors, 1, true)
    local other = ec.new { base_url = "http://127.0.0.1:1", access_token = "x" }
    local header, err = snapshot.export(other, place:at "mixed")
    assert.is_nil(header)
    assert.matches(("the unfinished export belongs to %s, but the client is connected to http://127.0.0.1:1;"):format(
      place.server.base_url), err.message, 1, true)
    local holder = assert(core.file.open(place:at "mixed.partial", "update"))
    assert.is_true(holder:lock())
    header, err = snapshot.export(place.client, place:at "mixed")
    assert.is_nil(header)
    assert.matches("another process is exporting to this file", err.message, 1, true)
    holder:close()
  end)

  it("returns the failure to write", function()
    local header, err = snapshot.export(place.client, place:at "no/such/folder")
    assert.is_nil(header)
    assert.equal("io", err.kind)
  end)
end)

describe("an export that resumes", function()
  local function interrupted(name)
    place:fault { operation = "contacts.scan", nth = 3, status = 403 }
    assert.equal(3, (place:run { "export", place:at(name) }))
    place:no_faults()
    return place:read(name .. ".partial"), place:read(name .. ".partial.state")
  end

  -- The command refuses, naming the problem; the files stay as they are.
  local function refused(name, problem)
    local partial, state = place:read(name .. ".partial"), place:read(name .. ".partial.state")
    local code, _, errors = place:run { "export", place:at(name) }
    assert.equal(2, code)
    assert.matches(place:at(name) .. problem, errors, 1, true)
    assert.matches("use restart = true (--restart) to start over", errors, 1, true)
    assert.equal(partial, place:read(name .. ".partial"))
    assert.equal(state, place:read(name .. ".partial.state"))
  end

  it("refuses files whose synced part is damaged, truncated or not its own", function()
    local partial, state = interrupted "torn"
    place:write("torn.partial", partial:sub(1, 2060) .. "#" .. partial:sub(2062))
    refused("torn", ".partial: line 2 is damaged")
    place:write("torn.partial", partial:sub(1, json.decode(state:match "^[^\n]+").offset - 1))
    refused("torn", ".partial is truncated")
    place:write("torn.partial", "")
    refused("torn", ".partial is truncated")
    place:write("torn.partial", partial)
    local first = state:match "^[^\n]+\n"
    for text, problem in pairs {
      [""] = ".partial.state is empty",
      ["{}\n"] = ".partial.state is damaged in line 1",
      [state:gsub("contacts", "kontacts", 1)] = ".partial.state is damaged in line 1",
      [first:sub(1, -2)] = ".partial.state is damaged in line 1",
      [checked_lines.seal((first:gsub('"sha256":"%x%x', '"sha256":"xx'):gsub(',"crc.*', "}")))] =
        ".partial is not the file that " .. place:at "torn.partial.state" .. " belongs to",
    } do
      place:write("torn.partial.state", text)
      refused("torn", problem)
    end
    local other = interrupted "other"
    place:write("torn.partial.state", state)
    place:write("torn.partial", (other:gsub("\n.*", "")) .. "\n" .. partial:sub(2049))
    place:must { "export", place:at "torn" }
    place:must { "diff", place:at "torn" }
    place:must { "export", place:at "other", "--restart" }
  end)

  -- What a power failure leaves: the synced part, and any of the rest.
  it("reads only the pages again that did not reach the disk", function()
    place:must { "export", place:at "whole" }
    local partial, state = interrupted "parts"
    local first, second, third = state:match "^([^\n]+\n)([^\n]+\n)([^\n]+\n)$"
    local synced, one = json.decode(first).offset, json.decode(second).offset
    local function zeros(text, from)
      return text:sub(1, from) .. ("\0"):rep(#text - from)
    end
    for index, case in ipairs {
      { partial, state, 400 },
      { partial:sub(1, -100), state, 200 },
      { zeros(partial, #partial - 5000), state, 200 },
      { zeros(partial, one), state, 200 },
      { partial:sub(1, one + 1000) .. "#" .. partial:sub(one + 1002), state, 200 },
      { partial:sub(1, synced + 1000) .. "#" .. partial:sub(synced + 1002), state, 0 },
      { partial:sub(1, one - 1), state, 0 },
      { partial:sub(1, synced), state, 0 },
      { partial, first .. second, 200 },
      { partial, state:sub(1, -2), 200 },
      { partial, zeros(state, #first + #second), 200 },
      { partial, first .. third .. second, 0 },
      { partial, zeros(state, #first), 0 },
      { partial, state .. state, 400 },
      { partial, state .. "{", 400 },
    } do
      local name = "parts" .. index
      place:write(name .. ".partial", case[1])
      place:write(name .. ".partial.state", case[2])
      assert.equal(case[3], place:resume(name), name)
      assert.equal(select(2, place:snapshot "whole"), select(2, place:snapshot(name)), name)
    end
  end)

  it("writes through no link", function()
    place:write("target", "precious\n")
    for _, suffix in ipairs { "", ".partial" } do
      os.execute(("ln -s target %s"):format(place:at("linked" .. suffix)))
      local code, _, errors = place:run { "export", place:at "linked", "--overwrite" }
      assert.equal(1, code)
      assert.matches(place:at("linked" .. suffix) .. ": is a symbolic link; ", errors, 1, true)
      os.remove(place:at("linked" .. suffix))
    end
    assert.equal("precious\n", place:read "target")
  end)
end)
