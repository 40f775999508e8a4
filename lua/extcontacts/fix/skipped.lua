--- `PLAN.skipped.csv`: the records and rows that a plan skips, each with its
-- row, id and reason; and the number for each reason.

local atomic_lines = require "extcontacts.base.atomic_lines"
local csv = require "extcontacts.base.csv"

local skipped = {}

--- The columns; `row` is set where the record comes from a file.
skipped.columns = { "row", "kind", "id", "reason" }

---@class extcontacts.fix.Skipped
---@field counts table<string, integer> by reason
---@field path string|nil of the file; nil where none is written
local Skipped = {}
Skipped.__index = Skipped

--- The file of a plan.
---@param plan_path string
---@return string
function skipped.path(plan_path)
  return plan_path .. ".skipped.csv"
end

--- Starts an empty list.
---@param beside string|nil path of the plan; without it there are only counts
---@return extcontacts.fix.Skipped
function skipped.new(beside)
  return setmetatable({ counts = {}, path = beside and skipped.path(beside) }, Skipped)
end

local function put(self, values)
  assert(self.writer:put(csv.line(values, #skipped.columns)))
end

--- Adds one; raises where the file can't be written.
---@param reason string
---@param item extcontacts.fix.Item|nil what it is about
---@param row integer|nil instead of the item's
function Skipped:add(reason, item, row)
  self.counts[reason] = (self.counts[reason] or 0) + 1
  if not self.path then
    return
  elseif not self.writer then
    self.writer = assert(atomic_lines.write(self.path))
    put(self, skipped.columns)
  end
  local reference = item and item.reference or {}
  put(self, { row or item and item.line, reference.kind, reference.id or item and item.id, reason })
end

--- Completes the file; without a skipped record, removes an older file.
---@return string|nil path nil when nothing is skipped
---@return extcontacts.Error|nil
function Skipped:finish()
  if self.writer then
    local ok, err = self.writer:finish()
    return ok and self.path, err
  elseif self.path then
    os.remove(self.path)
  end
end

--- Removes the file, unless it is finished.
function Skipped:abandon()
  if self.writer then
    self.writer:abandon()
  end
end

return skipped
