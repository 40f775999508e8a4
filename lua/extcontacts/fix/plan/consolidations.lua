--- Plans consolidations, which undo can reverse: one record survives and is completed
-- from the others, what depends on them moves to it, and they are deleted last.  The
-- changes are ordinary ones; each needs the one before it.

local changes = require "extcontacts.fix.plan.changes"
local core = require "extcontacts.core"
local deepcopy = require "extcontacts.base.deepcopy"
local lint = require "extcontacts.record.lint"
local merges = require "extcontacts.fix.plan.merges"
local moves = require "extcontacts.fix.plan.moves"

local consolidations = {}

--- Reasons for skipping a consolidation, by type of the records; the details follow them
-- in the list of skipped records.
consolidations.IMPOSSIBLE = {
  contact = "the contacts can't be consolidated",
  organization = "the organizations can't be consolidated",
}

--- Reason for skipping one whose result the server would reject: nothing could follow.
consolidations.REJECTED = "the server would reject the result; correct the value first"

local null = core.json.null

-- The change that completes the survivor; nil if it has everything.
local function completion(kind, resolution, override)
  local record = resolution.survivor
  local after = deepcopy(record)
  for name, value in pairs(resolution.result) do
    after[name] = value
  end
  for name, value in pairs(override or {}) do
    if value == null then
      after[name] = nil
    end
  end
  return changes.update({ kind = kind, id = record.id }, record, after)
end

local function lost_of(lost, id)
  local out = core.json.array {}
  for _, loss in ipairs(lost) do
    out[#out + 1] = loss.id == id and loss or nil
  end
  return #out > 0 and out or nil
end

-- Every value counts; that of a field which the caller sets is lost at the caller's word.
local function is_unasked(loss)
  return not loss.is_set
end

--- Plans a consolidation.  Raises an error object if a record can't be read.
---@param self extcontacts.fix.Merges
---@param action extcontacts.fix.Action
---@param existing extcontacts.fix.Existing
---@return extcontacts.fix.Change[]|nil changes in their order
---@return string|nil reason why it is skipped
---@return string|nil detail
function consolidations.plan(self, action, existing)
  local options = action.options
  local kind = options.kind or "contact"
  local records, resolution = self:resolve(action, "consolidate")
  if not records then
    return nil, consolidations.IMPOSSIBLE[kind], resolution
  end
  local names = merges.unaccepted(resolution.lost, options.allow_loss,
    options.values == "rules" and merges.has_no_room or is_unasked)
  if names then
    return nil, merges.LOSS, names
  end
  local survivor, others = resolution.survivor, resolution.others
  local out = { completion(kind, resolution, options.override) }
  if out[1] then
    local rejected = lint.rejected(kind, out[1].after)[1]
    if rejected then
      return nil, consolidations.REJECTED, rejected.text
    end
    -- What the survivor has had and the result has not: no deletion lists it.
    out[1].lost = lost_of(resolution.lost, survivor.id)
  end
  for _, other in ipairs(others) do
    local problem = self.note_owners:may_have(kind, other.id)
      and moves.add(out, self.client, kind, other.id, survivor.id, existing)
    if problem then
      return nil, consolidations.IMPOSSIBLE[kind], problem
    end
  end
  for _, other in ipairs(others) do
    local change = changes.delete({ kind = kind, id = other.id }, other)
    change.emptied, change.lost = true, lost_of(resolution.lost, other.id)
    out[#out + 1] = change
  end
  self:take(records)
  return out
end

return consolidations
