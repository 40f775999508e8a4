--- Where the program called this module, so that an error about wrong
-- arguments points at the program's line.

local callsite = {}

-- The folder of the module's files.  A host may leave the debug library out.
local getinfo = debug and debug.getinfo
local OURS = getinfo and getinfo(1, "S").source:match("^(.*)base[/\\]callsite%.lua$")

--- The level of the innermost function outside this module, for `error` in the
-- function that calls this.
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
