--- Whether a plan may take a path.  A plan that waits for its approval is replaced only
-- on request, one that has been applied never, and no other file ever.

local atomic_lines = require "extcontacts.base.atomic_lines"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"
local journal = require "extcontacts.fix.journal"
local printable = require "extcontacts.base.printable"
local texts = require "extcontacts.base.text"

local plan_guard = {}

-- Bytes of a plan's name in the error.
local LONGEST = 100

-- The first line of a file, "" of an empty one.  Raises error objects.
local function first_line(path)
  local next_line, err, close = atomic_lines.read(path)
  if not next_line then
    error(err, 0)
  end
  local line = next_line()
  close()
  return line or ""
end

-- How many changes a plan has, by its last line; nil if it is damaged.
local function count_changes(path)
  local next_line, err, close = atomic_lines.backwards(path)
  if not next_line then
    error(err, 0)
  end
  local line = next_line()
  close()
  local last = line and core.json.decode(line)
  local totals = type(last) == "table" and last["end"]
  return type(totals) == "table" and type(totals.changes) == "number" and totals.changes or nil
end

local function describe(header, changes)
  if type(header) ~= "table" or not changes then
    return "a damaged plan"
  end
  return ('the plan "%s" of %s by %s with %s, which has not been applied'):format(
    printable.line(tostring(header.name), LONGEST), tostring(header.created),
    printable.line(tostring(header.by), LONGEST), texts.plural(changes, "change"))
end

-- Why a file must not be replaced; nil if it may.
local function objection(path, force)
  local line = first_line(path)
  if line == "" then
    return nil
  elseif not line:find('"extcontacts_plan":', 1, true) then
    return path .. " exists and is not a plan; choose another name, or remove it"
  end
  local changes = count_changes(path)
  if force or changes == 0 then
    return nil
  end
  return ("%s exists: %s; apply it, choose another name, or replace it with force = true (--force)"):format(path,
    describe(core.json.decode(line), changes))
end

--- Whether a new plan may have a path.  An empty file and a plan without changes are
-- replaced without `force`.
---@param path string
---@param force boolean|nil whether a plan that has not been applied is replaced
---@return true|nil
---@return extcontacts.Error|nil
function plan_guard.check(path, force)
  if journal.exists(path) then
    return errors.invalid(("%s exists, so %s has been applied; choose another name for the new plan")
      :format(journal.path(path), path), "applied")
  elseif not files.exists(path) then
    return true
  end
  local problem, err = errors.catch(objection, path, force)
  if err then
    return nil, err
  elseif problem then
    return errors.invalid(problem, "exists")
  end
  return true
end

return plan_guard
