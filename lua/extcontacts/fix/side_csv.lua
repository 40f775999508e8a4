--- A CSV file beside a plan, which exists only if it has rows: it is complete when the
-- plan is, and replaces or removes that of an earlier plan.

local atomic_lines = require "extcontacts.base.atomic_lines"
local csv = require "extcontacts.base.csv"
local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"

local side_csv = {}

---@class extcontacts.fix.SideCsv
---@field path string|nil nil when no file is written
---@field columns string[]
local SideCsv = {}
SideCsv.__index = SideCsv

--- Starts a file.
---@param path string|nil without it nothing is written
---@param columns string[]
---@return extcontacts.fix.SideCsv
function side_csv.new(path, columns)
  return setmetatable({ path = path, columns = columns }, SideCsv)
end

--- Adds a row.  Raises an error object when the file can't be written.
---@param values table by position
function SideCsv:put(values)
  if not self.path then
    return
  elseif not self.writer then
    self.writer = assert(atomic_lines.write(self.path))
    assert(self.writer:put(csv.line(self.columns, #self.columns)))
  end
  assert(self.writer:put(csv.line(values, #self.columns)))
end

--- Completes the file; without rows, removes that of an earlier plan instead.
---@return string|nil path nil without rows
---@return extcontacts.Error|nil
function SideCsv:finish()
  if self.writer then
    local ok, err = self.writer:finish()
    return ok and self.path, err
  elseif self.path then
    os.remove(self.path)
  end
end

--- Removes what was written, unless it is complete.
function SideCsv:abandon()
  if self.writer then
    self.writer:abandon()
  end
end

--- Reads the rows of a file; none if it does not exist.  Raises an error object for a
-- malformed file.
---@param path string
---@return fun(): table<string, string>|nil next_row
---@return fun() close
function side_csv.rows(path)
  local handle = files.exists(path) and io.open(path, "rb")
  if not handle then
    return function() end, function() end
  end
  local next_row, problem = csv.rows(handle)
  if not next_row then
    handle:close()
    errors.raise_invalid(("%s: %s"):format(path, tostring(problem)))
  end
  return function()
    local row, malformed = next_row()
    if malformed then
      errors.raise_invalid(("%s: %s"):format(path, malformed))
    end
    return row
  end, function()
    handle:close()
  end
end

return side_csv
