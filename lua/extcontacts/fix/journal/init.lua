--- The journal of a plan: an append-only file with what was about to be sent
-- and what came of it, from which a run is resumed and undone.  docs/fix.md describes
-- the format.

local atomic_lines = require "extcontacts.base.atomic_lines"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"
local journal_file = require "extcontacts.fix.journal.file"
local planfile = require "extcontacts.fix.planfile"
local reader = require "extcontacts.fix.journal.reader"
local shell = require "extcontacts.base.shell"
local writer = require "extcontacts.fix.journal.writer"

local journal = {}

journal.read = reader.read
journal.each = reader.each
journal.locked = journal_file.locked
journal.copied = journal_file.copied

--- The path of a plan's journal.
---@param plan_path string
---@return string
function journal.path(plan_path)
  return plan_path .. ".journal"
end

--- Whether a plan has a journal.
---@param plan_path string
---@return boolean
function journal.exists(plan_path)
  return files.exists(journal.path(plan_path))
end

--- Opens the journal of a plan for writing and locks it.
---@param plan_path string
---@param plan { header: extcontacts.fix.Header, totals: extcontacts.fix.Totals }
---@param moved boolean|nil whether a copy may be continued
---@return extcontacts.fix.Journal|nil
---@return extcontacts.Error|nil
function journal.open(plan_path, plan, moved)
  return writer.open(journal.path(plan_path), plan_path, plan, moved)
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
  local path = journal.path(plan_path)
  state, err = reader.read(path)
  if not state and err.code ~= "ENOENT" then
    return nil, err
  elseif state and state.header.plan.sha256 ~= plan.totals.sha256 then
    return journal_file.of_another_plan(path, plan_path)
  end
  return plan, state
end

-- Whether a file is the journal of a plan, by its first line.
local function is_of(path, sha256)
  local next_line, _, close = atomic_lines.read(path)
  local line = next_line and next_line()
  if next_line then
    close()
  end
  local header = line and core.json.decode(line)
  local plan = type(header) == "table" and header.extcontacts_journal and header.plan
  return type(plan) == "table" and plan.sha256 == sha256
end

--- The error for a plan that was renamed without its journal, which is in the same folder
-- and has no plan of its name.  Applied once more, the plan would repeat its creates.
---@param plan_path string
---@param sha256 string of the plan
---@return extcontacts.Error|nil
function journal.misnamed(plan_path, sha256)
  local folder = plan_path:match "^(.*/)[^/]*$" or ""
  local names, is_there, found = core.file.list(folder == "" and "./" or folder) or {}, {}, nil
  for _, name in ipairs(names) do
    is_there[folder .. name] = true
  end
  -- Whatever has the journal's name is not opened here: it may be a link, or read-only.
  for _, name in ipairs(is_there[journal.path(plan_path)] and {} or names) do
    local other = name:match "^(.+)%.journal$"
    if other and not is_there[folder .. other] and is_of(folder .. name, sha256) then
      found = folder .. name
    end
  end
  return found and select(2, errors.invalid(("%s is the journal of %s, which was applied under another name; use that "
    .. "name, or rename the journal to %s"):format(found, plan_path, journal.path(plan_path)), "begun")) or nil
end

-- The ids that a plan's changes have, by number.  An erase of a record that was gone
-- already is in the journal without its id.
local function visit_planned(path, numbers, visit)
  local plan = planfile.open((path:gsub("%.journal$", "")))
  for change in plan and plan.next or function() end, plan do
    if numbers[change.n] and change.op == "erase" then
      visit(change.id)
    end
  end
end

--- Visits the ids of the records that a plan has erased, or found missing when it was
-- to erase them; of these only if the plan is beside its journal.  Raises an error
-- object when the journal can't be read.
---@param path string of the journal
---@param visit fun(id: string)
function journal.each_erased(path, visit)
  local intents, found_missing = {}, {}
  journal.each(path, function(line)
    if line.op ~= "erase" then
      return
    elseif line.t == "intent" then
      intents[line.n] = line.id
    elseif line.t == "unchanged" then
      found_missing[line.n] = true
    elseif line.t == "applied" and intents[line.n] then
      visit(intents[line.n])
      intents[line.n] = nil
    end
  end, true)
  if next(found_missing) then
    visit_planned(path, found_missing, visit)
  end
end

--- Whether a journal is a copy: the original may have continued since.
---@param state extcontacts.fix.JournalState
---@return boolean
function journal.is_copy(state)
  return state.file.inode ~= state.inode
end

--- The same for a plan that must have been applied.
---@param plan_path string
---@param verb string for the message, `undo`
---@return table|nil plan
---@return extcontacts.fix.JournalState|extcontacts.Error state
function journal.of_applied(plan_path, verb)
  local plan, state = journal.of_plan(plan_path)
  local misnamed = plan and not state and journal.misnamed(plan_path, plan.totals.sha256)
  if misnamed then
    return nil, misnamed
  elseif plan and not state then
    return errors.invalid(("%s has not been applied, so there is nothing to %s; apply it with `extcontacts apply %s`")
      :format(plan_path, verb, shell.word(plan_path)), "not_begun")
  end
  return plan, state
end

--- Whether a process is applying a plan.
---@param plan_path string
---@return boolean
function journal.is_locked(plan_path)
  local file = core.file.open(journal.path(plan_path), "own")
  if not file then
    return false
  end
  local free = file:lock()
  file:close()
  return free == false
end

return journal
