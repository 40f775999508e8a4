--- The journal of a plan: an append-only file with what was about to be sent
-- and what came of it, from which a run is resumed and undone.  docs/fix.md
-- describes the format.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local planfile = require "extcontacts.fix.planfile"
local reader = require "extcontacts.fix.journal.reader"
local shell = require "extcontacts.base.shell"
local writer = require "extcontacts.fix.journal.writer"

local journal = {}

journal.read = reader.read
journal.each = reader.each
journal.locked = writer.locked

--- The path of a plan's journal.
---@param plan_path string
---@return string
function journal.path(plan_path)
  return plan_path .. ".journal"
end

--- Opens the journal of a plan for writing and locks it.
---@param plan_path string
---@param plan { header: extcontacts.fix.Header, totals: extcontacts.fix.Totals }
---@return extcontacts.fix.Journal|nil
---@return extcontacts.Error|nil
function journal.open(plan_path, plan)
  return writer.open(journal.path(plan_path), plan_path, plan)
end

--- A plan and the state of its journal.
---@param plan_path string
---@return { header: extcontacts.fix.Header, totals: extcontacts.fix.Totals }|nil plan
---@return extcontacts.fix.JournalState|extcontacts.Error|nil state nil when the plan was not applied; the
--- error when there is no plan
function journal.of_plan(plan_path)
  local plan, err = planfile.check(plan_path)
  if not plan then
    return nil, err
  end
  local state
  state, err = reader.read(journal.path(plan_path))
  if not state and err.code ~= "ENOENT" then
    return nil, err
  end
  return plan, state
end

--- The same for a plan that must have been applied.
---@param plan_path string
---@param verb string for the message, `undo`
---@return table|nil plan
---@return extcontacts.fix.JournalState|extcontacts.Error state
function journal.of_applied(plan_path, verb)
  local plan, state = journal.of_plan(plan_path)
  if plan and not state then
    return errors.invalid(("%s has not been applied, so there is nothing to %s; apply it with `extcontacts apply %s`")
      :format(plan_path, verb, shell.word(plan_path)), "not_begun")
  end
  return plan, state
end

--- Whether a process is applying a plan.
---@param plan_path string
---@return boolean
function journal.is_locked(plan_path)
  local file = core.file.open(journal.path(plan_path), "read")
  if not file then
    return false
  end
  local free = file:lock()
  file:close()
  return free == false
end

return journal
