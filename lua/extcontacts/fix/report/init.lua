--- A plan as one HTML page for approval.  The plan is read twice, one line at a
-- time: first to count, then to write the rows.

local atomic_lines = require "extcontacts.base.atomic_lines"
local change_rows = require "extcontacts.fix.report.change_rows"
local errors = require "extcontacts.base.errors"
local option_rules = require "extcontacts.base.options"
local page = require "extcontacts.fix.report.page"
local selection = require "extcontacts.fix.plan.selection"
local summary = require "extcontacts.fix.report.summary"

local report = {}

-- A browser shows this many rows without delay.
local ROWS = 2000

local OPTIONS = { rows = { "number", least = 0, whole = true }, where = { "string" } }

-- Writes the page; raises error objects.
local function write(path, file, counted, most)
  assert(file:put(page.before(counted)))
  local where = counted.where and selection.of_any_kind(counted.where)
  local reader, is_chosen = summary.open(path), summary.chooser(most, where)
  for change in reader.next, reader do
    if is_chosen(change) then
      change.label = change.op == "erase" and counted.names[change.id] or nil
      assert(file:put(change_rows.html(change)))
    end
  end
  if reader.totals.sha256 ~= counted.totals.sha256 then
    errors.raise_invalid(path .. ": the plan was replaced while the report was written; write the report again")
  end
  assert(file:put(page.after(counted)))
  assert(file:finish())
end

--- Writes a plan as one HTML page without external resources.  The page contains
-- personal data and only its owner can read it.  Equal plans give equal bytes.
---@param plan_path string
---@param output_path string replaced when the page is complete
---@param options { rows: integer|nil, where: string|nil }|nil `rows`: how many of the first changes are shown, default
--- 2,000; up to as many of the others that have a warning or delete are shown, too; `where`: a condition on the
--- records, as they were before the plan, whose changes are shown (docs/where.md)
---@return { path: string, changes: integer, shown: integer }|nil
---@return extcontacts.Error|nil
function report.write(plan_path, output_path, options)
  if type(plan_path) ~= "string" or type(output_path) ~= "string" then
    error("fix.report takes the path of a plan and the path of the page to write", 2)
  end
  local misuse = option_rules.problem(options or {}, OPTIONS)
  if misuse then
    error(misuse, 2)
  end
  local most = options and options.rows or ROWS
  local counted, err = errors.catch(summary.of, plan_path, most, options and options.where)
  if not counted then
    return nil, err
  end
  local file
  file, err = atomic_lines.write(output_path)
  if not file then
    return nil, err
  end
  local _, problem = errors.catch(write, plan_path, file, counted, most)
  file:abandon()
  if problem then
    return nil, problem
  end
  return { path = output_path, changes = counted.totals.changes, shown = counted.shown }
end

return report
