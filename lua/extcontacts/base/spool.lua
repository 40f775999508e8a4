--- Records kept in a temporary file that has no name, so that their number is not
-- limited by memory.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"

local spool = {}

---@class extcontacts.Spool
---@field count integer
local Spool = {}
Spool.__index = Spool

--- Creates an empty spool.  Its file is created with the first record.
---@return extcontacts.Spool
function spool.new()
  return setmetatable({ count = 0, offsets = {}, size = 0 }, Spool)
end

local function checked(result, message)
  if not result then
    error(select(2, errors.io(message)), 0)
  end
  return result
end

--- Adds a record; raises an error object if it can't be written.
---@param record table|string a table, or the JSON text of one
---@return integer index from 1
function Spool:add(record)
  self.file = self.file or checked(io.tmpfile())
  local text = type(record) == "string" and record or assert(core.json.encode(record))
  local line = core.lines.join { text }
  checked(self.file:write(line))
  self.count = self.count + 1
  self.offsets[self.count] = self.size
  self.size = self.size + #line
  return self.count
end

--- Returns a record; raises an error object if it can't be read.
---@param index integer
---@return table
function Spool:at(index)
  checked(self.file:seek("set", self.offsets[index]))
  local line = checked(self.file:read "*l", "temporary file: a record is missing")
  return assert(core.json.decode(line))
end

--- The index of each record, by its id.
---@return table<string, integer>
function Spool:ids()
  local ids = {}
  for index = 1, self.count do
    ids[self:at(index).id] = index
  end
  return ids
end

function Spool:close()
  if self.file then
    self.file:close()
  end
end

return spool
