-- Exports: the job, its waits and the download.
local client_module = require "extcontacts.client"
local core = require "extcontacts.core"
local ec = require "extcontacts"
local fake = require "spec.support.fake"
local json = require "extcontacts.base.json"
local job_peers = require "spec.support.job_peers"
local peer = require "spec.support.peer"
local tempfile = require "spec.support.tempfile"

local answer = job_peers.answer

local ID = "11111111-2222-4333-8444-555555555555"
local CSV = "id,firstName\r\n1,Ada\r\n"

local function export(status, fields)
  local record = { id = ID, status = status }
  for name, value in pairs(fields or {}) do
    record[name] = value
  end
  return answer(record)
end

describe("an export", function()
  local create = tempfile.creator(after_each)
  local api, files, path

  before_each(function()
    path = create()
  end)

  after_each(function()
    for _, p in pairs { api, files } do
      p:stop()
    end
    job_peers.stop_all() -- those that a spec has replaced
    api, files = nil, nil
    os.remove(path .. ".part")
  end)

  local function read(name)
    local handle = io.open(name, "rb")
    if not handle then
      return nil
    end
    local text = handle:read "*a"
    handle:close()
    return text
  end

  local function serve(...)
    files = job_peers.start(...)
    return files.url .. "/exports/x.csv?X-Amz-Signature=secret-signature"
  end

  local function run(answers, options, settings)
    api = job_peers.start(answers)
    local client = job_peers.client(api, settings)
    local all = { path = path, poll = 0.001, deadline = 20 }
    for name, value in pairs(options or {}) do
      all[name] = value
    end
    return client.contacts:export(all), client
  end

  -- The same with both results.
  local function try(answers, options, settings)
    api = job_peers.start(answers)
    local client = job_peers.client(api, settings)
    local all = { path = path, poll = 0.001, deadline = 20 }
    for name, value in pairs(options or {}) do
      all[name] = value
    end
    return client.contacts:export(all)
  end

  it("creates the job, waits for its end and downloads the file without the token", function()
    local url = serve { peer.reply(CSV, "Content-Type: text/csv\r\n") }
    local steps = {}
    local result = assert(run({ export "RUNNING", export "RUNNING",
      export("SUCCEEDED", { downloadUrl = url, resultRowCount = 1, dateCompletion = "2026-11-30T01:00:00Z" }) }, {
      filters = { gte = { field = "ModifyDate", value = "2026-11-01T00:00:00Z" } },
      division_ids = { ID },
      limit = 10,
      on_progress = function(progress)
        steps[#steps + 1] = progress.step .. " " .. progress.status
        assert.equal(ID, progress.job)
      end,
    }))
    assert.same({ job = ID, path = path, size = #CSV, rows = 1, completed = "2026-11-30T01:00:00Z" }, result)
    assert.equal(CSV, read(path))
    assert.is_nil(read(path .. ".part"))
    assert.same({ "created RUNNING", "waiting RUNNING", "downloading SUCCEEDED" }, steps)

    local _, requests = api:log()
    assert.same({ "POST /contacts/exports", "GET /contacts/exports/" .. ID, "GET /contacts/exports/" .. ID },
      job_peers.requests(api))
    assert.same({ divisionIds = { ID }, queryConditions = { limit = 10,
      filters = { gte = { field = "ModifyDate", value = "2026-11-01T00:00:00Z" } } } }, json.decode(requests[1].body))
    assert.equal("Bearer the-token-of-the-client", requests[1].headers.authorization)
    local _, downloads = files:log()
    assert.equal(1, #downloads)
    assert.equal("/exports/x.csv?X-Amz-Signature=secret-signature", downloads[1].path)
    assert.is_nil(downloads[1].headers.authorization)
    assert.is_nil(downloads[1].headers["x-gateway-key"])
    assert.is_nil(downloads[1].head:find("the-token-of-the-client", 1, true))
  end)

  it("writes a file that only its owner can read", function()
    local url = serve { peer.reply(CSV) }
    assert(run { export "RUNNING", export("SUCCEEDED", { downloadUrl = url }) })
    local pipe = io.popen("stat -c %a " .. path)
    assert.equal("600", pipe:read "*l")
    pipe:close()
  end)

  it("sends the token and the headers to the API's own origin", function()
    api = job_peers.start { export "SUCCEEDED" }
    api:stop()
    api = job_peers.start { export("SUCCEEDED", { downloadUrl = "/api/v2/downloads/7" }), peer.reply(CSV) }
    local result = assert(job_peers.client(api).contacts:export { path = path, job = ID })
    assert.equal(#CSV, result.size)
    local _, requests = api:log()
    assert.equal("/api/v2/downloads/7", requests[2].path)
    assert.equal("Bearer the-token-of-the-client", requests[2].headers.authorization)
    assert.equal("for the API alone", requests[2].headers["x-gateway-key"])
  end)

  it("continues with a job by its id", function()
    local url = serve { peer.reply(CSV) }
    local result = assert(run({ export("SUCCEEDED", { downloadUrl = url }) }, { job = ID, limit = 5 }))
    assert.equal(ID, result.job)
    assert.same({ "GET /contacts/exports/" .. ID }, job_peers.requests(api))
  end)

  for _, resource in ipairs { "notes", "organizations", "relationships" } do
    it("exists for " .. resource, function()
      local url = serve { peer.reply(CSV) }
      api = job_peers.start { export "RUNNING", export("succeeded", { downloadUrl = url }) }
      assert(job_peers.client(api)[resource]:export { path = path, poll = 0.001 })
      assert.same({ ("POST /%s/exports"):format(resource), ("GET /%s/exports/%s"):format(resource, ID) },
        job_peers.requests(api))
    end)
  end

  it("reports a status that it does not know, and keeps waiting", function()
    local url = serve { peer.reply(CSV) }
    local unknown = {}
    assert(run({ export "QUEUED", export "COMPLETED", export "PAUSED", export "RUNNING",
      export("SUCCEEDED", { downloadUrl = url }) }, {
      on_progress = function(progress)
        if progress.is_unknown then
          unknown[#unknown + 1] = progress.status
        end
      end,
    }))
    assert.same({ "COMPLETED", "PAUSED" }, unknown)
  end)

  it("waits while the status can't be read", function()
    local url = serve { peer.reply(CSV) }
    local failures = 0
    assert(run({ export "RUNNING", answer({}, 503), answer({}, 503),
      export("SUCCEEDED", { downloadUrl = url }) }, {
      on_progress = function(progress)
        failures = failures + (progress.err and 1 or 0)
      end,
    }, { retry = false }))
    assert.equal(2, failures)
  end)

  it("ends with the job's failure", function()
    local result, err = try { export "RUNNING", export "FAILED" }
    assert.is_nil(result)
    assert.equal("job", err.kind)
    assert.equal("failed", err.code)
    assert.equal(ID, err.job)
    assert.equal("the export ended with status FAILED", err.message)
    assert.is_nil(read(path))
    assert.is_nil(read(path .. ".part"))
  end)

  it("ends at its deadline, with the job's id", function()
    local polls = 0
    local self = fake.client(fake.endless(function()
      polls = polls + 1
      return fake.json(200, { id = ID, status = "RUNNING" })
    end))
    local began = self.time
    local result, err = self.client.contacts:export { path = path, deadline = 0.3, poll = 0.05 }
    assert.is_nil(result)
    assert.equal("job", err.kind)
    assert.equal("job_deadline", err.code)
    assert.equal(ID, err.job)
    assert.is_true(err.retryable)
    assert.truthy(err.message:find('to resume, use job = "' .. ID .. '" (--job ' .. ID .. ")", 1, true))
    assert.truthy(err.message:find("status RUNNING", 1, true))
    assert.is_nil(read(path .. ".part"))
    assert.is_true(math.abs(self.time - began - 0.3) < 1e-6)
    -- The waits grow: 0.3 s have room for 6 waits of 0.05 s.
    assert.is_true(polls <= 5, polls)
  end)

  it("ends when it is cancelled", function()
    local token = ec.cancel_token()
    local _, err = try({ export "RUNNING", export "RUNNING" }, {
      cancel = token,
      on_progress = function(progress)
        if progress.step == "waiting" then
          token:cancel()
        end
      end,
    })
    assert.equal("cancelled", err.kind)
    assert.equal(ID, err.job)
    assert.is_nil(read(path .. ".part"))
  end)

  it("names the job in the error of a refused poll", function()
    local _, err = try { export "RUNNING", answer({ code = "not.found" }, 404) }
    assert.equal(404, err.status)
    assert.equal(ID, err.job)
  end)

  describe("whose create gets no reply", function()
    local DATE = "Date: Mon, 30 Nov 2026 01:00:00 GMT\r\n"
    local FILTERS = { eq = { field = "SchemaId", value = "s" } }

    local function dated(value)
      return peer.reply(assert(json.encode(value)), "Content-Type: application/json\r\n" .. DATE)
    end

    -- The API: an answer with its clock, the lost create, a list, and what follows.
    local function lose(list, ...)
      api = job_peers.start({ dated { id = ID }, { drop = true } }, { answer { entities = list }, ... })
      local client = job_peers.client(api)
      assert(client.contacts.exports:get(ID))
      return client.contacts:export { path = path, poll = 0.001, deadline = 20, filters = FILTERS }
    end

    it("continues with the export that was started", function()
      local url = serve { peer.reply(CSV) }
      local same = { filters = FILTERS }
      local result = assert(lose(json.array {
        { id = "old", dateCreated = "2026-11-30T00:50:00.000Z", queryConditions = same },
        { id = "other", dateCreated = "2026-11-30T01:00:01.000Z", queryConditions = { filters = { eq = { field =
          "SchemaId", value = "t" } } } },
        { id = ID, dateCreated = "2026-11-30T01:00:01.000Z", queryConditions = same, divisionIds = json.null },
      }, export("SUCCEEDED", { downloadUrl = url })))
      assert.equal(ID, result.job)
      assert.same({ "GET /contacts/exports/" .. ID, "POST /contacts/exports" },
        { job_peers.requests(api)[1], job_peers.requests(api)[2] })
      assert.matches("^GET /contacts/exports", job_peers.requests(api)[3])
      assert.equal("GET /contacts/exports/" .. ID, job_peers.requests(api)[4])
    end)

    it("starts another one if the list has none of them", function()
      local url = serve { peer.reply(CSV) }
      local result = assert(lose(json.array {}, export "RUNNING", export("SUCCEEDED", { downloadUrl = url })))
      assert.equal(ID, result.job)
      assert.equal("POST /contacts/exports", job_peers.requests(api)[4])
    end)

    it("says so if the next reply is lost, too", function()
      local _, err = try { { drop = true } }
      assert.is_true(err.ambiguous)
      assert.is_nil(err.job)
      assert.truthy(err.message:find("contacts.exports:list", 1, true), err.message)
      assert.equal(2, #job_peers.requests(api))
    end)
  end)

  it("tries a download again, from the start", function()
    local half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" .. ("x"):rep(60)
    local url
    files = peer.start { { { "read" }, { "send", half }, { "close" } }, { { "read" }, { "reset" } },
      job_peers.script { peer.reply(CSV) } }
    url = files.url .. "/x.csv"
    local result = assert(run { export "RUNNING", export("SUCCEEDED", { downloadUrl = url }) })
    assert.equal(#CSV, result.size)
    assert.equal(CSV, read(path))
    assert.equal(3, #job_peers.requests(files))
  end)

  it("fails if every download is cut short, and leaves nothing", function()
    local half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" .. ("x"):rep(60)
    files = peer.start { { { "read" }, { "send", half }, { "close" } } }
    local _, err = try({ export "RUNNING", export("SUCCEEDED", { downloadUrl = files.url .. "/x" }) }, nil,
      { max_attempts = 2 })
    assert.equal("transport", err.kind)
    assert.equal("closed_early", err.code)
    assert.equal(ID, err.job)
    assert.is_nil(read(path))
    assert.is_nil(read(path .. ".part"))
  end)

  it("asks for another URL when the first has expired", function()
    local url = serve { peer.reply("<Error/>", nil, "403 Forbidden"), peer.reply(CSV) }
    assert(run { export "RUNNING", export("SUCCEEDED", { downloadUrl = url .. "&n=1" }),
      export("SUCCEEDED", { downloadUrl = url .. "&n=2" }) })
    assert.same({ "GET /exports/x.csv?X-Amz-Signature=secret-signature&n=1",
      "GET /exports/x.csv?X-Amz-Signature=secret-signature&n=2" }, job_peers.requests(files))
  end)

  it("follows no redirect", function()
    local url = serve { peer.reply("", "Location: http://127.0.0.1:1/\r\n", "302 Found") }
    local _, err = try { export "RUNNING", export("SUCCEEDED", { downloadUrl = url }) }
    assert.equal(302, err.status)
    assert.truthy(err.message:find("follows no redirects", 1, true), err.message)
    assert.is_nil(tostring(err):find("secret-signature", 1, true))
    assert.is_nil(read(path))
  end)

  for name, url in pairs {
    ["plain http to another host"] = "http://files.example.com/x.csv",
    ["another protocol"] = "ftp://127.0.0.1/x.csv",
    ["a user name"] = "https://api@files.example.com/x.csv",
    ["a backslash"] = "https://files.example.com\\@127.0.0.1/x.csv",
    ["a host that looks like this machine"] = "http://127.0.0.1.example.com/x.csv",
    ["no URL"] = "",
    ["a local file"] = "file:///etc/passwd",
    ["a line end"] = "https://files.example.com/\r\nHost: x",
  } do
    it("refuses " .. name, function()
      local _, err = try { export "RUNNING", export("SUCCEEDED", { downloadUrl = url }) }
      assert.equal("protocol", err.kind)
      assert.equal(ID, err.job)
      assert.is_nil(read(path))
    end)
  end

  it("refuses a file above max_size", function()
    local url = serve { peer.reply(("x"):rep(101)) }
    local _, err = try({ export "RUNNING", export("SUCCEEDED", { downloadUrl = url }) }, { max_size = 100 })
    assert.equal("limit", err.kind)
    assert.equal("file_cap", err.code)
    assert.truthy(err.message:find("max_size", 1, true))
    assert.is_nil(read(path))
    assert.is_nil(read(path .. ".part"))
  end)

  it("refuses a web page", function()
    local url = serve { peer.reply("<html>", "Content-Type: text/html\r\n") }
    local _, err = try({ export "RUNNING", export("SUCCEEDED", { downloadUrl = url }) }, nil, { max_attempts = 1 })
    assert.equal("protocol", err.kind)
    assert.is_nil(read(path))
  end)

  it("does not offer to resume a job that does not exist", function()
    local _, err = try({ answer({ code = "not.found" }, 404) }, { job = ID })
    assert.equal(404, err.status)
    assert.truthy(err.message:find(ID .. " does not exist", 1, true), err.message)
    assert.is_nil(err.message:find("to resume", 1, true))
    _, err = try({}, { job = ".." })
    assert.equal("invalid", err.kind)
    assert.is_nil(err.message:find("to resume", 1, true))
  end)

  it("takes no other export's file", function()
    local other = answer { id = "99999999-2222-4333-8444-555555555555", status = "SUCCEEDED",
      downloadUrl = serve { peer.reply(CSV) } }
    local _, err = try { export "RUNNING", other }
    assert.equal("protocol", err.kind)
    assert.equal(ID, err.job)
    assert.same({}, job_peers.requests(files))
  end)

  it("refuses a file that is still compressed", function()
    for coding, body in pairs { gzip = "\31\139\8\0", br = "x" } do
      local url = serve { peer.reply(body, "Content-Encoding: " .. coding .. "\r\n") }
      local _, err = try({ export "RUNNING", export("SUCCEEDED", { downloadUrl = url }) }, nil, { compress = false })
      assert.equal("protocol", err.kind)
      assert.equal(coding == "gzip", err.message:find("compress = true", 1, true) ~= nil)
      assert.is_nil(read(path))
      api:stop()
      files:stop()
    end
    local url = serve { peer.reply(CSV, "Content-Encoding: identity\r\n") }
    assert.equal(#CSV, assert(run { export "RUNNING", export("SUCCEEDED", { downloadUrl = url }) }).size)
  end)

  it("replaces a file only with overwrite", function()
    local handle = assert(io.open(path, "wb"))
    handle:write "old"
    handle:close()
    local _, err = try { export "RUNNING" }
    assert.equal("exists", err.code)
    assert.same({}, job_peers.requests(api))
    api:stop()
    local url = serve { peer.reply(CSV) }
    assert(run({ export("SUCCEEDED", { downloadUrl = url }) }, { job = ID, overwrite = true }))
    assert.equal(CSV, read(path))
  end)

  it("keeps the old file when the download fails", function()
    local handle = assert(io.open(path, "wb"))
    handle:write "old"
    handle:close()
    local url = serve { peer.reply("", nil, "500 Error") }
    local _, err = try({ export("SUCCEEDED", { downloadUrl = url }) }, { job = ID, overwrite = true })
    assert.equal(500, err.status)
    assert.equal("old", read(path))
  end)

  it("writes a file that no other process is writing", function()
    local other = assert(core.file.open(path .. ".part", "update"))
    assert.is_true(other:lock())
    local _, err = try { export "RUNNING" }
    assert.equal("locked", err.code)
    other:close()
    assert.same({}, job_peers.requests(api))
  end)

  it("replaces what a process that died has left", function()
    local handle = assert(io.open(path .. ".part", "wb"))
    handle:write(("left"):rep(1000))
    handle:close()
    local url = serve { peer.reply(CSV) }
    assert(run({ export("SUCCEEDED", { downloadUrl = url }) }, { job = ID }))
    assert.equal(CSV, read(path))
  end)

  it("removes its part when its coroutine is dropped", function()
    api = job_peers.start { export "RUNNING" } -- then hangs
    local client = job_peers.client(api)
    local thread = coroutine.create(function()
      client.contacts:export { path = path, poll = 0.001, on_progress = coroutine.yield }
    end)
    assert(coroutine.resume(thread))
    assert.is_string(read(path .. ".part"))
    thread = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    assert.is_nil(read(path .. ".part"))
  end)

  it("raises what on_progress raises, and leaves nothing", function()
    assert.error_matches(function()
      try({ export "RUNNING", export "RUNNING" }, { on_progress = function() error "mine" end })
    end, "mine")
    assert.is_nil(read(path .. ".part"))
  end)

  -- Its wait is longer than all the other requests take, and they end it.
  it("lets other functions run while it waits", function()
    api = job_peers.start { export "RUNNING", export "RUNNING", export "FAILED" }
    local contact = answer { id = ID }
    local other = job_peers.start { contact, contact, contact, contact, contact }
    local client, second, token = job_peers.client(api), job_peers.client(other), ec.cancel_token()
    local waiting, read_count, result, err = false, 0, nil, nil
    ec.run(function()
      local reads = ec.spawn(function()
        while not waiting do
          client_module.sleep(second, 0.001)
        end
        for _ = 1, 5 do
          assert(second.contacts:get(ID))
          read_count = read_count + 1
        end
        token:cancel()
      end)
      result, err = client.contacts:export { path = path, poll = 20, deadline = 60, cancel = token,
        on_progress = function(progress)
          waiting = waiting or progress.step == "waiting"
        end }
      reads:wait()
    end)
    other:stop()
    assert.is_nil(result)
    assert.same({ "cancelled", 5 }, { err.kind, read_count })
  end)

  it("leaves the API's circuit, window and clock alone", function()
    local date = "Date: Thu, 01 Jan 2004 00:00:00 GMT\r\n"
    files = peer.start { { { "read" }, { "send", peer.reply("", date, "503 Busy") }, { "close" } } }
    api = job_peers.start { export("SUCCEEDED", { downloadUrl = files.url .. "/x" }), export "RUNNING" }
    local client = job_peers.client(api, { max_attempts = 4, retry = true })
    local _, err = client.contacts:export { path = path, job = ID, deadline = 60 }
    assert.equal(503, err.status)
    assert.is_true(#job_peers.requests(files) >= 3)
    assert.is_nil(client:server_time())
    assert.equal("RUNNING", assert(client.contacts.exports:get(ID, { deadline = 20 })).status)
  end)

  it("checks its options at the caller's line", function()
    local client = ec.new { base_url = "http://127.0.0.1:1", access_token = "x" }
    for message, arguments in pairs {
      ["option 'path' is missing"] = { {} },
      ["unknown option 'filter', did you mean 'filters'"] = { { path = "x", filter = {} } },
      ["must be a table"] = { "x" },
      ["option 'limit' must be a whole number"] = { { path = "x", limit = 1.5 } },
      ["option 'cancel' must come from ec.cancel_token"] = { { path = "x", cancel = {} } },
      ["option 'path' must not contain a NUL"] = { { path = "a\0b" } },
      ["takes one argument"] = { { path = "x" }, 1 },
    } do
      local ok, raised = pcall(function()
        client.contacts:export(arguments[1], arguments[2])
      end)
      assert.is_false(ok)
      assert.truthy(raised:find(message, 1, true), raised)
      assert.truthy(raised:find("export_spec.lua", 1, true), raised)
    end
  end)
end)
