--- A page of a scan, which reads one or more collections from start to end.

local api_errors = require "extcontacts.sandbox.api_errors"
local buffer = require "string.buffer"
local cursor_end = require "extcontacts.sandbox.handlers.cursor_end"
local division_rules = require "extcontacts.sandbox.handlers.division_rules"
local page_sizes = require "extcontacts.sandbox.state.page_sizes"
local scan_cursors = require "extcontacts.sandbox.state.scan_cursors"

-- A position is the number of a collection times this, plus an index in it:
-- more than any collection can contain.
local COLLECTION_STEP = 2 ^ 40

local page_buffer = buffer.new()

--- Answers a scan.
---@param ctx extcontacts.sandbox.Context
---@param name string the scan, which its cursors are valid for
---@param collections extcontacts.sandbox.Collection[]
---@return string JSON
local function scan_page(ctx, name, collections)
  local position = 0
  if ctx.query.cursor then
    position = scan_cursors.read(name, ctx.query.cursor, ctx.settings)
    if not position then
      api_errors.raise("bad.request", nil, { message = "The cursor is not valid or has expired." })
    end
  end
  local number = math.floor(position / COLLECTION_STEP)
  local index = position - number * COLLECTION_STEP
  local most = page_sizes.next(ctx.settings, ctx.query.limit)
  local buf = page_buffer:reset()
  buf:put('{"entities":[')
  local count = 0
  local is_full = false
  local test = division_rules.test(ctx)
  while number < #collections do
    local records = collections[number + 1]
    local next_index, changed, seeded = records.next, records.changed, records.seeded
    local seeded_emit = records.seeded_emit
    while index < next_index do
      local text = changed[index]
      if (text == nil and index < seeded or text) and (not test or test(records, index)) then
        if count == most then
          is_full = true
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
    if is_full then
      break
    end
    number, index = number + 1, 0
  end
  local cursor = is_full and scan_cursors.make(name, number * COLLECTION_STEP + index) or nil
  buf:put("]", cursor_end(ctx.settings, cursor))
  return buf:tostring()
end

return scan_page
