--- The items that a caller passes: an array, an iterator or a function.

local sources = {}

--- A function that returns the next item of the caller's source, and nil at its end.
---@param source any
---@return (fun(): any)|nil
---@return string|nil misuse
function sources.reader(source)
  local kind, meta = type(source), getmetatable(source)
  if kind == "function" then
    return source
  elseif type(meta) == "table" and meta.__call then
    return function()
      return source()
    end
  elseif kind ~= "table" then
    return nil, "the source must be an array, an iterator or a function, got " .. kind
  elseif #source == 0 and next(source) ~= nil then
    return nil, "the source is a table but not an array; pass an array of its keys"
  end
  local index = 0
  return function()
    index = index + 1
    return source[index]
  end
end

return sources
