--- `FILE.rejected.csv`: the rows that an import does not plan, as they are in the file,
-- each with its row and the reasons, to be corrected and imported again.

local atomic_lines = require "extcontacts.base.atomic_lines"
local core = require "extcontacts.core"
local csv = require "extcontacts.base.csv"
local errors = require "extcontacts.base.errors"
local finalizer = require "extcontacts.base.finalizer"
local header_map = require "extcontacts.record.header_map"
local source = require "extcontacts.fix.source"
local texts = require "extcontacts.base.text"

local rejected = {}

---@class extcontacts.fix.RejectedRows
---@field path string
---@field count integer
---@field backup string|nil the file of an earlier import, which has other rows
local Rejected = {}
Rejected.__index = Rejected

--- The file that belongs to an import.
---@param path string of the imported file
---@return string
function rejected.path(path)
  return path .. ".rejected.csv"
end

--- Starts the file of an import.  It is created with the first row.
---@param file extcontacts.fix.ImportFile
---@param path string
---@return extcontacts.fix.RejectedRows
function rejected.new(file, path)
  local kept = {}
  for _, column in ipairs(file.columns) do
    kept[#kept + 1] = column.how ~= "rejection" and column.index or nil
  end
  return setmetatable({ path = path, file = file, kept = kept, count = 0 }, Rejected)
end

local function put(self, fields, prefix)
  assert(self.writer:put((prefix or "") .. csv.line_of_fields(fields, self.file.separator)))
end

local function line_of(self, fields, row, reason)
  local out = {}
  for index, position in ipairs(self.kept) do
    out[index] = fields[position] or ""
  end
  out[#out + 1], out[#out + 2] = tostring(row), reason
  -- Fields that are too many follow, so that none is lost.
  for index = #self.file.columns + 1, #fields do
    out[#out + 1] = fields[index]
  end
  return out
end

--- Adds a row.  Raises an error object if it can't be written.
---@param fields string[] as they are in the file
---@param row integer
---@param reason string
function Rejected:add(fields, row, reason)
  if not self.writer then
    local writer = assert(atomic_lines.write(self.path))
    self.writer = writer
    self.guard = finalizer.new(function() -- when the plan fails
      writer:abandon()
    end)
    put(self, line_of(self, self.file.header, header_map.rejection[1], header_map.rejection[2]), texts.BOM)
  end
  self.count = self.count + 1
  put(self, line_of(self, fields, row, reason))
end

-- Keeps the file of an earlier import under another name: somebody may have corrected it.
local function keep_earlier(self)
  local earlier = source.digest(self.path)
  if earlier and earlier ~= (self.writer and source.digest(self.writer.temporary)) then
    self.backup = self.path .. ".bak"
    errors.check_io(core.file.rename(self.path, self.backup))
  end
end

--- Completes the file.  Raises an error object if it can't be written.
function Rejected:finish()
  if self.writer then
    assert(self.writer:flush())
  end
  keep_earlier(self)
  if self.writer then
    assert(self.writer:finish())
    self.writer = nil
  end
end

--- Removes the file, unless it is complete.
function Rejected:abandon()
  if self.writer then
    self.writer:abandon()
    self.writer = nil
  end
end

return rejected
