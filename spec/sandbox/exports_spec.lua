local api = require "spec.support.api"
local csv = require "spec.support.csv_cells"
local sandbox = require "spec.support.sandbox"

local KINDS = { "contacts", "notes", "organizations", "relationships" }

describe("the sandbox's exports", function()
  local server, session
  sandbox.around({ contacts = 120, rate = 0, client = { "reader:secret:viewer" } }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  local function advance(seconds)
    server:control("POST", "/sandbox/clock", { advance = seconds })
  end

  local function set(settings)
    server:control("POST", "/sandbox/settings", settings)
  end

  -- Runs an export to its end; returns the job and the rows of its file.
  local function export(kind, body)
    local job, reply = session:must("POST", ("/%s/exports"):format(kind), body or {})
    assert.equal(201, reply.status)
    assert.equal("RUNNING", job.status)
    assert.is_nil(job.downloadUrl)
    advance(5)
    job = session:must("GET", ("/%s/exports/%s"):format(kind, job.id))
    assert.equal("SUCCEEDED", job.status)
    local file = api.request(job.downloadUrl)
    assert.equal(200, file.status, file.text)
    local rows = csv.rows(file.text)
    assert.equal(job.resultRowCount, #rows)
    return rows, job, file
  end

  for _, kind in ipairs(KINDS) do
    it("writes all " .. kind .. " to a file on another origin", function()
      local records = session:scan(kind)
      local rows, job, file = export(kind)
      assert.equal(#records, #rows)
      for number, record in ipairs(records) do
        assert.equal(record.id, rows[number].id)
      end
      assert.equal(("/api/v2/externalcontacts/%s/exports/%s"):format(kind, job.id), job.selfUri)
      assert.equal(server.client_id, job.createdBy.id)
      assert.matches("^%d%d%d%d%-.*Z$", job.dateCompletion)
      assert.is_nil(job.downloadUrl:find(server.base_url, 1, true))
      assert.equal(server.files_url, job.downloadUrl:sub(1, #server.files_url))
      assert.matches("^text/csv", file.headers["content-type"])
      assert.is_nil(file.headers["inin-correlation-id"])
    end)
  end

  it("refuses a request for the file that has an Authorization header", function()
    local _, job = export "contacts"
    for _, authorization in ipairs { "Bearer " .. session.token, "Bearer made-up", "Basic eDp5" } do
      local reply = api.request(job.downloadUrl, { headers = { authorization = authorization } })
      assert.equal(400, reply.status)
      assert.matches("Authorization header", reply.text, 1, true)
    end
    local log = server:control("GET", "/sandbox/ledger?operation=files.download")
    assert.equal("200", log[1].status)
    assert.equal("400", log[4].status)
  end)

  it("refuses a link that is changed, expired or of another method", function()
    set { link_ttl = 60 }
    local _, job = export "contacts"
    assert.equal(403, api.request((job.downloadUrl:gsub("expires=%d", "expires=9"))).status)
    assert.equal(403, api.request((job.downloadUrl:gsub("%?.*", ""))).status)
    assert.equal(403, api.request(job.downloadUrl, { method = "PUT", body = "x" }).status)
    assert.equal(403, api.request(server.files_url .. "/").status)
    advance(30)
    assert.equal(200, api.request(job.downloadUrl).status)
    advance(31)
    local reply = api.request(job.downloadUrl)
    assert.equal(403, reply.status)
    assert.matches("expired", reply.text, 1, true)
    job = session:must("GET", "/contacts/exports/" .. job.id)
    assert.equal(200, api.request(job.downloadUrl).status)
  end)

  it("does not serve the API on the files' port, nor files on the API's", function()
    local _, job = export "contacts"
    local reply = api.request(server.files_url .. api.base .. "/contacts")
    assert.equal(403, reply.status)
    assert.equal(404, api.request(server.base_url .. job.downloadUrl:sub(#server.files_url + 1)).status)
  end)

  it("applies faults to the files", function()
    local _, job, file = export "contacts"
    server:control("POST", "/sandbox/faults", { { operation = "files.download", plan = {
      { status = 503 }, { cut = 100 }, { status = 302, headers = { Location = "http://127.0.0.1:1/" } } } } })
    assert.equal(503, api.request(job.downloadUrl).status)
    assert.is_string(api.request(job.downloadUrl).failure)
    local moved = api.request(job.downloadUrl)
    assert.equal(302, moved.status)
    assert.equal("http://127.0.0.1:1/", moved.headers.location)
    assert.equal(file.text, api.request(job.downloadUrl).text)
  end)

  it("runs a job by the sandbox's clock", function()
    set { job_time = 600 }
    local job = session:must("POST", "/contacts/exports", {})
    advance(590)
    assert.equal("RUNNING", session:must("GET", "/contacts/exports/" .. job.id).status)
    advance(10)
    assert.equal("SUCCEEDED", session:must("GET", "/contacts/exports/" .. job.id).status)
  end)

  it("lets jobs fail, or never end", function()
    set { job_outcome = "failure" }
    local failing = session:must("POST", "/contacts/exports", {})
    set { job_outcome = "never" }
    local endless = session:must("POST", "/contacts/exports", {})
    set { job_outcome = "success" }
    assert.equal("RUNNING", session:must("GET", "/contacts/exports/" .. failing.id).status)
    advance(1000000)
    session = api.session(server)
    failing = session:must("GET", "/contacts/exports/" .. failing.id)
    assert.equal("FAILED", failing.status)
    assert.is_nil(failing.downloadUrl)
    assert.is_string(failing.dateCompletion)
    assert.equal("RUNNING", session:must("GET", "/contacts/exports/" .. endless.id).status)
  end)

  it("contains the fields of the records, and the records of its start", function()
    local schema = session:must("GET", "/contacts/schemas").entities[1]
    local custom = {}
    for name in pairs(schema.jsonSchema.properties) do
      if name:find "_text$" then
        custom[name] = 'a, "b"\nc'
      end
    end
    local organization = session:must("POST", "/organizations", { name = "Analytical Engines" })
    local record = session:create {
      firstName = "=1+1", workPhone = { display = "+1 317 555 0100" }, address = { city = "Århus" },
      externalOrganization = { id = organization.id }, surveyOptOut = true, schema = { id = schema.id, version = 1 },
      customFields = custom,
    }
    local job = session:must("POST", "/contacts/exports", {})
    session:create { firstName = "Later" }
    advance(5)
    job = session:must("GET", "/contacts/exports/" .. job.id)
    local rows, header = csv.rows(api.request(job.downloadUrl).text)
    local row = rows[#rows]
    assert.equal(record.id, row.id)
    assert.equal("=1+1", row.firstName)
    assert.equal("+13175550100", row["workPhone.e164"])
    assert.equal("Århus", row["address.city"])
    assert.equal(organization.id, row["externalOrganization.id"])
    assert.equal("true", row.surveyOptOut)
    assert.equal("1", row["schema.version"])
    for name, value in pairs(custom) do
      assert.equal(value, row["customFields." .. name])
    end
    set { export_columns = "basic" }
    local basic, fewer = csv.rows(select(3, export "contacts").text)
    assert.is_nil(basic[1].id)
    assert.is_string(basic[1].firstName)
    assert.is_true(#fewer < #header)
  end)

  it("applies its filters", function()
    local organization = session:must("POST", "/organizations", { name = "Analytical Engines" })
    local start = session:create().createDate
    local second = session:create { externalOrganization = { id = organization.id } }
    local third = session:create { externalIds = { { externalSource = { id = api.NOBODY }, value = "7" } } }
    local function ids(filters, limit)
      local rows = export("contacts", { queryConditions = { filters = filters, limit = limit } })
      return table.concat(api.ids(rows), " ")
    end
    local in_organization = { eq = { field = "ExternalOrganizationId", value = organization.id } }
    local from_source = { ["in"] = { field = "ExternalSourceId", values = { api.NOBODY, "other" } } }
    local since = { gte = { field = "ModifyDate", value = start } }
    assert.equal(second.id, ids(in_organization))
    assert.equal(third.id, ids(from_source))
    assert.equal(second.id .. " " .. third.id, ids { ["or"] = { in_organization, from_source } })
    assert.equal("", ids { ["and"] = { in_organization, from_source } })
    assert.equal(3, select(2, ids(since):gsub("%S+", "")))
    assert.equal(2, select(2, ids { ["and"] = { since, { ["not"] = in_organization } } }:gsub("%S+", "")))
    assert.equal(120, select(2, ids { lte = { field = "CreateDate", value = "2026-01-01T00:00:00Z" } }:gsub("%S+", "")))
    assert.equal(2, select(2, ids(since, 2):gsub("%S+", "")))
    assert.equal(123, #export("contacts", { queryConditions = {
      filters = { eq = { field = "ContactClassification", value = "Curated" } } } }))
    local with_schema = export("contacts", { queryConditions = {
      filters = { eq = { field = "SchemaVersion", value = "1" } } } })
    assert.is_true(#with_schema > 0 and #with_schema < 120)
  end)

  it("filters notes by their entity and relationships by their user and their dates", function()
    local notes = export("notes", { queryConditions = { filters = {
      eq = { field = "EntityType", value = "organization" } } } })
    assert.is_true(#notes > 0)
    for _, note in ipairs(notes) do
      assert.equal("organization", note.entityType)
      session:must("GET", ("/organizations/%s/notes/%s"):format(note.entityId, note.id))
    end
    local at = session:create().createDate
    local old = session:scan("relationships")[1]
    local new = session:must("POST", "/relationships", {
      user = { id = api.NOBODY }, externalOrganization = old.externalOrganization, relationship = "Sales" })
    local function ids(filters)
      return table.concat(api.ids((export("relationships", { queryConditions = { filters = filters } }))), " ")
    end
    assert.equal(new.id, ids { eq = { field = "UserId", value = api.NOBODY } })
    assert.equal(new.id, ids { gte = { field = "CreateDate", value = at } })
    session:must("PUT", "/relationships/" .. old.id, { user = old.user, externalOrganization = old.externalOrganization,
      relationship = "Other" })
    assert.equal(new.id, ids { gte = { field = "CreateDate", value = at } })
    assert.equal(old.id .. " " .. new.id, ids { gte = { field = "ModifyDate", value = at } })
  end)

  it("rejects filters that the API does not know", function()
    local function status(kind, filters)
      local reply = session:call("POST", ("/%s/exports"):format(kind), { queryConditions = { filters = filters } })
      return reply.status, reply.body.code
    end
    assert.same({ 400, "invalid.value" }, { status("contacts", { eq = { field = "UserId", value = "x" } }) })
    assert.same({ 400, "invalid.date" }, { status("contacts", { gte = { field = "CreateDate", value = "today" } }) })
    assert.same({ 400, "bad.request" }, { status("contacts", { ["and"] = { eq = { field = "x" } } }) })
    assert.same({ 422, "constraint.validation" }, { status("contacts", { eq = { field = "SchemaId" } }) })
    assert.same({ 422, "constraint.validation" }, { status("notes", { ["in"] = { field = "EntityType" } }) })
  end)

  it("lists the exports of a kind, with the next page in nextUri", function()
    local ids = {}
    for number = 1, 7 do
      local divisions = number == 3 and { api.NOBODY } or nil
      ids[number] = session:must("POST", "/contacts/exports", { divisionIds = divisions }).id
    end
    local other = session:must("POST", "/notes/exports", {})
    local page = session:must("GET", "/contacts/exports")
    assert.same(ids, api.ids(page.entities))
    assert.is_nil(page.nextUri)
    local path, found = api.base .. "/contacts/exports?pageSize=3", {}
    while path do
      page = session:must("GET", path:sub(#api.base + 1))
      assert.is_true(#page.entities <= 3)
      for _, id in ipairs(api.ids(page.entities)) do
        found[#found + 1] = id
      end
      path = page.nextUri
      assert.is_nil(page.cursors)
    end
    assert.same(ids, found)
    set { listing_cursors = true }
    page = session:call("GET", "/contacts/exports?pageSize=3").body
    page = session:call("GET", "/contacts/exports?pageSize=3&after=" .. api.escape(page.cursors.after)).body
    assert.same({ ids[4], ids[5], ids[6] }, api.ids(page.entities))
    assert.same({ ids[3] }, api.ids(session:must("GET", "/contacts/exports?divisionIds=" .. api.NOBODY).entities))
    assert.equal(404, session:call("GET", "/contacts/exports/" .. other.id).status)
    assert.equal(404, session:call("GET", "/contacts/exports/" .. api.NOBODY).status)
    assert.equal(400, session:call("GET", "/contacts/exports?after=nothing").status)
    assert.equal(400, session:call("GET", "/contacts/exports?pageSize=0").status)
  end)

  it("stops at a reset", function()
    local content = { "Name" }
    for number = 1, 3000 do
      content[#content + 1] = "Row " .. number
    end
    content = table.concat(content, "\n")
    set { import_wait = "run" }
    local source = session:must("POST", "/externalsources", { name = "CRM" })
    local import = session:must("POST", "/import/settings", { name = "x", externalSourceId = source.id,
      mergeContacts = false, importFields = { { name = "firstName", included = true } } })
    local csv_settings = session:must("POST", "/import/csv/settings", { externalSettingsId = import.id,
      mappings = { { sourceField = "Name", targetField = "$.firstName" } } })
    local upload, headers = session:must("POST", "/import/csv/uploads", { fileSize = #content }), {}
    for _, header in ipairs(upload.uploadHeaders) do
      headers[header.name] = header.value
    end
    assert.equal(200, api.request(upload.uploadUrl, { method = "PUT", headers = headers, body = content }).status)
    session:must("POST", "/import/csv/jobs", { uploadId = upload.uploadId, settingsId = csv_settings.id })
    server:reset()
    for _ = 1, 20 do
      assert.equal(120, #session:scan "contacts")
    end
  end)

  it("needs all of its permissions", function()
    local reader = api.session(server, "reader", "secret")
    local reply = reader:call("POST", "/contacts/exports", {})
    assert.equal(403, reply.status)
    assert.equal("missing.permissions", reply.body.code)
    assert.equal("externalContacts:export:add", reply.body.messageParams.permissions)
    assert.equal(200, reader:call("GET", "/contacts/exports").status)
  end)
end)

describe("the sandbox's files with --tls", function()
  it("are served over https", function()
    local server = sandbox.start { contacts = 10, tls = true, job_time = 0 }
    local session = api.session(server)
    local job = session:must("POST", "/contacts/exports", {})
    job = session:must("GET", "/contacts/exports/" .. job.id)
    assert.matches("^https://127%.0%.0%.1:%d+/", job.downloadUrl)
    assert.equal(10, #csv.rows(api.request(job.downloadUrl).text))
    server:stop()
  end)
end)
