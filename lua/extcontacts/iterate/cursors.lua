--- The kinds of paging, pure: `start` creates a pager, `options` returns the
-- options of the next call, `advance` reads from an answer whether there is more,
-- `peek` finds the options of the following call in the text of an answer that is
-- not decoded yet, and `save` and `load` serve resume tokens.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local raw_request = require "extcontacts.api.raw_request"
local response = require "extcontacts.api.response"

-- Default page sizes: the maximum of a scan, and the size that every listing
-- allows.
local SCAN_LIMIT, LISTING_SIZE = 200, 100

-- Fails if the answer to a request for `asked` names a position that was read
-- before; remembers it.
local function turn_to(pager, asked, next_position, row)
  if type(next_position) ~= "string" then
    errors.raise(row, "protocol", "the answer's cursor is not a string")
  elseif pager.seen[next_position] or next_position == asked then
    errors.raise(row, "protocol", "the server returned the same cursor twice; the scan would never end")
  end
  pager.seen[next_position] = true
  return next_position
end

-- The answer's `cursors`; nil if it has none.
local function cursors_of(page, row)
  local cursors = page.cursors
  if cursors == core.json.null then
    cursors = nil
  end
  if cursors ~= nil and type(cursors) ~= "table" then
    errors.raise(row, "protocol", "the answer's cursors are not an object")
  end
  return cursors
end

-- A text that is neither missing nor null nor empty.
local function present(value)
  return value ~= core.json.null and value ~= "" and value or nil
end

local Cursor = {}

function Cursor.start(options, row)
  local most = row.by_name.limit and row.by_name.limit.max
  return { cursor = options.cursor, seen = {}, limit = options.limit or math.min(SCAN_LIMIT, most or SCAN_LIMIT) }
end

function Cursor.options(pager)
  return { cursor = pager.cursor, limit = pager.limit }
end

-- A scan ends only when `cursors.after` is absent or empty; a short or empty page
-- does not end it.
function Cursor.advance(pager, page, _, row)
  local cursors = cursors_of(page, row)
  if cursors == nil and page.entities == nil then
    errors.raise(row, "protocol", "the answer is not a page of a scan: it has neither entities nor cursors")
  end
  local after = present(cursors and cursors.after)
  if after == nil then
    return false
  end
  pager.cursor = turn_to(pager, pager.cursor, after, row)
  return true
end

-- The cursor at the end of the text.  The braces after it close the whole text, so
-- it can't be part of a record.
local LAST = '^"cursors"%s*:%s*{%s*"after"%s*:%s*"([^"\\]+)"%s*}%s*}%s*$'

-- Bytes from the end of an answer in which its cursor is searched for: first in a text
-- that is not a large one for the memory allocator.
local SHORT_END, LONGEST_END = 900, 2048

local function last_cursor(reply, bytes)
  local text = response.ending(reply, bytes)
  local at, after = text:find('"cursors"', -bytes, true), nil
  while at and not after do
    after, at = text:match(LAST, at), text:find('"cursors"', at + 1, true)
  end
  return after
end

function Cursor.peek(pager, reply)
  local after = last_cursor(reply, SHORT_END) or last_cursor(reply, LONGEST_END)
  if after and not pager.seen[after] and after ~= pager.cursor then
    return { cursor = after, limit = pager.limit }
  end
end

function Cursor.save(pager)
  return pager.cursor
end

function Cursor.load(pager, position)
  pager.cursor = position
end

local Page = {}

function Page.start(options, row)
  local body = row.paged_in == "body" and options.body
  if body then
    return { number = body.pageNumber or 1, size = body.pageSize or LISTING_SIZE }
  end
  return { number = options.page_number or 1, size = options.page_size or LISTING_SIZE }
end

function Page.options(pager)
  return { page_number = pager.number, page_size = pager.size }
end

local function count_of(page, name)
  local value = page[name]
  return type(value) == "number" and value or nil
end

-- Every field of the envelope is optional: the link decides, then the page count,
-- then the total, then whether this page had records.
local function has_more(pager, page, records)
  if type(page.nextUri) == "string" and page.nextUri ~= "" then
    return true
  end
  local pages, total = count_of(page, "pageCount"), count_of(page, "total")
  if pages then
    return pager.number < pages
  elseif total then
    return pager.number * pager.size < total
  end
  return #records > 0
end

function Page.advance(pager, page, records, row, allow_partial)
  if page.entities == nil and page.total == nil and page.pageCount == nil then
    errors.raise(row, "protocol", "the answer is not a page of a listing: it has no entities and no total")
  end
  if page.partialResults == true and not allow_partial then
    errors.raise(row, "limit", "the server says that this page is partial (partialResults); pass "
      .. "allow_partial=true to accept it", { code = "partial_results" })
  end
  local first = records[1]
  local first_id = type(first) == "table" and first.id or nil
  if first_id ~= nil and first_id == pager.first_id then
    errors.raise(row, "protocol", "the server returned the same page twice; the listing would never end")
  end
  if not has_more(pager, page, records) then
    return false
  end
  pager.first_id = first_id or pager.first_id
  pager.number = pager.number + 1
  return true
end

-- Only the decoded page shows whether there is a next one.
function Page.peek()
end

function Page.save(pager)
  return pager.number
end

function Page.load(pager, position)
  pager.number = position
end

-- Listings that continue at `after`, which the API names in `cursors.after` or in
-- the query of `nextUri`.
local After = {}

function After.start(options, row)
  -- Without a documented maximum, the server's own page size.
  local size = row.by_name.page_size
  return { after = options.after, seen = {}, page_size = options.page_size or size and size.max }
end

function After.options(pager)
  return { after = pager.after, page_size = pager.page_size }
end

-- What `nextUri` says; nil without one.
local function after_in_uri(page, row)
  local uri = present(page.nextUri)
  if uri == nil then
    return nil
  end
  local after = type(uri) == "string" and raw_request.query_value(uri, "after")
  if not after or after == "" then
    errors.raise(row, "protocol", "the answer's nextUri does not say where the next page begins")
  end
  return after
end

-- The end is where the answer names no next page in the place of its own, or in
-- the other one if it lacks that.
local function next_after(page, row)
  local cursors = cursors_of(page, row)
  if row.after_in == "cursors" and cursors ~= nil then
    return present(cursors.after)
  end
  return after_in_uri(page, row) or present(cursors and cursors.after)
end

function After.advance(pager, page, _, row)
  if page.entities == nil then
    errors.raise(row, "protocol", "the answer is not a page of a listing: it has no entities")
  end
  local after = next_after(page, row)
  if after == nil then
    return false
  end
  pager.after = turn_to(pager, pager.after, after, row)
  return true
end

-- Only the decoded page shows whether there is a next one.
function After.peek()
end

function After.save(pager)
  return pager.after
end

function After.load(pager, position)
  pager.after = position
end

---@type table<"cursor"|"page"|"after", table>
return { cursor = Cursor, page = Page, after = After }
