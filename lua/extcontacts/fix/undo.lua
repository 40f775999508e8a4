--- A plan that takes back what a plan's journal says was done, the last first.
-- docs/fix.md says what it can't.

local calls = require "extcontacts.fix.calls"
local copy = require "extcontacts.copy"
local core = require "extcontacts.core"
local diff = require "extcontacts.fix.diff"
local failure = require "extcontacts.fix.failure"
local journal = require "extcontacts.fix.journal"
local kinds = require "extcontacts.fix.kinds"
local lines = require "extcontacts.fix.lines"
local plan = require "extcontacts.fix.plan"

local undo = {}

---@class extcontacts.fix.UndoOptions: extcontacts.fix.PlanOptions
---@field output string|nil path of the plan; default `PLAN.undo`
---@field only string[]|nil ids to take back; default: all

-- What was done, from the last to the first: its intent and its outcome.
local function done_backwards(path)
  local next_line, err, close = lines.backwards(path)
  if not next_line then
    error(err, 0)
  end
  local outcomes = {}
  return function()
    local text = next_line()
    while text do
      local line = core.json.decode(text)
      if type(line) ~= "table" then
        failure.raise_invalid(path .. ": a line is damaged")
      elseif line.t == "intent" then
        local outcome = outcomes[line.n]
        outcomes[line.n] = nil
        if outcome and outcome.t == "done" then
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
  local record = calls.read(job.client, reference)
  if not record then
    return nil, "the record is not there any more"
  end
  local restored, reason = copy.deep(record), nil
  for _, one in ipairs(diff.between(reference.kind, intent.before, intent.body)) do
    local value = copy.at(record, one.path)
    if diff.same(reference.kind, one.path, one.after, value, true) then
      copy.put(restored, one.path, one.before)
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
  local record = outcome.id and calls.read(job.client, reference)
  if not record then
    return nil, "the created record is not there any more"
  end
  local touched
  if kinds.by_name[reference.kind].has_dates and outcome.modify_date then
    touched = record.modifyDate ~= outcome.modify_date
  else
    touched = #diff.departures(reference.kind, intent.body, record) > 0
  end
  if touched then
    return nil, "the created record was changed since"
  end
  return plan.delete(reference, record)
end

function UNDO.delete(job, reference, intent)
  if calls.read(job.client, reference) then
    return nil, "the deleted record is there again"
  end
  local change = plan.create(reference.kind, reference.owner, intent.before)
  change.was = reference.id
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
        draft.left:add(reason, { reference = reference })
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
    return failure.locked(path)
  elseif checked.header.server ~= plan.server(client) then
    return failure.invalid(("%s was made for %s"):format(path, checked.header.server), "server")
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
  totals, err = failure.catch(fill, { client = client, path = path }, draft, given)
  if not totals then
    draft:abandon()
    return nil, err
  end
  return {
    path = given.output,
    header = draft.header,
    totals = totals,
    changes = totals.changes,
    left_path = draft.left_path,
    unknown = state.ledger.counts.unknown,
  }
end

return undo
