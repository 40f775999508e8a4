--- Small listings with cursors, whose records are all known when a page is made.

local api_errors = require "extcontacts.sandbox.api_errors"
local cursor_end = require "extcontacts.sandbox.handlers.cursor_end"
local page_sizes = require "extcontacts.sandbox.state.page_sizes"
local scan_cursors = require "extcontacts.sandbox.state.scan_cursors"

--- A page.
---@param ctx extcontacts.sandbox.Context
---@param entries { position: integer, text: string }[] ascending; a record keeps its position
---@return string JSON
local function cursor_listing(ctx, entries)
  local name, position = ctx.row.short:gsub("%.", "_"), 0
  if ctx.query.cursor then
    position = scan_cursors.read(name, ctx.query.cursor, ctx.settings)
    if not position then
      api_errors.raise("bad.request", nil, { message = "The cursor is not valid or has expired." })
    end
  end
  local most, texts, after = page_sizes.next(ctx.settings, ctx.query.limit), {}, nil
  for _, entry in ipairs(entries) do
    if entry.position >= position then
      if #texts == most then
        after = scan_cursors.make(name, entry.position)
        break
      end
      texts[#texts + 1] = entry.text
    end
  end
  return '{"entities":[' .. table.concat(texts, ",") .. "]" .. cursor_end(ctx.settings, after)
end

return cursor_listing
