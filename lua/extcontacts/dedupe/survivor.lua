--- Which record of a cluster survives by default: curated before identified before
-- ephemeral, then the most complete one, then the oldest.  Pure.

local survivor = {}

local TYPES = { Curated = 1, Identified = 2, Ephemeral = 3 }
-- Fields that every record has, or that say nothing about the person.
local UNCOUNTED = { id = true, selfUri = true, createDate = true, modifyDate = true, schema = true, division = true,
  externalDataSources = true, type = true }

local function count_fields(value, uncounted)
  local count = 0
  for name, field in pairs(value) do
    if type(field) == "table" then
      count = count + count_fields(field, UNCOUNTED)
    elseif not (uncounted and uncounted[name]) and field ~= "" and type(field) ~= "userdata" then
      count = count + 1
    end
  end
  return count
end

local function date_of(record)
  return type(record.createDate) == "string" and record.createDate or "9"
end

--- Chooses the survivor.
---@param records table[]
---@return integer index
function survivor.choose(records)
  local best, best_rank = 1, nil
  for index, record in ipairs(records) do
    local rank = { TYPES[record.type] or 1, -count_fields(record, UNCOUNTED), date_of(record), record.id }
    for place = 1, best_rank and #rank or 0 do
      if rank[place] ~= best_rank[place] then
        if rank[place] < best_rank[place] then
          best, best_rank = index, rank
        end
        break
      end
    end
    best_rank = best_rank or rank
  end
  return best
end

return survivor
