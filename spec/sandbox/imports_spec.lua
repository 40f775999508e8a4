local api = require "spec.support.api"
local csv = require "spec.support.csv_cells"
local sandbox = require "spec.support.sandbox"

describe("the sandbox's imports", function()
  local server, session, source
  sandbox.around({ contacts = 60, rate = 0 }, function(...)
    server, session = ...
    source = session:must("POST", "/externalsources", { name = "CRM" })
  end, setup, teardown, before_each)

  local function advance(seconds)
    server:control("POST", "/sandbox/clock", { advance = seconds })
  end

  local function set(settings)
    server:control("POST", "/sandbox/settings", settings)
  end

  local function send(upload, content, headers, method)
    local all = {}
    for _, header in ipairs(upload.uploadHeaders) do
      all[header.name] = header.value
    end
    for name, value in pairs(headers or {}) do
      all[name] = value or nil
    end
    return api.request(upload.uploadUrl, { method = method or "PUT", headers = all, body = content })
  end

  -- Uploads a file; returns its id.
  local function upload(content, name)
    local made, reply = session:must("POST", "/import/csv/uploads", { fileName = name, fileSize = #content })
    assert.equal(201, reply.status)
    assert.equal(200, send(made, content).status)
    return made.uploadId
  end

  local MAPPINGS = {
    { sourceField = "Key", targetField = "$.externalId" },
    { sourceField = "First", targetField = "$.firstName" },
    { sourceField = "Mail", targetField = "$.workEmail" },
    { sourceField = "Phone", targetField = "$.workPhone" },
  }

  -- Creates the settings of an import; returns the id of the CSV settings.
  local function settings(fields)
    fields = fields or {}
    local import = session:must("POST", "/import/settings", {
      name = "CRM", externalSourceId = source.id, mergeContacts = fields.merge or false,
      matchingCriteria = fields.criteria or { "Email", "Phone" },
      importFields = fields.included or { { name = "firstName", included = true } },
    })
    local made, reply = session:must("POST", "/import/csv/settings", {
      externalSettingsId = import.id, mappings = fields.mappings or MAPPINGS })
    assert.equal(201, reply.status)
    return made.id, import
  end

  local function status(job)
    return session:must("GET", "/import/jobs/" .. job.id)
  end

  local function change(job, what)
    return session:call("PUT", "/import/jobs/" .. job.id, { jobId = job.id, status = what })
  end

  local function start(content, fields)
    local made, reply = session:must("POST", "/import/csv/jobs", {
      uploadId = upload(content, "people.csv"), settingsId = fields and fields.settings or settings(fields),
      division = fields and fields.division,
    })
    assert.equal(202, reply.status)
    assert.equal("/api/v2/externalcontacts/import/jobs/" .. made.job.id, made.job.selfUri)
    return made.job
  end

  -- Runs an import to its end.
  local function import(content, fields)
    local job = start(content, fields)
    advance(5)
    local validated = status(job)
    assert.equal("Validated", validated.executionStep, validated.statusDetails)
    assert.equal(200, change(job, "Continue").status)
    advance(5)
    local done = status(job)
    assert.equal("Completed", done.status, done.statusDetails)
    return done
  end

  local function find(value, identifier_type)
    local reply = session:call("POST", "/identifierlookup/contacts", {
      type = identifier_type or "ExternalId", value = value, externalSource = { id = source.id } })
    return reply.status == 200 and reply.body or nil
  end

  describe("upload", function()
    it("sends a file to another origin, with the headers and without the token", function()
      local content = "Key,First\n1,Ada\n"
      local made = session:must("POST", "/import/csv/uploads", { fileName = "a b.csv", fileSize = #content })
      assert.equal(server.files_url, made.uploadUrl:sub(1, #server.files_url))
      assert.is_true(#made.uploadHeaders > 0)
      assert.equal(400, send(made, content, { authorization = "Bearer " .. session.token }).status)
      assert.equal(403, send(made, content, { [made.uploadHeaders[1].name] = false }).status)
      assert.equal(403, send(made, content, { [made.uploadHeaders[1].name] = "other" }).status)
      assert.equal(400, send(made, content .. "2,Bob\n").status)
      assert.equal(403, send(made, content, nil, "POST").status)
      assert.equal(404, session:call("GET", "/import/csv/uploads/" .. made.uploadId .. "/details").status)
      assert.equal(200, send(made, content).status)
      local details = session:must("GET", "/import/csv/uploads/" .. made.uploadId .. "/details")
      assert.equal("a b.csv", details.fileName)
      assert.is_true(details.validationResult.separatorValid)
      assert.is_true(details.validationResult.fileEncodingValid)
      assert.equal(0, #details.validationResult.errors)
      assert.same({ uploadId = made.uploadId, headers = { "Key", "First" }, entries = { { "1", "Ada" } } },
        session:must("GET", "/import/csv/uploads/" .. made.uploadId .. "/preview"))
      set { upload_method = "POST" }
      for _, name in ipairs { "", "ä/../b?c#d.csv" } do
        made = session:must("POST", "/import/csv/uploads", { fileName = name, fileSize = #content })
        assert.equal(200, send(made, content, nil, "POST").status)
      end
    end)

    it("needs a size of at most 50 MB", function()
      for _, size in ipairs { 0, -1, 50 * 1024 * 1024 + 1 } do
        assert.equal(422, session:call("POST", "/import/csv/uploads", { fileSize = size }).status)
      end
      assert.equal(422, session:call("POST", "/import/csv/uploads", { fileName = "x" }).status)
      assert.equal(404, session:call("GET", "/import/csv/uploads/" .. api.NOBODY .. "/preview").status)
    end)

    it("names what is wrong with a file", function()
      local function details(content)
        return session:must("GET", "/import/csv/uploads/" .. upload(content) .. "/details").validationResult
      end
      assert.is_false(details("Key;First\n1;Ada\n").separatorValid)
      assert.is_false(details("Key,First\n1,J\246rg\n").fileEncodingValid)
      local errors = details('Key,First\n1,Ada\n2,"x"y\n3,a,b\n').errors
      assert.equal(2, #errors)
      assert.equal(3, errors[1].lineNumber)
      assert.equal(4, errors[2].lineNumber)
      assert.is_string(errors[1].message)
    end)
  end)

  it("create contacts and count the rows, wrong ones as well", function()
    local job = start("Key,First,Mail,Phone\n1,Ada,ada@x.example,317 555 0100\n2,Bob,not an address,\n,Eve,,\n"
      .. "3,Cleo,cleo@x.example,\n4,a,b,c,d\n")
    assert.equal("Created", status(job).status)
    advance(1)
    local running = status(job)
    assert.equal("Running", running.status)
    assert.equal("Validating", running.executionStep)
    assert.equal("people.csv", running.metadata.fileName)
    assert.is_nil(running.metadata.dryRunSuccessCount)
    advance(4)
    local validated = status(job)
    assert.equal("Running", validated.status)
    assert.equal("Validated", validated.executionStep)
    assert.equal(2, validated.metadata.dryRunSuccessCount)
    assert.equal(3, validated.metadata.dryRunFailedCount)
    assert.is_nil(find "1")
    advance(1000)
    assert.equal("Validated", status(job).executionStep)

    assert.same({ jobId = job.id, status = "Continue" }, change(job, "Continue").body)
    assert.equal("Importing", status(job).executionStep)
    advance(5)
    local done = status(job)
    assert.equal("Completed", done.status)
    assert.equal(2, done.metadata.importSuccessCount)
    assert.equal(3, done.metadata.importFailedCount)
    local ada = find "1"
    assert.equal("Ada", ada.firstName)
    assert.equal("+13175550100", ada.workPhone.e164)
    assert.equal("ada@x.example", ada.workEmail)
    assert.equal("Cleo", find("3").firstName)
    assert.is_nil(find "2")

    for _, url in ipairs { done.metadata.dryRunReportDownloadUrl, done.metadata.importReportDownloadUrl } do
      assert.equal(400, api.request(url, { headers = { authorization = "Bearer " .. session.token } }).status)
      local rows = csv.rows(api.request(url).text)
      assert.equal(5, #rows)
      assert.equal("2 success", rows[1].line .. " " .. rows[1].result)
      assert.equal("3 failed", rows[2].line .. " " .. rows[2].result)
      assert.matches("e-mail", rows[2].message, 1, true)
      assert.matches("external id", rows[3].message, 1, true)
    end
  end)

  it("update the contact that has the external id, and keep its other fields", function()
    local contact = session:create { firstName = "Ada", lastName = "Lovelace", title = "Countess",
      workPhone = { display = "+1 317 555 0199" }, externalIds = { { externalSource = source, value = "1" } } }
    local before = #session:scan "contacts"
    local done = import "key,FIRST,mail,phone\n1,Augusta,a@x.example,\n"
    assert.equal(1, done.metadata.importSuccessCount)
    local after = session:must("GET", "/contacts/" .. contact.id)
    assert.equal("Augusta", after.firstName)
    assert.equal("Countess", after.title)
    assert.equal("a@x.example", after.workEmail)
    assert.equal("+13175550199", after.workPhone.e164)
    assert.equal(1, #after.externalIds)
    assert.equal(before, #session:scan "contacts")
    set { import_empty = "clear" }
    import "Key,First,Mail,Phone\n1,,,\n"
    after = session:must("GET", "/contacts/" .. contact.id)
    assert.is_nil(after.firstName)
    assert.is_nil(after.workEmail)
    assert.is_nil(after.workPhone)
    assert.equal("Countess", after.title)
  end)

  it("match by the criteria, in their order", function()
    local by_mail = session:create { workEmail = "a@x.example" }
    local by_phone = session:create { cellPhone = { display = "+1 317 555 0100" } }
    local row = "Key,First,Mail,Phone\n9,New,A@x.example,+1 317 555 0100\n"
    import(row, { criteria = { "Email", "Phone" } })
    assert.equal(by_mail.id, find("9").id)
    assert.equal("New", find("9").firstName)
    session:must("DELETE", "/contacts/" .. by_mail.id)
    import(row, { criteria = { "Email" } })
    assert.not_equal(by_phone.id, find("9").id)
    session:must("DELETE", "/contacts/" .. find("9").id)
    import(row, { criteria = { "Phone" } })
    assert.equal(by_phone.id, find("9").id)
    assert.equal(by_phone.id, find("a@x.example", "Email").id)
  end)

  it("merge all contacts that a row matches, if the settings say so", function()
    local by_mail = session:create { workEmail = "a@x.example", title = "Countess" }
    local by_phone = session:create { cellPhone = { display = "+1 317 555 0100" } }
    local row = "Key,First,Mail,Phone\n9,New,A@x.example,+1 317 555 0100\n"
    local done = import(row, { merge = true })
    assert.equal(1, done.metadata.importSuccessCount)
    local merged = find "9"
    assert.equal("New", merged.firstName)
    assert.equal("Countess", merged.title)
    assert.equal("Curated", merged.type)
    for _, contact in ipairs { by_mail, by_phone } do
      assert.equal(merged.id, session:must("GET", "/contacts/" .. contact.id).id)
    end
    assert.equal(merged.id, find("a@x.example", "Email").id)
  end)

  it("make the contacts that they update curated, whatever their stored address is", function()
    local observed = server:control("POST", "/sandbox/contacts", { type = "Identified",
      contact = { cellPhone = { display = "+1 317 555 0100" } } })
    import("Key,First,Mail,Phone\n9,New,,+1 317 555 0100\n")
    assert.equal(observed.id, find("9").id)
    assert.equal("Curated", find("9").type)
    set { field_rules = "ignore" }
    local spoiled = session:create { workEmail = "a at x.example",
      externalIds = { { externalSource = source, value = "1" } } }
    set { field_rules = "enforce" }
    import("Key,First,Mail,Phone\n1,New,,\n")
    local after = session:must("GET", "/contacts/" .. spoiled.id)
    assert.equal("New", after.firstName)
    assert.equal("a at x.example", after.workEmail)
  end)

  it("update a record that is repeated, and count its rows", function()
    local before = #session:scan "contacts"
    local rows = { "Key,First,Mail,Phone" }
    for number = 1, 8 do
      rows[#rows + 1] = ("7,Name %d,,"):format(number)
    end
    local done = import(table.concat(rows, "\r\n") .. "\r\n")
    assert.equal(8, done.metadata.importSuccessCount)
    assert.equal(before + 1, #session:scan "contacts")
    assert.matches("^Name %d$", find("7").firstName)
    set { import_order = "file" }
    import(table.concat(rows, "\n"))
    assert.equal("Name 8", find("7").firstName)
  end)

  it("leave out fields that the settings exclude", function()
    import("Key,First,Mail,Phone\n1,Ada,ada@x.example,\n", {
      included = { { name = "firstName", included = true }, { name = "workEmail", included = false } } })
    assert.equal("Ada", find("1").firstName)
    assert.is_nil(find("1").workEmail)
  end)

  it("write other fields, custom fields and the organization by its external id", function()
    local organization = session:must("POST", "/organizations", { name = "Engines",
      externalIds = { { externalSource = source, value = "O1" } } })
    local schema = session:must("GET", "/contacts/schemas").entities[1]
    local name
    for key in pairs(schema.jsonSchema.properties) do
      name = key:find "_text$" and key or name
    end
    local done = import("Key,City,Opt,Custom,Org\n1,London,TRUE,x,O1\n2,Paris,maybe,y,\n3,Rome,false,z,O9\n", {
      mappings = {
        { sourceField = "Key", targetField = "$.externalIds" },
        { sourceField = "City", targetField = "$.address.city" },
        { sourceField = "Opt", targetField = "$.surveyOptOut" },
        { sourceField = "Custom", targetField = "$.customFields." .. name },
        { sourceField = "Org", targetField = "$.externalOrganization.externalId" },
      } })
    assert.equal(1, done.metadata.importSuccessCount)
    assert.equal(2, done.metadata.importFailedCount)
    local contact = find "1"
    assert.equal("London", contact.address.city)
    assert.is_true(contact.surveyOptOut)
    assert.equal("x", contact.customFields[name])
    assert.equal(organization.id, contact.externalOrganization.id)
  end)

  it("fail for a file that cannot be read, or lacks a column", function()
    for _, content in ipairs {
      "Key;First;Mail;Phone\n1;Ada;;\n", "Key,First\n1,Ada\n", "Key,First,Mail,Phone\n\255,,,\n",
    } do
      local job = start(content)
      advance(5)
      local failed = status(job)
      assert.equal("Failed", failed.status)
      assert.is_string(failed.statusDetails)
      assert.equal(409, change(job, "Continue").status)
    end
  end)

  it("can be cancelled until they end, and retried when they failed", function()
    local content = "Key,First,Mail,Phone\n1,Ada,,\n"
    local job = start(content)
    assert.equal(409, change(job, "Continue").status)
    assert.equal(409, change(job, "Retry").status)
    assert.equal(200, change(job, "Cancel").status)
    assert.equal("Cancelled", status(job).status)
    assert.equal(409, change(job, "Cancel").status)
    assert.equal(409, change(job, "Continue").status)
    assert.is_nil(find "1")

    set { job_outcome = "failure" }
    job = start(content)
    advance(5)
    assert.equal("Failed", status(job).status)
    set { job_outcome = "late_failure" }
    assert.equal(200, change(job, "Retry").status)
    advance(5)
    assert.equal("Validated", status(job).executionStep)
    change(job, "Continue")
    advance(5)
    assert.equal("Failed", status(job).status)
    assert.equal("Importing", status(job).executionStep)
    assert.is_nil(find "1")
    set { job_outcome = "never" }
    change(job, "Retry")
    advance(100000)
    session = api.session(server)
    assert.equal("Running", status(job).status)
    assert.equal(200, change(job, "Cancel").status)
    assert.equal(400, session:call("PUT", "/import/jobs/" .. job.id, { jobId = api.NOBODY, status = "Cancel" }).status)
    assert.equal(400, session:call("PUT", "/import/jobs/" .. job.id, { jobId = job.id, status = "Stop" }).status)
    assert.equal(404, change({ id = api.NOBODY }, "Cancel").status)
  end)

  it("run on their own, if the settings say so", function()
    set { import_wait = "run", import_report = "failed" }
    local job = start "Key,First,Mail,Phone\n1,Ada,,\n2,Bob,x,\n"
    advance(5)
    assert.equal("Importing", status(job).executionStep)
    advance(5)
    local done = status(job)
    assert.equal("Completed", done.status)
    assert.equal("Ada", find("1").firstName)
    assert.equal(1, #csv.rows(api.request(done.metadata.importReportDownloadUrl).text))
  end)

  it("are listed by status and in both orders, with the next page in nextUri", function()
    local ids, setting = {}, settings()
    for number = 1, 5 do
      ids[number] = start("Key,First,Mail,Phone\n1,Ada,,\n", { settings = setting }).id
    end
    change({ id = ids[2] }, "Cancel")
    assert.same(ids, api.ids(session:must("GET", "/import/jobs").entities))
    assert.same({ ids[2] }, api.ids(session:must("GET", "/import/jobs?jobStatus=Cancelled").entities))
    local path, found = api.base .. "/import/jobs?sortOrder=Descending&pageSize=2", {}
    while path do
      local page = session:must("GET", path:sub(#api.base + 1))
      for _, id in ipairs(api.ids(page.entities)) do
        table.insert(found, 1, id)
      end
      path = page.nextUri
    end
    assert.same(ids, found)
    local job = session:must("GET", "/import/jobs/" .. ids[1])
    assert.equal(setting, job.settings.id)
    assert.equal(400, session:call("GET", "/import/jobs?pageSize=101").status)
    assert.equal(400, session:call("GET", "/import/jobs?jobStatus=Done").status)
  end)

  it("have settings that are created, listed, replaced and deleted", function()
    local id, first = settings()
    settings()
    assert.is_string(first.dateCreated)
    assert.equal("/api/v2/externalcontacts/import/settings/" .. first.id, first.selfUri)
    assert.equal(2, #session:must("GET", "/import/settings?name=crm").entities)
    assert.equal(0, #session:must("GET", "/import/settings?name=erp").entities)
    first.name = "ERP"
    assert.equal("ERP", session:must("PUT", "/import/settings/" .. first.id, first).name)
    assert.equal(1, #session:must("GET", "/import/settings?name=erp").entities)
    local all = session:must("GET", "/import/csv/settings").entities
    assert.equal(2, #all)
    local mine = session:must("GET", "/import/csv/settings?externalSettingsId=" .. first.id).entities
    assert.same({ id }, api.ids(mine))
    assert.equal(200, session:call("PUT", "/import/csv/settings/" .. id, mine[1]).status)
    for _, path in ipairs { "/import/csv/settings/" .. id, "/import/settings/" .. first.id } do
      local reply = session:call("DELETE", path)
      assert.equal(204, reply.status)
      assert.equal("", reply.text)
      assert.equal(404, session:call("GET", path).status)
    end
    assert.equal(422, session:call("POST", "/import/csv/settings",
      { mappings = { { sourceField = "x", targetField = "$.shoeSize" } } }).status)
    assert.equal(400, session:call("POST", "/import/settings", { name = "x", externalSourceId = api.NOBODY,
      mergeContacts = false, importFields = {}, matchingCriteria = { "Name" } }).status)
  end)

  it("need an upload and settings that exist, and a division if the settings say so", function()
    local id = settings()
    local content = "Key,First,Mail,Phone\n1,Ada,,\n"
    local function call(fields)
      return session:call("POST", "/import/csv/jobs", {
        uploadId = fields.upload or upload(content), settingsId = fields.settings or id, division = fields.division })
    end
    assert.equal(400, call({ upload = api.NOBODY }).status)
    assert.equal(400, call({ settings = api.NOBODY }).status)
    local waiting = session:must("POST", "/import/csv/uploads", { fileSize = 5 })
    assert.equal(400, call({ upload = waiting.uploadId }).status)
    set { import_division = "required" }
    assert.equal(422, call({}).status)
    assert.equal(422, call({ division = { id = "*" } }).status)
    assert.equal(202, call({ division = { id = api.NOBODY } }).status)
    local job = session:must("GET", "/import/jobs?expand=division").entities[1]
    assert.equal(api.NOBODY, job.division.id)
    assert.is_string(job.division.name)
  end)

  it("can begin without a file", function()
    local _, import_settings = settings()
    local job = session:must("POST", "/import/jobs", { settingsId = import_settings.id })
    assert.equal("Created", job.status)
    assert.equal(import_settings.id, job.settings.id)
    advance(5)
    assert.equal(0, status(job).metadata.dryRunSuccessCount)
    change(job, "Continue")
    advance(5)
    assert.equal("Completed", status(job).status)
  end)
end)
