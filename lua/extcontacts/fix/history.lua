--- Which plans have been applied on this machine: an index beside the user's state that
-- has their paths and nothing else.  What became of them is read from their journals.

local atomic_lines = require "extcontacts.base.atomic_lines"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local file_store = require "extcontacts.rate.store.file"
local files = require "extcontacts.base.files"
local journal = require "extcontacts.fix.journal"
local planfile = require "extcontacts.fix.planfile"

local history = {}

-- The index: one JSON object per line, `{"plan":"/home/ann/tidy.plan"}`, the latest run last.
local NAME = "history.ndjson"

---@class extcontacts.fix.HistoryEntry
---@field plan string absolute path
---@field state "complete"|"stopped"|"running"|"missing"|"unreadable"
---@field problem string|nil why it is missing or unreadable
---@field name string|nil
---@field changes integer|nil of the plan
---@field counts table<extcontacts.fix.State, integer>|nil
---@field runs integer|nil
---@field started string|nil when the first run began
---@field last_run string|nil when the last run began
---@field client string|nil digest of the OAuth client of the last run
---@field system_user string|nil of the last run
---@field undoes string|nil the plan that this one undoes, if it is in the list
---@field undo "none"|"possible"|"partly"|"done"|"irreversible"|nil how far it has been undone

--- The path of the index.
---@param getenv (fun(name: string): string|nil)|nil default: os.getenv
---@return string|nil path nil without a home directory
---@return string|nil directory
function history.path(getenv)
  local directory = file_store.directory(getenv or os.getenv)
  return directory and directory .. "/" .. NAME, directory
end

-- Ends an incomplete last line, which a crash or a full disk left.
local function separator(file)
  local size = errors.check_io(file:size())
  return size > 0 and errors.check_io(file:read(1, size - 1)) ~= "\n" and "\n" or ""
end

local function append(plan_path, getenv)
  local path, directory = history.path(getenv)
  if not path then
    errors.raise_invalid "set HOME or XDG_STATE_HOME"
  end
  local full_path = errors.check_io(core.file.real_path(plan_path))
  errors.check_io(file_store.make_directories(directory))
  local file = errors.check_io(core.file.open(path, "append"))
  local done, err = errors.catch(function()
    errors.check_io(file:lock(true))
    errors.check_io(file:write(separator(file) .. assert(core.json.encode { plan = full_path }) .. "\n"))
    return true
  end)
  file:close()
  return done, err
end

--- Adds a plan that is being applied.
---@param plan_path string
---@param getenv (fun(name: string): string|nil)|nil default: os.getenv
---@return true|nil
---@return extcontacts.Error|nil
function history.add(plan_path, getenv)
  return errors.catch(append, plan_path, getenv)
end

-- The paths of the index, the latest first, each once.  A line that can't be read is
-- passed over.
local function read_paths(getenv)
  local path = history.path(getenv)
  local paths, seen = {}, {}
  if not path or not files.exists(path) then
    return paths
  end
  local next_line, err, close = atomic_lines.backwards(path)
  if not next_line then
    error(err, 0)
  end
  for text in next_line do
    local line = core.json.decode(text)
    local plan = type(line) == "table" and line.plan
    if type(plan) == "string" and not plan:find "%z" and not seen[plan] then
      seen[plan] = true
      paths[#paths + 1] = plan
    end
  end
  close()
  return paths
end

--- The plans of the index, the latest first, that still exist or not.
---@param getenv (fun(name: string): string|nil)|nil default: os.getenv
---@return string[]|nil paths
---@return extcontacts.Error|nil
function history.paths(getenv)
  return errors.catch(read_paths, getenv)
end

-- The state of an undo by what it applied of the original's changes.
local function undo_state(entry, undone)
  local applied, irreversible = entry.counts.applied, entry.classes.irreversible or 0
  if applied == 0 then
    return "none"
  elseif irreversible == applied then
    return "irreversible"
  elseif undone >= applied - irreversible then
    return "done"
  end
  return undone > 0 and "partly" or "possible"
end

local function last_run(path)
  local found
  journal.each(path, function(line)
    if line.t == "run" then
      found = line
    end
  end, true)
  return found or {}
end

local function fill(entry, path)
  local reader, err = planfile.open(path)
  if not reader then
    entry.state = err.code == "ENOENT" and "missing" or "unreadable"
    entry.problem = err.code == "ENOENT" and "the plan was moved or deleted" or err.message
    return
  end
  reader.close()
  local journal_path = journal.path(path)
  local state
  state, err = journal.read(journal_path, true)
  if not state then
    entry.state = err.code == "ENOENT" and "missing" or "unreadable"
    entry.problem = err.code == "ENOENT" and "the journal was moved or deleted" or err.message
    return
  end
  local run = last_run(journal_path)
  entry.name, entry.undoes_sha256 = reader.header.name, reader.header.undoes
  entry.sha256, entry.changes = state.header.plan.sha256, state.header.plan.changes
  entry.counts, entry.classes, entry.runs = state.progress.counts, state.classes, state.runs
  entry.started, entry.last_run = state.header.started, run.at
  entry.client, entry.system_user = run.client or state.header.client, run.system_user
  entry.state = journal.is_locked(path) and "running" or state.progress:settled() == entry.changes and "complete"
    or "stopped"
end

local function read(paths)
  local entries, by_sha256, undone = core.json.array {}, {}, {}
  for index, path in ipairs(paths) do
    local entry = { plan = path }
    local _, err = errors.catch(fill, entry, path)
    if err then
      entry.state, entry.problem = "unreadable", err.message
    end
    entries[index] = entry
    if entry.sha256 then
      by_sha256[entry.sha256] = path
    end
    if entry.undoes_sha256 then
      undone[entry.undoes_sha256] = (undone[entry.undoes_sha256] or 0) + entry.counts.applied
    end
  end
  for _, entry in ipairs(entries) do
    entry.undo = entry.counts and undo_state(entry, undone[entry.sha256] or 0) or nil
    entry.undoes = entry.undoes_sha256 and by_sha256[entry.undoes_sha256] or nil
    entry.undoes_sha256, entry.classes = nil, nil
  end
  return entries
end

--- The plans that were applied, the latest first.
---@param options { limit: integer|nil, getenv: (fun(name: string): string|nil)|nil }|nil
---@return extcontacts.fix.HistoryEntry[]|nil
---@return extcontacts.Error|nil
function history.list(options)
  options = options or {}
  local paths, err = history.paths(options.getenv)
  if not paths then
    return nil, err
  end
  local entries
  entries, err = errors.catch(read, paths)
  for index = #(entries or {}), (options.limit or math.huge) + 1, -1 do
    entries[index] = nil
  end
  return entries, err
end

return history
