--- What `expand` and `includeTrustors` add to a record.

local seeded_dependents = require "extcontacts.sandbox.generate.seeded_dependents"
local dataset = require "extcontacts.sandbox.state.dataset"
local record_ids = require "extcontacts.sandbox.state.record_ids"
local json = require "extcontacts.base.json"

local expand = {}

-- Every eleventh seeded record came from another system.
local function data_sources(kind, index)
  if index < kind.seeded and index % 11 == 0 then
    return json.array {
      { platform = "SALESFORCE", url = "https://salesforce.example/" .. kind:id(index):sub(1, 8) },
    }
  end
  return json.array {}
end

--- The trustor link of an organization, or nil.
---@return { id: string, date: string }|nil
function expand.trustor(organization)
  local link = dataset.trustors[organization]
  if link ~= nil then
    return link or nil
  end
  local kind = dataset.kinds.organization
  if organization < kind.seeded and organization % 20 == 4 then
    return { id = record_ids.make(dataset.codes.trustor, organization), date = "2024-02-01T08:00:00.000Z" }
  end
end

local function trustor_record(organization)
  local link = expand.trustor(organization)
  if link then
    return {
      id = link.id,
      enabled = true,
      dateCreated = link.date,
      organization = { id = link.id, selfUri = "/api/v2/organizations/" .. link.id },
      authorization = { permissions = json.array {} },
      selfUri = "/api/v2/orgauthorization/trustors/" .. link.id,
    }
  end
end

local expanders = {
  externalDataSources = function(record, kind, index)
    record.externalDataSources = data_sources(kind, index)
  end,
  externalOrganization = function(record)
    local organizations = dataset.kinds.organization
    local index = record.externalOrganization and organizations:index(record.externalOrganization.id)
    if index then
      record.externalOrganization = organizations:record(index)
    end
  end,
  author = function(record)
    local author = record.createdBy
    local number = author and record_ids.index(dataset.codes.user, author.id)
    if number then
      local user = seeded_dependents.user(dataset.settings.seed, author.id, number)
      author.name, author.email, author.state, author.version = user.name, user.email, "active", 1
    end
  end,
  trustor = function(record, _, index)
    record.trustor = trustor_record(index)
  end,
}

--- The names to expand by, or nil when there are none.
---@param ctx table
---@return string[]|nil
function expand.wanted(ctx)
  local names = ctx.query.expand
  if ctx.query.includeTrustors then
    local all = { "trustor" }
    for _, name in ipairs(names or {}) do
      all[#all + 1] = name
    end
    return all
  end
  return names and #names > 0 and names or nil
end

--- A record's JSON with what is wanted put in.
---@param text string JSON
---@param names string[]|nil
---@return string
function expand.text(kind, index, text, names)
  if not names then
    return text
  end
  local record = assert(json.decode(text))
  for _, name in ipairs(names) do
    expanders[name](record, kind, index)
  end
  return assert(json.encode(record))
end

return expand
