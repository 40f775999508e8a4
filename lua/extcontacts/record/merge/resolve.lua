--- One record of several duplicates: which one survives, what it becomes, what is lost,
-- and why it can't be done.  The review and the plan show the same.  Pure.

local combine = require "extcontacts.record.merge.combine"
local ids = require "extcontacts.record.normalize.id"
local server_merge = require "extcontacts.record.merge.server_merge"
local survivor = require "extcontacts.record.merge.survivor"
local texts = require "extcontacts.base.text"

local resolve = {}

---@alias extcontacts.record.MergeMethod "consolidate"|"merge"

---@class extcontacts.record.ResolveOptions: extcontacts.record.CombineOptions
---@field kind "contact"|"organization"|nil default `contact`
---@field survivor string|nil id of the record that survives; default: by the rules of `survivor`
---@field how extcontacts.record.MergeMethod|nil default `consolidate`

---@class extcontacts.record.Resolution
---@field survivor table the record that stays
---@field others table[] in the order in which they complete it
---@field rule extcontacts.record.SurvivorRule|nil the rule that chose the survivor; nil if the caller did
---@field result table the fields that the survivor gets, without those that the server sets
---@field override table|nil of a merge: the request's `valueOverride`
---@field lost extcontacts.record.LostValue[] values that the result does not have
---@field obstacle string|nil why it can't be done, whatever is accepted to be lost
---@field problems string[] why it can't be done: the obstacle, and the values without room

-- The records, the survivor first; nil and the problem if the wanted one is not among them.
local function ordered(records, kind, wanted)
  local list, rule = survivor.order(records, kind)
  if not wanted then
    return list, nil, rule
  end
  for index, record in ipairs(list) do
    if ids.key(record.id) == ids.key(wanted) then
      table.insert(list, 1, table.remove(list, index))
      return list
    end
  end
  return nil, ("the survivor %s is not one of them"):format(wanted)
end

-- Why records can't be consolidated.
local function consolidate_problem(list, kind)
  if #list < 2 then
    return ("%s; at least 2 are needed"):format(texts.plural(#list, kind))
  end
  for index, record in ipairs(list) do
    local into = server_merge.merged_into(record)
    if into then
      return ("%s was merged into %s"):format(record.id, into)
    end
    local merged = index > 1 and record.mergeSet
    if type(merged) == "table" and #merged > 0 then
      return ("other contacts were merged into %s, and undo could not restore that"):format(record.id)
    end
  end
  return server_merge.division_problem(list)
end

-- What the values that have no room need, one text for each field.
local function room_problems(lost)
  local out, seen = {}, {}
  for _, loss in ipairs(lost) do
    local field = loss.path[1]
    if loss.no_room and not seen[field] then
      seen[field] = true
      local most = combine.MOST[field]
      out[#out + 1] = most and ("more than %d %s"):format(most, field)
        or ("no free field for %s of %s"):format(field, loss.id)
    end
  end
  return out
end

--- What becomes of duplicates.
---@param records table[] not changed; read completely
---@param options extcontacts.record.ResolveOptions|nil
---@return extcontacts.record.Resolution|nil nil if the wanted survivor is not one of them
---@return string|nil problem
function resolve.records(records, options)
  options = options or {}
  local kind, how = options.kind or "contact", options.how or "consolidate"
  local list, misfit, rule = ordered(records, kind, options.survivor)
  if not list then
    return nil, misfit
  end
  local out = { survivor = table.remove(list, 1), rule = rule, others = list, problems = {} }
  local all = { out.survivor }
  for index, record in ipairs(list) do
    all[index + 1] = record
  end
  if how == "merge" then
    local merged = server_merge.result(all, options.override, options.values)
    out.result, out.lost, out.override = merged.record, merged.lost, merged.override
    out.obstacle = kind ~= "contact" and "only contacts can be merged; consolidate organizations"
      or server_merge.problem(all)
  else
    local combined = combine.records(kind, all, options)
    out.result, out.lost = combined.record, combined.lost
    out.obstacle = consolidate_problem(all, kind)
  end
  out.problems[1] = out.obstacle
  for _, problem in ipairs(room_problems(out.lost)) do
    out.problems[#out.problems + 1] = problem
  end
  return out
end

return resolve
