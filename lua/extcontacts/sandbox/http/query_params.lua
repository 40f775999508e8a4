--- Query strings and forms, and their values as an operation's parameters.

local api_errors = require "extcontacts.sandbox.api_errors"

local query_params = {}

local function from_hex(digits)
  return string.char(tonumber(digits, 16))
end

--- Decodes a form value: `+` is a space.
function query_params.decode(text)
  if text:find("+", 1, true) then
    text = text:gsub("+", " ")
  end
  if text:find("%", 1, true) then
    text = text:gsub("%%(%x%x)", from_hex)
  end
  return text
end

--- Decodes one path segment: `+` stays.
function query_params.decode_segment(text)
  if text:find("%", 1, true) then
    text = text:gsub("%%(%x%x)", from_hex)
  end
  return text
end

--- The values of each name, in their order.
---@param text string|nil
---@return table<string, string[]>
function query_params.parse(text)
  local values = {}
  for pair in (text or ""):gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=?(.*)$")
    name, value = query_params.decode(name), query_params.decode(value)
    local list = values[name]
    if list then
      list[#list + 1] = value
    else
      values[name] = { value }
    end
  end
  return values
end

local function not_allowed(value, kind, allowed)
  api_errors.raise("invalid.value", { value = value, type = kind, allowed = allowed })
end

local function read_integer(param, text)
  local number = text:match("^[+-]?%d+$") and tonumber(text)
  if not number or math.abs(number) > 2 ^ 31 then
    not_allowed(text, param.wire, "integers")
  end
  if (param.min and number < param.min) or (param.max and number > param.max) then
    not_allowed(text, param.wire, param.max and param.min .. ".." .. param.max or "at least " .. param.min)
  end
  return number
end

local function read_list(param, texts)
  local list = {}
  for _, text in ipairs(texts) do
    for value in text:gmatch("[^,]+") do
      list[#list + 1] = value:match("^%s*(.-)%s*$")
    end
  end
  if param.enum then
    for _, value in ipairs(list) do
      local known
      for _, allowed in ipairs(param.enum) do
        known = known or value == allowed
      end
      if not known then
        not_allowed(value, param.wire, table.concat(param.enum, ", "))
      end
    end
  end
  if param.max_items and #list > param.max_items then
    api_errors.raise("bad.request", nil, {
      message = ("Too many values for %s: at most %d."):format(param.wire, param.max_items),
    })
  end
  return list
end

local readers = {
  integer = function(param, texts)
    return read_integer(param, texts[1])
  end,
  boolean = function(param, texts)
    local text = texts[1]:lower()
    if text ~= "true" and text ~= "false" then
      not_allowed(texts[1], param.wire, "true, false")
    end
    return text == "true"
  end,
  array = read_list,
  string = function(param, texts)
    local text = texts[1]
    if param.enum then
      -- Specified as one value, later as a list: both are taken.
      return read_list(param, texts)
    end
    return text
  end,
}

--- The operation's query parameters; names it does not know are ignored.
---@param row extcontacts.Operation
---@param text string|nil query string
---@return table<string, any> by wire name
function query_params.read(row, text)
  local values = query_params.parse(text)
  local read = {}
  for _, param in ipairs(row.params) do
    if param.place == "query" then
      local texts = values[param.wire]
      if texts and not (texts[1] == "" and #texts == 1) then
        local value = readers[param.type](param, texts)
        if param.max_length and require("extcontacts.sandbox.latin_text").length(value) > param.max_length then
          api_errors.raise("bad.request", nil, {
            message = ("The value of %s is longer than %d characters."):format(param.wire, param.max_length),
          })
        end
        read[param.wire] = value
      elseif param.required then
        api_errors.raise("bad.request", nil, { message = ("The parameter %s is missing."):format(param.wire) })
      else
        local default = param.default
        if default == nil then
          default = param.server_default
        end
        read[param.wire] = default
      end
    end
  end
  return read
end

return query_params