--- Reads a source: the records it describes, one after another.

local blank = require "extcontacts.record.normalize.blank"
local bulk_api = require "extcontacts.fix.bulk_api"
local core = require "extcontacts.core"
local find_contact = require "extcontacts.fix.find_contact"
local id = require "extcontacts.record.normalize.id"
local idset = require "extcontacts.base.idset"
local listings = require "extcontacts.fix.source.listings"
local normalize = require "extcontacts.record.normalize"
local rows = require "extcontacts.fix.source.rows"
local types = require "extcontacts.record.types"

local reader = {}

---@class extcontacts.fix.Item a record, or a row of a file and the record that it names
---@field record table|nil
---@field iterator extcontacts.Iterator|nil of a record that is partial until `listings.complete`
---@field counts { completed: integer }|nil of its source
---@field row table|nil
---@field reference extcontacts.record.Reference|nil of the record
---@field named extcontacts.record.Reference|nil of the record that is still to be read
---@field address string|nil by which that record was found, and which it must have
---@field missing boolean|nil the row's key names no record
---@field absent string|nil the reason, if it is another one than that nobody has the id
---@field number integer|nil of the row in its file
---@field id string|nil that the row names
---@field skipped string|nil why the row is skipped
---@field detail string|nil of that reason

local DUPLICATE = "duplicate row: this record appears earlier in the file"

-- The reason to skip a row because of one of its columns.
local function problem_of(column, reason)
  return ("%s: %s"):format(column, reason)
end

local function is_blank(value)
  return value == nil or value == core.json.null or (type(value) == "string" and blank.is(value))
end

-- Notes the record that a row names by its id.
local function name_by_id(described, item, key)
  local found, reason = id.read(key)
  item.id = found or (type(key) == "string" and key or nil)
  if not found then
    item.skipped = problem_of(described.key, reason)
    return item
  end
  item.named = { kind = described.kind, id = found, owner = described.owner and item.row[described.owner] or nil }
  return item
end

-- Completes the item of such a row.
local function take_record(seen, item, record)
  local reference = item.named
  item.named = nil
  if not seen:add(reference.id) then
    item.skipped = DUPLICATE
    return item
  end
  -- A contact that was merged is answered with the one that it was merged into.
  local answered = record and id.read(record.id) or reference.id
  if answered ~= reference.id then
    item.id, reference.id = answered, answered
    if not seen:add(answered) then
      item.skipped = DUPLICATE
      return item
    end
  end
  item.record = record
  item.reference = record and reference or nil
  item.missing = not record
  return item
end

-- Fills the item of a row whose key is an address.  A repeated address is a
-- duplicate even when no contact has it yet: the fix may create one.
local function read_by_lookup(described, client, seen, item, key)
  local address, reason = normalize.address(key)
  if not address then
    item.skipped = problem_of(described.key, reason)
    return item
  elseif not seen:add(address.key) then
    item.skipped = DUPLICATE
    return item
  end
  local found
  found, reason = find_contact.search(client, key)
  item.missing = find_contact.is_absent(reason)
  if found then
    item.named, item.address = { kind = "contact", id = found }, key
  else
    item.absent = item.missing and reason or nil
    item.skipped = not item.missing and reason or nil
  end
  return item
end

-- Completes the item of such a row: the search index lags behind writes, so the record
-- itself decides.
local function take_found(seen, item, record)
  local address = item.address
  item.named, item.address = nil, nil
  if not record or not find_contact.has(record, address) then
    item.missing, item.absent = true, find_contact.absence(address)
  elseif seen:add(record.id) then
    item.record, item.reference = record, { kind = "contact", id = record.id }
  else
    item.id, item.skipped = record.id, DUPLICATE
  end
  return item
end

-- The owner of a note by the note's address, which exports have.
local function owner_in_address(described, row)
  if is_blank(row.selfUri) then
    return nil, ("row has no '%s'"):format(described.owner)
  end
  local reference = types.reference(nil, { id = "note", selfUri = row.selfUri })
  if not reference then
    return nil, "selfUri: not the address of a note"
  elseif reference.kind ~= described.kind then
    return nil, reference.kind == "contact_note" and "row is a contact note, not an organization note"
      or "row is an organization note, not a contact note"
  end
  return reference.owner
end

-- Sets the owner of a note's row in the normal form of ids.  An id that can't be
-- read is a reason to skip the row.
local function read_owner(described, item)
  local row, column = item.row, described.owner
  if not column or not types.by_name[described.kind].owner or item.skipped then
    return
  end
  local owner, reason = row[column], nil
  if is_blank(owner) then
    owner, reason = owner_in_address(described, row)
  end
  if not owner then
    item.skipped = reason
    return
  end
  owner, reason = id.read(owner)
  row[column] = owner or row[column]
  item.skipped = not owner and problem_of(column, reason) or nil
end

-- Why a row is skipped whatever its key says; nil if nothing does.  The errors
-- file of an apply lists creates whose reply was lost, and which may have
-- arrived.
local function obstacle(row)
  if row.op == "create" and row.state == "unknown" then
    return "this create may have arrived; extcontacts resume finds out"
  end
end

local function of_rows(described, client)
  local next_row, close = rows[described.type](described)
  local seen = idset.new()
  local function next_item()
    local row, number = next_row()
    if row == nil then
      return nil
    end
    local item = { row = row, number = number, skipped = obstacle(row) }
    read_owner(described, item)
    if not described.key or item.skipped then
      return item
    end
    local key = row[described.key]
    if not is_blank(key) then
      return described.by_lookup and read_by_lookup(described, client, seen, item, key)
        or name_by_id(described, item, key)
    end
    item.missing = described.missing == "change" or nil
    item.absent = ("row has no '%s'"):format(described.key)
    item.skipped = not item.missing and item.absent or nil
    return item
  end
  local next_record = bulk_api.reader(client, next_item, function(item)
    return item.named
  end)
  return function()
    local item, record = next_record()
    local take = item and (item.address and take_found or item.named and take_record)
    return take and take(seen, item, record) or item
  end, close
end

--- Starts to read a source.  The iterator raises error objects.
---@param described extcontacts.fix.Source
---@param client table
---@param ctx table
---@param trial extcontacts.fix.Trial|nil of the records of listings, only its fields are decoded, until
--- `listings.complete`
---@return fun(): extcontacts.fix.Item|nil next_item
---@return fun() close
---@return (fun(): integer|nil)|nil total how many records or rows the source has, where that is known
function reader.open(described, client, ctx, trial)
  if described.type == "each" then
    return listings.of_iterator(described, described.open(ctx.client, ctx)), function() end
  elseif described.open_items then
    return described.open_items(client, ctx)
  elseif described.method then
    return listings.open(described, client, trial)
  end
  local next_item, close = of_rows(described, client)
  return next_item, close, described.list and function()
    return #described.list
  end or nil
end

return reader
