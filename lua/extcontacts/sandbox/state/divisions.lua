--- The divisions of the organization, which records belong to, and the divisions
-- that a client sees.  A record without a division is visible to all.

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

--- All divisions of the seeded records.
---@param settings table divisions
---@return table[]
function divisions.list(settings)
  local list = {}
  for number = 0, settings.divisions - 1 do
    list[number + 1] = divisions.reference(divisions.id(number), true)
  end
  return list
end

--- The division of a seeded contact or organization: one after another, then none.
---@param settings table divisions
---@return (fun(index: integer): string|nil)|nil
function divisions.of_seeded(settings)
  local count = settings.divisions
  if count == 0 then
    return nil
  end
  local ids = {}
  for number = 0, count - 1 do
    ids[number] = divisions.id(number)
  end
  return function(index)
    return ids[index % (count + 1)]
  end
end

--- The ids in a list of ids and numbers of divisions.
---@param list (string|integer)[]
---@return table<string, boolean>
function divisions.set(list)
  local set = {}
  for _, entry in ipairs(list) do
    local number = tonumber(entry)
    set[number and divisions.id(number) or tostring(entry):lower()] = true
  end
  return set
end

return divisions
