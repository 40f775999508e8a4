-- extcontacts export --server, against the sandbox.
local command = require "spec.support.command"
local tempfile = require "spec.support.tempfile"

local session = command.around({ contacts = 40, job_time = 0 }, setup, teardown, before_each)

describe("extcontacts export --server", function()
  local create = tempfile.creator(after_each)
  local path

  before_each(function()
    path = create()
    session.server:control("POST", "/sandbox/settings", { job_time = 0, job_outcome = "success" })
  end)

  local function read()
    local handle = io.open(path, "rb")
    local text = handle and handle:read "*a"
    return handle and handle:close() and text
  end

  it("writes the platform's file", function()
    local code, output, errors = session:run { "export", path, "--server" }
    assert.equal(0, code, errors)
    assert.equal("", output)
    assert.matches("started export %x+%-", errors)
    assert.truthy(errors:find("exported 40 contacts to " .. path, 1, true), errors)
    assert.matches("\r\n", read())
    local pipe = io.popen("stat -c %a " .. path)
    assert.equal("600", pipe:read "*l")
    pipe:close()
  end)

  it("passes filters, a limit and the type on", function()
    local changed = session:contact { lastName = "Changed" }
    session.server:control("POST", "/sandbox/clock", { advance = 7200 })
    local since = os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() + 3600)
    session.api:must("PUT", "/contacts/" .. changed.id, { firstName = "Ada", lastName = "Changed again" })
    local _, _, errors = session:run { "export", path, "--server", "--filter", "ModifyDate>=" .. since }
    assert.truthy(errors:find("exported 1 contact to ", 1, true), errors)
    assert.truthy(read():find("Changed again", 1, true))
    _, _, errors = session:run { "export", path, "--server", "--overwrite", "--filter", "ModifyDate>=" .. since,
      "--filter", "CreateDate>=" .. since }
    assert.truthy(errors:find("exported 0 contacts to ", 1, true), errors)
    _, _, errors = session:run { "export", path, "--server", "--overwrite", "--limit", "3", "--only", "organizations" }
    assert.truthy(errors:find("exported 3 organizations to ", 1, true), errors)
  end)

  it("resumes with the id of the job", function()
    session.server:control("POST", "/sandbox/settings", { job_time = 600 })
    -- Enough to start the job, on a loaded machine.
    local code, _, errors = session:run { "export", path, "--server", "--wait", "3" }
    assert.equal(75, code)
    local id = errors:match "%(%-%-job (%x[%x-]+)%)"
    assert.truthy(id, errors)
    assert.is_nil(errors:find("doctor", 1, true))
    session.server:control("POST", "/sandbox/clock", { advance = 600 })
    code, _, errors = session:run { "export", path, "--server", "--job", id }
    assert.equal(0, code, errors)
    assert.is_nil(errors:find("started", 1, true))
    assert.truthy(errors:find("exported 40 contacts", 1, true))
  end)

  it("fails with the platform's job", function()
    session.server:control("POST", "/sandbox/settings", { job_outcome = "failure" })
    local code, _, errors = session:run { "export", path, "--server" }
    assert.equal(1, code)
    assert.truthy(errors:find("the export ended with status FAILED", 1, true), errors)
    assert.is_nil(read())
  end)

  it("rejects options that do not go together", function()
    for message, words in pairs {
      ["--filter needs --server"] = { "--filter", "SchemaId=x" },
      ["--job needs --server"] = { "--job", "x" },
      ["--max-size needs --server"] = { "--max-size", "7" },
      ["--restart does not go with --server"] = { "--server", "--restart" },
      ["--server exports one type of records"] = { "--server", "--only", "contacts,notes" },
      ["--filter: expected FIELD=VALUE"] = { "--server", "--filter", "ModifyDate>2026" },
      ["did you mean 'notes'"] = { "--server", "--only", "note" },
    } do
      local arguments = { "export", path }
      for _, word in ipairs(words) do
        arguments[#arguments + 1] = word
      end
      local code, _, errors = session:run(arguments)
      assert.equal(2, code, errors)
      assert.truthy(errors:find(message, 1, true), errors)
    end
    assert.is_nil(read())
  end)
end)
