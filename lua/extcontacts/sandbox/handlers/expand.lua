--- The fields that `expand` and `includeTrustors` add to a record.

local dataset = require "extcontacts.sandbox.state.dataset"
local divisions = require "extcontacts.sandbox.state.divisions"
local external_sources = require "extcontacts.sandbox.handlers.external_sources"
local identifiers = require "extcontacts.sandbox.state.identifiers"
local json = require "extcontacts.base.json"
local record_ids = require "extcontacts.sandbox.state.record_ids"
local seeded_dependents = require "extcontacts.sandbox.generate.seeded_dependents"

local expand = {}

-- One in eleven seeded records comes from another system.
local function data_sources(records, index)
  if index < records.seeded and index % 11 == 0 then
    return json.array {
      { platform = "SALESFORCE", url = "https://salesforce.example/" .. records:id(index):sub(1, 8) },
    }
  end
  return json.array {}
end

--- The trustor link of an organization; nil if it has none.
---@param organization integer its index
---@return { id: string, date: string }|nil
function expand.trustor(organization)
  local link = dataset.trustors[organization]
  if link ~= nil then
    return link or nil
  end
  local organizations = dataset.collections.organization
  if organization < organizations.seeded and organization % 20 == 4 then
    return { id = record_ids.make(dataset.type_numbers.trustor, organization), date = "2024-02-01T08:00:00.000Z" }
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
  externalDataSources = function(record, records, index)
    record.externalDataSources = data_sources(records, index)
  end,
  externalOrganization = function(record)
    local organizations = dataset.collections.organization
    local index = record.externalOrganization and organizations:index(record.externalOrganization.id)
    if index then
      record.externalOrganization = organizations:record(index)
    end
  end,
  author = function(record)
    local author = record.createdBy
    local number = author and record_ids.index(dataset.type_numbers.user, author.id)
    if number then
      local user = seeded_dependents.user(dataset.seed, author.id, number)
      author.name, author.email, author.state, author.version = user.name, user.email, "active", 1
    end
  end,
  division = function(record)
    record.division = record.division and divisions.reference(record.division.id, true)
  end,
  identifiers = function(record, records, index, ctx)
    record.identifiers = identifiers.list(ctx.settings, records.name, index)
  end,
  externalSources = function(record)
    external_sources.expand(record)
  end,
  trustor = function(record, _, index)
    record.trustor = trustor_record(index)
  end,
}

--- The names that a request expands; nil if there are none.
---@param ctx extcontacts.sandbox.Context
---@return string[]|nil
function expand.names(ctx)
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

--- Expands a record.
---@param ctx extcontacts.sandbox.Context
---@param records extcontacts.sandbox.Collection
---@param index integer
---@param text string its JSON
---@param names string[]|nil
---@return string JSON
function expand.text(ctx, records, index, text, names)
  if not names then
    return text
  end
  local record = assert(json.decode(text))
  for _, name in ipairs(names) do
    local expander = expanders[name]
    if expander then
      expander(record, records, index, ctx)
    end
  end
  return assert(json.encode(record))
end

return expand
