--- The search for contacts by words, ids and divisions, with paging as in listings.

local api_errors = require "extcontacts.sandbox.api_errors"
local dataset = require "extcontacts.sandbox.state.dataset"
local operations = require "extcontacts.api.operations"
local record_body = require "extcontacts.sandbox.handlers.record_body"
local record_listing = require "extcontacts.sandbox.handlers.record_listing"
local text = require "extcontacts.base.text"

-- The most ids and divisions of a request, and the longest query in characters.
local MOST_IDS, MOST_DIVISIONS, LONGEST_QUERY = 100, 50, 256

local function reject(message, ...)
  api_errors.raise("bad.request", nil, { message = message:format(...) })
end

local function check_count(list, most, name)
  if list and #list > most then
    reject("Too many values for %s: at most %d.", name, most)
  end
end

local function check_number(value, name)
  if value < 1 or value > operations.page_window then
    reject("%s must be from 1 to %d.", name, operations.page_window)
  end
  return value
end

-- The indexes of the contacts with these ids, ascending.
local function indexes_of(ids)
  local contacts, indexes, seen = dataset.collections.contact, {}, {}
  for _, id in ipairs(ids) do
    local index = contacts:index(id)
    if index and contacts:exists(index) and not seen[index] then
      seen[index] = true
      indexes[#indexes + 1] = index
    end
  end
  table.sort(indexes)
  return indexes
end

local handlers = {}

handlers["contacts.search"] = function(ctx)
  local body = record_body.read(ctx, "ContactSearchRequest")
  local search = body.operation and body.operation.simpleSearch or {}
  check_count(search.ids, MOST_IDS, "ids")
  check_count(body.divisionIds, MOST_DIVISIONS, "divisionIds")
  if search.query and text.length(search.query) > LONGEST_QUERY then
    reject("The query is longer than %d characters.", LONGEST_QUERY)
  end
  local page_ctx = setmetatable({
    query = {
      pageSize = check_number(body.pageSize or ctx.settings.search_page_size, "pageSize"),
      pageNumber = check_number(body.pageNumber or 1, "pageNumber"),
      divisionIds = body.divisionIds,
      expand = body.expand,
      q = search.query ~= "" and search.query or nil,
      sortOrder = search.sortOrder and search.sortOrder[1],
    },
  }, { __index = ctx })
  return record_listing.page(page_ctx, "contact", nil, search.ids and indexes_of(search.ids))
end

return handlers
