--- `PLAN.skipped.csv`: the records and rows that a plan skips, each with its
-- row, id and reason; and how many there are for each reason.

local atomic_lines = require "extcontacts.base.atomic_lines"
local csv = require "extcontacts.base.csv"

local skipped = {}

--- The columns.  `row` is empty for a record that comes from no file.
skipped.columns = { "row", "kind", "id", "reason" }

---@class extcontacts.fix.Skipped
---@field counts table<string, integer> by reason
---@field path string|nil of the file; nil when none is written
local Skipped = {}
Skipped.__index = Skipped

--- The file that belongs to a plan.
---@param plan_path string
---@return string
function skipped.path(plan_path)
  return plan_path .. ".skipped.csv"
end

--- Makes an empty list.
---@param plan_path string|nil without it reasons are counted and no file is written
---@return extcontacts.fix.Skipped
function skipped.new(plan_path)
  return setmetatable({ counts = {}, path = plan_path and skipped.path(plan_path) }, Skipped)
end

local function put(self, values)
  assert(self.writer:put(csv.line(values, #skipped.columns)))
end

--- Adds a record or row.  Raises an error object when the file can't be
-- written.
---@param reason string
---@param item extcontacts.fix.Item|nil the record or row to skip
---@param row integer|nil instead of the item's row number
---@param detail string|nil added to the reason in the file; reasons are counted without it
function Skipped:add(reason, item, row, detail)
  self.counts[reason] = (self.counts[reason] or 0) + 1
  if not self.path then
    return
  elseif not self.writer then
    self.writer = assert(atomic_lines.write(self.path))
    put(self, skipped.columns)
  end
  local reference = item and item.reference or {}
  put(self, { row or item and item.number, reference.kind, reference.id or item and item.id,
    detail and ("%s: %s"):format(reason, detail) or reason })
end

--- Completes the file.  When nothing is skipped, removes the file of an earlier
-- plan instead.
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

--- Removes the file, unless it is complete.
function Skipped:abandon()
  if self.writer then
    self.writer:abandon()
  end
end

return skipped
