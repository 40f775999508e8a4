--- Reads of records that are to be moved what only `expand` returns: their identifiers,
-- division, and external data sources.  Contacts are read with a search for up to 100
-- ids; what that does not return, and organizations, with requests of their own.

local core = require "extcontacts.core"
local outcome = require "extcontacts.api.outcome"
local record_api = require "extcontacts.fix.record_api"

local move_reads = {}

--- Most records per search.
move_reads.MOST = 100

local EXPAND = core.json.array { "identifiers", "division", "externalDataSources" }

---@class extcontacts.fix.MoveDetails
---@field record table without what was expanded, but with its division
---@field identifiers table[] that it owns
---@field is_synchronized boolean whether it is linked to an external data source

---@class extcontacts.fix.MoveReads
---@field client extcontacts.Client
---@field found table<string, table> contacts of the last search, by id
---@field is_refused boolean whether the API refuses the search
local MoveReads = {}
MoveReads.__index = MoveReads

--- Starts with a plan.
---@param client extcontacts.Client
---@return extcontacts.fix.MoveReads
function move_reads.new(client)
  return setmetatable({ client = client, found = {}, is_refused = false }, MoveReads)
end

--- Reads what the next moves need.
---@param list { item: extcontacts.fix.Item }[]
function MoveReads:prepare(list)
  local wanted = core.json.array {}
  for _, pending in ipairs(list) do
    local reference = pending.item.reference
    wanted[#wanted + 1] = reference.kind == "contact" and reference.id or nil
  end
  self.found = {}
  if #wanted < 2 or self.is_refused then
    return
  end
  local answer, err = self.client:call("contacts.search", {
    pageNumber = 1, pageSize = move_reads.MOST, expand = EXPAND, operation = { simpleSearch = { ids = wanted } },
  })
  if not answer then
    -- A newer operation, which a gateway or a region may lack.
    self.is_refused = outcome.of("read", err) == "refused" or err.status == 501
    if not self.is_refused then
      error(err, 0)
    end
  end
  for _, contact in ipairs(answer and answer.entities or {}) do
    self.found[contact.id] = contact
  end
end

-- The record with what is expanded; nil if it does not exist.
local function read(client, reference)
  local options = { expand = EXPAND }
  options.include_trustors = reference.kind == "organization" or nil
  local record, err, response = record_api.call(client, "get", reference, nil, options)
  if record and not response.resolved_id then
    return record
  elseif record or outcome.is_absent(err) then
    return nil
  end
  error(err, 0)
end

local function identifiers_of(client, reference, record)
  if type(record.identifiers) == "table" then
    return record.identifiers
  end
  local list, err = client:call(reference.kind .. "s.identifiers.list", reference.id)
  if not list then
    error(err, 0)
  end
  return type(list.entities) == "table" and list.entities or {}
end

--- What is known of a record; nil if it does not exist any more.  Raises an error object
-- if it can't be read.
---@param reference extcontacts.record.Reference
---@param current table|nil the record as just read
---@return extcontacts.fix.MoveDetails|nil
function MoveReads:details(reference, current)
  local record = self.found[reference.id]
  -- The search lags behind writes.
  if not record or not current or record.modifyDate ~= current.modifyDate
    or type(record.identifiers) ~= "table" then
    record = read(self.client, reference)
  end
  if not record then
    return nil
  end
  local details = {
    record = record, identifiers = identifiers_of(self.client, reference, record),
    is_synchronized = type(record.externalDataSources) == "table" and #record.externalDataSources > 0,
  }
  record.identifiers, record.externalDataSources = nil, nil
  if not (type(record.trustor) == "table" and record.trustor.id) then
    record.trustor = nil
  end
  return details
end

return move_reads
