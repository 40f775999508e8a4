--- The divisions of the organization, which records belong to.

local record_ids = require "extcontacts.sandbox.state.record_ids"

local divisions = {
  -- See `dataset.type_numbers`.
  type_number = 16,
}

--- The id of a division.
---@param number integer from 0
---@return string
function divisions.id(number)
  return record_ids.make(divisions.type_number, number)
end

--- A reference to a division.
---@param id string
---@param whole boolean with its name
---@return { id: string, name: string|nil, selfUri: string }
function divisions.reference(id, whole)
  local number = record_ids.index(divisions.type_number, id)
  local name = number == 0 and "Home" or number and ("Division %d"):format(number) or "Other"
  return { id = id, name = whole and name or nil, selfUri = "/api/v2/authorization/divisions/" .. id }
end

return divisions
