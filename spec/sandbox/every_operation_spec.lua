-- A session that succeeds with every operation.  Session:must compares each answer with
-- the operation's model; the specs of the handlers test what it contains.

local api = require "spec.support.api"
local operations = require "extcontacts.api.operations"
local sandbox = require "spec.support.sandbox"

local NOBODY = api.NOBODY

describe("the sandbox's answers", function()
  local server, session
  sandbox.around({ contacts = 300, rate = 0, divisions = 2 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  local called

  -- Performs an operation: the arguments of its path, a query, a body.
  local function perform(short, arguments, query, body)
    local row, index = operations.by_short[short], 0
    local path = row.path:sub(#api.base + 1):gsub("{%w+}", function()
      index = index + 1
      return assert(arguments[index], short)
    end)
    local answer, reply = session:must(row.method, path .. (query and "?" .. query or ""), body)
    if reply.status ~= row.other_success then
      assert.equal(row.success_status, reply.status, short)
    end
    assert.equal(row.returns ~= nil and reply.status ~= 204, reply.text ~= "", short)
    called[short] = true
    return answer
  end

  local function advance()
    server:control("POST", "/sandbox/clock", { advance = 60 })
  end

  local function contact(fields)
    return perform("contacts.create", {}, nil, api.contact(fields))
  end

  local function organization()
    return perform("organizations.create", {}, nil, { name = "Analytical Engines" })
  end

  local function note(text)
    return { noteText = text or "hello", createdBy = { id = NOBODY } }
  end

  local function change(field, value)
    return { changes = { { field = field, action = "Update", value = value } } }
  end

  local function entities(...)
    return { entities = { ... } }
  end

  -- Reads, replaces, patches and deletes what was created.
  local function records()
    local one, other = contact(), organization()
    perform("contacts.get", { one.id }, "expand=externalOrganization,externalDataSources,identifiers,division")
    perform("contacts.list", {}, "expand=externalOrganization,externalSources,identifiers,division&pageSize=100")
    perform("contacts.update", { one.id }, nil, one)
    perform("contacts.patch", { one.id }, nil, change("$.title", "Countess"))
    perform("contacts.search", {}, nil, { operation = { simpleSearch = { query = "Lovelace", ids = { one.id } } } })
    perform("contacts.unresolved", { one.id }, "expand=identifiers,division")
    perform("organizations.get", { other.id }, "expand=identifiers,division&includeTrustors=true")
    perform("organizations.list", {}, "expand=identifiers,division")
    perform("organizations.update", { other.id }, nil, other)
    perform("organizations.patch", { other.id }, nil, change("$.industry", "Machines"))
    perform("organizations.contacts", { other.id })
    perform("organizations.trustor.set", { other.id, NOBODY })
    perform("organizations.trustor.clear", { other.id })
    for kind, owner in pairs { contacts = one, organizations = other } do
      local created = perform(kind .. ".notes.create", { owner.id }, nil, note())
      perform(kind .. ".notes.get", { owner.id, created.id }, "expand=author,division")
      perform(kind .. ".notes.list", { owner.id })
      perform(kind .. ".notes.update", { owner.id, created.id }, nil, note "new")
      perform(kind .. ".notes.patch", { owner.id, created.id }, nil, change("$.noteText", "newer"))
      perform(kind .. ".notes.delete", { owner.id, created.id })
      perform(kind .. ".scan", {}, "limit=200")
    end
    local link = { user = { id = NOBODY }, externalOrganization = { id = other.id }, relationship = "Sales" }
    local relationship = perform("relationships.create", {}, nil, link)
    perform("relationships.get", { relationship.id }, "expand=division")
    perform("relationships.update", { relationship.id }, nil, link)
    perform("relationships.patch", { relationship.id }, nil, change("$.relationship", "Owner"))
    perform("organizations.relationships", { other.id })
    perform("relationships.delete", { relationship.id })
    perform("relationships.scan", {})
    perform("notes.scan", {})
    for _, kind in ipairs { "contacts", "organizations", "notes", "relationships" } do
      perform(kind .. ".divisionviews.scan", {}, "limit=200")
    end
    perform("lookup.reverse", {}, "lookupVal=ada%40example.com&expand=division")
    perform("conversations.associate", { NOBODY }, nil,
      { conversationId = NOBODY, communicationId = NOBODY, externalContactId = one.id, mediaType = "CALL" })
    perform("contacts.delete", { one.id })
    perform("organizations.delete", { other.id })
  end

  local function schemas()
    for _, kind in ipairs { "contacts", "organizations" } do
      local properties = { size_text = { title = "Size", allOf = { { ["$ref"] = "#/definitions/text" } } } }
      local schema = perform(kind .. ".schemas.create", {}, nil,
        { version = 0, jsonSchema = { title = "New", properties = properties } })
      perform(kind .. ".schemas.get", { schema.id })
      perform(kind .. ".schemas.list", {})
      perform(kind .. ".schemas.update", { schema.id }, nil, schema)
      perform(kind .. ".schemas.version", { schema.id, "1" })
      perform(kind .. ".schemas.versions", { schema.id })
      perform(kind .. ".schemas.limits", {})
      perform(kind .. ".schemas.core_type", { perform(kind .. ".schemas.core_types", {}).entities[1].name })
      if kind == "contacts" then
        perform("contacts.schemas.delete", { schema.id })
      end
    end
  end

  local function bulk()
    local owner = organization()
    local link = { user = { id = NOBODY }, externalOrganization = { id = owner.id }, relationship = "Sales" }
    local owned = note()
    owned.entityType, owned.entityId = "organization", owner.id
    for kind, item in pairs {
      contacts = api.contact(), organizations = { name = "Engines" }, notes = owned, relationships = link,
    } do
      local added = perform(kind .. ".bulk.create", {}, nil, entities(item)).results[1]
      assert.is_true(added.success, kind)
      local reference = { id = added.entity.id }
      perform(kind .. ".bulk.get", {}, nil, entities(reference, { id = NOBODY }))
      perform(kind .. ".bulk.update", {}, nil, entities(added.entity))
      if kind == "contacts" then
        perform("contacts.bulk.unresolved", {}, nil, entities(reference))
      end
      if kind == "contacts" or kind == "organizations" then
        perform(kind .. ".bulk.divisionviews", {}, nil, entities(reference))
      end
      perform(kind .. ".bulk.delete", {}, nil, entities(reference))
    end
  end

  -- Identifiers, lookups, enrich and merges.
  local function identities(source)
    local one, other, firm = contact { workEmail = "ada@x.example" }, contact(), organization()
    local email = { type = "Email", value = "countess@x.example" }
    local key = { type = "ExternalId", value = "7", externalSource = { id = source.id } }
    perform("contacts.identifiers.change", { one.id }, nil, { operation = "Claim", identifier = email })
    perform("contacts.identifiers.list", { one.id })
    perform("lookup.contact", {}, "expand=identifiers,externalOrganization,division", email)
    perform("lookup.identifier", {}, nil, email)
    perform("organizations.identifiers.change", { firm.id }, nil, { operation = "Claim", identifier = key })
    perform("organizations.identifiers.list", { firm.id })
    perform("lookup.organization", {}, "expand=identifiers,division", key)
    local enrich = { matchingIdentifiers = { email }, action = "Upsert", contact = { title = "Countess" } }
    perform("contacts.enrich", {}, nil, enrich)
    enrich.id = "tracker"
    perform("contacts.bulk.enrich", {}, "dryRun=true", entities(enrich))
    enrich = { matchingIdentifiers = { key }, action = "Upsert", externalOrganization = { industry = "Machines" } }
    perform("organizations.enrich", {}, nil, enrich)
    perform("organizations.bulk.enrich", {}, nil, entities(enrich))
    perform("contacts.promote", { one.id })
    local merged = perform("contacts.merge", {}, nil, { contactIds = { one.id, other.id } })
    assert.equal(merged.id, perform("contacts.get", { one.id }).id)
    perform("contacts.unresolved", { one.id })
    perform("contacts.bulk.unresolved", {}, nil, entities { id = one.id })
    -- Only the platform creates contacts that are not curated.
    local found = server:control("POST", "/sandbox/contacts", { type = "Ephemeral", contact = api.contact() })
    perform("contacts.merge_two", {}, nil, { sourceContactId = found.id, targetContactId = contact().id })
  end

  local function sources()
    local source = perform("external_sources.create", {}, nil,
      { name = "CRM", active = true, linkConfiguration = { uriTemplate = "https://crm.example/{externalId}" } })
    perform("external_sources.get", { source.id })
    perform("external_sources.list", {}, "name=CR&active=true")
    perform("external_sources.update", { source.id }, nil, source)
    perform("external_sources.delete", { perform("external_sources.create", {}, nil, { name = "Old" }).id })
    return source
  end

  local function exports()
    for _, kind in ipairs { "contacts", "organizations", "notes", "relationships" } do
      local export = perform(kind .. ".exports.create", {}, nil, { queryConditions = { limit = 5 } })
      advance()
      assert.equal("SUCCEEDED", perform(kind .. ".exports.get", { export.id }).status)
      perform(kind .. ".exports.list", {}, "pageSize=10")
    end
  end

  local function imports(source)
    local content = "Key,Name\r\n1,Ada\r\n2,Grace\r\n"
    local upload = perform("imports.csv.uploads.create", {}, nil, { fileName = "x.csv", fileSize = #content })
    local headers = {}
    for _, header in ipairs(upload.uploadHeaders) do
      headers[header.name] = header.value
    end
    assert.equal(200, api.request(upload.uploadUrl, { method = "PUT", headers = headers, body = content }).status)
    perform("imports.csv.uploads.details", { upload.uploadId })
    perform("imports.csv.uploads.preview", { upload.uploadId })
    local settings = perform("imports.settings.create", {}, nil, {
      name = "People", externalSourceId = source.id, mergeContacts = false, matchingCriteria = { "Email" },
      importFields = { { name = "firstName", included = true } },
    })
    perform("imports.settings.get", { settings.id })
    perform("imports.settings.list", {}, "sortOrder=Descending&name=People")
    perform("imports.settings.update", { settings.id }, nil, settings)
    local csv = perform("imports.csv.settings.create", {}, nil, {
      externalSettingsId = settings.id,
      mappings = {
        { sourceField = "Key", targetField = "$.externalId" }, { sourceField = "Name", targetField = "$.firstName" },
      },
    })
    perform("imports.csv.settings.get", { csv.id })
    perform("imports.csv.settings.list", {}, "externalSettingsId=" .. settings.id)
    perform("imports.csv.settings.update", { csv.id }, nil, csv)
    local id = perform("imports.csv.jobs.create", {}, nil, { uploadId = upload.uploadId, settingsId = csv.id }).job.id
    advance()
    assert.equal("Validated", perform("imports.jobs.get", { id }, "expand=division").executionStep)
    perform("imports.jobs.change", { id }, nil, { jobId = id, status = "Continue" })
    advance()
    local job = perform("imports.jobs.get", { id })
    assert.equal("Completed", job.status)
    assert.equal(2, job.metadata.importSuccessCount)
    perform("imports.jobs.list", {}, "jobStatus=Completed&expand=division")
    perform("imports.jobs.create", {}, nil, { settingsId = settings.id })
    perform("imports.csv.settings.delete", { csv.id })
    perform("imports.settings.delete", { settings.id })
  end

  local function journey()
    local one = contact()
    perform("contacts.sessions.list", { one.id }, "includeMerged=true")
    perform("contacts.segments.change", { one.id }, nil, { assign = { segments = { { id = NOBODY } } } })
    perform("contacts.segments.list", { one.id }, "limit=500")
  end

  local function organization_settings()
    perform("settings.update", {}, nil, { manuallyAssignDivisionsToContacts = true })
    perform("settings.get", {})
    perform("settings.delete", {})
  end

  local function graphs()
    contact { workEmail = "twin@x.example" }
    contact { workEmail = "twin@x.example" }
    perform("graphs.scans.latest", {}, "expand=statistics.aggregated")
    perform("graphs.scans.latest_statistics", {})
    local scan = perform("graphs.scans.list", {}, "expand=statistics.aggregated").entities[1]
    perform("graphs.scans.get", { scan.id })
    perform("graphs.scans.statistics", { scan.id })
    local cluster = perform("graphs.clusters.list", { scan.id }, "mergeInfo.status=NotMerged").entities[1]
    perform("graphs.clusters.get", { scan.id, cluster.id })
    perform("graphs.clusters.merge", { scan.id, cluster.id })
    advance()
    assert.equal("ManualSucceeded", perform("graphs.clusters.get", { scan.id, cluster.id }).mergeInfo.status)
    perform("graphs.settings.update", {}, nil, { automaticMergingEnabled = true })
    perform("graphs.settings.get", {})
  end

  it("are those of the models, for every operation", function()
    called = {}
    records()
    schemas()
    bulk()
    local source = sources()
    identities(source)
    exports()
    imports(source)
    journey()
    organization_settings()
    graphs()
    local missing = {}
    for _, row in ipairs(operations.list) do
      if not called[row.short] then
        missing[#missing + 1] = row.short
      end
    end
    assert.same({}, missing)
  end)
end)
