--- A plan that takes back what a plan's journal says was done, the last first.
-- docs/fix.md says what it can't.

local atomic_lines = require "extcontacts.base.atomic_lines"
local core = require "extcontacts.core"
local deepcopy = require "extcontacts.base.deepcopy"
local diff = require "extcontacts.record.diff"
local errors = require "extcontacts.base.errors"
local field_path = require "extcontacts.base.path"
local journal = require "extcontacts.fix.journal"
local plan = require "extcontacts.fix.plan"
local record_api = require "extcontacts.fix.record_api"
local types = require "extcontacts.record.types"

local undo = {}

---@class extcontacts.fix.UndoOptions: extcontacts.fix.PlanOptions
---@field output string|nil path of the plan; default `PLAN.undo`
---@field only string[]|nil ids to take back; default: all

-- What was done, from the last to the first: its intent and its outcome.
local function done_backwards(path)
  local next_line, err, close = atomic_lines.backwards(path)
  if not next_line then
    error(err, 0)
  end
  local outcomes = {}
  return function()
    local text = next_line()
    while text do
      local line = core.json.decode(text)
      if type(line) ~= "table" then
        errors.raise_invalid(path .. ": a line is damaged")
      elseif line.t == "intent" then
        local outcome = outcomes[line.n]
        outcomes[line.n] = nil
        if outcome and outcome.t == "applied" then
          return line, outcome
        end
      elseif line.n then
        outcomes[line.n] = outcomes[line.n] or line
      end
      text = next_line()
    end
    close()
  end
end

local UNDO = {}

-- Puts back the fields that still are as the plan left them.
function UNDO.update(job, reference, intent)
  local record = record_api.read(job.client, reference)
  if not record then
    return nil, "the record is not there any more"
  end
  local restored, reason = deepcopy(record), nil
  for _, one in ipairs(diff.between(reference.kind, intent.before, intent.body)) do
    local value = field_path.at(record, one.path)
    if diff.same(reference.kind, one.path, one.after, value, true) then
      field_path.put(restored, one.path, one.before)
    elseif not diff.same(reference.kind, one.path, one.before, value, true) then
      reason = "a field was changed since, by someone else"
    end
  end
  local change = plan.update(reference, record, restored)
  if change and diff.side(reference.kind, record, change.diff) == "after" then
    return nil, "the server cuts the blanks that were there"
  elseif not change and not reason then
    return nil, "the record is as it was before"
  end
  return change, reason
end

function UNDO.create(job, reference, intent, outcome)
  reference.id = outcome.id
  local record = outcome.id and record_api.read(job.client, reference)
  if not record then
    return nil, "the created record is not there any more"
  end
  local touched
  if types.by_name[reference.kind].has_dates and outcome.modify_date then
    touched = record.modifyDate ~= outcome.modify_date
  else
    touched = #diff.divergences(reference.kind, intent.body, record) > 0
  end
  if touched then
    return nil, "the created record was changed since"
  end
  return plan.delete(reference, record)
end

function UNDO.delete(job, reference, intent)
  if record_api.read(job.client, reference) then
    return nil, "the deleted record is there again"
  end
  local change = plan.create(reference.kind, reference.owner, intent.before)
  change.old_id = reference.id
  return change
end

function UNDO.erase()
  return nil, "it was erased, which can't be undone"
end

local function fill(job, draft, options)
  draft:start()
  local only
  if options.only then
    only = {}
    for _, id in ipairs(options.only) do
      only[id] = true
    end
  end
  local next_done = done_backwards(journal.path(job.path))
  local intent, outcome = next_done()
  while intent do
    if not only or only[intent.id] or only[outcome.id] or (intent.owner and only[intent.owner]) then
      draft.totals.records = draft.totals.records + 1
      local reference = { kind = intent.kind, id = intent.id, owner = intent.owner }
      local change, reason = UNDO[intent.op](job, reference, intent, outcome)
      if reason then
        draft.skipped:add(reason, { reference = reference })
      end
      if change then
        draft:add(change)
      end
      if options.limit and draft.count >= options.limit then
        break
      end
    end
    intent, outcome = next_done()
  end
  return draft:finish()
end

--- Plans the undo of a plan.  Reads every record that was changed and writes
-- nothing on the server.
---@param client extcontacts.Client
---@param path string of the plan that is to be undone
---@param options extcontacts.fix.UndoOptions|nil
---@return extcontacts.fix.Plan|nil plan `header.unknown` counts what is not known to have been done
---@return extcontacts.Error|nil
function undo.plan(client, path, options)
  options = options or {}
  local given = { output = path .. ".undo" }
  for name, value in pairs(options) do
    given[name] = value
  end
  local checked, state = journal.of_applied(path, "undo")
  if not checked then
    return nil, state
  elseif journal.is_locked(path) then
    return journal.locked(path)
  elseif checked.header.server ~= plan.server(client) then
    return errors.invalid(("%s was made for %s"):format(path, checked.header.server), "server")
  end
  local draft, err = plan.begin(client, {
    name = "undo: " .. checked.header.name,
    fix = {},
    options = {},
    source = { type = "journal", path = journal.path(path) },
    undoes = checked.totals.sha256,
  }, given)
  if not draft then
    return nil, err
  end
  local totals
  totals, err = errors.catch(fill, { client = client, path = path }, draft, given)
  if not totals then
    draft:abandon()
    return nil, err
  end
  return {
    path = given.output,
    header = draft.header,
    totals = totals,
    changes = totals.changes,
    skipped_path = draft.skipped_path,
    unknown = state.progress.counts.unknown,
  }
end

return undo
