--- The envelope of a listing: pages by number with their links, and listings
-- without pages.

local api_errors = require "extcontacts.sandbox.api_errors"
local buffer = require "string.buffer"
local json = require "extcontacts.base.json"
local operations = require "extcontacts.api.operations"

local page_envelope = {}

local page_buffer = buffer.new()

--- The page that a request asks for; ends the request if the page reaches
-- beyond the first 1,000 records.
---@param ctx extcontacts.sandbox.Context
---@return integer page_number
---@return integer page_size
function page_envelope.window(ctx)
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

--- A page.
---@param ctx extcontacts.sandbox.Context
---@param total integer number of records in the listing
---@param emit fun(buf, from: integer, to: integer) puts the records from..to (1-based) as comma-separated JSON
---@return string JSON
function page_envelope.page(ctx, total, emit)
  local number, size = page_envelope.window(ctx)
  local count = math.ceil(total / size)
  local buf = page_buffer:reset()
  buf:put('{"entities":[')
  local from = (number - 1) * size + 1
  local to = math.min(number * size, total)
  if from <= to then
    emit(buf, from, to)
  end
  buf:put('],"pageSize":', size, ',"pageNumber":', number, ',"total":', total, ',"pageCount":', count)
  local function put_uri(name, page)
    buf:put(',"', name, '":', json.encode(page_uri(ctx, size, page)))
  end
  put_uri("selfUri", number)
  put_uri("firstUri", 1)
  put_uri("lastUri", math.max(1, count))
  if number < count then
    put_uri("nextUri", number + 1)
  end
  if number > 1 then
    put_uri("previousUri", number - 1)
  end
  buf:put("}")
  return buf:tostring()
end

--- A listing without pages.
---@param ctx extcontacts.sandbox.Context
---@param texts string[] JSON of the records
---@return string JSON
function page_envelope.whole(ctx, texts)
  return ('{"total":%d,"entities":[%s],"selfUri":%s}'):format(#texts, table.concat(texts, ","), json.encode(ctx.path))
end

return page_envelope
