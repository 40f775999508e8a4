local api = require "spec.support.api"
local cjson = require "cjson"
local fixes = require "spec.support.fixes"
local sandbox = require "spec.support.sandbox"

describe("the sandbox's divisions", function()
  local server, session, limited, ids
  sandbox.around({
    contacts = 60, rate = 0, divisions = 3, client = { "limited:secret:admin" }, client_divisions = { "limited:1" },
  }, function(...)
    server, session = ...
    limited = api.session(server, "limited", "secret")
    ids = api.ids(server:control("GET", "/sandbox/divisions"))
  end, setup, teardown, before_each)

  local function set(settings)
    server:control("POST", "/sandbox/settings", settings)
  end

  it("are looked up by id, and others do not exist", function()
    local client = fixes.client(server)
    local function look_up(id)
      local division, err = client:request("GET", "/api/v2/authorization/divisions/{id}", { path = { id = id } })
      return division and division.name or err.status
    end
    assert.same({ "Home", "Division 1", 404 }, { look_up(ids[1]), look_up(ids[2]),
      look_up "a1b2c3d4-0000-4000-8000-000000000001" })
    set { division_lookup = "refuse" }
    assert.equal(403, look_up(ids[2]))
    set { division_lookup = "answer" }
    client:close()
  end)

  -- Division → number of records; "none" for those without one.
  local function counted(records)
    local counts = {}
    for _, record in ipairs(records) do
      local id = record.division and record.division.id or "none"
      counts[id] = (counts[id] or 0) + 1
    end
    return counts
  end

  local function total(counts)
    local sum = 0
    for _, count in pairs(counts) do
      sum = sum + count
    end
    return sum
  end

  it("hide records from bulk operations, except the one for all divisions", function()
    local visible = session:create { division = { id = ids[2] } }
    local hidden = session:create { division = { id = ids[1] }, workEmail = "ada@example.com" }
    local entities = { { id = visible.id }, { id = hidden.id } }
    local function failed(path)
      local body = limited:must("POST", "/bulk/contacts" .. path, { entities = entities })
      local failures = {}
      for _, result in ipairs(body.results) do
        failures[#failures + 1] = not result.success and ("%s %d"):format(result.id, result.status) or nil
      end
      return failures
    end
    assert.same({ hidden.id .. " 404" }, failed "")
    assert.same({ hidden.id .. " 404" }, failed "/unresolved")
    assert.same({}, failed "/divisionviews")
    assert.same({ hidden.id .. " 404" }, failed "/remove")
    assert.equal(404, limited:call("PATCH", "/contacts/" .. hidden.id, {
      changes = { { field = "$.title", action = "Update", value = "x" } } }).status)
    assert.equal(404, limited:call("POST", "/contacts/merge", {
      contactIds = { hidden.id, limited:create { division = { id = ids[2] } }.id } }).status)
    assert.equal(404, limited:call("POST", "/contacts/enrich", { action = "Update", contact = {},
      matchingIdentifiers = { { type = "Email", value = "ada@example.com" } } }).status)
  end)

  it("hide the ancestors of a merge too", function()
    local first = session:create { division = { id = ids[1] } }
    server:control("POST", "/sandbox/clock", { advance = 60 })
    local second = session:create { division = { id = ids[2] } }
    local merged = session:must("POST", "/contacts/merge", { contactIds = { first.id, second.id } })
    assert.equal(ids[2], merged.division.id)
    assert.equal(404, limited:call("GET", "/contacts/" .. first.id .. "/unresolved").status)
    assert.equal(second.id, limited:must("GET", "/contacts/" .. second.id .. "/unresolved").id)
    assert.equal(merged.id, limited:must("GET", "/contacts/" .. first.id).id)
  end)

  it("are those of the seeded records, in turn, and of none", function()
    assert.equal(3, #ids)
    local counts = counted(session:scan "contacts")
    assert.equal(15, counts[ids[1]])
    assert.equal(15, counts[ids[3]])
    assert.equal(15, counts.none)
    local contact = session:must("GET", "/contacts?pageSize=1&expand=division").entities[1]
    assert.equal("Home", contact.division.name)
    assert.is_nil(session:must("GET", "/contacts/" .. contact.id).division.name)
  end)

  for _, kind in ipairs { "contacts", "organizations", "notes", "relationships" } do
    it("limit the " .. kind .. " that a token scans, but not those of divisionviews", function()
      local all, seen = session:scan(kind), limited:scan(kind)
      local counts = counted(all)
      assert.same({ [ids[2]] = counts[ids[2]], none = counts.none }, counted(seen))
      assert.is_true(#seen < #all)
      assert.equal(#all, #limited:scan(kind .. "/divisionviews/all"))
      local page = session:must("GET", ("/scan/%s?limit=200&divisionId=%s"):format(kind, ids[1]))
      assert.same({ [ids[1]] = counts[ids[1]] }, counted(page.entities))
      page = limited:must("GET", ("/scan/%s?limit=200&divisionId=%s"):format(kind, ids[1]))
      assert.equal(0, #page.entities)
      assert.equal(#seen, #limited:must("GET", ("/scan/%s?limit=200&divisionId=*"):format(kind)).entities)
    end)
  end

  it("limit pages, their totals and what they sort", function()
    for _, path in ipairs { "/contacts", "/organizations" } do
      local all = session:must("GET", path .. "?pageSize=200")
      local counts = counted(all.entities)
      for _, query in ipairs { "", "&sortOrder=lastName:desc", "&sortOrder=name:asc" } do
        local seen = limited:must("GET", path .. "?pageSize=200" .. query)
        assert.same({ [ids[2]] = counts[ids[2]], none = counts.none }, counted(seen.entities))
        assert.equal(#seen.entities, seen.total)
        local two = session:must("GET", ("%s?pageSize=200%s&divisionIds=%s,%s"):format(path, query, ids[1], ids[3]))
        assert.equal(counts[ids[1]] + counts[ids[3]], two.total)
        assert.equal(two.total, total(counted(two.entities)))
      end
    end
    local many = {}
    for number = 1, 51 do
      many[number] = "x" .. number
    end
    assert.equal(400, session:call("GET", "/contacts?divisionIds=" .. table.concat(many, ",")).status)
  end)

  it("hide records from every operation", function()
    local contact = session:create { workEmail = "ada@x.example", division = { id = ids[1] } }
    assert.equal(ids[1], contact.division.id)
    session:must("POST", ("/contacts/%s/notes"):format(contact.id), { noteText = "x", createdBy = { id = api.NOBODY } })
    for _, request in ipairs {
      { "GET", "/contacts/" .. contact.id }, { "PUT", "/contacts/" .. contact.id, api.contact() },
      { "DELETE", "/contacts/" .. contact.id }, { "GET", ("/contacts/%s/notes"):format(contact.id) },
      { "GET", ("/contacts/%s/identifiers"):format(contact.id) },
      { "POST", "/identifierlookup/contacts", { type = "Email", value = "ada@x.example" } },
      { "POST", "/contacts/merge", { contactIds = { contact.id, session:create({ firstName = "Bob" }).id } } },
    } do
      assert.equal(404, limited:call(request[1], request[2], request[3]).status, request[1] .. request[2])
    end
    assert.equal(0, #limited:must("GET", "/reversewhitepageslookup?lookupVal=ada%40x.example").contacts)
    assert.equal(1, #session:must("GET", "/reversewhitepageslookup?lookupVal=ada%40x.example").contacts)
    assert.equal(0, #session:must("GET", "/reversewhitepageslookup?lookupVal=ada%40x.example&divisionId=" .. ids[2])
      .contacts)
    assert.equal(0, limited:must("GET", "/contacts?q=ada%20lovelace").total)
    local bulk = limited:must("POST", "/bulk/contacts", { entities = { { id = contact.id } } })
    assert.equal(404, bulk.results[1].status)
    bulk = limited:must("POST", "/bulk/contacts/divisionviews", { entities = { { id = contact.id } } })
    assert.is_true(bulk.results[1].success)
    set { hidden_division = 403 }
    assert.equal(403, limited:call("GET", "/contacts/" .. contact.id).status)
    server:control("POST", "/sandbox/divisions", { client_id = "limited", divisions = cjson.null })
    assert.equal(200, limited:call("GET", "/contacts/" .. contact.id).status)
  end)

  it("are set when a record is created, and not changed", function()
    local contact = session:create { division = { id = ids[1] } }
    contact.division = { id = ids[2] }
    assert.equal(ids[1], session:must("PUT", "/contacts/" .. contact.id, contact).division.id)
    contact.division = nil
    assert.equal(ids[1], session:must("PUT", "/contacts/" .. contact.id, contact).division.id)
    set { division_change = "reject" }
    assert.equal(200, session:call("PUT", "/contacts/" .. contact.id, contact).status)
    contact.division = { id = ids[2] }
    assert.equal(409, session:call("PUT", "/contacts/" .. contact.id, contact).status)
    assert.is_nil(session:create { division = { id = "*" } }.division)
    assert.is_nil(session:create().division)
    set { default_division = "home" }
    assert.equal(ids[1], session:create().division.id)
    assert.equal(403, limited:call("POST", "/contacts", api.contact { division = { id = ids[3] } }).status)
    assert.equal(200, limited:call("POST", "/contacts", api.contact { division = { id = ids[2] } }).status)
  end)

  it("of notes and relationships are those of their owner", function()
    local contact = session:create { division = { id = ids[3] } }
    local note = session:must("POST", ("/contacts/%s/notes"):format(contact.id),
      { noteText = "x", createdBy = { id = api.NOBODY } })
    assert.equal(ids[3], note.division.id)
    local organization = session:must("POST", "/organizations", { name = "Engines", division = { id = ids[1] } })
    local relationship = session:must("POST", "/relationships", {
      user = { id = api.NOBODY }, externalOrganization = { id = organization.id }, relationship = "Sales" })
    assert.equal(ids[1], relationship.division.id)
    assert.equal(404, limited:call("GET", "/relationships/" .. relationship.id).status)
  end)

  it("that a token does not see can be refused in a listing", function()
    set { foreign_division = "reject" }
    assert.equal(403, limited:call("GET", "/contacts?divisionIds=" .. ids[1]).status)
    assert.equal(200, limited:call("GET", "/contacts?divisionIds=" .. ids[2]).status)
    assert.equal(200, session:call("GET", "/contacts?divisionIds=" .. ids[1]).status)
  end)

  it("limit exports", function()
    local function exported(who, body)
      local job = who:must("POST", "/contacts/exports", body)
      server:control("POST", "/sandbox/clock", { advance = 5 })
      return who:must("GET", "/contacts/exports/" .. job.id).resultRowCount
    end
    assert.equal(60, exported(session, {}))
    assert.equal(30, exported(limited, {}))
    assert.equal(15, exported(session, { divisionIds = { ids[1] } }))
    assert.equal(0, exported(limited, { divisionIds = { ids[1] } }))
    assert.equal(15, exported(session, { queryConditions = { filters = {
      eq = { field = "DivisionId", value = ids[1] } } } }))
  end)

  it("fail an import into a division that the token does not see, and limit its matches", function()
    local source = session:must("POST", "/externalsources", { name = "CRM" })
    local import = session:must("POST", "/import/settings", { name = "x", externalSourceId = source.id,
      mergeContacts = false, importFields = { { name = "workEmail", included = true } },
      matchingCriteria = { "Email" } })
    local csv_settings = session:must("POST", "/import/csv/settings", { externalSettingsId = import.id, mappings = {
      { sourceField = "Mail", targetField = "$.workEmail" } } })
    local other = session:create { workEmail = "ada@x.example", division = { id = ids[1] } }
    local function run(who, division)
      local content = "Mail,Name\nada@x.example,\n"
      local upload = who:must("POST", "/import/csv/uploads", { fileSize = #content })
      local headers = {}
      for _, header in ipairs(upload.uploadHeaders) do
        headers[header.name] = header.value
      end
      assert.equal(200, api.request(upload.uploadUrl, { method = "PUT", headers = headers, body = content }).status)
      local job = who:must("POST", "/import/csv/jobs",
        { uploadId = upload.uploadId, settingsId = csv_settings.id, division = { id = division } }).job
      server:control("POST", "/sandbox/clock", { advance = 5 })
      who:call("PUT", "/import/jobs/" .. job.id, { jobId = job.id, status = "Continue" })
      server:control("POST", "/sandbox/clock", { advance = 5 })
      return who:must("GET", "/import/jobs/" .. job.id)
    end
    local failed = run(limited, ids[1])
    assert.equal("Failed", failed.status)
    assert.matches("division", failed.statusDetails)
    local done = run(session, ids[2])
    assert.equal("Completed", done.status)
    assert.equal(ids[2], done.division.id)
    local found = session:must("GET", "/reversewhitepageslookup?lookupVal=ada%40x.example").contacts
    assert.equal(2, #found)
    assert.equal(other.modifyDate, session:must("GET", "/contacts/" .. other.id).modifyDate)
    assert.equal(1, #limited:must("GET", "/reversewhitepageslookup?lookupVal=ada%40x.example").contacts)
    assert.equal(2, #session:must("GET", "/import/jobs").entities)
  end)

  it("need a client that exists", function()
    local command = require "spec.support.command"
    local status, output = command.shell "bin/extcontacts sandbox --client-divisions nobody:1"
    assert.equal(2, status)
    assert.matches("there is no client 'nobody'", output, 1, true)
  end)
end)
