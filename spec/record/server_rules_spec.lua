local api_errors = require "extcontacts.sandbox.api_errors"
local deepcopy = require "extcontacts.base.deepcopy"
local json = require "extcontacts.base.json"
local record_body = require "extcontacts.sandbox.handlers.record_body"
local server_rules = require "extcontacts.record.server_rules"
local types = require "extcontacts.record.types"

-- The rules that a record breaks: `field rule`, in order.
local function broken(kind, body)
  local out = {}
  for index, problem in ipairs(server_rules.problems(kind, body)) do
    out[index] = table.concat(problem.path, ".") .. " " .. problem.rule
  end
  table.sort(out)
  return out
end

-- Whether the sandbox, whose rules are written independently, rejects a body.
local function is_rejected(kind, body)
  local ok, err = pcall(record_body.read, { settings = {}, body = deepcopy(body) }, types.by_name[kind].model)
  assert(ok or api_errors.is(err), err)
  return not ok
end

local REMOVED = {}
local USER, ORGANIZATION, SOURCE = { id = "u" }, { id = "o" }, { id = "s" }

local function external_ids(count, value)
  local out = json.array {}
  for index = 1, count do
    out[index] = { externalSource = SOURCE, value = value or tostring(index) }
  end
  return out
end

-- Valid records, and what replaces their fields with the rules that it breaks.
local VALID = {
  contact = { firstName = "Ada", lastName = "Lovelace", id = "c", selfUri = "/c", type = "Curated" },
  organization = { name = "Acme", id = "o" },
  relationship = { user = USER, externalOrganization = ORGANIZATION, relationship = "x" },
  contact_note = { noteText = "x", createdBy = USER },
  organization_note = { noteText = "x", createdBy = USER },
}

local CASES = {
  contact = {
    { { firstName = REMOVED, lastName = REMOVED } },
    { { title = "  x  ", surveyOptOut = false, address = json.null, customFields = { a = 1 } } },
    { { title = (" "):rep(9) .. ("é"):rep(1000) .. " " } },
    { { title = ("é"):rep(1001) }, "title length" },
    { { title = "" }, "title length" }, { { title = " \t " }, "title length" },
    { { firstName = "" }, "firstName length" }, { { externalSystemUrl = ("x"):rep(1001) }, "externalSystemUrl length" },
    { { workEmail = " ada@example.com " } }, { { workEmail = "o'hara@example.com" } },
    { { workEmail = "'ada@example.com" } }, { { workEmail = "ada@bücher.example" } },
    { { workEmail = "ada at example.com" }, "workEmail email" }, { { workEmail = "a@b" }, "workEmail email" },
    { { workEmail = "a..b@example.com" }, "workEmail email" },
    { { otherEmail = ".a@example.com" }, "otherEmail email" },
    { { workEmail = "a.@example.com" }, "workEmail email" }, { { personalEmail = "a@-x.com" }, "personalEmail email" },
    { { workEmail = "a\1@example.com" }, "workEmail email" }, { { workEmail = "a b@example.com" }, "workEmail email" },
    { { workEmail = ("x"):rep(64) .. "@example.com" } },
    { { workEmail = ("x"):rep(65) .. "@example.com" }, "workEmail email" },
    { { workEmail = "a@" .. ("y."):rep(130) .. "com" }, "workEmail length" },
    { { workEmail = "" }, "workEmail length" },
    { { workPhone = { display = "n/a" } } }, { { workPhone = { display = "" } } },
    { { workPhone = { display = ("1"):rep(513) } }, "workPhone.display length" },
    { { cellPhone = { countryCode = "GERMA" } }, "cellPhone.countryCode length" },
    { { cellPhone = { extension = 1.5 } }, "cellPhone.extension type" },
    { { whatsAppId = { phoneNumber = { display = ("1"):rep(513) } } }, "whatsAppId.phoneNumber.display length" },
    { { title = 12 }, "title type" }, { { surveyOptOut = "yes" }, "surveyOptOut type" },
    { { workPhone = "+49" }, "workPhone type" }, { { workPhone = json.array {} }, "workPhone type" },
    { { address = { city = {} } }, "address.city type" }, { { customFields = json.array { 1 } }, "customFields type" },
    { { externalIds = { a = 1 } }, "externalIds type" }, { { externalIds = json.array { 1 } }, "externalIds.1 type" },
    { { lineId = { ids = json.array { json.null } } }, "lineId.ids.1 type" },
    { { externalOrganization = { id = true } }, "externalOrganization.id type" },
    { { externalOrganization = { id = "o", name = 7 } } }, { { division = {} } },
    { { createDate = "2024-02-29T00:00:00Z", modifyDate = "2024-12-01T10:00:00.123+01:00" } },
    { { createDate = "2023-02-29T00:00:00Z" }, "createDate date" }, { { createDate = "yesterday" }, "createDate date" },
    { { createDate = "2024-01-01T10:00Z" }, "createDate date" }, { { createDate = "2024-01-01" }, "createDate date" },
    { { createDate = "2024-01-01T10:00:00" }, "createDate date" },
    { { createDate = "2024-01-01T24:00:00Z" }, "createDate date" },
    { { createDate = "2024-01-01T10:00:00+24:00" }, "createDate date" },
    { { externalIds = external_ids(10) } }, { { externalIds = external_ids(11) }, "externalIds entries" },
    { { externalIds = external_ids(1, ("é"):rep(255)) } },
    { { externalIds = external_ids(1, ("é"):rep(256)) }, "externalIds.1.value length" },
    { { externalIds = json.array { { externalSource = SOURCE } } }, "externalIds.1.value required" },
    { { externalIds = json.array { { externalSource = {}, value = "x" } } },
      "externalIds.1.externalSource.id required" },
    { { externalIds = json.array { { value = "x" } } }, "externalIds.1.externalSource required" },
    { { instagramId = { displayName = "x" } }, "instagramId.ids required" },
    { { instagramId = { ids = json.array { {} } } }, "instagramId.ids.1.scopedId required" },
    { { type = 7, canonicalContact = "x", mergeSet = 1 } }, { { unheard_of = { {} } } },
    { { title = "", workEmail = "x" }, "title length", "workEmail email" },
  },
  organization = {
    { { name = REMOVED }, "name required" }, { { name = "  " }, "name required" },
    { { name = ("x"):rep(1001) }, "name length" }, { { industry = "" }, "industry length" },
    { { employeeCount = 5, revenue = 2.5 }, "revenue type" },
    { { websites = json.array { "x", 7 } }, "websites.2 type" },
    { { tickers = json.array { { symbol = "X" } } }, "tickers.1.exchange required" },
    { { externalIds = external_ids(11) }, "externalIds entries" },
    { { phoneNumber = { display = ("1"):rep(513) } }, "phoneNumber.display length" },
  },
  relationship = {
    { { relationship = REMOVED }, "relationship required" }, { { relationship = " " }, "relationship required" },
    { { relationship = ("x"):rep(101) }, "relationship length" }, { { user = REMOVED }, "user required" },
    { { user = {} }, "user.id required" },
    { { externalOrganization = { id = "" } }, "externalOrganization.id required" },
  },
  contact_note = {
    { { noteText = REMOVED } }, { { noteText = ("x"):rep(32000) } },
    { { noteText = ("x"):rep(32001) }, "noteText length" },
    { { noteText = "" }, "noteText length" }, { { createdBy = REMOVED }, "createdBy required" },
    { { createdBy = { name = "x" } }, "createdBy.id required" },
  },
  organization_note = { { { noteText = 7 }, "noteText type" } },
}

local function with(valid, changes)
  local body = deepcopy(valid)
  for name, value in pairs(changes) do
    if value == REMOVED then
      body[name] = nil
    else
      body[name] = value
    end
  end
  return body
end

describe("record.server_rules", function()
  it("names the field and the rule", function()
    for kind, cases in pairs(CASES) do
      for index, case in ipairs(cases) do
        local expected = {}
        for position = 2, #case do
          expected[position - 1] = case[position]
        end
        assert.same(expected, broken(kind, with(VALID[kind], case[1])), ("%s, case %d"):format(kind, index))
      end
    end
  end)

  it("agrees with what the sandbox rejects", function()
    for kind, cases in pairs(CASES) do
      for index, case in ipairs(cases) do
        assert.equal(#case > 1, is_rejected(kind, with(VALID[kind], case[1])), ("%s, case %d"):format(kind, index))
      end
    end
  end)

  -- The sandbox looks for the organization only when it stores the record.
  it("requires the id of the organization that a contact is linked to", function()
    assert.same({ "externalOrganization.id required" }, broken("contact", { externalOrganization = {} }))
  end)

  it("does not change the record", function()
    local body = with(VALID.contact, { title = " x ", externalIds = external_ids(11) })
    local copy = deepcopy(body)
    server_rules.problems("contact", body)
    assert.same(copy, body)
  end)
end)
