--- Converters for lua-argparse: a word of the command line to a number or pair,
-- or nil and what is wrong with it.

local arg_types = {}

--- A whole number, negative ones included.
---@param text string
---@return integer|nil
---@return string|nil misuse
function arg_types.integer(text)
  local number = tonumber(text)
  if number and number % 1 == 0 then
    return number
  end
  return nil, ("'%s' is not a whole number"):format(text)
end

--- A whole number above 0.
---@param text string
---@return integer|nil
---@return string|nil misuse
function arg_types.whole(text)
  local number = arg_types.integer(text)
  if number and number >= 1 then
    return number
  end
  return nil, ("'%s' is not a whole number above 0"):format(text)
end

--- A converter for what may also be a word of its own, such as `auto`.
---@param word string
---@param convert fun(text: string): any, string|nil
---@return fun(text: string): any, string|nil
function arg_types.word_or(word, convert)
  return function(text)
    if text == word then
      return word
    end
    local value, misuse = convert(text)
    return value, misuse and ("%s, and not %s"):format(misuse, word)
  end
end

--- A converter for whole numbers in a range.
---@param least integer
---@param most integer
---@return fun(text: string): integer|nil, string|nil
function arg_types.range(least, most)
  return function(text)
    local number = arg_types.integer(text)
    if number and number >= least and number <= most then
      return number
    end
    return nil, ("'%s' is not a whole number from %d to %d"):format(text, least, most)
  end
end

--- A whole number, 0 included.
---@param text string
---@return integer|nil
---@return string|nil misuse
function arg_types.count(text)
  if tonumber(text) == 0 then
    return 0
  end
  return arg_types.whole(text)
end

--- A number of seconds.
---@param text string
---@return number|nil
---@return string|nil misuse
function arg_types.seconds(text)
  local number = tonumber(text)
  if number and number > 0 and number < math.huge then
    return number
  end
  return nil, ("'%s' is not a number of seconds above 0"):format(text)
end

--- A share: `0.1` or `10%`.
---@param text string
---@return number|nil above 0, at most 1
---@return string|nil misuse
function arg_types.share(text)
  local percent = tonumber(text:match "^([%d.]+)%%$")
  local number = percent and percent / 100 or tonumber(text)
  if number and number > 0 and number <= 1 then
    return number
  end
  return nil, ("'%s' is not a share such as 0.1 or 10%%"):format(text)
end

--- `NAME=VALUE` as `{ name, value }`.
---@param text string
---@return string[]|nil
---@return string|nil misuse
function arg_types.pair(text)
  local name, value = text:match "^([%w_]+)=(.*)$"
  if not name then
    return nil, ("'%s' is not NAME=VALUE"):format(text)
  end
  return { name, value }
end

return arg_types
