--- Plans creates, unless the record exists already.  What may be the record is read for
-- many creates together, with bulk requests; until then they wait.

local bulk_api = require "extcontacts.fix.bulk_api"

local creates = {}

--- Reasons for skipping a create.
creates.EXISTS = "a record with these values exists already"
creates.NO_VALUES = "the record to create has no values"
creates.JUST_CREATED = "a contact with this address was just created, and lookups do not find it yet; plan again later"

---@class extcontacts.fix.Creates
---@field existing extcontacts.fix.Existing
---@field waiting { search: extcontacts.fix.Search, ids: string[], more: string[], item: extcontacts.fix.Item }[]
---@field items table<string, extcontacts.fix.BulkItem> by id, of the records that are to be read
---@field list extcontacts.fix.BulkItem[] the same in order
local Creates = {}
Creates.__index = Creates

--- Starts the creates of a plan.
---@param client extcontacts.Client
---@param existing extcontacts.fix.Existing
---@param put fun(change: extcontacts.fix.Change): boolean receives the creates that are planned
---@param skip fun(reason: string, item: extcontacts.fix.Item)
---@return extcontacts.fix.Creates
function creates.new(client, existing, put, skip)
  return setmetatable({ client = client, existing = existing, put = put, skip = skip, waiting = {}, items = {},
    list = {} }, Creates)
end

-- The next candidates of a search that has some: those to read together, and the others.
local function next_candidates(search)
  for ids in search.next_ids do
    if #ids > 0 then
      local first, more = {}, {}
      for index, id in ipairs(ids) do
        table.insert(index <= bulk_api.MOST and first or more, id)
      end
      return first, more
    end
  end
end

--- Takes a create.
---@param change extcontacts.fix.Change
---@param item extcontacts.fix.Item
---@return boolean goes_on false once the plan's limit is reached
function Creates:take(change, item)
  if #change.diff == 0 then
    self.skip(creates.NO_VALUES, item)
    return true
  end
  local existing = self.existing
  local search = change.unless_exists and existing:search_recent(change) or existing:search(change)
  local ids, more = next_candidates(search)
  if not ids then
    return self.put(change)
  end
  self.waiting[#self.waiting + 1] = { search = search, ids = ids, more = more, item = item }
  for _, id in ipairs(ids) do
    if not self.items[id] then
      self.items[id] = { reference = { kind = change.kind, id = id, owner = change.owner } }
      self.list[#self.list + 1] = self.items[id]
    end
  end
  return #self.list < bulk_api.MOST and #self.waiting < bulk_api.MOST or self:flush()
end

--- Decides on the creates that wait.  Raises an error object if a record can't be read.
---@return boolean goes_on false once the plan's limit is reached
function Creates:flush()
  local waiting, items, existing, goes_on = self.waiting, self.items, self.existing, true
  bulk_api.read(self.client, self.list, bulk_api.MOST, function(item, record, err)
    item.record, item.err = record, err
  end)
  self.waiting, self.items, self.list = {}, {}, {}
  local function read(id)
    if items[id].err then
      error(items[id].err, 0)
    end
    return items[id].record
  end
  for _, entry in ipairs(waiting) do
    local search = entry.search
    if existing:claim(search, entry.ids, read) or existing:claim(search, entry.more) or existing:resolve(search) then
      self.skip(search.is_shared and creates.JUST_CREATED or creates.EXISTS, entry.item)
    elseif goes_on then
      goes_on = self.put(search.change)
    end
  end
  return goes_on
end

return creates
