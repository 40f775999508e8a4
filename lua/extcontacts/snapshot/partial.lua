--- A snapshot that is being written: `FILE.partial`, and `FILE.partial.state`
-- with what an interrupted export needs to resume.  What comes after the state's
-- offset does not count.

local atomic_lines = require "extcontacts.base.atomic_lines"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"

local partial = {}

---@class extcontacts.snapshot.State
---@field header extcontacts.snapshot.Header
---@field listing string the one that is being read
---@field token string|nil where its scan resumes
---@field offset integer bytes that count

---@class extcontacts.snapshot.Partial
---@field offset integer where the next write goes
local Partial = {}
Partial.__index = Partial

--- Opens the partial file of a snapshot and locks it; raises error objects.
---@param path string of the snapshot
---@return extcontacts.snapshot.Partial
function partial.open(path)
  local self = setmetatable({
    path = path,
    file_path = path .. ".partial",
    state_path = path .. ".partial.state",
    offset = 0,
  }, Partial)
  self.file = errors.check_io(core.file.open(self.file_path, "update"))
  local free, message, code = self.file:lock()
  if not free then
    self.file:close()
    if free == nil then
      errors.check_io(free, message, code)
    end
    assert(errors.locked(path .. ": another process is exporting to this file; wait for it or use another name"))
  end
  return self
end

--- Reads the state that an earlier export saved.
---@return extcontacts.snapshot.State|nil state nil if it is missing or does not fit the file
function Partial:state()
  local text = files.read(self.state_path)
  local state = text and core.json.decode(text)
  if type(state) == "table" and type(state.offset) == "number"
    and errors.check_io(self.file:size()) >= state.offset then
    return state
  end
end

--- Saves the state; what was written so far then counts.
---@param header extcontacts.snapshot.Header
---@param listing string
---@param token string|nil
function Partial:save(header, listing, token)
  errors.check_io(self.file:sync())
  local writer = assert(atomic_lines.write(self.state_path))
  assert(writer:put(assert(core.json.encode({
    header = header, listing = listing, token = token, offset = self.offset,
  }, { sort_keys = true })) .. "\n"))
  assert(writer:finish())
end

function Partial:write(text)
  errors.check_io(self.file:write(text))
  self.offset = self.offset + #text
end

--- Removes everything from an offset on.
---@param offset integer
function Partial:truncate(offset)
  errors.check_io(self.file:truncate(offset))
  self.offset = offset
end

--- Puts the final header in place and gives the file its name.
---@param header_line string as long as the one it replaces
function Partial:complete(header_line)
  local file = errors.check_io(core.file.open(self.file_path, "update"))
  errors.check_io(file:write(header_line))
  errors.check_io(file:sync())
  file:close()
  errors.check_io(core.file.rename(self.file_path, self.path))
  os.remove(self.state_path)
end

function Partial:close()
  self.file:close()
end

return partial
