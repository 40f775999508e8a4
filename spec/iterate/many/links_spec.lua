-- Contacts that name their organization by its external id.
local bulk = require "spec.support.bulk"
local fake = require "spec.support.fake"
local json = require "extcontacts.base.json"

local ORGANIZATIONS = { ["A crm"] = "org-a", ["B crm"] = "org-b" }

-- A client over an API that knows organizations by external ids.
local function client(answer)
  return bulk.client {
    answer = answer,
    single = function(request)
      if request.url:find("identifierlookup/organizations", 1, true) then
        local body = json.decode(request.body)
        local id = ORGANIZATIONS[body.value .. " " .. body.externalSource.id]
        return id and fake.json(200, { id = id, name = "x" }) or fake.json(404, {})
      end
    end,
  }
end

local function link(external_id)
  return { externalId = external_id, externalSource = { id = "crm" } }
end

local LOOKUP = "POST identifierlookup/organizations"

describe("the organizations of *_many", function()
  it("are looked up once each, and an unknown one is the error of its items", function()
    local self, records = client(), {}
    for index = 1, 90 do
      records[index] = { firstName = "n" .. index, externalOrganization = link(({ "A", "B", "C" })[index % 3 + 1]) }
    end
    local unknown = 0
    local list = bulk.collect(self.client.contacts:create_many(records))
    for index, entry in ipairs(list) do
      assert.equal(records[index], entry.item)
      local external_id = entry.item.externalOrganization.externalId
      if external_id == "C" then
        assert.is_nil(entry.result)
        assert.equal("organization", entry.err.code)
        assert.truthy(entry.err.message:find("external id 'C'", 1, true))
        unknown = unknown + 1
      else
        assert.is_nil(entry.err)
        assert.same({ id = ORGANIZATIONS[external_id .. " crm"] }, entry.result.externalOrganization)
      end
    end
    assert.same({ 90, 30 }, { #list, unknown })
    assert.same({ LOOKUP, LOOKUP, LOOKUP }, self.singles)
    assert.same(link "B", records[1].externalOrganization)
  end)

  it("are linked in updates and enrich requests", function()
    local self = client()
    local id = bulk.id(1)
    self.store[id] = { id = id }
    local list = bulk.collect(self.client.contacts:update_many { { id = id, externalOrganization = link "A" } })
    assert.same({ id = "org-a" }, list[1].result.externalOrganization)
    list = bulk.collect(self.client.contacts:enrich_many { { action = "Upsert",
      matchingIdentifiers = { { type = "Email", value = "x" } }, contact = { externalOrganization = link "B" } } })
    assert.same({ id = "org-b" }, list[1].result.externalOrganization)
    assert.same({ LOOKUP, LOOKUP }, self.singles)
  end)

  it("are linked when single calls take over", function()
    local self = client(function()
      return fake.json(403, {})
    end)
    local list = bulk.collect(self.client.contacts:create_many { { externalOrganization = link "A" } })
    assert.is_nil(list[1].err)
    assert.same({ id = "org-a" }, list[1].result.externalOrganization)
    assert.same({ LOOKUP, "POST contacts" }, self.singles)
  end)

  it("are left alone in organizations, and where the id is there", function()
    local self = client()
    assert(bulk.collect(self.client.contacts:create_many {
      { externalOrganization = { id = "o", externalId = "A" } }, { firstName = "Ada" } })[2].result)
    assert(bulk.collect(self.client.organizations:create_many { { name = "x", externalOrganization = link "A" } })[1]
      .result)
    assert.same({}, self.singles)
  end)
end)
