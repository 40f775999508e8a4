-- The table against the API as data, read with lua-cjson so that our own codec
-- cannot hide a difference: the specification (spec/fixtures/operations.json) and
-- today's API (spec/fixtures/operations_current.jsonl).
local cjson = require "cjson"
local define = require "extcontacts.api.operations.define"
local models = require "extcontacts.api.models"
local operations = require "extcontacts.api.operations"
local parameters = require "extcontacts.api.operations.parameters"

local file = assert(io.open("spec/fixtures/operations.json", "r"))
local specified = cjson.decode(file:read("*a"))
file:close()

local current = {}
for line in io.lines "spec/fixtures/operations_current.jsonl" do
  current[#current + 1] = cjson.decode(line)
end

local function present(value)
  if value ~= cjson.null then
    return value
  end
end

-- The API documents 422 for these since a release that is newer than the facts.
local DOCUMENTED_SINCE = {
  patch_externalcontacts_contact = true, patch_externalcontacts_contact_note = true,
  patch_externalcontacts_organization = true, patch_externalcontacts_organization_note = true,
  patch_externalcontacts_relationship = true,
}

-- Facts in which the table keeps the specification.
local KEPT_SUMMARY = { get_externalcontacts_reversewhitepageslookup = true } -- it still returns organizations
local KEPT_POSITIONAL = { put_externalcontacts_conversation = true }
local KEPT_MAX_LENGTH = { q = true }

-- What the notes of the API say in words alone.
local AFTER_IN_CURSORS = {
  get_externalcontacts_import_jobs = true, get_externalcontacts_import_settings = true,
}
local MOST_ITEMS = {
  post_externalcontacts_bulk_contacts_enrich = 10, post_externalcontacts_bulk_organizations_enrich = 10,
}

-- Effects of short names, written down apart from the table; the others read.
local EFFECTS = {
  create = [[
    contacts.create contacts.notes.create contacts.schemas.create organizations.create organizations.notes.create
    organizations.schemas.create relationships.create contacts.bulk.create organizations.bulk.create
    notes.bulk.create relationships.bulk.create external_sources.create imports.settings.create
    imports.csv.settings.create imports.csv.uploads.create
  ]],
  update = [[
    contacts.update contacts.notes.update contacts.schemas.update organizations.update organizations.notes.update
    organizations.schemas.update organizations.trustor.set relationships.update conversations.associate
    contacts.patch contacts.notes.patch organizations.patch organizations.notes.patch relationships.patch
    contacts.promote contacts.identifiers.change organizations.identifiers.change organizations.enrich
    organizations.bulk.enrich contacts.segments.change contacts.bulk.update organizations.bulk.update
    notes.bulk.update relationships.bulk.update external_sources.update imports.settings.update
    imports.csv.settings.update settings.update graphs.settings.update
  ]],
  delete = [[
    contacts.delete contacts.notes.delete contacts.schemas.delete organizations.delete organizations.notes.delete
    organizations.trustor.clear relationships.delete contacts.bulk.delete organizations.bulk.delete notes.bulk.delete
    relationships.bulk.delete external_sources.delete imports.settings.delete imports.csv.settings.delete
    settings.delete
  ]],
  merge = [[
    contacts.merge contacts.merge_two contacts.enrich contacts.bulk.enrich graphs.clusters.merge
  ]],
  job = [[
    contacts.exports.create notes.exports.create organizations.exports.create relationships.exports.create
    imports.jobs.create imports.jobs.change imports.csv.jobs.create
  ]],
}

local effect_of = {}
for effect, shorts in pairs(EFFECTS) do
  for short in shorts:gmatch "%S+" do
    effect_of[short] = effect
  end
end

-- Updates that are not the same when they are sent twice: the version of a schema
-- increases, a PATCH may append, enrich may insert, and what promoting, claiming or
-- releasing again does is not documented.
local NOT_REPEATABLE = {}
for short in ([[
  contacts.schemas.update organizations.schemas.update contacts.patch contacts.notes.patch organizations.patch
  organizations.notes.patch relationships.patch contacts.promote contacts.identifiers.change
  organizations.identifiers.change organizations.enrich organizations.bulk.enrich
]]):gmatch "%S+" do
  NOT_REPEATABLE[short] = true
end

-- Operations that are not repeatable and whose lost replies leave a trace that is
-- looked for.
local CHECKED = {}
for short in ([[
  contacts.create contacts.notes.create contacts.schemas.create organizations.create organizations.notes.create
  organizations.schemas.create relationships.create contacts.schemas.update organizations.schemas.update
]]):gmatch "%S+" do
  CHECKED[short] = true
end

-- Effect → the methods it may have.  A GET never writes; a POST may do anything.
local METHODS = {
  read = { GET = true, POST = true },
  create = { POST = true },
  update = { PUT = true, PATCH = true, POST = true },
  delete = { DELETE = true, POST = true },
  merge = { POST = true, PUT = true },
  job = { POST = true, PUT = true },
}

-- The parameters by name, without the body.
local function by_name(params)
  local found = {}
  for _, param in ipairs(params) do
    found[param.name] = param
  end
  return found
end

-- The names of the parameters in the query, in order.
local function query_of(params, place)
  local found = {}
  for _, param in ipairs(params) do
    if param[place] == "query" then
      found[#found + 1] = param.wire
    end
  end
  return found
end

-- Fails unless a parameter of ours is the one of the API.
local function check_param(param, ours)
  for ours_key, key in pairs {
    wire = "wire", place = "in", type = "type", items = "items", model = "model", required = "required",
    default = "default", min = "min", max = "max", max_items = "max_items", server_default = "server_default",
  } do
    local value = param[key]
    if ours_key == "min" and param.constraint then
      value = 1 -- pages are 1-based
    end
    assert.equal(value, ours[ours_key], param.name .. "." .. ours_key)
  end
  assert.equal(KEPT_MAX_LENGTH[param.name] and ours.max_length or param.max_length, ours.max_length)
  assert.same(param.enum, ours.enum)
  assert.same(param.sort_fields, ours.sort_fields)
  assert.is_true(#ours.doc > 0)
end

describe("the operation table", function()
  it("has exactly the operations of the API", function()
    for _, operation in ipairs(current) do
      assert.is_table(operations.by_name[operation.name], operation.name)
    end
    assert.equal(#current, #operations.list)
  end)

  for _, expected in ipairs(current) do
    it("matches the facts about " .. expected.name, function()
      local row = operations.by_name[expected.name]
      assert.equal(expected.method, row.method)
      assert.equal(expected.path, row.path)
      assert.equal(KEPT_SUMMARY[row.name] and row.summary or expected.summary, row.summary)
      assert.same(expected.permissions, row.permissions)
      assert.equal(expected.permission_mode, row.permissions_mode)
      assert.equal(expected.body_model, row.body_model)
      assert.equal(expected.returns, row.returns)
      assert.equal(expected.paging, row.paging)
      assert.equal(expected.entities_field, row.entities)
      assert.equal(expected.success_status, row.success_status)
      assert.same(expected.success_statuses or { row.success_status },
        row.other_success and { row.success_status, row.other_success } or { row.success_status })
      local statuses = expected.error_statuses
      if DOCUMENTED_SINCE[row.name] then
        table.insert(statuses, 422)
        table.sort(statuses)
      end
      assert.same(statuses, row.statuses)
      assert.equal(expected.deprecated, row.deprecated and true)
      assert.equal(expected.preview, row.preview)
      assert.equal(expected.bulk, row.batch and true)
      assert.equal(MOST_ITEMS[row.name], row.batch and row.batch.max)
      if not KEPT_POSITIONAL[row.name] then
        assert.same(expected.positional, row.positional)
      end
      assert.equal(#expected.params, #row.params)
      assert.same(query_of(expected.params, "in"), query_of(row.params, "place"))
      for name, param in pairs(by_name(expected.params)) do
        assert.is_table(row.by_name[name], name)
        check_param(param, row.by_name[name])
      end
      if row.paging == "after" then
        assert.equal(AFTER_IN_CURSORS[row.name] and "cursors" or "nextUri", row.after_in)
        assert.equal(row.after_in == "cursors", models[row.returns].by_wire.cursors ~= nil)
      end
    end)
  end

  for _, expected in ipairs(specified) do
    it("keeps the specified name, arguments and options of " .. expected.name, function()
      local row = operations.by_name[expected.name]
      assert.equal(expected.method, row.method)
      assert.equal(expected.path, row.path)
      assert.same(expected.positional, row.positional)
      assert.equal(present(expected.max_results), row.max_results)
      assert.is_nil(row.since)
      for _, param in ipairs(expected.params) do
        local ours = row.by_name[param.name]
        assert.is_true(param.type == ours.type or param.type == ours.also, param.name)
        assert.equal(present(param.max_length), ours.max_length)
        local known = {}
        for _, value in ipairs(ours.enum or {}) do
          known[value] = true
        end
        for _, value in ipairs(present(param.enum) or {}) do
          assert.is_true(known[value], value)
        end
      end
      for _, param in ipairs(row.params) do
        local is_new = by_name(expected.params)[param.name] == nil
        assert.equal(is_new or nil, param.added, param.name)
        assert.is_false(is_new and param.required)
      end
    end)
  end

  it("names the successor of each deprecated operation", function()
    for _, row in ipairs(operations.list) do
      if row.deprecated then
        assert.is_nil(operations.by_short[row.deprecated].deprecated)
      end
    end
  end)

  it("has a unique short name for every operation", function()
    local count = 0
    for short, row in pairs(operations.by_short) do
      count = count + 1
      assert.equal(short, row.short)
    end
    assert.equal(#operations.list, count)
  end)

  it("has a unique iterator for every paged operation, and names the scan that replaces a listing", function()
    local by_paging, names = { cursor = 0, page = 0, after = 0 }, {}
    for _, row in ipairs(operations.list) do
      if row.paging then
        by_paging[row.paging] = by_paging[row.paging] + 1
        assert.is_nil(names[row.iterator])
        names[row.iterator] = true
      else
        assert.is_nil(row.iterator)
      end
      if row.paging == "page" then
        assert.equal("cursor", operations.by_name["get_externalcontacts_" .. row.instead].paging)
      end
    end
    assert.same({ cursor = 11, page = 7, after = 8 }, by_paging)
  end)

  it("has the expected effects", function()
    for short in pairs(effect_of) do
      assert.is_table(operations.by_short[short], short)
    end
    for _, row in ipairs(operations.list) do
      assert.equal(effect_of[row.short] or "read", row.effect, row.short)
    end
  end)

  it("has effects that the methods allow", function()
    for _, row in ipairs(operations.list) do
      assert.is_true(METHODS[row.effect][row.method], row.short)
    end
  end)

  it("marks reads, deletes and most updates repeatable, and nothing else", function()
    local repeatable = { read = true, update = true, delete = true }
    for _, row in ipairs(operations.list) do
      assert.equal(repeatable[row.effect] and not NOT_REPEATABLE[row.short] or false, row.repeatable, row.short)
    end
  end)

  it("has read operations that search for the record whose reply was lost", function()
    for _, row in ipairs(operations.list) do
      assert.equal(CHECKED[row.short] or false, row.check ~= nil, row.short)
      for _, use in ipairs { "find", "search", "get" } do
        local name = row.check and row.check[use]
        if name then
          assert.equal("read", operations.by_name[name].effect, row.short .. ", " .. use)
        end
      end
      for _, argument in ipairs(row.check and row.check.same or {}) do
        assert.is_table(row.by_name[argument], row.short)
      end
    end
  end)

  it("names models that exist, and the field with the id of what a create has created", function()
    for _, row in ipairs(operations.list) do
      assert.is_true(row.returns == nil or models[row.returns] ~= nil, row.name)
      assert.is_true(row.body_model == nil or models[row.body_model] ~= nil, row.name)
      if row.entities then
        assert.equal("array", models[row.returns].by_wire[row.entities].shape, row.name)
      end
      assert.equal(row.effect == "create" and row.batch == nil, type(row.id_field) == "string", row.name)
      if row.id_field then
        assert.is_table(models[row.returns].by_wire[row.id_field], row.name)
      end
    end
  end)
end)

describe("a row of the operation table", function()
  local function written(fields)
    local row = {
      "post_externalcontacts_things", "things.create", "POST", "/things/{contactId}",
      effect = "create", summary = "Create a thing", permissions = { "externalContacts:thing:add" },
    }
    for field, value in pairs(fields or {}) do
      row[field] = value
    end
    return row
  end

  for effect, repeatable in pairs {
    read = true, update = true, delete = true, create = false, merge = false, job = false,
  } do
    it(("is %srepeatable if its effect is %s"):format(repeatable and "" or "not ", effect), function()
      assert.equal(repeatable, define.row(written { effect = effect }).repeatable)
      assert.equal(not repeatable, define.row(written { effect = effect, repeatable = not repeatable }).repeatable)
    end)
  end

  it("derives its parameters from the path, the query and the body", function()
    local row = define.row(written {
      query = { parameters.query { name = "dry_run", wire = "dryRun", type = "boolean", doc = "…" } },
      body_model = "Note",
    })
    assert.equal("/api/v2/externalcontacts/things/{contactId}", row.path)
    assert.same({ "contact_id", "body" }, row.positional)
    local places = {}
    for _, param in ipairs(row.params) do
      places[#places + 1] = param.name .. " " .. param.place .. " " .. tostring(param.required)
    end
    assert.same({ "contact_id path true", "body body true", "dry_run query false" }, places)
  end)

  it("has an optional body among its options", function()
    local row = define.row(written { body_model = "Note", body_optional = true, body_name = "note" })
    assert.same({ "contact_id" }, row.positional)
    assert.is_false(row.by_name.note.required)
    assert.equal("body", row.by_name.note.place)
  end)

  it("expects the id of what it creates, except of several records", function()
    assert.equal("id", define.row(written()).id_field)
    assert.equal("uploadId", define.row(written { id_field = "uploadId" }).id_field)
    assert.is_nil(define.row(written { batch = { match = "content" } }).id_field)
    assert.is_nil(define.row(written { effect = "update" }).id_field)
  end)

  it("keeps what is known about permissions, batches and the API's versions", function()
    local row = define.row(written {
      permissions_mode = "all", batch = { max = 10, match = "tracker" }, since = "2025-04-10", preview = true,
      deprecated = "contacts.merge", further_status = 422,
    })
    assert.equal("all", row.permissions_mode)
    assert.same({ max = 10, match = "tracker" }, row.batch)
    assert.same({ "2025-04-10", true, "contacts.merge" }, { row.since, row.preview, row.deprecated })
    assert.same({ 400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 500, 503, 504 }, row.statuses)
    assert.equal("any", define.row(written()).permissions_mode)
  end)

  for problem, fields in pairs {
    ["unknown effect 'nil'"] = { effect = false },
    ["unknown effect 'unknown'"] = { effect = "unknown" },
    ["unknown permissions_mode 'some'"] = { permissions_mode = "some" },
    ["unknown field 'permision'"] = { permision = {} },
    ["unknown rule 'whim' in varies"] = { varies = "whim" },
    ["unknown placeholder 'thingId'"] = { [4] = "/things/{thingId}" },
    ["no permissions"] = { permissions = {} },
    ["no summary"] = { summary = false },
    ["name, short name, method and path must come first"] = { [4] = false },
  } do
    it("is rejected: " .. problem, function()
      local row = written(fields)
      for field, value in pairs(fields) do
        if value == false then
          row[field] = nil
        end
      end
      local ok, message = pcall(define.row, row)
      assert.is_false(ok)
      assert.equal("operation table, post_externalcontacts_things: " .. problem, message)
    end)
  end
end)
