--- The records with given ids, read the cheaper way: by bulk requests of 50, or by a scan
-- of 200 a page if the ids are a large part of all records.

local core = require "extcontacts.core"
local find_contact = require "extcontacts.fix.find_contact"
local idset = require "extcontacts.base.idset"
local normalize_id = require "extcontacts.record.normalize.id"
local outcome = require "extcontacts.api.outcome"
local sizes = require "extcontacts.iterate.many.sizes"

local by_ids = {}

-- Records per request.
local PER_BULK, PER_PAGE = 50, 200
-- Up to so many ids the number of all records is not asked for.
local FEW = 1000
-- Listings that say how many records there are, and how they are asked.
local HAS_TOTAL = { contacts = true, organizations = true }
local TOTAL_ONLY = { page_size = 1 }

---@class extcontacts.fix.ByIds
---@field absent string[] ids of no record, once `next` has returned nil
---@field by "bulk"|"scan"
local ByIds = {}
ByIds.__index = ByIds

--- How the records are read.
---@param count integer of the ids
---@param total integer|nil of the records, if known
---@return "bulk"|"scan"
function by_ids.cheaper(count, total)
  return total and count / PER_BULK > total / PER_PAGE and "scan" or "bulk"
end

--- The request that `open` sends first.
---@param listing "contacts"|"organizations"|"relationships"|"notes"
---@param ids string[]
---@return string operation its short name
---@return table body_or_options
function by_ids.first_request(listing, ids)
  if #ids > FEW and HAS_TOTAL[listing] then
    return listing .. ".list", TOTAL_ONLY
  end
  local entities = core.json.array {}
  for index = 1, math.min(#ids, sizes.FIRST) do
    entities[index] = { id = ids[index] }
  end
  return listing .. ".bulk.get", { entities = entities }
end

--- The number of all records, by a request; nil if the server does not say.
---@param client extcontacts.Client
---@param listing "contacts"|"organizations"|"relationships"|"notes"
---@return integer|nil
function by_ids.total_of(client, listing)
  local page = HAS_TOTAL[listing] and client[listing]:list(TOTAL_ONLY)
  return type(page) == "table" and type(page.total) == "number" and page.total or nil
end

-- By bulk requests: the records of the ids that have not been seen.
local function open_bulk(self)
  local index = 0
  self.results = self.client[self.listing]:get_many(function()
    repeat
      index = index + 1
    until not self.ids[index] or not self.seen:has(self.ids[index])
    return self.ids[index]
  end)
end

local function next_of_bulk(self)
  for id, record, err in self.results do
    if record then
      self.seen:add(id)
      -- A contact that was merged is answered with the one that it was merged into.
      if self.returned:add(normalize_id.key(record.id)) then
        return record
      end
    elseif not outcome.is_absent(err) then
      error(err, 0)
    else
      self.absent[#self.absent + 1] = id
    end
  end
end

-- By a scan.  It lags behind writes, so what it does not return is read by its id.
local function next_of_scan(self)
  for record in self.scan do
    local id = normalize_id.key(record.id)
    if self.wanted:has(id) and self.seen:add(id) and self.returned:add(id) then
      return self.is_few and self.scan:whole(record) or record
    end
  end
  self.scan = nil
  open_bulk(self)
  return next_of_bulk(self)
end

--- Reads records.  `next` raises error objects.
---@param client extcontacts.Client
---@param listing "contacts"|"organizations"|"relationships"|"notes"
---@param ids string[] each once, in normal form
---@return extcontacts.fix.ByIds
function by_ids.open(client, listing, ids)
  local total = #ids > FEW and by_ids.total_of(client, listing) or nil
  local self = setmetatable({
    client = client, listing = listing, ids = ids, absent = {}, seen = idset.new(), returned = idset.new(),
    by = by_ids.cheaper(#ids, total),
    -- To decode the ids first pays if more than half of the records are left out.
    is_few = total ~= nil and #ids < total / 2,
  }, ByIds)
  if self.by == "scan" then
    self.wanted = idset.new()
    for _, id in ipairs(ids) do
      self.wanted:add(id)
    end
    self.scan = client["scan_" .. listing](client, self.is_few and { fields = { "id" }, completable = true } or {})
  else
    open_bulk(self)
  end
  return self
end

--- The next record; nil after the last one.
---@return table|nil
function ByIds:next()
  if self.scan then
    return next_of_scan(self)
  end
  return next_of_bulk(self)
end

function ByIds:close()
  for _, iterator in pairs { self.scan, self.results } do
    iterator:close()
  end
end

--- The reason for which an id is reported.
by_ids.ABSENT = find_contact.NOBODY

return by_ids
