-- The models against the API as data, read with lua-cjson so that our own codec
-- cannot hide a difference: the specification (spec/fixtures/models.json) and
-- today's API (spec/fixtures/models_current.jsonl).
local cjson = require "cjson"
local models = require "extcontacts.api.models"
local sources = require "extcontacts.api.models.sources"

local file = assert(io.open("spec/fixtures/models.json", "r"))
local specified = cjson.decode(file:read("*a"))
file:close()

local current = {}
for line in io.lines "spec/fixtures/models_current.jsonl" do
  local model = cjson.decode(line)
  current[model.name] = model.fields
end

-- Values that the API added after the release that the facts are from.
table.insert(current.ContactIdentifier[2].enum, "SocialInstagramHandle")

local FORMATS = { ["date-time"] = "date", date = "day" }

local function type_of(field)
  return field.items_items and "[" .. field.items_items .. "]"
    or field.items == "number" and "double" or field.items or field.model
    or FORMATS[field.format] or field.format or field.type
end

local function shape_of(field)
  return (field.type == "array" or field.type == "map") and field.type or "value"
end

-- Marks in which today's API differs from the specification, which the models
-- keep: what the server needs or sets has not changed.
local KEPT = {
  required = [[
    FacebookId.ids FacebookScopedId.scopedId LineId.ids LineUserId.userId WhatsAppId.phoneNumber
  ]],
  read_only = [[
    DataSchema.id DataSchema.appliesTo DataSchema.createdBy ExternalContact.id OrgUser.team OrgUser.skills
    OrgUser.languages Organization.productPlatform PhoneNumber.userInput PhoneNumber.e164 PhoneNumber.countryCode
    TrusteeAuthorization.permissions Trustor.authorization User.team User.skills User.languages
  ]],
}

-- Required until 2022-11.
local OPTIONAL = { ["ExternalContact.firstName"] = true, ["ExternalContact.lastName"] = true }

local function is_kept(mark, name)
  return (" " .. KEPT[mark]:gsub("%s+", " ") .. " "):find(" " .. name .. " ", 1, true) ~= nil
end

describe("the models", function()
  for name, fields in pairs(specified) do
    it("begin with the specified fields of " .. name, function()
      local model = models[name]
      for index, expected in ipairs(fields) do
        local ours = model.fields[index]
        assert.equal(expected.wire, ours.wire)
        local is_optional = OPTIONAL[name .. "." .. expected.wire]
        assert.equal(expected.required and not is_optional, ours.required, expected.wire)
        assert.equal(expected.read_only or false, ours.read_only, expected.wire)
        assert.equal(shape_of(expected), ours.shape)
        if expected.items ~= "UserImage" then -- renamed since
          assert.equal(type_of(expected), ours.type, expected.wire)
        end
      end
    end)
  end

  for name, fields in pairs(current) do
    it("match today's " .. name, function()
      local model, count = models[name], #(specified[name] or {})
      local expected_order, order = {}, {}
      for index, field in ipairs(model.fields) do
        assert.equal(field, model.by_wire[field.wire])
        if index > count then
          order[#order + 1] = field.wire
        end
      end
      for _, expected in ipairs(fields) do
        local ours, full = model.by_wire[expected.wire], name .. "." .. expected.wire
        assert.is_table(ours, full)
        assert.equal(shape_of(expected), ours.shape, full)
        assert.equal(type_of(expected), ours.type, full)
        assert.same(expected.enum, ours.enum)
        assert.equal(expected.required ~= is_kept("required", full), ours.required, full)
        assert.equal((expected.read_only or false) ~= is_kept("read_only", full), ours.read_only, full)
        local is_specified = false
        for _, field in ipairs(specified[name] or {}) do
          is_specified = is_specified or field.wire == expected.wire
        end
        if not is_specified then
          expected_order[#expected_order + 1] = expected.wire
        end
      end
      assert.same(expected_order, order)
    end)
  end

  it("are exactly the models of today's API", function()
    local names = sources.names()
    for _, name in ipairs(names) do
      assert.is_table(current[name], name)
      assert.equal(name, models[name].name)
    end
    local count = 0
    for _ in pairs(current) do
      count = count + 1
    end
    assert.equal(count, #names)
  end)

  it("have fields of known types", function()
    local scalars = {}
    for name in ("string date day uri int32 int64 integer double boolean object [string]"):gmatch "%S+" do
      scalars[name] = true
      assert.is_nil(models[name], name)
    end
    for name in pairs(current) do
      for _, field in ipairs(models[name].fields) do
        assert.is_true(scalars[field.type] or models[field.type] ~= nil, name .. "." .. field.wire)
      end
    end
  end)

  it("do not exist under other names", function()
    assert.is_nil(models.ExternalContacts)
    assert.is_nil(models[1])
    assert.is_nil(models[true])
  end)
end)
