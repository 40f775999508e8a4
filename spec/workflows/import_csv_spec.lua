-- Imports of CSV files: upload, checks, dry run, import, reports.
local ec = require "extcontacts"
local job_peers = require "spec.support.job_peers"
local json = require "extcontacts.base.json"
local peer = require "spec.support.peer"
local tempfile = require "spec.support.tempfile"

local answer = job_peers.answer

local JOB, UPLOAD = "11111111-2222-4333-8444-555555555555", "22222222-2222-4333-8444-555555555555"
local CSV = "Email,Name\r\nada@example.com,Ada Lovelace\r\n"
local VALID = { separatorValid = true, fileEncodingValid = true, errors = json.array {} }
local MAPPINGS = { { sourceField = "Email", targetField = "$.workEmail" } }

local function details(validation)
  return answer { uploadId = UPLOAD, fileName = "x.csv", validationResult = validation }
end

local function job(status, step, metadata)
  return answer { id = JOB, status = status, executionStep = step, metadata = metadata, settings = { id = "s" } }
end

describe("an import", function()
  local create = tempfile.creator(after_each)
  local api, files, path

  before_each(function()
    path = create(CSV)
  end)

  after_each(function()
    for _, p in pairs { api, files } do
      p:stop()
    end
    api, files = nil, nil
  end)

  local function read(name)
    local handle = io.open(name, "rb")
    local text = handle and handle:read "*a"
    return handle and handle:close() and text
  end

  local function upload_answer(headers)
    files = files or job_peers.start { peer.reply "" }
    return answer({ uploadId = UPLOAD, uploadUrl = files.url .. "/up?signature=secret", uploadHeaders = headers
      or json.array { { name = "x-amz-acl", value = "private" }, { name = "Content-Type", value = "text/csv" } } }, 201)
  end

  local function run(answers, options)
    api = job_peers.start(answers)
    local all = { path = path, settings = "the-settings", poll = 0.001, deadline = 20 }
    for name, value in pairs(options or {}) do
      all[name] = value or nil
    end
    return job_peers.client(api):import_csv(all)
  end

  local CREATED = answer({ job = { id = JOB } }, 202)

  it("uploads the file without the token, and stops after the dry run", function()
    local result = assert(run { upload_answer(), details(VALID), CREATED, job("Created"), job("Running", "Validating"),
      job("Running", "Validated", { dryRunSuccessCount = 1, dryRunFailedCount = 0 }) })
    assert.same({ job = JOB, status = "Running", step = "Validated", is_waiting = true, upload = UPLOAD,
      settings = "the-settings", dry_run = { succeeded = 1, failed = 0 }, import = {} }, result)
    assert.same({ "POST /import/csv/uploads", "GET /import/csv/uploads/" .. UPLOAD .. "/details",
      "POST /import/csv/jobs", "GET /import/jobs/" .. JOB, "GET /import/jobs/" .. JOB, "GET /import/jobs/" .. JOB },
      job_peers.requests(api))
    local _, requests = api:log()
    assert.same({ fileName = path:match "[^/]*$", fileSize = #CSV }, json.decode(requests[1].body))
    assert.same({ uploadId = UPLOAD, settingsId = "the-settings" }, json.decode(requests[3].body))
    local _, uploads = files:log()
    assert.equal(1, #uploads)
    assert.equal("PUT", uploads[1].method)
    assert.equal(CSV, uploads[1].body)
    assert.equal("private", uploads[1].headers["x-amz-acl"])
    assert.equal("text/csv", uploads[1].headers["content-type"])
    assert.is_nil(uploads[1].headers.authorization)
    assert.is_nil(uploads[1].headers["x-gateway-key"])
    assert.is_nil(uploads[1].head:find("the-token-of-the-client", 1, true))
  end)

  it("continues when it is told to and no row failed", function()
    local steps = {}
    local result = assert(run({ upload_answer(), details(VALID), CREATED,
      job("Running", "Validated", { dryRunSuccessCount = 1, dryRunFailedCount = 0 }),
      answer { jobId = JOB, status = "Continue" }, job("Running", "Validated"), job("Running", "Importing"),
      job("Completed", "Importing", { importSuccessCount = 1, importFailedCount = 0 }) }, {
      continue = true,
      division = "d",
      on_progress = function(progress)
        steps[#steps + 1] = progress.step
      end,
    }))
    assert.equal("Completed", result.status)
    assert.is_false(result.is_waiting)
    assert.same({ succeeded = 1, failed = 0 }, result.import)
    assert.same({ "uploading", "created", "continuing", "waiting", "waiting", "waiting" }, steps)
    local _, requests = api:log()
    assert.same({ jobId = JOB, status = "Continue" }, json.decode(requests[5].body))
    assert.equal("PUT", requests[5].method)
    assert.same({ id = "d" }, json.decode(requests[3].body).division)
    local count = 0
    for _, request in ipairs(requests) do
      count = count + (request.method == "PUT" and 1 or 0)
    end
    assert.equal(1, count)
  end)

  it("does not continue when a row failed, unless a function says so", function()
    local validated = job("Running", "Validated", { dryRunSuccessCount = 8, dryRunFailedCount = 2 })
    local result = assert(run({ validated }, { job = JOB, continue = true }))
    assert.is_true(result.is_waiting)
    assert.same({ "GET /import/jobs/" .. JOB }, job_peers.requests(api))
    api:stop()
    result = assert(run({ validated, answer { jobId = JOB }, job("Completed", "Importing") }, {
      job = JOB,
      continue = function(record)
        return record.metadata.dryRunFailedCount < 3
      end,
    }))
    assert.is_false(result.is_waiting)
    api:stop()
    -- Without a count nothing is known.
    assert.is_true(assert(run({ job("Running", "Validated") }, { job = JOB, continue = true })).is_waiting)
  end)

  it("accepts that the platform does not wait", function()
    local result = assert(run({ job("Running", "Importing"), job("completed", "Importing") }, { job = JOB }))
    assert.is_false(result.is_waiting)
  end)

  it("sends Continue again only if the job still waits after a lost reply", function()
    local validated = job("Running", "Validated", { dryRunFailedCount = 0 })
    api = job_peers.start({ validated, { drop = true } }, { validated, answer { jobId = JOB },
      job("Completed", "Importing") })
    assert(job_peers.client(api):import_csv { job = JOB, continue = true, poll = 0.001, deadline = 20 })
    assert.same({ "GET", "PUT", "GET", "PUT", "GET" }, (function()
      local methods = {}
      for index, text in ipairs(job_peers.requests(api)) do
        methods[index] = text:match "^%a+"
      end
      return methods
    end)())
    api:stop()
    api = job_peers.start({ validated, { drop = true } },
      { job("Running", "Importing"), job("Completed", "Importing") })
    assert(job_peers.client(api):import_csv { job = JOB, continue = true, poll = 0.001, deadline = 20 })
    assert.equal(4, #job_peers.requests(api))
  end)

  it("creates the settings from a table, and checks their columns", function()
    local settings = { name = "Leads", externalSourceId = "e", mergeContacts = false, importFields = {},
      mappings = MAPPINGS }
    local preview = answer { uploadId = UPLOAD, headers = { "EMAIL", "Name" }, entries = json.array {} }
    local result = assert(run({ upload_answer(), details(VALID), preview, answer { id = "settings-1", name = "Leads" },
      answer({ id = "csv-1" }, 201), CREATED, job("Running", "Validated") }, { settings = settings }))
    assert.equal("csv-1", result.settings)
    local _, requests = api:log()
    assert.equal("/api/v2/externalcontacts/import/settings", requests[4].path)
    assert.same({ name = "Leads", externalSourceId = "e", mergeContacts = false, importFields = {} },
      json.decode(requests[4].body))
    assert.same({ externalSettingsId = "settings-1", mappings = MAPPINGS }, json.decode(requests[5].body))
    assert.equal("csv-1", json.decode(requests[6].body).settingsId)
    api:stop()
    preview = answer { uploadId = UPLOAD, headers = { "Mail", "Name" }, entries = json.array {} }
    local _, err = run({ details(VALID), preview }, { settings = settings, upload = UPLOAD })
    assert.equal("invalid", err.kind)
    local words = "has no column 'Email', which the mappings name; its columns are Mail, Name"
    assert.truthy(err.message:find(words, 1, true))
    assert.equal(UPLOAD, err.upload)
  end)

  it("names the lines that the platform rejects, and repeats no cell of them", function()
    local _, err = run { upload_answer(), details { separatorValid = false, fileEncodingValid = false,
      errors = { { lineNumber = 2, message = "ada@example.com is not valid" }, { lineNumber = 5, message = "too long" },
        { lineNumber = 6, message = "too long" }, { lineNumber = 7, message = "too long" } } } }
    assert.equal("invalid", err.kind)
    assert.equal("csv", err.code)
    assert.truthy(err.message:find("can't be imported: the separator is not a comma; the encoding is not UTF-8; "
      .. "line 2: … is not valid; line 5: too long; line 6: too long; and 1 more", 1, true), err.message)
    assert.equal(4, #err.details)
    assert.equal(7, err.details[4].line)
    assert.equal(UPLOAD, err.upload)
    assert.is_nil(tostring(err):find("secret", 1, true))
  end)

  it("repeats no cell of a line that is counted in another way, or of no line", function()
    local _, err = run { upload_answer(), details { errors = json.array {
      { lineNumber = 1, message = "Ada Lovelace has no Email" },
      { lineNumber = 3, message = "is Ada Lovelace a Name?" },
      { message = "ada@example.com and +1 317 5550100 are known" },
    } } }
    assert.truthy(err.message:find("line 1: … has no Email; line 3: is … a Name?; … and … are known", 1, true),
      err.message)
  end)

  it("reads errors of lines in any form", function()
    local _, err = run { upload_answer(), details { errors = json.array {
      5, ec.null, { lineNumber = 1e300, message = {} }, { lineNumber = -1, message = "x" },
    } } }
    assert.equal("csv", err.code)
    assert.same({ { message = "not valid" }, { message = "not valid" }, { message = "not valid" }, { message = "x" } },
      err.details)
  end)

  it("uploads the file without a byte order mark, which would be part of a column's name", function()
    assert(run({ upload_answer(), details(VALID), CREATED, job("Completed") },
      { path = create("\239\187\191" .. CSV) }))
    assert.equal(CSV, select(2, files:log())[1].body)
    assert.equal(#CSV, json.decode(select(2, api:log())[1].body).fileSize)
  end)

  it("names the columns of the file that are texts", function()
    local _, err = run({ upload_answer(), details(VALID), answer { headers = json.array { 5, ec.null, {}, "Mail" } } },
      { settings = { mappings = MAPPINGS } })
    assert.equal("column", err.code)
    assert.truthy(err.message:find("its columns are Mail", 1, true), err.message)
  end)

  it("takes no other job's answer", function()
    local _, err = run({ answer { id = UPLOAD, status = "Completed" } }, { job = JOB })
    assert.equal("protocol", err.kind)
    assert.equal(JOB, err.job)
  end)

  it("waits until the platform has read the file", function()
    assert(run { upload_answer(), answer({ code = "not.found" }, 404), details(nil), details(VALID), CREATED,
      job("Completed") })
  end)

  it("ends with the job's failure, with the reports that say why", function()
    local report = create()
    files = job_peers.start { peer.reply "row,error\r\n" }
    local _, err = run({ answer { id = JOB, status = "Failed", statusDetails = "no rights on\nthe division",
      executionStep = "Validating", settings = { id = "s" },
      metadata = { dryRunReportDownloadUrl = files.url .. "/report" } } }, { job = JOB, dry_run_report = report })
    assert.equal("job", err.kind)
    assert.equal("failed", err.code)
    assert.equal(JOB, err.job)
    assert.truthy(err.message:find("the import ended with status Failed: no rights on", 1, true), err.message)
    assert.is_nil(err.message:find("\n", 1, true))
    assert.equal("row,error\r\n", read(report))
    api:stop()
    _, err = run({ job("Cancelled", "Importing") }, { job = JOB })
    assert.equal("cancelled", err.code)
    assert.equal("job", err.kind)
  end)

  it("downloads the reports without the token", function()
    local first, second = create(), create()
    files = job_peers.start { peer.reply "dry", peer.reply "real" }
    assert(run({ job("Completed", "Importing", { dryRunReportDownloadUrl = files.url .. "/1",
      importReportDownloadUrl = files.url .. "/2" }) }, { job = JOB, dry_run_report = first, import_report = second }))
    assert.equal("dry", read(first))
    assert.equal("real", read(second))
    for _, request in ipairs(select(2, files:log())) do
      assert.is_nil(request.headers.authorization)
    end
  end)

  it("reports a status that it does not know, and keeps waiting", function()
    local unknown = {}
    assert(run({ job("Suspended"), job("SUCCEEDED"), job("Completed") }, { job = JOB, on_progress = function(progress)
      if progress.is_unknown then
        unknown[#unknown + 1] = progress.status
      end
    end }))
    assert.same({ "Suspended", "SUCCEEDED" }, unknown)
  end)

  it("says what exists when the reply to the create was lost", function()
    local _, err = run { upload_answer(), details(VALID), { drop = true } }
    assert.is_true(err.ambiguous)
    assert.is_nil(err.job)
    assert.equal(UPLOAD, err.upload)
    assert.equal("the-settings", err.settings)
    assert.truthy(err.message:find("client.imports.jobs:list()", 1, true), err.message)
  end)

  it("uploads again after a lost reply", function()
    files = peer.start { { { "read" }, { "close" } }, { { "read" }, { "send", peer.reply "" }, { "hang" } } }
    assert(run { upload_answer(), details(VALID), CREATED, job("Completed") })
    local _, uploads = files:log()
    assert.equal(2, #uploads)
    assert.equal(CSV, uploads[2].body)
  end)

  it("refuses headers that can't be sent and hosts that others could read", function()
    local _, err
    for _, headers in ipairs {
      { { name = "a\nb", value = "x" } }, { { name = "a", value = "x\r\nAuthorization: y" } }, { 5 }, { ec.null },
      { { name = "a", value = 5 } }, { ["x-amz-acl"] = "private" },
    } do
      _, err = run { upload_answer(headers) }
      assert.equal("protocol", err.kind)
      assert.same({ "POST /import/csv/uploads" }, job_peers.requests(api))
      api:stop()
    end
    _, err = run { answer({ uploadId = UPLOAD, uploadUrl = "http://files.example.com/", uploadHeaders = json.array {} },
      201) }
    assert.equal("protocol", err.kind)
    assert.same({ "POST /import/csv/uploads" }, job_peers.requests(api))
  end)

  it("checks the file and the reports before it sends anything", function()
    for code, options in pairs {
      file_cap = { max_size = 10 },
      ENOENT = { path = path .. ".missing" },
      empty = { path = create "" },
      exists = { import_report = create "" },
    } do
      local _, err = run({ upload_answer() }, options)
      assert.equal(code, err.code)
      assert.same({}, job_peers.requests(api))
      api:stop()
    end
  end)

  it("checks its options at the caller's line", function()
    local client = ec.new { base_url = "http://127.0.0.1:1", access_token = "x" }
    for message, options in pairs {
      ["option 'path' is missing"] = {},
      ["option 'settings' is missing"] = { path = "x" },
      ["option 'settings' has no 'mappings'"] = { path = "x", settings = {} },
      ["mapping 1 of option 'settings'"] = { path = "x", settings = { mappings = { 5 } } },
      ["options 'path' and 'dry_run_report' name the same file"] = { path = "x", settings = "x", dry_run_report = "x" },
      ["option 'import_report' must not contain a NUL"] = { job = "x", import_report = "a\0b" },
      ["option 'continue' must be a boolean or function"] = { path = "x", settings = "x", continue = "yes" },
      ["option 'upload_method'"] = { path = "x", settings = "x", upload_method = "PATCH" },
    } do
      local ok, raised = pcall(function()
        client:import_csv(options)
      end)
      assert.is_false(ok)
      assert.truthy(raised:find(message, 1, true), raised)
      assert.truthy(raised:find("import_csv_spec.lua", 1, true), raised)
    end
  end)
end)
