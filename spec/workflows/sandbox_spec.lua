-- Jobs against the sandbox: its clock, its second origin and its faults.
local ec = require "extcontacts"
local sandbox = require "spec.support.sandbox"
local tempfile = require "spec.support.tempfile"

describe("jobs and the sandbox", function()
  local create = tempfile.creator(after_each)
  local server, client, path
  sandbox.around({ contacts = 60, rate = 0 }, function(given)
    server = given
  end, setup, teardown, before_each)

  before_each(function()
    path = create()
    client = ec.new { base_url = server.base_url, login_url = server.login_url, client_id = server.client_id,
      client_secret = server.client_secret, rate = false }
  end)

  local function read(name)
    local handle = io.open(name, "rb")
    local text = handle and handle:read "*a"
    return handle and handle:close() and text
  end

  local function advance()
    server:control("POST", "/sandbox/clock", { advance = 5 })
  end

  local function export(options, resource)
    local all = { path = path, poll = 0.001, deadline = 30, on_progress = function(progress)
      if progress.step == "created" then
        advance()
      end
    end }
    for name, value in pairs(options or {}) do
      all[name] = value
    end
    return client[resource or "contacts"]:export(all)
  end

  for _, resource in ipairs { "contacts", "notes", "organizations", "relationships" } do
    it("export " .. resource, function()
      local count = 0
      for _ in client["scan_" .. resource](client) do
        count = count + 1
      end
      local result = assert(export({}, resource))
      assert.equal(count, result.rows)
      local text = read(path)
      assert.equal(#text, result.size)
      assert.is_true(select(2, text:gsub("\r\n", "")) >= count)
    end)
  end

  it("resume in another client", function()
    local result, err = export { deadline = 0.3, on_progress = function() end }
    assert.is_nil(result)
    assert.equal("job_deadline", err.code)
    advance()
    client:close()
    client = ec.new { base_url = server.base_url, login_url = server.login_url, client_id = server.client_id,
      client_secret = server.client_secret, rate = false }
    result = assert(export { job = err.job })
    assert.equal(err.job, result.job)
    assert.equal(60, result.rows)
  end)

  it("fail as the platform's job does", function()
    server:control("POST", "/sandbox/settings", { job_outcome = "failure" })
    local _, err = export()
    assert.equal("job", err.kind)
    assert.is_nil(read(path .. ".part"))
    server:control("POST", "/sandbox/settings", { job_outcome = "success" })
  end)

  for name, fault in pairs {
    ["is cut short"] = { cut = 700 },
    ["is refused for a while"] = { status = 503 },
    ["has no reply"] = { drop = "before" },
  } do
    it("end with the whole file although a download " .. name, function()
      fault.operation, fault.times = "files.download", 1
      server:control("POST", "/sandbox/faults", { fault })
      local result = assert(export())
      assert.equal(60, result.rows)
      assert.equal(result.size, #read(path))
    end)
  end

  it("leave nothing if every download is cut short", function()
    server:control("POST", "/sandbox/faults", { { operation = "files.download", cut = 700 } })
    local _, err = export { deadline = 10 }
    assert.equal("closed_early", err.code)
    assert.is_nil(read(path))
    assert.is_nil(read(path .. ".part"))
  end)

  it("run in client:map", function()
    local paths = { create(), create(), create() }
    for _, result, err in client:map(paths, function(name)
      return export { path = name }
    end, { concurrency = 3 }) do
      assert(result, err)
      assert.equal(60, result.rows)
    end
  end)
end)
