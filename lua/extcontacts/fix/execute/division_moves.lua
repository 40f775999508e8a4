--- What must hold for a move: before the record is copied, that it is the planned one;
-- before it is deleted, that its copy is in the other division and has everything.

local conflicts = require "extcontacts.fix.execute.conflicts"
local dependents_left = require "extcontacts.fix.execute.dependents_left"
local errors = require "extcontacts.base.errors"
local failures = require "extcontacts.fix.failures"
local identifiers = require "extcontacts.record.identifiers"
local ids = require "extcontacts.record.normalize.id"
local outcomes = require "extcontacts.api.outcome"
local record_api = require "extcontacts.fix.record_api"

local division_moves = {}

---@class extcontacts.fix.Answer
---@field id string of the record that was asked for
---@field record table|nil
---@field err extcontacts.Error|nil
---@field response extcontacts.Response|nil

--- The copy of a record that is moved, which decides on its deletion.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change
---@return extcontacts.record.Reference|nil
function division_moves.copy(work, change)
  local id = change.move and work.journal.state.ids[change.id]
  return id and { kind = change.kind, id = id } or nil
end

--- Why a record must not be copied; nil if it may.
---@param change extcontacts.fix.Change a create
---@param record table|nil as just read
---@param err extcontacts.Error|nil
---@param response extcontacts.Response|nil
---@return extcontacts.fix.Outcome|nil
function division_moves.before_copy(change, record, err, response)
  local planned = change.copies
  if not record then
    return outcomes.is_absent(err) and conflicts.gone() or failures.of_read(err)
  elseif response and response.resolved_id then
    return conflicts.merged(response.resolved_id)
  elseif conflicts.differs(change.kind, planned.modify_date, planned.digest, record) then
    return conflicts.changed(change, record)
  end
end

local function conflict(...)
  return { t = "conflict", reason = string.format(...) }
end

local function is_in(division, record)
  local id = type(record.division) == "table" and record.division.id
  return type(id) == "string" and ids.key(id) == division
end

-- Why the copy is not what it must be.  A bulk request may not return the division.
local function problem_of_copy(work, change, answer)
  local division = change.move.division
  if not answer then
    return conflict "it has no copy that this plan created"
  end
  local record, err = answer.record, answer.err
  if record and not is_in(division, record) then
    record, err = record_api.call(work.client, "get", { kind = change.kind, id = record.id }, nil,
      { expand = { "division" } })
  end
  if record then
    return not is_in(division, record)
      and conflict("its copy %s is not in the division %s", record.id, division) or nil
  end
  return outcomes.is_absent(err) and conflict("its copy %s no longer exists", answer.id) or failures.of_read(err)
end

-- An identifier that the record has got since planning and that no field holds.
local function new_identifier(work, change)
  local list, err = work.client:call(change.kind .. "s.identifiers.list", change.id)
  if not list then
    error(err, 0)
  end
  for _, identifier in ipairs(type(list.entities) == "table" and list.entities or {}) do
    local is_lost = not identifiers.has(change.before, identifier)
    for _, accepted in ipairs(change.move.lost or {}) do
      is_lost = is_lost and not identifiers.same(accepted, identifier)
    end
    if is_lost then
      return tostring(identifier.type)
    end
  end
  return "none"
end

--- Why a record must not be deleted; nil if it may.
---@param work extcontacts.fix.Work
---@param change extcontacts.fix.Change the deletion
---@param answer extcontacts.fix.Answer|nil of the copy
---@return extcontacts.fix.Outcome|nil
function division_moves.before_deletion(work, change, answer)
  local outcome = problem_of_copy(work, change, answer) or dependents_left.outcome(work.client, change)
  if outcome then
    return outcome
  end
  local found, err = errors.catch(new_identifier, work, change)
  if not found then
    return failures.of_read(err)
  elseif found ~= "none" then
    return conflict("it has got an identifier since it was planned that no field holds: %s", found)
  end
end

return division_moves
