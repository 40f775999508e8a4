--- Query strings and form bodies: percent-decoding, and the values of each name.

local form_values = {}

local function from_hex(digits)
  return string.char(tonumber(digits, 16))
end

--- Decodes a path segment, in which `+` is a plus sign.
---@param text string
---@return string
function form_values.decode_segment(text)
  if text:find("%", 1, true) then
    text = text:gsub("%%(%x%x)", from_hex)
  end
  return text
end

--- Decodes a name or value, in which `+` is a space.
---@param text string
---@return string
function form_values.decode(text)
  if text:find("+", 1, true) then
    text = text:gsub("+", " ")
  end
  return form_values.decode_segment(text)
end

--- The values of each name, in their order.
---@param text string|nil
---@return table<string, string[]>
function form_values.parse(text)
  local values = {}
  for pair in (text or ""):gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=?(.*)$")
    name, value = form_values.decode(name), form_values.decode(value)
    local list = values[name]
    if list then
      list[#list + 1] = value
    else
      values[name] = { value }
    end
  end
  return values
end

return form_values
