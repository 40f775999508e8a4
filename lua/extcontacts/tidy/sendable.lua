--- Whether the server would take a record back at all.  Pure.

local diff = require "extcontacts.fix.diff"
local limits = require "extcontacts.fix.limits"

local REFUSED = { limit = true, required = true }

--- A full replacement of a record with one bad field is refused whole,
-- whichever field was to be changed.
---@param kind extcontacts.fix.KindName
---@param record table
---@return boolean
---@return string|nil reason the first field that is in the way
return function(kind, record)
  for _, warning in ipairs(limits.check(kind, record)) do
    if REFUSED[warning.code] then
      return false, "the server would refuse the record for its " .. diff.name(warning.path)
    end
  end
  return true
end
