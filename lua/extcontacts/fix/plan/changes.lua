--- The changes of a plan: what each operation does to a record, as data.
-- Pure.

local canonical = require "extcontacts.record.canonical"
local clearing = require "extcontacts.record.clearing"
local core = require "extcontacts.core"
local deepcopy = require "extcontacts.base.deepcopy"
local diff = require "extcontacts.record.diff"
local label = require "extcontacts.record.label"
local lint = require "extcontacts.record.lint"
local records = require "extcontacts.record"
local types = require "extcontacts.record.types"

local changes = {}

--- The body to send for a record: without the fields that the server owns.
---@param kind extcontacts.record.TypeName
---@param record table
---@return table
function changes.body(kind, record)
  local body = records.writable(types.by_name[kind].model, record)
  for name in pairs(types.owned) do
    body[name] = nil
  end
  return body
end

-- The items of several lists in one; nil when there are none.
local function joined(...)
  local out = core.json.array {}
  for _, list in ipairs { ... } do
    for _, item in ipairs(list) do
      out[#out + 1] = item
    end
  end
  return #out > 0 and out or nil
end

--- Adds warnings to a change.
---@param change extcontacts.fix.Change
---@param warnings extcontacts.record.Warning[]
function changes.warn(change, warnings)
  if #warnings > 0 then
    change.warnings = joined(change.warnings or {}, warnings)
  end
end

--- An update that makes one state of a record into another.
---@param reference extcontacts.record.Reference
---@param before table
---@param after table
---@return extcontacts.fix.Change|nil change nil when both states are the same in canonical form
function changes.update(reference, before, after)
  local differences = diff.between(reference.kind, before, clearing.complete(reference.kind, before, after))
  if #differences == 0 then
    return nil
  end
  local body = changes.body(reference.kind, diff.applied(before, differences))
  return {
    kind = reference.kind,
    op = "update",
    id = reference.id,
    owner = reference.owner,
    before = before,
    after = body,
    diff = differences,
    warnings = joined(lint.cleared(differences), lint.unknown(reference.kind, differences),
      lint.check(reference.kind, body)),
  }
end

--- A create.
---@param kind extcontacts.record.TypeName
---@param owner string|nil
---@param record table fields that the server owns are left out
---@return extcontacts.fix.Change
function changes.create(kind, owner, record)
  local body = changes.body(kind, record)
  local differences = diff.between(kind, {}, body)
  return {
    kind = kind,
    op = "create",
    owner = owner,
    after = body,
    diff = differences,
    warnings = joined(lint.unknown(kind, differences), lint.check(kind, body)),
  }
end

--- A delete, which keeps the record in the plan.
---@param reference extcontacts.record.Reference
---@param before table
---@return extcontacts.fix.Change
function changes.delete(reference, before)
  return { kind = reference.kind, op = "delete", id = reference.id, owner = reference.owner, before = before }
end

--- An update that links a contact to an organization.  It sets nothing else, so that the
-- contact may be edited in the meantime.
---@param reference extcontacts.record.Reference
---@param record table
---@param organization string its id
---@return extcontacts.fix.Change
function changes.link(reference, record, organization)
  local bare = deepcopy(record)
  bare.externalOrganization = nil
  local after = deepcopy(bare)
  after.externalOrganization = { id = organization }
  local change = changes.update(reference, bare, after)
  change.before, change.rebase = record, true
  change.diff[1].before = types.organization_of(record) and deepcopy(record.externalOrganization) or nil
  return change
end

--- An erase, which keeps only the record's digest.
---@param reference extcontacts.record.Reference
---@param record table
---@return extcontacts.fix.Change
function changes.erase(reference, record)
  return {
    kind = reference.kind,
    op = "erase",
    id = reference.id,
    owner = reference.owner,
    digest = canonical.digest(reference.kind, record),
  }
end

----------------------------------------------------------- from an action --

local FROM_ACTION = {}

-- The fix's own canonical form decides first.
local function is_same(fix, before, after)
  return fix.canonical ~= nil and canonical.text(fix.canonical(deepcopy(before)))
    == canonical.text(fix.canonical(deepcopy(after)))
end

function FROM_ACTION.update(fix, item, action)
  if is_same(fix, item.record, action.record) then
    return nil
  end
  return changes.update(item.reference, item.record, action.record)
end

function FROM_ACTION.create(_, _, action)
  local change = changes.create(action.kind, action.owner, action.body)
  change.unless_exists, change.old_id = action.unless_exists, action.old_id
  return change
end

function FROM_ACTION.delete(_, item)
  return changes.delete(item.reference, item.record)
end

function FROM_ACTION.erase(_, item)
  local change = changes.erase(item.reference, item.record)
  change.label = label.of(change.kind, item.record)
  return change
end

--- The change for an action that a fix returned.
---@param fix extcontacts.fix.Definition
---@param item extcontacts.fix.Item the record that the fix was called with
---@param action extcontacts.fix.Action
---@return extcontacts.fix.Change|nil change nil when the record would stay the same
function changes.from_action(fix, item, action)
  return FROM_ACTION[action.op](fix, item, action)
end

return changes
