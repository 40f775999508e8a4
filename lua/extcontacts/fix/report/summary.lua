--- The first pass over a plan for its report: counts the changes by field and
-- decides which of them get rows.

local diff = require "extcontacts.record.diff"
local labels = require "extcontacts.fix.report.labels"
local planfile = require "extcontacts.fix.planfile"

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
---@return fun(change: extcontacts.fix.Change): boolean
function summary.chooser(most)
  local first, others = 0, 0
  return function(change)
    if first < most then
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

--- Opens a plan; raises an error object if it can't be read.
---@param path string
---@return table reader
function summary.open(path)
  return assert(planfile.open(path))
end

--- Reads a plan; raises error objects.
---@param path string
---@param most integer as for `chooser`
---@return extcontacts.fix.ReportSummary
function summary.of(path, most)
  local reader, tallies, classes = summary.open(path), {}, {}
  local is_chosen, shown = summary.chooser(most), 0
  for change in reader.next, reader do
    add_to(tallies, change)
    classes[change.kind .. "." .. change.op] = change.class
    if is_chosen(change) then
      shown = shown + 1
    end
  end
  return {
    header = reader.header,
    totals = reader.totals,
    tallies = sorted(tallies),
    classes = classes,
    shown = shown,
    first = math.min(most, reader.totals.changes),
  }
end

return summary
