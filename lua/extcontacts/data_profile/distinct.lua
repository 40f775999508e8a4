--- How many distinct texts there are, and how many of them occur more than once, with
-- the error of an estimate.  The counting is in C (`extcontacts.core.distinct`).  Pure.

local core = require "extcontacts.core"

local distinct = {}

-- Standard errors of a 95 % interval.
local TWO_SIDED = 1.96

---@class extcontacts.data_profile.Distinct
---@field values integer distinct values
---@field repeated integer of them, those that occur more than once
---@field occurrences integer how often the repeated ones occur in all
---@field exact boolean
---@field error number|nil of an estimate: the relative error of `values`, 95 %
---@field repeated_error number|nil of an estimate: the relative error of `repeated`, 95 %

--- Creates an empty count.
---@param most integer texts up to which it is exact
function distinct.new(most)
  return core.distinct.new(most)
end

--- Reads a count.
---@param counter userdata
---@return extcontacts.data_profile.Distinct
function distinct.read(counter)
  local kept, repeated, occurrences, part = counter:read()
  local out = { values = kept * part, repeated = repeated * part, occurrences = occurrences * part, exact = part == 1 }
  if not out.exact then
    out.error = TWO_SIDED / math.sqrt(math.max(kept, 1))
    out.repeated_error = repeated > 0 and TWO_SIDED / math.sqrt(repeated) or nil
  end
  return out
end

return distinct
