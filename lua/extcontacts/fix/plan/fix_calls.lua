--- Calls of a fix's own functions, and errors about them.

local blame = require "extcontacts.fix.blame"
local errors = require "extcontacts.base.errors"

local fix_calls = {}

-- The name of a record or row in a message.
local function name_of(item)
  local reference = item.reference
  if reference then
    return ("%s %s"):format(reference.kind:gsub("_", " "), reference.id)
  end
  return ("row %d"):format(item.number)
end

--- Calls one of the fix's functions.  An error object is a failed read and is
-- passed on; anything else that is raised is a mistake in the fix.
---@param name string
---@param item extcontacts.fix.Item|nil the record or row that it is called for
---@param fn function
---@param ... any
---@return any first
---@return any second
---@return any third
function fix_calls.call(name, item, fn, ...)
  local ok, first, second, third = xpcall(fn, blame.handler, ...)
  if ok then
    return first, second, third
  elseif errors.is_error(first) then
    error(first, 0)
  end
  errors.raise_invalid(("'%s' of the fix failed%s: %s"):format(name, item and " for " .. name_of(item) or "",
    blame.placed(tostring(first), fn)))
end

--- Raises an error about what `change` returned.
---@param item extcontacts.fix.Item
---@param problem string
function fix_calls.refuse(item, problem)
  errors.raise_invalid(("'change' of the fix returned an invalid value for %s: %s"):format(name_of(item), problem))
end

return fix_calls
