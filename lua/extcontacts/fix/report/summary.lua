--- The first pass over a plan for its report: counts the changes by field and
-- decides which of them get rows.

local diff = require "extcontacts.record.diff"
local errors = require "extcontacts.base.errors"
local journal = require "extcontacts.fix.journal"
local labels = require "extcontacts.fix.report.labels"
local people = require "extcontacts.fix.people"
local planfile = require "extcontacts.fix.planfile"
local selection = require "extcontacts.fix.plan.selection"
local side_csv = require "extcontacts.fix.side_csv"
local skipped = require "extcontacts.fix.skipped"

local summary = {}

---@class extcontacts.fix.FieldTally
---@field kind extcontacts.record.TypeName
---@field path string wire names with dots
---@field label string
---@field set integer changes of a field without a value
---@field changed integer
---@field cleared integer
---@field count integer all of them

---@class extcontacts.fix.ReportSummary
---@field header extcontacts.fix.Header
---@field totals extcontacts.fix.Totals
---@field tallies extcontacts.fix.FieldTally[] the most frequent first
---@field classes table<string, string> by operation, `contact.update`
---@field path string of the plan
---@field progress table<string, integer>|nil how many changes have which state, once it has been applied
---@field skipped table<string, string>[] the first rows of its list of skipped records
---@field skipped_count integer
---@field names table<string, string> of the people that it erases, by id
---@field where string|nil condition for the changes that get rows
---@field shown integer how many changes get rows
---@field first integer how many of those are the plan's first

local function part_of(difference)
  if difference.before == nil then
    return "set"
  end
  return difference.after == nil and "cleared" or "changed"
end

local function add_to(tallies, change)
  for _, difference in ipairs(change.diff or {}) do
    local path = diff.name(difference.path)
    local key = change.kind .. "." .. path
    local tally = tallies[key]
    if not tally then
      tally = { kind = change.kind, path = path, label = labels.field(difference.path), count = 0, set = 0,
        changed = 0, cleared = 0 }
      tallies[key] = tally
    end
    local part = part_of(difference)
    tally.count, tally[part] = tally.count + 1, tally[part] + 1
  end
end

local function sorted(tallies)
  local list = {}
  for _, tally in pairs(tallies) do
    list[#list + 1] = tally
  end
  table.sort(list, function(a, b)
    if a.count ~= b.count then
      return a.count > b.count
    end
    return a.kind .. "." .. a.path < b.kind .. "." .. b.path
  end)
  return list
end

-- Operations whose changes get rows before others.
local ALWAYS = { delete = true, erase = true, merge = true, promote = true }

--- Returns a function that says whether the next change gets rows: the first
-- changes do, and as many of the others that have a warning or delete.
---@param most integer
---@param where (fun(kind: string, record: table): boolean)|nil only changes of these records
---@return fun(change: extcontacts.fix.Change): boolean
function summary.chooser(most, where)
  local first, others = 0, 0
  return function(change)
    if where and not where(change.kind, change.before or change.after or {}) then
      return false
    elseif first < most then
      first = first + 1
      return true
    end
    local is_chosen = others < most
      and ((change.warnings and #change.warnings > 0) or ALWAYS[change.op])
    if is_chosen then
      others = others + 1
    end
    return is_chosen
  end
end

-- Rows of skipped records on the page.
local MOST_SKIPPED = 200

local function first_skipped(path)
  local rows = {}
  errors.catch(function() -- a malformed list is like a missing one
    local next_row, close = side_csv.rows(skipped.path(path))
    local row = next_row()
    while row and #rows < MOST_SKIPPED do
      rows[#rows + 1] = row
      row = next_row()
    end
    close()
  end)
  return rows
end

local function sum(counts)
  local total = 0
  for _, count in pairs(counts or {}) do
    total = total + count
  end
  return total
end

--- Opens a plan; raises an error object if it can't be read.
---@param path string
---@return table reader
function summary.open(path)
  return assert(planfile.open(path))
end

--- Reads a plan; raises error objects.
---@param path string
---@param most integer as for `chooser`
---@param where string|nil condition for the changes that get rows
---@return extcontacts.fix.ReportSummary
function summary.of(path, most, where)
  local reader, tallies, classes = summary.open(path), {}, {}
  local is_chosen, shown = summary.chooser(most, where and selection.of_any_kind(where)), 0
  for change in reader.next, reader do
    add_to(tallies, change)
    classes[change.kind .. "." .. change.op] = change.class
    if is_chosen(change) then
      shown = shown + 1
    end
  end
  local state = journal.read(journal.path(path), true)
  return {
    path = path,
    where = where,
    progress = state and state.runs > 0 and state.progress.counts or nil,
    skipped = first_skipped(path),
    skipped_count = sum(reader.totals.skipped),
    names = people.names(path),
    header = reader.header,
    totals = reader.totals,
    tallies = sorted(tallies),
    classes = classes,
    shown = shown,
    first = math.min(most, reader.totals.changes),
  }
end

return summary
