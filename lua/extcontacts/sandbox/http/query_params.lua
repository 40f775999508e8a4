--- The query parameters of an operation, converted and checked by its row.

local api_errors = require "extcontacts.sandbox.api_errors"
local form_values = require "extcontacts.sandbox.http.form_values"
local text = require "extcontacts.base.text"

local query_params = {}

local function raise_invalid(value, param, allowed)
  api_errors.raise("invalid.value", { value = value, type = param.wire, allowed = allowed })
end

local function read_integer(param, value)
  local number = value:match("^[+-]?%d+$") and tonumber(value)
  if not number or math.abs(number) > 2 ^ 31 then
    raise_invalid(value, param, "integers")
  end
  -- The handlers check the largest page, since it is a switch.
  local least, most = param.min, param.wire ~= "pageSize" and param.max or nil
  if (least and number < least) or (most and number > most) then
    raise_invalid(value, param, most and (least or 0) .. ".." .. most or "at least " .. least)
  end
  return number
end

local function check_enum(param, value)
  for _, allowed in ipairs(param.enum) do
    if value == allowed then
      return
    end
  end
  raise_invalid(value, param, table.concat(param.enum, ", "))
end

local function read_list(param, values)
  local list = {}
  for _, value in ipairs(values) do
    for element in value:gmatch("[^,]+") do
      list[#list + 1] = text.trim(element)
    end
  end
  if param.enum then
    for _, element in ipairs(list) do
      check_enum(param, element)
    end
  end
  if param.max_items and #list > param.max_items then
    api_errors.raise("bad.request", nil, {
      message = ("Too many values for %s: at most %d."):format(param.wire, param.max_items),
    })
  end
  return list
end

local READERS = {
  integer = function(param, values)
    return read_integer(param, values[1])
  end,
  boolean = function(param, values)
    local value = values[1]:lower()
    if value ~= "true" and value ~= "false" then
      raise_invalid(values[1], param, "true, false")
    end
    return value == "true"
  end,
  array = read_list,
  string = function(param, values)
    -- An enum is specified as one value and was a list later: both are accepted.
    return param.enum and read_list(param, values) or values[1]
  end,
}

local function read(param, values)
  local value = READERS[param.type](param, values)
  if param.max_length and text.length(value) > param.max_length then
    api_errors.raise("bad.request", nil, {
      message = ("The value of %s is longer than %d characters."):format(param.wire, param.max_length),
    })
  end
  return value
end

--- Reads a query string; ignores names that the operation does not have.
---@param row extcontacts.Operation
---@param query_string string|nil
---@return table<string, any> params by wire name
function query_params.read(row, query_string)
  local all = form_values.parse(query_string)
  local params = {}
  for _, param in ipairs(row.params) do
    if param.place == "query" then
      local values = all[param.wire]
      if values and not (values[1] == "" and #values == 1) then
        params[param.wire] = read(param, values)
      elseif param.required then
        api_errors.raise("bad.request", nil, { message = ("The parameter %s is missing."):format(param.wire) })
      elseif param.default ~= nil then
        params[param.wire] = param.default
      else
        params[param.wire] = param.server_default
      end
    end
  end
  return params
end

return query_params
