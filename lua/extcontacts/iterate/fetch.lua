--- How an iterator fetches its pages: the call for the next one, the end of the
-- pages that a listing can reach, and expired cursors.

local core = require "extcontacts.core"
local current_page = require "extcontacts.iterate.current_page"
local errors = require "extcontacts.base.errors"
local operations = require "extcontacts.api.operations"
local params = require "extcontacts.api.params"
local replies = require "extcontacts.transport.reply"
local shallow_copy = require "extcontacts.base.shallow_copy"

local fetch = {}

-- The iteration's deadline in monotonic seconds; it begins at the first call.
local function deadline_of(iterator)
  local seconds = iterator.budget or iterator.ctx.config.deadline
  if seconds and not iterator.deadline then
    iterator.deadline = iterator.ctx.now() + seconds
  end
  return iterator.deadline
end

-- The body that asks for a page; the caller's table is not changed.
local function with_page(body, place)
  local copy = shallow_copy(body)
  copy.pageNumber, copy.pageSize = place.page_number, place.page_size
  return copy
end

--- Returns the bound arguments of the call for a page.
---@param iterator extcontacts.Iterator
---@param place table|nil options that name the page; nil for the next one
---@return extcontacts.Arguments
function fetch.bind(iterator, place)
  local row, bound = iterator.row, iterator.args
  local changes = place or iterator.paging.options(iterator.pager)
  if row.paged_in == "body" then
    changes = { [row.positional[1]] = with_page(bound.body, changes) }
  end
  local args = assert(params.with(row, bound, changes))
  args.deadline = deadline_of(iterator)
  if iterator.raw and not iterator.decodes_all then
    args.raw, args.selection = iterator.takes_lines and "lines" or true, args.selection or iterator.raw
  end
  return args
end

local function is_beyond_window(iterator)
  local pager = iterator.pager
  return iterator.row.paging == "page" and pager.number * pager.size > operations.page_window
end

-- Whether the next page can be read; false if it may silently be the end.  Raises
-- an error object beyond the last page that a listing can reach.
local function check_window(iterator)
  if not is_beyond_window(iterator) then
    return true
  end
  if iterator.options.allow_partial then
    return false
  end
  errors.raise(iterator.row, "limit", ("there are more records, but a listing reaches only the first %d "
    .. "(page_number * page_size); use client:%s to read all of them, or pass allow_partial=true")
    :format(operations.page_window, iterator.row.instead),
    { code = "page_window", limit = { argument = "page_number", limit = operations.page_window } })
end

-- The server has no error code for an expired cursor.  A 400 counts as one if only
-- the cursor can be the reason.
local function is_expired(iterator, err)
  return iterator.row.paging == "cursor" and err.status == 400 and iterator.pager.cursor ~= nil
end

local function restart(iterator)
  iterator.pager = iterator.paging.start({ limit = iterator.pager.limit }, iterator.row)
  iterator.page_position = nil
  iterator.skip = nil
end

-- Whether the iterator needs a page after its next `count` records.
local function needs_more(iterator, count)
  local most = iterator.options.max_items
  return not (most and iterator.count - iterator.count_before + count >= most)
end

--- What `prefetch` needs to know of an iterator.
---@type extcontacts.PrefetchHooks
fetch.prefetch_hooks = {
  bind = fetch.bind,
  peek = function(iterator, reply)
    return needs_more(iterator, iterator.pager.limit or 0) and iterator.paging.peek(iterator.pager, reply) or nil
  end,
  is_next = function(iterator, place)
    return place.cursor == iterator.pager.cursor
  end,
  needs_next = function(iterator)
    return not (iterator.exhausted or is_beyond_window(iterator)) and needs_more(iterator, #iterator.records)
  end,
}

local function fetch_page(iterator)
  local page, err, args = iterator.prefetch:page(iterator)
  if err and is_expired(iterator, err) then
    if iterator.options.on_expired == "restart" then
      if iterator.restarted_at == iterator.count then
        error(err, 0)
      end
      iterator.restarted_at = iterator.count
      restart(iterator)
      return fetch_page(iterator)
    end
    err.message = err.message .. "; the cursor may have expired (it lives 24 hours): scan again, or "
      .. 'pass on_expired="restart"'
  end
  if err then
    error(err, 0)
  end
  return page, args
end

--- Ends the use of the text of the iterator's page, or of its lines.
---@param iterator extcontacts.Iterator changed
function fetch.release(iterator)
  local args = iterator.kept
  iterator.kept = nil
  if args and args.reply then
    replies.release(args.reply)
  end
  if iterator.lines then
    iterator.lines:release()
    iterator.lines = nil
  end
end

--- Decodes a record of the iterator's page in full.  Raises an error object if that fails.
---@param iterator extcontacts.Iterator
---@param record table
---@return table|nil whole nil if the record is not of this page, or its text was not kept
function fetch.whole(iterator, record)
  local args = iterator.kept
  local place = args and args.places[record]
  if not place then
    return nil
  end
  local whole, problem = replies.whole(args.reply, place, iterator.ctx.decoding)
  if not whole then
    errors.raise(iterator.row, "decode", problem)
  end
  return whole
end

--- Loads the next page.  Raises an error object; the position is then unchanged.
---@param iterator extcontacts.Iterator changed
---@return boolean found false at the end of the data
function fetch.load_page(iterator)
  if iterator.exhausted or not check_window(iterator) then
    return false
  end
  local page, args = fetch_page(iterator)
  local position = iterator.paging.save(iterator.pager)
  local records = page.entities
  if records == nil or records == core.json.null then
    records = {}
  end
  local more = iterator.paging.advance(iterator.pager, page, records, iterator.row, iterator.options.allow_partial)
  local raw = args and args.raw -- without it, the fields `raw` and `lines` are the server's
  current_page.set(iterator, page, records, raw and page.raw or nil)
  iterator.kept = args and args.places and args or nil
  iterator.lines = raw == "lines" and page.lines or nil
  iterator.has_lines = iterator.lines ~= nil
  iterator.page_position = position
  iterator.exhausted = not more
  iterator.prefetch:send(iterator)
  return true
end

return fetch
