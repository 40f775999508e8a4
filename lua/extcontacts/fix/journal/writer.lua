--- Appends to a journal: an intent before each write, and its outcome after.
-- The file is private and locked while it is open for writing.

local core = require "extcontacts.core"
local dates = require "extcontacts.base.dates"
local errors = require "extcontacts.base.errors"
local reader = require "extcontacts.fix.journal.reader"
local state = require "extcontacts.fix.journal.state"

local writer = {}

local BLOCK = 65536 -- bytes

---@class extcontacts.fix.Journal
---@field state extcontacts.fix.JournalState
local Journal = {}
Journal.__index = Journal

-- The result of a function of `core.file`; a failure as an error object.
local function checked(ok, message, code)
  if not ok then
    return errors.io(message, code)
  end
  return ok
end

-- Where the last complete line ends.
local function end_of_lines(file, size)
  local stop = size
  while stop > 0 do
    local from = math.max(0, stop - BLOCK)
    local block, err = checked(file:read(stop - from, from))
    if not block then
      return nil, err
    end
    local last = block:match "^.*()\n"
    if last then
      return from + last
    end
    stop = from
  end
  return 0
end

-- Removes an incomplete last line, which a crash left: either its request was
-- not sent, or reading the record settles it.  Returns the bytes removed.
local function repair(file)
  local size, err = checked(file:size())
  local stop
  if size then
    stop, err = end_of_lines(file, size)
  end
  if not stop then
    return nil, err
  elseif stop < size then
    local ok
    ok, err = checked(file:truncate(stop))
    if not ok then
      return nil, err
    end
  end
  return size - stop
end

-- Appends a line.  A line that does not fit on the disk is removed, so that the
-- journal stays readable.
local function append(self, line)
  local text = assert(core.json.encode(line, { sort_keys = true })) .. "\n"
  local ok, err = checked(self.file:write(text))
  if not ok then
    self.file:truncate(self.size)
    return nil, err
  end
  self.size = self.size + #text
  return true
end

-- Appends an entry: a line with its type and the time.
local function append_entry(self, t, entry)
  entry.t, entry.at = t, dates.text()
  return append(self, entry)
end

local function append_synced(self, t, entry)
  local ok, err = append_entry(self, t, entry)
  if ok then
    ok, err = checked(self.file:sync())
  end
  return ok, err
end

-- Writes the header of a new journal and makes its directory entry durable.
local function start(self, plan_path, plan, removed)
  local ok, err = true, nil
  if not self.state.header then
    self.state.header = {
      extcontacts_journal = reader.VERSION,
      plan = { path = plan_path, sha256 = plan.totals.sha256, changes = plan.totals.changes },
      server = plan.header.server,
      started = dates.text(),
    }
    ok, err = append(self, self.state.header)
  end
  if ok and removed > 0 then
    ok, err = append_entry(self, "repaired", { bytes = removed })
  end
  if ok then
    ok, err = checked(self.file:sync())
  end
  if ok then
    ok, err = checked(core.file.sync_directory(self.path))
  end
  return ok, err
end

-- The journal's state, when it belongs to the plan.
local function state_of(file, path, plan_path, plan)
  if file:size() == 0 then
    return state.new()
  end
  local found, err = reader.read(path)
  if found and found.header and found.header.plan.sha256 ~= plan.totals.sha256 then
    return errors.invalid(("%s belongs to another plan than %s; move it away, or restore the plan it belongs to")
      :format(path, plan_path), "journal")
  end
  return found, err
end

local function open_locked(file, path, plan_path, plan)
  local removed, err = repair(file)
  local found
  if removed then
    found, err = state_of(file, path, plan_path, plan)
  end
  if not found then
    return nil, err
  end
  local self = setmetatable({ file = file, path = path, state = found, size = file:size() }, Journal)
  local ok
  ok, err = start(self, plan_path, plan, removed)
  if not ok then
    return nil, err
  end
  return self
end

--- The error when another process applies the plan.
---@param plan_path string
---@return nil
---@return extcontacts.Error
function writer.locked(plan_path)
  return errors.locked(plan_path .. ": another process is applying this plan; wait until it ends")
end

--- Opens a plan's journal for writing and locks it.
---@param path string
---@param plan_path string
---@param plan { header: extcontacts.fix.Header, totals: extcontacts.fix.Totals }
---@return extcontacts.fix.Journal|nil
---@return extcontacts.Error|nil
function writer.open(path, plan_path, plan)
  local file, err = checked(core.file.open(path, "append"))
  if not file then
    return nil, err
  end
  local locked, message, code = file:lock()
  local self
  if locked then
    self, err = open_locked(file, path, plan_path, plan)
  elseif locked == false then
    err = select(2, writer.locked(plan_path))
  else
    err = select(2, errors.io(message, code))
  end
  if not self then
    file:close()
  end
  return self, err
end

--- Records that a run begins.
---@param facts table
---@return true|nil
---@return extcontacts.Error|nil
function Journal:run(facts)
  local ok, err = append_entry(self, "run", facts)
  self.state.runs = self.state.runs + 1
  return ok, err
end

--- Records a request before it is sent.  Once this returns true, the intent
-- survives a loss of power.
---@param intent table `n`, `kind`, `op`, `id`, `owner`, `before`, `body`
---@return true|nil
---@return extcontacts.Error|nil
function Journal:intent(intent)
  local ok, err = append_synced(self, "intent", intent)
  if not ok then
    return nil, err
  end
  state.take(self.state, intent)
  return true
end

--- Records the outcome of a change.  It is not synced: resume settles an
-- outcome that is lost by reading the record.
---@param outcome { t: extcontacts.fix.State|"not_sent", n: integer }
---@return true|nil
---@return extcontacts.Error|nil
function Journal:outcome(outcome)
  local ok, err = append_entry(self, outcome.t, outcome)
  if not ok then
    return nil, err
  end
  state.take(self.state, outcome)
  return true
end

--- Closes the journal and records nothing: the run does not begin.
function Journal:release()
  self.file:close()
end

--- Records why a run ended, and closes the journal.
---@param reason string
---@return true|nil
---@return extcontacts.Error|nil
function Journal:close(reason)
  local ok, err = append_synced(self, "stop", { reason = reason })
  self.file:close()
  return ok, err
end

return writer
