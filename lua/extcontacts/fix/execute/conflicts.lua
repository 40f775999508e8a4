--- Conflicts: whether someone changed a record after it was planned.  Pure.

local canonical = require "extcontacts.record.canonical"
local diff = require "extcontacts.record.diff"
local types = require "extcontacts.record.types"

local conflicts = {}

-- A list of fields, or nil for none.
local function some(fields)
  return fields and #fields > 0 and fields or nil
end

--- Whether a record differs from what is known of it.
---@param kind extcontacts.record.TypeName
---@param modify_date string|nil
---@param digest string|fun(): string of its canonical form
---@param record table
---@return boolean
function conflicts.differs(kind, modify_date, digest, record)
  if types.by_name[kind].has_dates and modify_date ~= nil and record.modifyDate == modify_date then
    return false
  end
  return canonical.digest(kind, record) ~= (type(digest) == "function" and digest() or digest)
end

--- Whether a record differs from the one that was planned.
---@param change extcontacts.fix.Change
---@param record table
---@return boolean
function conflicts.is_changed(change, record)
  return conflicts.differs(change.kind, change.before.modifyDate, function()
    return canonical.digest(change.kind, change.before)
  end, record)
end

--- The record no longer exists.
---@return extcontacts.fix.Outcome
function conflicts.gone()
  return { t = "conflict", reason = "the record no longer exists" }
end

--- The contact was merged into another one, which the API answers with.
---@param id string of the other one
---@return extcontacts.fix.Outcome
function conflicts.merged(id)
  return { t = "conflict", reason = ("the contact was merged into %s"):format(id) }
end

--- The conflict of one of several contacts.
---@param id string
---@param outcome extcontacts.fix.Outcome
---@return extcontacts.fix.Outcome
function conflicts.member(id, outcome)
  outcome.reason = ("%s: %s"):format(id, outcome.reason)
  return outcome
end

--- The contact was merged into another one before the write, which the API carried out
-- on that one.
---@param id string of the other one
---@return extcontacts.fix.Outcome
function conflicts.written_to(id)
  return { t = "conflict", reason = ("the contact was merged into %s, which received the planned values"):format(id) }
end

--- The contact was merged into another one before it was promoted; the API promoted
-- that one.
---@param id string of the other one
---@return extcontacts.fix.Outcome
function conflicts.promoted_instead(id)
  return { t = "conflict", reason = ("the contact was merged into %s, which was promoted instead"):format(id) }
end

--- The contact can't be promoted.
---@param problem string
---@return extcontacts.fix.Outcome
function conflicts.not_promotable(problem)
  return { t = "conflict", reason = ("the contact can't be promoted: %s"):format(problem) }
end

--- The record differs from the one that was planned.
---@param change extcontacts.fix.Change
---@param record table
---@return extcontacts.fix.Outcome
function conflicts.changed(change, record)
  local fields = {}
  -- An erase has no before-image: its fields stay unknown.
  for index, difference in ipairs(change.before and diff.between(change.kind, change.before, record) or {}) do
    fields[index] = diff.name(difference.path)
  end
  return { t = "conflict", reason = "the record has changed since it was planned", fields = some(fields) }
end

--- Someone changed fields that the plan changes, too.
---@param fields string[]
---@return extcontacts.fix.Outcome
function conflicts.same_fields(fields)
  return {
    t = "conflict", reason = "someone else has changed fields that the plan changes", fields = some(fields),
  }
end

--- Someone has filled fields that were empty; what they entered was kept.
---@param fields string[]
---@return extcontacts.fix.Outcome
function conflicts.entered(fields)
  return { t = "conflict", reason = "someone else has filled fields that were empty", fields = some(fields) }
end

--- A contact that was to be created only if nobody has its address.
---@return extcontacts.fix.Outcome
function conflicts.address_taken()
  return { t = "conflict", reason = "a contact with this address exists already" }
end

return conflicts
