--- The documented limits of arguments: ranges, lengths, enumerated values, the
-- window of a listing, the items of a batch, the changes of a PATCH.  Pure.

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

-- Enumerations are open, since the API adds values.  Only a value that looks like
-- a misspelled one is rejected.
local function check_enum(row, param, value)
  for _, known in ipairs(param.enum) do
    if value == known then
      return true
    end
  end
  local meant = suggest.misspelled(value, param.enum)
  if not meant then
    return true
  end
  return nil, errors.new {
    kind = "invalid",
    operation = row.name,
    method = row.method,
    message = ("'%s' must be one of %s, did you mean '%s'?"):format(param.name, table.concat(param.enum, ", "), meant),
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
  -- A number may be typed as a text.
  local number = (param.min or param.max) and tonumber(value)
  if number and (param.min and number < param.min or param.max and number > param.max) then
    local least, most = param.min, param.max
    local range = least and most and ("%d to %d"):format(least, most) or most and "at most " .. most
      or "at least " .. least
    return outside(row, param, ("must be %s, got %s"):format(range, text.whole(number)),
      least and most and { least, most } or most or least)
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

-- The names of the page's size and number, and what the call says they are.
local function window_of(row, args)
  if row.paged_in == "body" then
    return "pageSize", "pageNumber", args.body.pageSize, args.body.pageNumber or 1
  end
  local by_name, values = row.by_name, args.values
  return "page_size", "page_number", values.page_size or by_name.page_size.default,
    values.page_number or by_name.page_number.default
end

local function check_window(row, args)
  local window = operations.page_window
  local size_name, number_name, size, number = window_of(row, args)
  if type(size) == "number" and type(number) == "number" and size * number > window then
    return outside(row, { name = number_name }, ("* '%s' must be at most %d, got %s * %s; to read all of them, use "
      .. "client:%s"):format(size_name, window, text.whole(number), text.whole(size), row.instead), window)
  end
  return true
end

local function check_batch(row, args)
  local entities, most = args.body.entities, row.batch.max
  if type(entities) == "table" and #entities > most then
    return outside(row, { name = "entities" }, ("may have at most %d items, has %d"):format(most, #entities), most)
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
    return check_window(row, args)
  elseif row.batch and row.batch.max then
    return check_batch(row, args)
  elseif row.varies == "patch" then
    -- Loaded here, since few programs patch.
    return require("extcontacts.api.changes").check(row, args)
  end
  return true
end

return limits
