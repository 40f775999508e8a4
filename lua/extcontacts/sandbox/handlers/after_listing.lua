--- Listings whose next page is named by an `after` in the `nextUri`.

local api_errors = require "extcontacts.sandbox.api_errors"
local json = require "extcontacts.base.json"
local scan_cursors = require "extcontacts.sandbox.state.scan_cursors"

-- The request's own path and query with another `after`.
local function uri_after(ctx, after)
  local parts = {}
  for pair in (ctx.raw_query or ""):gmatch("[^&]+") do
    if pair:match("^[^=]*") ~= "after" then
      parts[#parts + 1] = pair
    end
  end
  if after then
    parts[#parts + 1] = "after=" .. ngx.escape_uri(after)
  end
  return ctx.path .. (parts[1] and "?" .. table.concat(parts, "&") or "")
end

local function page_size(ctx, default, most)
  local size = tonumber(ctx.query.pageSize or default)
  if not size or size < 1 or size > most or size % 1 ~= 0 then
    api_errors.raise("invalid.value", {
      value = tostring(ctx.query.pageSize), type = "pageSize", allowed = "1.." .. most,
    })
  end
  return size
end

--- A page.
---@param ctx extcontacts.sandbox.Context
---@param texts string[] JSON of all records of the listing
---@param default integer page size without `pageSize`
---@param most integer largest `pageSize`
---@return string JSON
local function after_listing(ctx, texts, default, most)
  local size = page_size(ctx, default, most)
  local name, from = ctx.row.short:gsub("%.", "_"), 0
  if ctx.query.after then
    from = scan_cursors.read(name, ctx.query.after, ctx.settings)
    if not from then
      api_errors.raise("bad.request", nil, { message = "The value of after is not valid or has expired." })
    end
  end
  local to = math.min(from + size, #texts)
  local page = { ('{"entities":[%s],"selfUri":%s'):format(table.concat(texts, ",", from + 1, to),
    json.encode(uri_after(ctx, ctx.query.after))) }
  if to < #texts then
    local after = scan_cursors.make(name, to)
    page[#page + 1] = ',"nextUri":' .. json.encode(uri_after(ctx, after))
    if ctx.settings.listing_cursors then
      page[#page + 1] = ',"cursors":{"after":' .. json.encode(after) .. "}"
    end
  end
  page[#page + 1] = "}"
  return table.concat(page)
end

return after_listing
