--- The bulk operations on records, by their references.  What concerns a single record
-- is a single call.

local errors = require "extcontacts.base.errors"
local outcome = require "extcontacts.api.outcome"
local record_api = require "extcontacts.fix.record_api"
local shallow_copy = require "extcontacts.base.shallow_copy"
local types = require "extcontacts.record.types"

local bulk_api = {}

--- Most records per request.
bulk_api.MOST = 50

--- The rule for an option `batch`: most records per request.
bulk_api.BATCH_RULE = { "number", "string", least = 1, most = bulk_api.MOST, whole = true, word = "auto" }

--- The most records per request that an option `batch` stands for.
---@param batch integer|"auto"|nil
---@return integer
function bulk_api.size_of(batch)
  return type(batch) == "number" and batch or bulk_api.MOST
end

---@class extcontacts.fix.BulkItem
---@field reference extcontacts.record.Reference
---@field body table|nil
---@field options table|nil of a single call

-- The notes of contacts and organizations share their bulk operations.
local function space_of(kind)
  local row = types.by_name[kind]
  return row.owner and "notes" or row.space
end

-- What the `*_many` get.  A note needs its owner, for the single calls that take over
-- where bulk is not permitted.
local function many_item(item)
  local reference = item.reference
  local owner = types.by_name[reference.kind].owner
  if not item.body and not owner then
    return reference.id
  end
  local out = shallow_copy(item.body or {})
  out.id = reference.id
  if owner then
    out.entityType, out.entityId = owner, reference.owner
  end
  return out
end

local function call_alone(client, verb, item, use)
  use(item, record_api.call(client, verb, item.reference, item.body, item.options))
end

-- The results come in the order of the items.  Those that an error of the whole
-- iteration kept from being sent get that error.  An error of `use` is passed on.
local function call_many(client, verb, space, items, size, use)
  local sent, count, is_used = {}, 0, true
  for index, item in ipairs(items) do
    sent[index] = many_item(item)
  end
  local results = client[space][verb .. "_many"](client[space], sent, { batch_max = size, concurrency = 1 })
  local ok, raised = errors.catch(function()
    for _, value, err, response in results do
      count, is_used = count + 1, false
      use(items[count], value, err, response)
      is_used = true
    end
    return true
  end)
  if not is_used then
    error(raised, 0)
  end
  for index = count + 1, ok and 0 or #items do
    use(items[index], nil, raised)
  end
end

--- Performs an operation on records, none of which is named twice.
---@param client extcontacts.Client
---@param verb "get"|"create"|"update"|"delete"
---@param items extcontacts.fix.BulkItem[]
---@param size integer most records per request
---@param use fun(item: extcontacts.fix.BulkItem, value: any, err: extcontacts.Error|nil, response: table|nil) called
--- once for each item
---@param may_send (fun(): boolean)|nil asked before each kind of record; false ends the work
---@return extcontacts.fix.BulkItem[] unsent
function bulk_api.call(client, verb, items, size, use, may_send)
  local spaces, of_space = {}, {}
  for _, item in ipairs(items) do
    local space = space_of(item.reference.kind)
    if not of_space[space] then
      spaces[#spaces + 1], of_space[space] = space, {}
    end
    table.insert(of_space[space], item)
  end
  local unsent = {}
  for _, space in ipairs(spaces) do
    local list = of_space[space]
    if may_send and not may_send() then
      for _, item in ipairs(list) do
        unsent[#unsent + 1] = item
      end
    elseif #list == 1 then
      call_alone(client, verb, list[1], use)
    else
      call_many(client, verb, space, list, size, use)
    end
  end
  return unsent
end

--- Reads records, none of which is named twice.
---@param client extcontacts.Client
---@param items extcontacts.fix.BulkItem[]
---@param size integer most records per request
---@param use fun(item: extcontacts.fix.BulkItem, record: table|nil, err: extcontacts.Error|nil) called once for each
--- item; neither a record nor an error: it does not exist
function bulk_api.read(client, items, size, use)
  bulk_api.call(client, "get", items, size, function(item, record, err)
    use(item, record, not record and not outcome.is_absent(err) and err or nil)
  end)
end

local function key_of(reference)
  return ("%s %s %s"):format(space_of(reference.kind), reference.owner or "", reference.id)
end

-- Takes the next items and reads the records of those that have one, each once.
local function read_some(client, next_item, reference_of, size)
  local entries, wanted, by_key = {}, {}, {}
  local function want(reference)
    local key = key_of(reference)
    if not by_key[key] then
      by_key[key] = { reference = reference }
      wanted[#wanted + 1] = by_key[key]
    end
    return by_key[key]
  end
  while #entries < size and #wanted < size do
    local ok, item = pcall(next_item)
    if ok and item == nil then
      break
    end
    local entry = { item = item, has_failed = not ok }
    entries[#entries + 1] = entry
    if not ok then
      break -- raised in its turn
    end
    local reference, more = reference_of(item)
    entry.answer = reference and want(reference)
    for index, other in ipairs(more or {}) do
      entry.more = entry.more or {}
      entry.more[index] = want(other)
    end
  end
  bulk_api.read(client, wanted, size, function(answer, record, err)
    answer.record, answer.err = record, err
  end)
  return entries
end

-- Records by their ids; raises the error of one that can't be read.
local function by_id(answers)
  local records = {}
  for _, answer in ipairs(answers) do
    if answer.err then
      error(answer.err, 0)
    end
    records[answer.reference.id] = answer.record or false
  end
  return records
end

--- Reads the records of a list, some ahead.  The iterator raises an error object for any
-- failure but the API's own 404, as `record_api.read` does, at the item that has it.
---@param client extcontacts.Client
---@param next_item fun(): any
---@param reference_of fun(item: any): extcontacts.record.Reference|nil, extcontacts.record.Reference[]|nil the item's
--- record, and others
---@param size integer|nil most records per request; default: the most
---@return fun(): any, table|nil, table<string, table|false>|nil next_record returns the item, its record, and the
--- others by their ids; false if the record does not exist
function bulk_api.reader(client, next_item, reference_of, size)
  local entries, first = {}, 1
  return function()
    if not entries[first] then
      entries, first = read_some(client, next_item, reference_of, size or bulk_api.MOST), 1
    end
    local entry = entries[first]
    if not entry then
      return nil
    end
    entries[first] = false
    first = first + 1
    local answer = entry.answer or {}
    if entry.has_failed or answer.err then
      error(entry.has_failed and entry.item or answer.err, 0)
    end
    return entry.item, answer.record, entry.more and by_id(entry.more)
  end
end

return bulk_api
