--- Opens and creates the file of a journal, under its lock; and the errors about
-- journals that can't be used.

local checked_lines = require "extcontacts.base.checked_lines"
local core = require "extcontacts.core"
local dates = require "extcontacts.base.dates"
local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"
local reader = require "extcontacts.fix.journal.reader"

local journal_file = {}

--- The result of a function of `core.file`; a failure as an error object.
---@return any
---@return extcontacts.Error|nil
function journal_file.checked(ok, message, code)
  if not ok then
    return errors.io(message, code)
  end
  return ok
end

local checked = journal_file.checked

--- The error for a journal that belongs to another plan.
---@param path string
---@param plan_path string
---@return nil
---@return extcontacts.Error
function journal_file.of_another_plan(path, plan_path)
  return errors.invalid(("%s belongs to another plan than %s; move it away, or restore the plan it belongs to")
    :format(path, plan_path), "journal")
end

--- The error for a journal that is a copy.
---@param path string
---@param found extcontacts.fix.JournalState
---@return nil
---@return extcontacts.Error
function journal_file.copied(path, found)
  return errors.invalid(("%s is a copy of the journal of %s; use the original, which may have continued since, or "
    .. "use moved = true (--moved) if the original is gone or no longer in use"):format(path, found.header.plan.path),
    "copied")
end

-- The first two lines of a new journal.
local function first_lines(plan_path, plan, inode)
  local header, crc = checked_lines.seal(assert(core.json.encode({
    extcontacts_journal = reader.VERSION,
    plan = { path = plan_path, sha256 = plan.totals.sha256, changes = plan.totals.changes },
    server = plan.header.server,
    organization = plan.header.organization,
    client = plan.header.client,
    started = dates.text(),
    inode = inode,
  }, { sort_keys = true })))
  local length = #header + #reader.synced_line(0, crc)
  return header .. reader.synced_line(length, crc)
end

-- Creates a journal that has its first lines before it has its name, so that no
-- crash leaves an empty one.  The file is locked.
local function create(file, temporary, path, plan_path, plan)
  local inode, err = checked(file:inode())
  local ok
  if inode then
    ok, err = checked(file:truncate(0))
  end
  if ok then
    ok, err = checked(file:write(first_lines(plan_path, plan, inode)))
  end
  if ok then
    ok, err = checked(file:sync())
  end
  if ok then
    ok, err = checked(core.file.rename(temporary, path))
  end
  if not ok then
    os.remove(temporary)
  end
  return ok, err
end

--- The error when another process applies the plan.
---@param plan_path string
---@return nil
---@return extcontacts.Error
function journal_file.locked(plan_path)
  return errors.locked(plan_path .. ": another process is applying this plan; wait until it ends")
end

-- Opens a file and locks it.
local function open_locked(path, mode, plan_path)
  local file, err = checked(core.file.open(path, mode))
  if not file then
    return nil, err
  end
  local locked, message, code = file:lock()
  if locked then
    return file
  end
  file:close()
  if locked == false then
    return journal_file.locked(plan_path)
  end
  return errors.io(message, code)
end

--- Opens and locks the journal, or creates it: whoever has the lock of the
-- temporary file while there is no journal is the only one who may name it.
---@param path string
---@param plan_path string
---@param plan { header: extcontacts.fix.Header, totals: extcontacts.fix.Totals }
---@return table|nil file of `core.file`
---@return extcontacts.Error|nil
function journal_file.open(path, plan_path, plan)
  while true do
    local file, err = open_locked(path, "change", plan_path)
    if file or err.code ~= "ENOENT" then
      return file, err
    end
    local temporary = path .. ".tmp"
    file, err = open_locked(temporary, "update", plan_path)
    if not file then
      return nil, err
    elseif not files.exists(path) then
      local ok
      ok, err = create(file, temporary, path, plan_path, plan)
      if not ok then
        file:close()
        return nil, err
      end
    end
    file:close() -- the journal exists now, and is opened by its name, which its errors state
  end
end

return journal_file
