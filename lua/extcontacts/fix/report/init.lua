--- A plan as one HTML page that a person can approve from.  The plan is read
-- twice, a line at a time: first to count, then to write the rows.

local atomic_lines = require "extcontacts.base.atomic_lines"
local diff = require "extcontacts.record.diff"
local errors = require "extcontacts.base.errors"
local page = require "extcontacts.fix.report.page"
local planfile = require "extcontacts.fix.planfile"
local rows = require "extcontacts.fix.report.rows"
local suggest = require "extcontacts.base.suggest"

local report = {}

-- A browser shows so many rows without effort.
local ROWS = 2000

local OPTIONS = { rows = true }

local function each(path)
  local reader, err = planfile.open(path)
  if not reader then
    error(err, 0)
  end
  return reader
end

local function part_of(one)
  if one.before == nil then
    return "set"
  end
  return one.after == nil and "cleared" or "changed"
end

local function tally(tallies, change)
  for _, one in ipairs(change.diff or {}) do
    local path = diff.name(one.path)
    local key = change.kind .. "." .. path
    local found = tallies[key]
    if not found then
      found = { kind = change.kind, path = path, label = rows.label(one.path), count = 0, set = 0, changed = 0,
        cleared = 0 }
      tallies[key] = found
    end
    found.count = found.count + 1
    found[part_of(one)] = found[part_of(one)] + 1
  end
end

-- Which changes get rows: the first ones, and of the rest those that need a
-- person's eye, as many again.
local function chooser(most)
  local first, others = 0, 0
  return function(change)
    if first < most then
      first = first + 1
      return true
    end
    local wanted = others < most
      and ((change.warnings and #change.warnings > 0) or change.op == "delete" or change.op == "erase")
    if wanted then
      others = others + 1
    end
    return wanted
  end
end

local function count(path, most)
  local reader, tallies, classes_of = each(path), {}, {}
  local chosen, shown = chooser(most), 0
  for change in reader.next, reader do
    tally(tallies, change)
    classes_of[change.kind .. "." .. change.op] = change.class
    if chosen(change) then
      shown = shown + 1
    end
  end
  local list = {}
  for _, found in pairs(tallies) do
    list[#list + 1] = found
  end
  table.sort(list, function(a, b)
    if a.count ~= b.count then
      return a.count > b.count
    end
    return a.kind .. "." .. a.path < b.kind .. "." .. b.path
  end)
  return { header = reader.header, totals = reader.totals, tallies = list, classes_of = classes_of, shown = shown,
    first = math.min(most, reader.totals.changes) }
end

local function write(path, file, summary, most)
  local function put(text)
    local ok, err = file:put(text)
    if not ok then
      error(err, 0)
    end
  end
  put(page.before(summary))
  local reader, chosen = each(path), chooser(most)
  for change in reader.next, reader do
    if chosen(change) then
      put(rows.html(change))
    end
  end
  if reader.totals.sha256 ~= summary.totals.sha256 then
    errors.raise_invalid(path .. ": was made anew while the report was written; make the report again")
  end
  put(page.after(summary))
  local ok, err = file:finish()
  if not ok then
    error(err, 0)
  end
end

--- Writes a plan as one HTML page without outside resources.  The page holds
-- personal data and is readable by its owner only; the same plan makes the
-- same bytes.
---@param plan_path string
---@param output_path string written over; the page is there whole or not at all
---@param options { rows: integer|nil }|nil `rows`: how many changes are shown one by one, default 2,000; of
--- the rest as many again that have a warning or delete
---@return { path: string, changes: integer, shown: integer }|nil
---@return extcontacts.Error|nil
function report.write(plan_path, output_path, options)
  if type(plan_path) ~= "string" or type(output_path) ~= "string" then
    error("report takes the path of a plan and the path of the page to write", 2)
  end
  for name in pairs(options or {}) do
    if not OPTIONS[name] then
      error(suggest.unknown("option", name, suggest.keys(OPTIONS)), 2)
    end
  end
  local most = options and options.rows or ROWS
  local summary, err = errors.catch(count, plan_path, most)
  if not summary then
    return nil, err
  end
  local file
  file, err = atomic_lines.write(output_path)
  if not file then
    return nil, err
  end
  local _, problem = errors.catch(write, plan_path, file, summary, most)
  file:abandon()
  if problem then
    return nil, problem
  end
  return { path = output_path, changes = summary.totals.changes, shown = summary.shown }
end

return report
