--- Forgets people in the files of plans: plans, journals and the lists beside them.  A line
-- about a person loses all data but its place; the lines of an erasure, which have the id
-- only, stay as evidence.

local contact_ids = require "extcontacts.record.normalize.id"
local core = require "extcontacts.core"
local csv = require "extcontacts.base.csv"
local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"
local journal = require "extcontacts.fix.journal"
local journal_forget = require "extcontacts.fix.journal.forget"
local leftovers = require "extcontacts.fix.leftovers"
local planfile = require "extcontacts.fix.planfile"
local replace_file = require "extcontacts.base.replace_file"
local side_csv = require "extcontacts.fix.side_csv"

local forget = {}

--- Whether a change, or a line of a journal, is about one of the people.
---@param ids extcontacts.IdSet
---@param change table
---@return boolean
function forget.is_about(ids, change)
  if change.op == "erase" or change.forgotten then
    return false
  end
  local function has(id)
    return type(id) == "string" and ids:has(contact_ids.key(id))
  end
  if has(change.id) or has(change.owner) or has(change.old_id) then
    return true
  end
  for _, list in ipairs { change.ids or {}, change.merged or {} } do
    for _, id in ipairs(list) do
      if has(id) then
        return true
      end
    end
  end
  return false
end

-- The lists that belong to a plan, by the end of their names.
local LISTS = { "%.skipped%.csv$", "%.people%.csv$", "%.errors%.csv$" }

--- Whether a file is a list of a plan.
---@param path string
---@return boolean
function forget.is_list(path)
  for _, pattern in ipairs(LISTS) do
    if path:find(pattern) then
      return true
    end
  end
  return false
end

-- Why a journal must not be rewritten.
local function journal_problem(path)
  local plan_path = path:gsub("%.journal$", "")
  if journal.is_locked(plan_path) then
    return "a process is using it; wait until it ends"
  end
  local state = assert(journal.read(path, true))
  if state.progress:settled() < state.header.plan.changes or state.progress.counts.unknown > 0 then
    return "the plan is not finished; resume it first"
  end
end

--- Why a file of a plan must not be rewritten; nil if it may.  Raises error objects.
---@param kind "plan"|"journal"|"list"
---@param path string
---@return string|nil problem
function forget.problem(kind, path)
  if kind == "journal" then
    return journal_problem(path)
  elseif kind == "plan" then
    if not journal.exists(path) then
      return "the plan has not been applied; delete it, or plan again without the person"
    end
    return journal_problem(journal.path(path))
  end
end

local VISIT = {}
--- The files of plans that can contain lines about people.
forget.KINDS = VISIT

function VISIT.plan(path, visit)
  local reader = assert(planfile.open(path))
  for change in reader.next, reader do
    visit(change)
  end
end

function VISIT.journal(path, visit)
  local numbers = {}
  journal.each(path, function(line)
    if line.n and not line.forgotten and line.op ~= "erase" then
      if visit(line, numbers[line.n]) then
        numbers[line.n] = true
      end
    end
  end)
end

function VISIT.list(path, visit)
  local next_row, close = side_csv.rows(path)
  for row in next_row do
    visit(row)
  end
  close()
end

--- Visits what a file says about people.  Raises error objects.
---@param kind "plan"|"journal"|"list"
---@param path string
---@param ids extcontacts.IdSet
---@param visit fun(line: table)
---@return integer count
function forget.each(kind, path, ids, visit)
  local count = 0
  VISIT[kind](path, function(line, belongs)
    if belongs or forget.is_about(ids, line) then
      count = count + 1
      visit(line)
      return true
    end
  end)
  return count
end

-- Copies the rows that are not about the people; returns how many are, and whether others are left.
local function copy_rows(path, file, is_about)
  local handle = assert(io.open(path, "rb"))
  local next_row, reader = csv.rows(handle, { raw = true })
  local removed, has_rows = 0, false
  errors.check_io(file:write(next_row and csv.line(reader.header, #reader.header) or ""))
  for row in next_row or function() end do
    if is_about(row) then
      removed = removed + 1
    else
      local values = {}
      for index, name in ipairs(reader.header) do
        values[index] = row[name]
      end
      errors.check_io(file:write(csv.line(values, #reader.header)))
      has_rows = true
    end
  end
  handle:close()
  return removed, has_rows
end

-- A list without rows is removed.
local function rewrite_list(path, is_about)
  local has_rows
  local removed, err = replace_file(path, leftovers.path(path), function(file)
    local count
    count, has_rows = copy_rows(path, file, is_about)
    return count
  end)
  if removed and removed > 0 and not has_rows then
    os.remove(path)
  end
  return removed or error(err, 0)
end

--- Rewrites a file.
---@param kind "plan"|"journal"|"list"
---@param path string
---@param ids extcontacts.IdSet
---@return integer|nil count lines that were forgotten
---@return extcontacts.Error|nil
function forget.rewrite(kind, path, ids)
  local function is_about(line)
    return forget.is_about(ids, line)
  end
  if kind == "plan" then
    return planfile.forget(path, is_about)
  elseif kind == "journal" then
    return journal_forget(path, is_about)
  end
  return errors.catch(rewrite_list, path, is_about)
end

--- What a file is, by its first bytes and its name; nil for none of a plan's files.
---@param path string
---@param head string its first bytes
---@return "plan"|"journal"|"list"|nil
function forget.kind_of(path, head)
  if head:find '^{[^\n]*"extcontacts_plan":' then
    return "plan"
  elseif head:find '^{[^\n]*"extcontacts_journal":' then
    return "journal"
  end
  return forget.is_list(path) and "list" or nil
end

--- The files that belong to a plan and exist.
---@param plan_path string
---@return string[]
function forget.files_of(plan_path)
  local found = {}
  for _, path in ipairs { plan_path, journal.path(plan_path), plan_path .. ".skipped.csv", plan_path .. ".people.csv",
    plan_path .. ".errors.csv" } do
    found[#found + 1] = files.exists(path) and path or nil
  end
  return core.json.array(found)
end

return forget
