-- Jobs against the sandbox: its clock, its second origin and its faults.
local core = require "extcontacts.core"
local ec = require "extcontacts"
local sandbox = require "spec.support.sandbox"
local tempfile = require "spec.support.tempfile"

describe("jobs and the sandbox", function()
  local create = tempfile.creator(after_each)
  local server, client, path
  sandbox.around({ contacts = 60, rate = 0 }, function(given)
    server = given
  end, setup, teardown, before_each)

  local function connect()
    return ec.new { base_url = server.base_url, login_url = server.login_url, client_id = server.client_id,
      client_secret = server.client_secret, rate = false }
  end

  before_each(function()
    path = create()
    client = connect()
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
    -- The job is there when the time is over, however slow the machine is.
    local now, ahead = core.engine.now, 0
    core.engine.now = function()
      return now() + ahead
    end
    client = connect()
    core.engine.now = now
    local result, err = export { on_progress = function(progress)
      if progress.step == "created" then
        ahead = 30
      end
    end }
    assert.is_nil(result)
    assert.equal("job_deadline", err.code)
    advance()
    client:close()
    client = connect()
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

  it("start one export although the reply to its create is lost", function()
    assert(client.contacts.exports:list()) -- for the server's clock
    server:control("POST", "/sandbox/faults", { { operation = "contacts.exports.create", drop = "after", times = 1 } })
    local result = assert(export { limit = 7 })
    assert.equal(7, result.rows)
    local count = 0
    for record in client:each_contact_export() do
      count = count + (record.id == result.job and 1 or 100)
    end
    assert.equal(1, count)
  end)

  it("leave nothing if every download is cut short", function()
    server:control("POST", "/sandbox/faults", { { operation = "files.download", cut = 700 } })
    local _, err = export()
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

  describe("imports", function()
    local MAPPINGS = {
      { sourceField = "Key", targetField = "$.externalId" },
      { sourceField = "First", targetField = "$.firstName" },
      { sourceField = "Mail", targetField = "$.workEmail" },
    }
    local source, csv

    before_each(function()
      source = assert(client.external_sources:create { name = "CRM" })
      csv = create "Key,First,Mail\r\nK1,Ada,ada.import@example.com\r\nK2,Grace,grace.import@example.com\r\n"
    end)

    local function import(options)
      local all = {
        path = csv, poll = 0.001, deadline = 30,
        settings = { name = "CRM", externalSourceId = source.id, mergeContacts = false,
          matchingCriteria = { "Email" }, importFields = { { name = "firstName", included = true } },
          mappings = MAPPINGS },
        on_progress = function(progress)
          if progress.step == "waiting" then
            advance()
          end
        end,
      }
      for name, value in pairs(options or {}) do
        all[name] = value
      end
      return client:import_csv(all)
    end

    local function count_of(key)
      local found, err = client.lookup:contact { type = "ExternalId", value = key, externalSource = { id = source.id } }
      assert(found or err.status == 404, err)
      return found and 1 or 0
    end

    it("stop after the dry run, and continue in another call", function()
      local report = create()
      local result = assert(import { dry_run_report = report })
      assert.same({ true, "Validated", 2, 0 }, { result.is_waiting, result.step, result.dry_run.succeeded,
        result.dry_run.failed })
      assert.is_true(select(2, read(report):gsub("success", "")) >= 2)
      assert.equal(0, count_of "K1")
      result = assert(import { job = result.job, continue = true })
      assert.same({ "Completed", 2, 0, false }, { result.status, result.import.succeeded, result.import.failed,
        result.is_waiting })
      assert.same({ 1, 1 }, { count_of "K1", count_of "K2" })
    end)

    it("are complete where the platform does not wait", function()
      server:control("POST", "/sandbox/settings", { import_wait = "run" })
      local result = assert(import())
      assert.same({ "Completed", 2 }, { result.status, result.import.succeeded })
    end)

    it("name what the platform rejects", function()
      csv = create "Key;First;Mail\nK1;Ada;a@example.com\n"
      local _, err = import()
      assert.equal("csv", err.code)
      assert.truthy(err.message:find("the separator is not a comma", 1, true), err.message)
      csv = create "Key,First,Mail\nK1,Ada\n"
      _, err = import { settings = "x" }
      assert.is_truthy(err)
      csv = create "Key,First,Email\nK1,Ada,a@example.com\n"
      _, err = import()
      assert.equal("column", err.code)
    end)

    it("fail as the platform's job does", function()
      server:control("POST", "/sandbox/settings", { job_outcome = "failure" })
      local _, err = import()
      assert.equal("job", err.kind)
      assert.equal("failed", err.code)
    end)

    for name, fault in pairs {
      ["the upload"] = { operation = "files.upload", drop = "after" },
      Continue = { operation = "imports.jobs.change", drop = "after" },
    } do
      it("import every row once although the reply to " .. name .. " is lost", function()
        fault.times = 1
        server:control("POST", "/sandbox/faults", { fault })
        local result = assert(import { continue = true })
        assert.same({ "Completed", 2 }, { result.status, result.import.succeeded })
        assert.same({ 1, 1 }, { count_of "K1", count_of "K2" })
      end)
    end
  end)

  for _, explicit in ipairs { false, true } do
    describe(explicit and "find_or_create where fields claim nothing" or "find_or_create", function()
      before_each(function()
        server:control("POST", "/sandbox/settings", { explicit_claims = explicit })
      end)

      local EMAIL = { type = "Email", value = "ada.find@example.com" }
      local PHONE = { type = "Phone", value = "+4930901820" }

      local function matches(email)
        local count = 0
        for contact in client:scan_contacts() do
          count = count + (contact.workEmail == email and 1 or 0)
        end
        return count
      end

      it("creates one contact, however often it is called", function()
        local first, err, response = client.contacts:find_or_create({ EMAIL, PHONE }, { firstName = "Ada" })
        assert(first, err)
        assert.is_false(response.found)
        assert.is_nil(response.unclaimed)
        for _, identifiers in ipairs { EMAIL, { PHONE }, { PHONE, EMAIL } } do
          local again
          again, err, response = client.contacts:find_or_create(identifiers, { firstName = "Other" })
          assert(again, err)
          assert.equal(first.id, again.id)
          assert.is_true(response.found)
        end
        assert.equal(1, matches(EMAIL.value))
      end)

      it("creates one contact of many concurrent calls", function()
        local emails = {}
        for index = 1, 24 do
          emails[index] = ("person%d.find@example.com"):format(index % 6)
        end
        local ids = {}
        for email, contact, err in client:map(emails, function(email)
          return client.contacts:find_or_create({ type = "Email", value = email }, { lastName = email })
        end, { concurrency = 12 }) do
          assert(contact, err)
          ids[email] = ids[email] or contact.id
          assert.equal(ids[email], contact.id)
        end
        for email in pairs(ids) do
          assert.equal(1, matches(email), email)
        end
      end)

      it("fails if the identifiers belong to two contacts", function()
        local first = assert(client.contacts:find_or_create(EMAIL, { firstName = "Ada" }))
        local second = assert(client.contacts:find_or_create(PHONE, { firstName = "Grace" }))
        local _, err = client.contacts:find_or_create({ EMAIL, PHONE }, { firstName = "Ada" })
        assert.equal("several_contacts", err.code)
        local expected = { first.id, second.id }
        table.sort(expected)
        assert.same(expected, err.details.ids)
      end)

      it("links an organization by its external id", function()
        local source = assert(client.external_sources:create { name = "ERP" })
        local organization = assert(client.organizations:create { name = "ACME",
          externalIds = { { externalSource = { id = source.id }, value = "A-7" } } })
        if explicit then
          assert(client.organizations.identifiers:change(organization.id, { operation = "Claim", identifier = {
            type = "ExternalId", value = "A-7", externalSource = { id = source.id } } }))
        end
        local contact, err = client.contacts:find_or_create(EMAIL, { firstName = "Ada",
          externalOrganization = { externalId = "A-7", externalSource = source.id } })
        assert(contact, err)
        assert.equal(organization.id, contact.externalOrganization.id)
      end)
    end)
  end
end)
