--- The documented limits of arguments: ranges, lengths, enumerated values, the
-- window of a listing.  Pure.

local errors = require "extcontacts.base.errors"
local operations = require "extcontacts.api.operations"
local suggest = require "extcontacts.base.suggest"
local text = require "extcontacts.base.text"

local limits = {}

local function outside(row, param, message, limit)
  return nil, errors.new {
    kind = "limit",
    operation = row.name,
    method = row.method,
    message = ("'%s' %s"):format(param.name, message),
    limit = { argument = param.name, limit = limit },
  }
end

local function check_enum(row, param, value)
  for _, allowed in ipairs(param.enum) do
    if value == allowed then
      return true
    end
  end
  return nil, errors.new {
    kind = "invalid",
    operation = row.name,
    method = row.method,
    message = ("'%s' must be one of %s%s"):format(param.name, table.concat(param.enum, ", "),
      type(value) == "string" and suggest.hint(value, param.enum) or ""),
    details = { argument = param.name },
  }
end

-- The server would read a text in another encoding as a different text, or
-- reject it.
local function check_text(row, param, value)
  if not text.is_utf8(value) then
    return nil, errors.new {
      kind = "invalid",
      operation = row.name,
      method = row.method,
      message = ("'%s' is not valid UTF-8"):format(param.name),
      details = { argument = param.name },
    }
  end
  return true
end

local function check_value(row, param, value)
  if type(value) == "string" then
    local ok, err = check_text(row, param, value)
    if not ok then
      return nil, err
    end
  end
  if param.min and value < param.min or param.max and value > param.max then
    if param.max then
      return outside(row, param, ("must be %d to %d, got %s"):format(
        param.min, param.max, text.whole(value)), { param.min, param.max })
    end
    return outside(row, param, ("must be at least %d, got %s"):format(
      param.min, text.whole(value)), param.min)
  end
  if param.max_length then
    local length = text.length(value)
    if length > param.max_length then
      return outside(row, param, ("may have at most %d characters, has %d"):format(
        param.max_length, length), param.max_length)
    end
  end
  if param.max_items and #value > param.max_items then
    return outside(row, param, ("may have at most %d entries, has %d"):format(
      param.max_items, #value), param.max_items)
  end
  if param.enum then
    for _, item in ipairs(type(value) == "table" and value or { value }) do
      local ok, err = check_enum(row, param, item)
      if not ok then
        return nil, err
      end
    end
  end
  return true
end

--- Checks bound arguments against the documented limits.
---@param row extcontacts.Operation
---@param args extcontacts.Arguments
---@return true|nil
---@return extcontacts.Error|nil
function limits.check(row, args)
  for _, param in ipairs(row.params) do
    local value = args.values[param.name]
    if value ~= nil and param.place ~= "body" then
      local ok, err = check_value(row, param, value)
      if not ok then
        return nil, err
      end
    end
  end
  if row.paging == "page" then
    local window = operations.page_window
    local size = args.values.page_size or row.by_name.page_size.default
    local number = args.values.page_number or row.by_name.page_number.default
    if size * number > window then
      return outside(row, row.by_name.page_number, ("* 'page_size' must be at most %d, got "
        .. "%s * %s; to read all of them, use client:%s"):format(window, text.whole(number),
        text.whole(size), row.instead), window)
    end
  end
  return true
end

return limits
