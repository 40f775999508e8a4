-- The models against the specification as data (spec/fixtures/models.json, read
-- with lua-cjson so that our own codec cannot hide a difference).
local cjson = require "cjson"
local models = require "extcontacts.api.models"

local file = assert(io.open("spec/fixtures/models.json", "r"))
local specified = cjson.decode(file:read("*a"))
file:close()

describe("the models", function()
  local FORMATS = { ["date-time"] = "date" }
  -- Required until 2022-11.
  local OPTIONAL = { ExternalContact = { firstName = true, lastName = true } }

  for name, fields in pairs(specified) do
    it("match the specification of " .. name, function()
      local model = models[name]
      for index, expected in ipairs(fields) do
        local ours = model.fields[index]
        assert.equal(expected.wire, ours.wire)
        local is_optional = OPTIONAL[name] and OPTIONAL[name][expected.wire]
        assert.equal(expected.required and not is_optional, ours.required, expected.wire)
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

  it("add only the cursors of scans and fields that the API added later", function()
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
