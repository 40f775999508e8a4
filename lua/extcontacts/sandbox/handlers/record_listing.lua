--- Page listings: which records, in which order, as a page.

local dataset = require "extcontacts.sandbox.state.dataset"
local api_errors = require "extcontacts.sandbox.api_errors"
local expand = require "extcontacts.sandbox.handlers.expand"
local json = require "extcontacts.base.json"
local paging = require "extcontacts.sandbox.handlers.paging"

local record_listing = {}

-- Fields to sort by, by kind; contacts and organizations have theirs in the search.
local SORTS = {
  contact_note = { createDate = true },
  organization_note = { createDate = true },
  relationship = { createDate = true, relationship = true },
}

-- `field:asc` or `field:desc`; nil when there is none to sort by.
local function read_order(ctx, known)
  local text = ctx.query.sortOrder
  if not text then
    return nil
  end
  local field, direction = text:match("^%s*(%w+)%s*:?%s*(%a*)%s*$")
  direction = direction and direction:lower()
  if field and known[field] and (direction == "" or direction == "asc" or direction == "desc") then
    return field, direction == "desc"
  end
  if ctx.settings.unknown_sort == "reject" then
    api_errors.raise("invalid.value", { value = text, type = "sortOrder", allowed = "field:asc, field:desc" })
  end
end

-- How a listing reads a record while writes may still be hidden from it.
local function reader(kind, hidden)
  local function text_of(index)
    if hidden and hidden[index] ~= nil then
      return hidden[index]
    end
    return kind:text(index)
  end
  local function record_of(index)
    local text = text_of(index)
    return text and json.decode(text)
  end
  return text_of, record_of
end

-- The seeded and changed members of an owner, as the listing may see them.
local function members_of(kind, owner, hidden, record_of)
  local members = {}
  for _, index in ipairs(kind:members(owner)) do
    if not hidden or hidden[index] == nil then
      members[#members + 1] = index
    end
  end
  local owner_id = hidden and kind.name == "contact" and dataset.kinds.organization:id(owner)
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

-- All records there are, as far as a page may reach.
local function all_of(kind, hidden, text_of, most)
  local found = {}
  local total = kind.count
  for index, before in pairs(hidden or {}) do
    total = total + (before and 1 or 0) - (kind:exists(index) and 1 or 0)
  end
  for index = 0, kind.next - 1 do
    if #found >= most then
      break
    end
    local there
    if hidden and hidden[index] ~= nil then
      there = text_of(index)
    else
      there = kind:exists(index)
    end
    if there then
      found[#found + 1] = index
    end
  end
  return found, total
end

local function emitter(kind, indexes, text_of, names)
  return function(buf, from, to)
    for position = from, to do
      if position > from then
        buf:put(",")
      end
      local index = indexes[position]
      buf:put(expand.text(kind, index, text_of(index), names))
    end
  end
end

--- A page of a kind's records, of one owner or all.
---@param ctx table
---@param kind_name string
---@param owner integer|nil
---@return string JSON
function record_listing.page(ctx, kind_name, owner)
  local kind, search = dataset.kinds[kind_name], dataset.search[kind_name]
  local number, size = paging.window(ctx)
  if kind_name == "contact_note" and ctx.settings.note_page_size > 0 and size > ctx.settings.note_page_size then
    api_errors.raise("bad.request", nil, {
      message = ("pageSize is at most %d here."):format(ctx.settings.note_page_size),
    })
  end
  local hidden = search and kind:hidden(ctx.settings.search_lag)
  local text_of, record_of = reader(kind, hidden)
  local field, descending = read_order(ctx, search and search.sorts or SORTS[kind_name])
  local q = search and ctx.query.q
  local most = number * size
  local indexes, total

  if owner then
    indexes = members_of(kind, owner, hidden, record_of)
    if q then
      indexes = search:filter(indexes, q, record_of)
    end
  elseif q then
    indexes = search:matches(q, hidden)
  end
  if indexes then
    total = #indexes
    if field then
      indexes = search and search:sort(indexes, field, descending, record_of)
        or record_listing.sort_plain(indexes, field, descending, record_of)
    end
  elseif field and not hidden then
    indexes, total = search:first_by(field, descending, most), kind.count
  else
    indexes, total = all_of(kind, hidden, text_of, field and math.huge or most)
    if field then
      search:sort(indexes, field, descending, record_of)
    end
  end
  return paging.page(ctx, total, emitter(kind, indexes, text_of, expand.wanted(ctx)))
end

--- Sorts the few records of an owner by a field; records without it keep
-- their order.
function record_listing.sort_plain(indexes, field, descending, record_of)
  local keys = {}
  for _, index in ipairs(indexes) do
    keys[index] = record_of(index)[field] or ""
  end
  table.sort(indexes, function(a, b)
    if keys[a] == keys[b] then
      return a < b
    end
    if descending then
      return keys[a] > keys[b]
    end
    return keys[a] < keys[b]
  end)
  return indexes
end

--- The organizations that have one of these trustors, in their order.
---@param trustors string[]
function record_listing.by_trustor(ctx, trustors)
  local kind = dataset.kinds.organization
  local by_trustor = {}
  for index = 0, kind.next - 1 do
    local link = kind:exists(index) and expand.trustor(index)
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
  return paging.page(ctx, #indexes, emitter(kind, indexes, reader(kind), expand.wanted(ctx)))
end

return record_listing