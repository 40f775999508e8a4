--- Where the program called the module, for the messages of what it did wrong.

local callsite = {}

-- Where the module's files lie.  A host may leave the debug library out.
local getinfo = debug and debug.getinfo
local OURS = getinfo and getinfo(1, "S").source:match("^(.*)base[/\\]callsite%.lua$")

--- The level, as `error` counts it where this is called, of the innermost
-- function that isn't the module's own.
---@return integer
function callsite.level()
  local level = 2
  local info = OURS and getinfo(level, "S")
  while info do
    if info.what ~= "C" and info.source:sub(1, #OURS) ~= OURS then
      return level - 1
    end
    level = level + 1
    info = getinfo(level, "S")
  end
  return 2
end

return callsite
