--- Notices a `change` that changes its copies of records and forgets to return them.

local is_equal = require "extcontacts.base.is_equal"

local forgotten = {}

---@class extcontacts.fix.Forgotten
---@field first extcontacts.record.Reference|nil the first record that was changed in vain
---@field has_returned boolean whether anything was returned for any record
local Forgotten = {}
Forgotten.__index = Forgotten

---@return extcontacts.fix.Forgotten
function forgotten.new()
  return setmetatable({ has_returned = false }, Forgotten)
end

--- Takes what `change` did for one record.
---@param item extcontacts.fix.Item
---@param given table|nil the copy that it got
---@param result any what it returned
function Forgotten:watch(item, given, result)
  if result ~= nil then
    self.has_returned = true
  elseif given and not self.has_returned and not self.first and not is_equal(given, item.record) then
    self.first = item.reference
  end
end

--- The mistake, as a sentence.
---@return string|nil
function Forgotten:mistake()
  local reference = not self.has_returned and self.first
  return reference and ("'change' of the fix returned nothing for every record, although it changed %s %s; did you "
    .. "forget `return` at its end?"):format((reference.kind:gsub("_", " ")), reference.id) or nil
end

return forgotten
