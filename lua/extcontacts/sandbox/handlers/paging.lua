--- Listings: pages by number with their links, and scans by cursor.

local buffer = require "string.buffer"
local scan_cursors = require "extcontacts.sandbox.state.scan_cursors"
local api_errors = require "extcontacts.sandbox.api_errors"
local json = require "extcontacts.base.json"
local operations = require "extcontacts.api.operations"
local random = require "extcontacts.sandbox.random"

local bit = require "bit"

local paging = {}

local page_buffer = buffer.new()

--- The window of a page request; ends the request beyond the 1,000-record wall.
---@return integer page_number
---@return integer page_size
function paging.window(ctx)
  local size, number = ctx.query.pageSize, ctx.query.pageNumber
  if size * number > operations.page_window then
    api_errors.raise("bad.request", nil, {
      message = ("pageSize * pageNumber is %d, at most %d is allowed. Use the scan to read more."):format(
        size * number, operations.page_window),
    })
  end
  return number, size
end

-- The request's own path and query with another pageNumber.
local function page_uri(ctx, page_size, page_number)
  local parts = { "pageSize=" .. page_size, "pageNumber=" .. page_number }
  for pair in (ctx.raw_query or ""):gmatch("[^&]+") do
    local name = pair:match("^[^=]*")
    if name ~= "pageSize" and name ~= "pageNumber" then
      parts[#parts + 1] = pair
    end
  end
  return ctx.path .. "?" .. table.concat(parts, "&")
end

--- The envelope of a page.
---@param total integer
---@param emit fun(buf, from: integer, to: integer) puts the records from..to (1-based) separated by commas
---@return string JSON
function paging.page(ctx, total, emit)
  local number, size = paging.window(ctx)
  local count = math.ceil(total / size)
  local buf = page_buffer:reset()
  buf:put('{"entities":[')
  local from = (number - 1) * size + 1
  local to = math.min(number * size, total)
  if from <= to then
    emit(buf, from, to)
  end
  buf:put('],"pageSize":', size, ',"pageNumber":', number, ',"total":', total, ',"pageCount":', count)
  local function uri(name, page)
    buf:put(',"', name, '":', json.encode(page_uri(ctx, size, page)))
  end
  uri("selfUri", number)
  uri("firstUri", 1)
  uri("lastUri", math.max(1, count))
  if number < count then
    uri("nextUri", number + 1)
  end
  if number > 1 then
    uri("previousUri", number - 1)
  end
  buf:put("}")
  return buf:tostring()
end

--- A listing that has no pages.
---@param texts string[] JSON of the records
function paging.whole(ctx, texts)
  return ('{"total":%d,"entities":[%s],"selfUri":%s}'):format(#texts, table.concat(texts, ","), json.encode(ctx.path))
end

local LAST = {
  object = ',"cursors":{}}',
  blank = ',"cursors":{"after":""}}',
  null = ',"cursors":null}',
  absent = "}",
}

local scans = 0

-- How many records the next page may have, by the switches.
local function page_size(settings, limit)
  if settings.empty_pages == 0 and settings.short_pages == 0 then
    return limit
  end
  scans = scans + 1
  local draw = bit.band(random.hash(settings.seed, 77, scans), 0xffff) / 0x10000
  if draw < settings.empty_pages then
    return 0
  elseif draw < settings.empty_pages + settings.short_pages then
    return 1 + bit.band(random.hash(settings.seed, 78, scans), 0xffffff) % (limit - 1)
  end
  return limit
end

--- Starts the sequence of short and empty pages anew.
function paging.reset()
  scans = 0
end

--- A page of a scan over one kind after the other.
---@param name string what is scanned
---@param kinds table[] kinds of the store
---@return string JSON
function paging.scan(ctx, name, kinds)
  local position = 0
  if ctx.query.cursor then
    position = scan_cursors.read(name, ctx.query.cursor, ctx.settings)
    if not position then
      api_errors.raise("bad.request", nil, { message = "The cursor is not valid or has expired." })
    end
  end
  -- Positions go on from one kind to the next, leaving room for new records.
  local ROOM = 2 ^ 40
  local number = math.floor(position / ROOM)
  local index = position - number * ROOM
  local wanted = page_size(ctx.settings, ctx.query.limit)
  local buf = page_buffer:reset()
  buf:put('{"entities":[')
  local count = 0
  local more = false
  while number < #kinds do
    local kind = kinds[number + 1]
    local next_index, changed, seeded = kind.next, kind.changed, kind.seeded
    local seeded_emit = kind.seeded_emit
    while index < next_index do
      local text = changed[index]
      if text == nil and index < seeded or text then
        if count == wanted then
          more = true
          break
        end
        if count > 0 then
          buf:put(",")
        end
        if text then
          buf:put(text)
        else
          seeded_emit(buf, index)
        end
        count = count + 1
      end
      index = index + 1
    end
    if more then
      break
    end
    number, index = number + 1, 0
  end
  buf:put("]")
  if more then
    buf:put(',"cursors":{"after":"', scan_cursors.make(name, number * ROOM + index), '"}}')
  else
    buf:put(LAST[ctx.settings.cursor_end])
  end
  return buf:tostring()
end

return paging
