--- `PLAN.skipped.csv`: what a plan leaves to people, by line and id, and why; and
-- how many there are of each reason.

local atomic_lines = require "extcontacts.base.atomic_lines"
local csv = require "extcontacts.base.csv"

local skipped = {}

--- The columns; a record that is there has no line unless a file names it.
skipped.columns = { "line", "kind", "id", "reason" }

---@class extcontacts.fix.Skipped
---@field counts table<string, integer> by reason
---@field path string|nil of the file; nil where none is written
local Left = {}
Left.__index = Left

--- The file of a plan.
---@param plan_path string
---@return string
function skipped.path(plan_path)
  return plan_path .. ".skipped.csv"
end

--- Begins with none.
---@param beside string|nil path of the plan; without it there are only counts
---@return extcontacts.fix.Skipped
function skipped.new(beside)
  return setmetatable({ counts = {}, path = beside and skipped.path(beside) }, Left)
end

local function put(self, values)
  assert(self.writer:put(csv.line(values, #skipped.columns)))
end

--- Adds one; raises where the file can't be written.
---@param reason string
---@param item extcontacts.fix.Item|nil what it is about
---@param line integer|nil instead of the item's
function Left:add(reason, item, line)
  self.counts[reason] = (self.counts[reason] or 0) + 1
  if not self.path then
    return
  elseif not self.writer then
    self.writer = assert(atomic_lines.write(self.path))
    put(self, skipped.columns)
  end
  local reference = item and item.reference or {}
  put(self, { line or item and item.line, reference.kind, reference.id or item and item.id, reason })
end

--- Completes the file; where nothing is left, takes an older one away.
---@return string|nil path nil where nothing is left
---@return extcontacts.Error|nil
function Left:finish()
  if self.writer then
    local ok, err = self.writer:finish()
    return ok and self.path, err
  elseif self.path then
    os.remove(self.path)
  end
end

--- Leaves no file, unless it is finished.
function Left:abandon()
  if self.writer then
    self.writer:abandon()
  end
end

return skipped
