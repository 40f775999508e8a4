-- The table against the specification as data (spec/fixtures/operations.json,
-- read with lua-cjson so that our own codec cannot hide a difference).
local cjson = require "cjson"
local define = require "extcontacts.api.operations.define"
local models = require "extcontacts.api.models"
local operations = require "extcontacts.api.operations"
local parameters = require "extcontacts.api.operations.parameters"

local file = assert(io.open("spec/fixtures/operations.json", "r"))
local specified = cjson.decode(file:read("*a"))
file:close()

local function present(value)
  if value ~= cjson.null then
    return value
  end
end

-- The specification states no status for this operation; today's documentation
-- says 204.
local STATUS_OVERRIDE = { delete_externalcontacts_contacts_schema = 204 }

-- Short names by effect, written down apart from the table; the others read.
local EFFECTS = {
  create = {
    "contacts.create", "contacts.notes.create", "contacts.schemas.create", "organizations.create",
    "organizations.notes.create", "organizations.schemas.create", "relationships.create",
  },
  update = {
    "contacts.update", "contacts.notes.update", "contacts.schemas.update", "organizations.update",
    "organizations.notes.update", "organizations.schemas.update", "organizations.trustor.set",
    "relationships.update", "conversations.associate",
  },
  delete = {
    "contacts.delete", "contacts.notes.delete", "contacts.schemas.delete", "organizations.delete",
    "organizations.notes.delete", "organizations.trustor.clear", "relationships.delete",
  },
}

local NOT_REPEATABLE = {}
for _, short in ipairs(EFFECTS.create) do
  NOT_REPEATABLE[short] = true
end
for _, short in ipairs { "contacts.schemas.update", "organizations.schemas.update" } do
  NOT_REPEATABLE[short] = true -- the version increases
end

-- Effect → the methods it may have.  A GET never writes; a POST may do anything.
local METHODS = {
  read = { GET = true, POST = true },
  create = { POST = true },
  update = { PUT = true, PATCH = true, POST = true },
  delete = { DELETE = true, POST = true },
  merge = { POST = true },
  job = { POST = true },
}

describe("the operation table", function()
  it("has exactly the specified operations", function()
    local expected = {}
    for _, operation in ipairs(specified) do
      expected[operation.name] = true
      assert.is_table(operations.by_name[operation.name], operation.name)
    end
    for _, row in ipairs(operations.list) do
      assert.is_true(expected[row.name], row.name)
    end
    assert.equal(#specified, #operations.list)
  end)

  for _, expected in ipairs(specified) do
    it("matches the specification of " .. expected.name, function()
      local row = operations.by_name[expected.name]
      assert.equal(expected.method, row.method)
      assert.equal(expected.path, row.path)
      assert.equal(expected.summary, row.summary)
      assert.same(expected.permissions, row.permissions)
      assert.equal(expected.permission_mode, row.permissions_mode)
      assert.equal(present(expected.body_model), row.body_model)
      assert.equal(present(expected.returns), row.returns)
      assert.equal(present(expected.paging), row.paging)
      assert.equal(present(expected.entities_field), row.entities)
      assert.equal(STATUS_OVERRIDE[row.name] or expected.success_status, row.success_status)
      assert.same(expected.error_statuses, row.statuses)
      assert.same(expected.positional, row.positional)
      assert.equal(present(expected.max_results), row.max_results)
      assert.equal(#expected.params, #row.params)
      for index, param in ipairs(expected.params) do
        local ours = row.params[index]
        for ours_key, key in pairs {
          name = "name", wire = "wire", place = "in", type = "type", items = "items",
          model = "model", required = "required", default = "default", min = "min",
          max = "max", max_length = "max_length", max_items = "max_items",
          server_default = "server_default",
        } do
          local value = present(param[key])
          if ours_key == "min" and param.constraint then
            value = 1 -- pages are 1-based
          end
          assert.equal(value, ours[ours_key], param.name .. "." .. ours_key)
        end
        assert.same(present(param.enum), ours.enum)
        assert.same(present(param.later_documented_fields), ours.sort_fields)
        assert.is_true(#ours.doc > 0)
        assert.equal(ours, row.by_name[ours.name])
      end
    end)
  end

  it("has a unique short name for every operation", function()
    local count = 0
    for short, row in pairs(operations.by_short) do
      count = count + 1
      assert.equal(short, row.short)
    end
    assert.equal(#operations.list, count)
  end)

  it("has a unique iterator for every paged operation, and names the scan that replaces a listing", function()
    local by_paging, names = { cursor = 0, page = 0 }, {}
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
    assert.same({ cursor = 4, page = 6 }, by_paging)
  end)

  it("has a sentence on each operation", function()
    local expected = {}
    for effect, shorts in pairs(EFFECTS) do
      for _, short in ipairs(shorts) do
        assert.is_table(operations.by_short[short], short)
        expected[short] = effect
      end
    end
    for _, row in ipairs(operations.list) do
      assert.equal(expected[row.short] or "read", row.effect, row.short)
    end
  end)

  it("has effects that the methods allow", function()
    for _, row in ipairs(operations.list) do
      assert.is_true(METHODS[row.effect][row.method], row.short)
    end
  end)

  it("marks everything repeatable except creates and schema updates", function()
    for _, row in ipairs(operations.list) do
      assert.equal(not NOT_REPEATABLE[row.short], row.repeatable, row.short)
    end
  end)

  it("has read operations that search for the record of each operation that is not repeatable", function()
    for _, row in ipairs(operations.list) do
      assert.equal(not row.repeatable, row.check ~= nil, row.short)
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

  it("names only models that exist", function()
    for _, row in ipairs(operations.list) do
      assert.is_true(row.returns == nil or models[row.returns] ~= nil, row.name)
      assert.is_true(row.body_model == nil or models[row.body_model] ~= nil, row.name)
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
    assert.same({ "contact_id path true", "dry_run query false", "body body true" }, places)
  end)

  it("keeps what is known about permissions, batches and the API's versions", function()
    local row = define.row(written {
      permissions_mode = "all", batch = { max = 10, match = "tracker" }, since = "219", preview = true,
      deprecated = "contacts.merge", further_status = 422,
    })
    assert.equal("all", row.permissions_mode)
    assert.same({ max = 10, match = "tracker" }, row.batch)
    assert.same({ "219", true, "contacts.merge" }, { row.since, row.preview, row.deprecated })
    assert.same({ 400, 401, 403, 404, 413, 415, 422, 429, 500, 503, 504 }, row.statuses)
    assert.equal("any", define.row(written()).permissions_mode)
  end)

  for problem, fields in pairs {
    ["unknown effect 'nil'"] = { effect = false },
    ["unknown effect 'unknown'"] = { effect = "unknown" },
    ["unknown permissions_mode 'some'"] = { permissions_mode = "some" },
    ["unknown field 'permision'"] = { permision = {} },
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
