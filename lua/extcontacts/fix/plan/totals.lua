--- The totals of a plan.

local dependents = require "extcontacts.fix.dependents"
local diff = require "extcontacts.record.diff"
local patches = require "extcontacts.fix.patches"

local totals = {}

--- Totals of a plan without changes.
---@return table totals grows into a `extcontacts.fix.Totals`
function totals.new()
  return { records = 0, operations = {}, classes = {}, fields = {}, warnings = {} }
end

local function count(counts, name)
  counts[name] = (counts[name] or 0) + 1
end

--- Adds a change.
---@param self table
---@param change extcontacts.fix.Change
function totals.add(self, change)
  count(self.operations, change.kind .. "." .. change.op)
  count(self.classes, change.class)
  if change.old_id then
    self.recreated = (self.recreated or 0) + 1
  end
  if patches.is_fill(change) then
    self.fills = (self.fills or 0) + 1
  end
  if change.move then
    self.moves = self.moves or {}
    count(self.moves, change.kind)
  end
  if change.needs then
    self.series = (self.series or 0) + 1
  end
  if change.dependents then
    self.dependents = self.dependents or {}
    dependents.add_counts(self.dependents, change.dependents.counts)
  end
  for _, difference in ipairs(change.diff or {}) do
    count(self.fields, change.kind .. "." .. diff.name(difference.path))
  end
  for _, warning in ipairs(change.warnings or {}) do
    count(self.warnings, warning.code)
  end
end

return totals
