-- The table against the specification as data (spec/fixtures, read with
-- lua-cjson so that our own codec can't hide a difference).
local cjson = require "cjson"
local models = require "extcontacts.api.models"
local operations = require "extcontacts.api.operations"

local function fixture(name)
  local file = assert(io.open("spec/fixtures/" .. name, "r"))
  local text = file:read("*a")
  file:close()
  return cjson.decode(text)
end

local function given(value)
  if value ~= cjson.null then
    return value
  end
end

-- The fixture's word for one operation that later sources contradict: the
-- specification gives no status, today's documentation says 204.
local STATUS_OVERRIDE = { delete_externalcontacts_contacts_schema = 204 }

describe("the operation table", function()
  local specified = fixture("operations.json")

  it("has the 47 specified operations and no other", function()
    assert.equal(47, #specified)
    assert.equal(47, #operations.list)
    for _, expected in ipairs(specified) do
      assert.is_table(operations.by_name[expected.name], expected.name)
    end
  end)

  for _, expected in ipairs(specified) do
    it("matches the specification of " .. expected.name, function()
      local row = operations.by_name[expected.name]
      assert.equal(expected.method, row.method)
      assert.equal(expected.path, row.path)
      assert.equal(expected.summary, row.summary)
      assert.same(expected.permissions, row.permissions)
      assert.equal("any", expected.permission_mode)
      assert.equal(given(expected.body_model), row.body_model)
      assert.equal(given(expected.returns), row.returns)
      assert.equal(given(expected.paging), row.paging)
      assert.equal(given(expected.entities_field), row.entities)
      assert.equal(STATUS_OVERRIDE[row.name] or expected.success_status, row.success_status)
      assert.same(expected.error_statuses, row.statuses)
      assert.same(expected.positional, row.positional)
      assert.equal(expected.has_opts, row.has_opts)
      assert.equal(given(expected.max_results), row.max_results)
      assert.equal(#expected.params, #row.params)
      for index, param in ipairs(expected.params) do
        local ours = row.params[index]
        for ours_key, key in pairs {
          name = "name", wire = "wire", place = "in", type = "type", items = "items",
          model = "model", required = "required", default = "default", min = "min",
          max = "max", max_length = "max_length", max_items = "max_items",
          server_default = "server_default",
        } do
          local wanted = given(param[key])
          if ours_key == "min" and param.constraint then
            wanted = 1 -- pages are 1-based
          end
          assert.equal(wanted, ours[ours_key], param.name .. "." .. ours_key)
        end
        assert.same(given(param.enum), ours.enum)
        assert.same(given(param.later_documented_fields), ours.sort_fields)
        assert.is_true(#ours.doc > 0)
      end
    end)
  end

  it("gives every operation a short name of its own", function()
    local count = 0
    for short, row in pairs(operations.by_short) do
      count = count + 1
      assert.equal(short, row.short)
    end
    assert.equal(47, count)
  end)

  it("has 4 scans and 6 listings with iterators of their own", function()
    local scans, listings, names = 0, 0, {}
    for _, row in ipairs(operations.list) do
      if row.paging == "cursor" then
        scans = scans + 1
      elseif row.paging == "page" then
        listings = listings + 1
        assert.equal("get_externalcontacts_" .. row.instead,
          operations.by_name["get_externalcontacts_" .. row.instead].name)
      end
      if row.paging then
        assert.is_nil(names[row.iterator])
        names[row.iterator] = true
      end
    end
    assert.equal(4, scans)
    assert.equal(6, listings)
  end)

  it("calls no create and no schema update safe to repeat", function()
    for _, row in ipairs(operations.list) do
      local expected = row.method ~= "POST"
        and not (row.method == "PUT" and row.body_model == "DataSchema")
      assert.equal(expected, row.repeatable, row.name)
    end
  end)

  it("names only models that exist", function()
    for _, row in ipairs(operations.list) do
      assert.is_true(row.returns == nil or models[row.returns] ~= nil, row.name)
      assert.is_true(row.body_model == nil or models[row.body_model] ~= nil, row.name)
    end
  end)
end)

describe("the models", function()
  local specified = fixture("models.json")
  local FORMATS = { ["date-time"] = "date" }

  for name, fields in pairs(specified) do
    it("match the specification of " .. name, function()
      local model = models[name]
      for index, expected in ipairs(fields) do
        local ours = model.fields[index]
        assert.equal(expected.wire, ours.wire)
        assert.equal(expected.required, ours.required, expected.wire)
        assert.equal(expected.read_only or false, ours.read_only, expected.wire)
        assert.same(expected.enum, ours.enum)
        local shape = (expected.type == "array" or expected.type == "map") and expected.type
          or "value"
        assert.equal(shape, ours.shape)
        local kind = expected.items or expected.model
          or FORMATS[expected.format] or expected.format or expected.type
        assert.equal(kind, ours.type, expected.wire)
      end
    end)
  end

  it("add nothing but the cursors of the scans and what the API has come to have", function()
    local added = {
      ExternalContact = "type* canonicalContact* mergeSet* mergedFrom* mergedTo* mergeOperation* division externalIds "
        .. "identifiers instagramId appleOpaqueIds",
      ExternalOrganization = "division externalIds identifiers",
      Note = "division entityId entityType",
      Relationship = "division",
      PhoneNumber = "normalizationCountryCode",
    }
    for name, model in pairs(models) do
      local extra = {}
      for index = #specified[name] + 1, #model.fields do
        local field = model.fields[index]
        extra[#extra + 1] = field.wire .. (field.read_only and "*" or "")
      end
      assert.equal(added[name] or name:match("^Cursor%u") and "cursors" or "", table.concat(extra, " "), name)
    end
  end)
end)
