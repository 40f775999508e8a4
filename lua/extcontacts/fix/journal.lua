--- The journal of a plan: what was about to be sent, and what became of it.
-- Append-only, private, locked while it is written; docs/fix.md describes it.

local atomic_lines = require "extcontacts.base.atomic_lines"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local planfile = require "extcontacts.fix.planfile"
local progress = require "extcontacts.fix.progress"

local journal = {}

local VERSION = 1
local TAIL = 65536

--- Where a plan's journal is.
---@param plan_path string
---@return string
function journal.path(plan_path)
  return plan_path .. ".journal"
end

local function encode(value)
  return assert(core.json.encode(value, { sort_keys = true }))
end

local function now()
  return os.date "!%Y-%m-%dT%H:%M:%SZ"
end

------------------------------------------------------------------- reading --

---@class extcontacts.fix.JournalState
---@field header table|nil nil for an empty journal
---@field progress extcontacts.fix.Tracker
---@field open table<integer, table> the intents that have no outcome
---@field ids table<string, string> old id → new one, of records made again
---@field created table<string, boolean> ids of the latest creates
---@field runs integer
---@field last_stop table|nil

local OUTCOMES = { applied = true, unchanged = true, conflict = true, failed = true, unknown = true }

-- So many ids of created records are kept: those of creates near in time to
-- one whose outcome is open.
local KEPT = 1000

local function remember(state, line)
  if line.old_id then
    state.ids[line.old_id] = line.id
  end
  state.created[line.id] = true
  state.created_count = state.created_count + 1
  local slot = state.created_count % KEPT
  local oldest = state.created_order[slot]
  if oldest then
    state.created[oldest] = nil
  end
  state.created_order[slot] = line.id
end

local function take(state, line)
  if line.t == "intent" then
    state.open[line.n] = line
  elseif line.t == "not_sent" then
    state.open[line.n] = nil -- it never left
  elseif OUTCOMES[line.t] then
    state.progress:note(line.n, line.t)
    if line.t ~= "unknown" then
      state.open[line.n] = nil
    end
    if line.id and line.t == "applied" then
      remember(state, line)
    end
  elseif line.t == "run" then
    state.runs, state.last_run = state.runs + 1, line
  elseif line.t == "stop" then
    state.last_stop = line
  end
end

--- Reads a journal's lines, decoded; a last one that was cut short is left
-- out.  Raises an error object for a line that is none.
---@param path string
---@return (fun(): table|nil)|nil next_line
---@return extcontacts.Error|nil
---@return (fun())|nil close
function journal.lines(path)
  local next_line, err, close = atomic_lines.read(path)
  if not next_line then
    return nil, err
  end
  local number = 0
  return function()
    local text, whole = next_line()
    number = number + 1
    if not text or not whole then
      return nil
    end
    local line = core.json.decode(text)
    if type(line) ~= "table" then
      errors.raise_invalid(("%s: line %d is damaged; nothing can be done safely with this journal")
        :format(path, number))
    end
    return line
  end, nil, close
end

--- Visits a journal's lines, in order.  Raises an error object where it can't
-- be read.
---@param path string
---@param visit fun(line: table)
function journal.each(path, visit)
  local next_line, err, close = journal.lines(path)
  if not next_line then
    error(err, 0)
  end
  local line = next_line()
  while line do
    visit(line)
    line = next_line()
  end
  close()
end

local function empty_state()
  return {
    progress = progress.new(), open = {}, ids = {}, runs = 0,
    created = {}, created_order = {}, created_count = 0,
  }
end

--- Reads what a journal tells.
---@param path string
---@return extcontacts.fix.JournalState|nil
---@return extcontacts.Error|nil
function journal.read(path)
  local next_line, err, close = journal.lines(path)
  if not next_line then
    return nil, err
  end
  return errors.catch(function()
    local state = empty_state()
    local line = next_line()
    state.header = line
    if line and line.extcontacts_journal ~= VERSION then
      errors.raise_invalid(path .. ": is not a journal of this program")
    end
    while line do
      take(state, line)
      line = next_line()
    end
    close()
    return state
  end)
end

--- A plan and what its journal tells; the state is nil where it was not
-- applied yet.
---@param plan_path string
---@return { header: extcontacts.fix.Header, totals: extcontacts.fix.Totals }|nil plan
---@return extcontacts.fix.JournalState|extcontacts.Error|nil state the failure, where there is no plan
function journal.of_plan(plan_path)
  local checked, err = planfile.check(plan_path)
  if not checked then
    return nil, err
  end
  local state
  state, err = journal.read(journal.path(plan_path))
  if not state and err.code ~= "ENOENT" then
    return nil, err
  end
  return checked, state
end

--- The same of a plan that must have been applied.
---@param plan_path string
---@param purpose string for the message, `undo`
---@return table|nil plan
---@return extcontacts.fix.JournalState|extcontacts.Error state
function journal.of_applied(plan_path, purpose)
  local checked, state = journal.of_plan(plan_path)
  if checked and not state then
    return errors.invalid(("%s was not applied: there is nothing to %s"):format(plan_path, purpose),
      "not_begun")
  end
  return checked, state
end

--- Whether some process is at work on a plan.
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

--- The error when another process applies the plan.
---@param plan_path string
---@return nil
---@return extcontacts.Error
function journal.locked(plan_path)
  return errors.locked(plan_path .. ": another process is applying this plan; wait until it ends or pause it")
end

------------------------------------------------------------------- writing --

---@class extcontacts.fix.Journal
---@field state extcontacts.fix.JournalState
local Journal = {}
Journal.__index = Journal

-- Takes a line off that a crash cut short: what it was to tell had not been
-- sent yet, or is found out by reading.
local function heal(file)
  local size, message, code = file:size()
  if not size then
    return errors.io(message, code)
  end
  local keep = size
  while keep > 0 do
    local from = math.max(0, keep - TAIL)
    local block
    block, message, code = file:read(keep - from, from)
    if not block then
      return errors.io(message, code)
    end
    local last = block:match "^.*()\n"
    if last then
      keep = from + last
      break
    end
    keep = from
  end
  if keep < size then
    local ok
    ok, message, code = file:truncate(keep)
    if not ok then
      return errors.io(message, code)
    end
  end
  return size - keep
end

-- Appends a line.  One that did not fit is taken off again, so that the
-- journal stays one that can be read.
local function append(self, line)
  local text = encode(line) .. "\n"
  local ok, message, code = self.file:write(text)
  if not ok then
    self.file:truncate(self.size)
    return errors.io(message, code)
  end
  self.size = self.size + #text
  return true
end

local function sync(self)
  local ok, message, code = self.file:sync()
  if not ok then
    return errors.io(message, code)
  end
  return true
end

local function close_with(file, _, err)
  file:close()
  return nil, err
end

--- Opens the journal of a plan to write into it, and locks it.
---@param plan_path string
---@param plan { header: extcontacts.fix.Header, totals: extcontacts.fix.Totals }
---@return extcontacts.fix.Journal|nil
---@return extcontacts.Error|nil
function journal.open(plan_path, plan)
  local path = journal.path(plan_path)
  local file, message, code = core.file.open(path, "append")
  if not file then
    return errors.io(message, code)
  end
  local locked
  locked, message, code = file:lock()
  if not locked then
    if locked == false then
      return close_with(file, journal.locked(plan_path))
    end
    return close_with(file, errors.io(message, code))
  end
  local healed, err = heal(file)
  local state
  if healed and file:size() == 0 then
    state = empty_state()
  elseif healed then
    state, err = journal.read(path)
  end
  if not state then
    return close_with(file, nil, err)
  elseif state.header and state.header.plan.sha256 ~= plan.totals.sha256 then
    return close_with(file, errors.invalid(("%s belongs to another plan than the one that is now in %s")
      :format(path, plan_path), "journal"))
  end
  local self = setmetatable({ file = file, path = path, state = state, size = file:size() }, Journal)
  local ok = true
  if not state.header then
    state.header = {
      extcontacts_journal = VERSION,
      plan = { path = plan_path, sha256 = plan.totals.sha256, changes = plan.totals.changes },
      server = plan.header.server,
      started = now(),
    }
    ok, err = append(self, state.header)
  end
  if ok and healed > 0 then
    ok, err = append(self, { t = "repaired", bytes = healed, at = now() })
  end
  if ok then
    ok, err = sync(self)
  end
  if ok then
    ok, message, code = core.file.sync_directory(path)
    if not ok then
      err = select(2, errors.io(message, code))
    end
  end
  if not ok then
    return close_with(file, nil, err)
  end
  return self
end

--- Notes that a run begins.
---@param facts table
---@return true|nil
---@return extcontacts.Error|nil
function Journal:run(facts)
  facts.t, facts.at = "run", now()
  self.state.runs = self.state.runs + 1
  return append(self, facts)
end

--- Notes what is about to be sent; once this has returned true, it is told
-- even after a loss of power.
---@param intent table `n`, `kind`, `op`, `id`, `owner`, `before`, `body`
---@return true|nil
---@return extcontacts.Error|nil
function Journal:intent(intent)
  intent.t, intent.at = "intent", now()
  local ok, err = append(self, intent)
  if ok then
    ok, err = sync(self)
  end
  if not ok then
    return nil, err
  end
  self.state.open[intent.n] = intent
  return true
end

--- Notes what became of a change.  Not synced: an outcome that is lost is
-- found out again by reading the record.
---@param outcome { t: extcontacts.fix.State|"not_sent", n: integer }
---@return true|nil
---@return extcontacts.Error|nil
function Journal:outcome(outcome)
  outcome.at = now()
  local ok, err = append(self, outcome)
  if not ok then
    return nil, err
  end
  take(self.state, outcome)
  return true
end

--- Notes why a run ended, and lets the journal go.
---@param reason string
---@return true|nil
---@return extcontacts.Error|nil
function Journal:close(reason)
  local stop = { t = "stop", reason = reason, at = now() }
  local ok, err = append(self, stop)
  if ok then
    ok, err = sync(self)
  end
  self.file:close()
  return ok, err
end

return journal
