--- Listings by page: selects the records, sorts them and returns a page.

local api_errors = require "extcontacts.sandbox.api_errors"
local dataset = require "extcontacts.sandbox.state.dataset"
local division_rules = require "extcontacts.sandbox.handlers.division_rules"
local expand = require "extcontacts.sandbox.handlers.expand"
local json = require "extcontacts.base.json"
local page_envelope = require "extcontacts.sandbox.handlers.page_envelope"
local sort_order = require "extcontacts.sandbox.state.sort_order"

local record_listing = {}

-- The fields to sort by, of the types without a search index.
local SORTS = {
  contact_note = { createDate = true },
  organization_note = { createDate = true },
  relationship = { createDate = true, relationship = true },
}

-- The field and direction of sortOrder; nil if it is missing or ignored.
local function read_order(ctx, sorts)
  local order = ctx.query.sortOrder
  if not order then
    return nil
  end
  local field, direction
  if #order <= 200 then -- the pattern takes cubic time
    field, direction = order:match("^%s*(%w+)%s*:?%s*(%a*)%s*$")
  end
  direction = direction and direction:lower()
  if field and sorts[field] and (direction == "" or direction == "asc" or direction == "desc") then
    return field, direction == "desc"
  end
  if ctx.settings.unknown_sort == "reject" then
    api_errors.raise("invalid.value", { value = order, type = "sortOrder", allowed = "field:asc, field:desc" })
  end
end

-- Returns functions that read a record's text and table, without hidden writes.
local function reader(records, hidden)
  local function text_of(index)
    if hidden and hidden[index] ~= nil then
      return hidden[index]
    end
    return records:text(index)
  end
  local function record_of(index)
    local text = text_of(index)
    return text and json.decode(text)
  end
  return text_of, record_of
end

-- The records of an owner, ascending, without hidden writes.
local function members_of(records, owner, hidden, record_of)
  local members = {}
  for _, index in ipairs(records:members(owner)) do
    if not hidden or hidden[index] == nil then
      members[#members + 1] = index
    end
  end
  local owner_id = hidden and records.name == "contact" and dataset.collections.organization:id(owner)
  for index in pairs(hidden or {}) do
    local record = record_of(index)
    if record and owner_id and record.externalOrganization and record.externalOrganization.id == owner_id then
      members[#members + 1] = index
    end
  end
  if hidden then
    table.sort(members)
  end
  return members
end

local function members_of_all(records, owners, hidden, record_of)
  local members = {}
  for _, owner in ipairs(owners) do
    for _, index in ipairs(members_of(records, owner, hidden, record_of)) do
      members[#members + 1] = index
    end
  end
  table.sort(members)
  return members
end

-- Those of the records that are not hidden.
local function existing(indexes, text_of)
  local found = {}
  for _, index in ipairs(indexes) do
    found[#found + 1] = text_of(index) and index or nil
  end
  return found
end

-- The first `most` records of a collection, and the number of all records.
local function all_of(records, hidden, text_of, most)
  local found = {}
  local total = records.count
  for index, before in pairs(hidden or {}) do
    total = total + (before and 1 or 0) - (records:exists(index) and 1 or 0)
  end
  for index = 0, records.next - 1 do
    if #found >= most then
      break
    end
    local exists
    if hidden and hidden[index] ~= nil then
      exists = text_of(index)
    else
      exists = records:exists(index)
    end
    if exists then
      found[#found + 1] = index
    end
  end
  return found, total
end

local function emitter(ctx, records, indexes, text_of, names)
  return function(buf, from, to)
    for position = from, to do
      if position > from then
        buf:put(",")
      end
      local index = indexes[position]
      buf:put(expand.text(ctx, records, index, text_of(index), names))
    end
  end
end

-- Sorts records of a type without a search index; those without the field come
-- first.
local function sort_members(indexes, field, descending, record_of)
  local keys = {}
  for _, index in ipairs(indexes) do
    keys[index] = record_of(index)[field] or ""
  end
  return sort_order.sort(indexes, keys, descending)
end

--- A page of the records of a type.
---@param ctx extcontacts.sandbox.Context
---@param type_name string
---@param owner integer|integer[]|nil only the records of this owner, or of these
---@param only integer[]|nil only these records
---@return string JSON
function record_listing.page(ctx, type_name, owner, only)
  local records, search = dataset.collections[type_name], dataset.search_indexes[type_name]
  local number, size = page_envelope.window(ctx)
  if type_name == "contact_note" and ctx.settings.note_page_size > 0 and size > ctx.settings.note_page_size then
    api_errors.raise("bad.request", nil, {
      message = ("pageSize must be at most %d for contact notes."):format(ctx.settings.note_page_size),
    })
  end
  local hidden = search and records:hidden(ctx.settings.search_lag)
  local text_of, record_of = reader(records, hidden)
  local field, descending = read_order(ctx, search and search.sorts or SORTS[type_name])
  local q = search and ctx.query.q
  local most = number * size
  local indexes, total

  if only then
    indexes = existing(only, text_of)
  elseif owner then
    indexes = type(owner) == "table" and members_of_all(records, owner, hidden, record_of)
      or members_of(records, owner, hidden, record_of)
  end
  if indexes and q then
    indexes = search:filter(indexes, q, record_of)
  elseif q then
    indexes = search:matches(q, hidden)
  end
  local test = division_rules.test(ctx)
  if test then
    indexes = division_rules.filter(test, records, indexes or all_of(records, hidden, text_of, math.huge))
  end
  if indexes then
    total = #indexes
    if field then
      indexes = search and search:sort(indexes, field, descending, record_of)
        or sort_members(indexes, field, descending, record_of)
    end
  elseif field and not hidden then
    indexes, total = search:first_by(field, descending, most), records.count
  else
    indexes, total = all_of(records, hidden, text_of, field and math.huge or most)
    if field then
      search:sort(indexes, field, descending, record_of)
    end
  end
  return page_envelope.page(ctx, total, emitter(ctx, records, indexes, text_of, expand.names(ctx)))
end

--- A page of the organizations with one of these trustors, in the trustors' order.
---@param ctx extcontacts.sandbox.Context
---@param trustors string[]
---@return string JSON
function record_listing.by_trustor(ctx, trustors)
  local records = dataset.collections.organization
  local by_trustor = {}
  local test = division_rules.test(ctx)
  for index = 0, records.next - 1 do
    local link = records:exists(index) and (not test or test(records, index)) and expand.trustor(index)
    if link then
      by_trustor[link.id] = by_trustor[link.id] or {}
      table.insert(by_trustor[link.id], index)
    end
  end
  local indexes = {}
  for _, trustor in ipairs(trustors) do
    for _, index in ipairs(by_trustor[trustor] or {}) do
      indexes[#indexes + 1] = index
    end
  end
  return page_envelope.page(ctx, #indexes, emitter(ctx, records, indexes, reader(records), expand.names(ctx)))
end

return record_listing
