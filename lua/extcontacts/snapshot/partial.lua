--- A snapshot that is being written: `FILE.partial`, and `FILE.partial.state`
-- with what an interrupted export needs to resume.  What comes after the state's
-- offset does not count.

local atomic_lines = require "extcontacts.base.atomic_lines"
local check = require "extcontacts.snapshot.check"
local checked_lines = require "extcontacts.base.checked_lines"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"
local reader = require "extcontacts.snapshot.reader"

local partial = {}

---@class extcontacts.snapshot.State
---@field header extcontacts.snapshot.Header
---@field listing string the one that is being read
---@field token string|nil where its scan resumes
---@field offset integer bytes that count
---@field sha256 string of the checksums of the records' lines that count

---@class extcontacts.snapshot.Partial
---@field offset integer where the next write goes
---@field chain extcontacts.LineChain of the records' lines so far
local Partial = {}
Partial.__index = Partial

-- What to do with a file that can't be used.
local REMEDY = "use restart = true (--restart) to start over"

--- Opens the partial file of a snapshot and locks it; raises error objects.
---@param path string of the snapshot
---@return extcontacts.snapshot.Partial
function partial.open(path)
  local self = setmetatable({
    path = path,
    file_path = path .. ".partial",
    state_path = path .. ".partial.state",
    offset = 0,
    chain = checked_lines.chain(),
  }, Partial)
  errors.check_io(core.file.check_own(path))
  self.is_new = not files.exists(self.file_path)
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

-- Raises the error for a file that can't be used.
local function refuse(path, what)
  errors.raise_invalid(("%s %s; %s"):format(path, what, REMEDY), "damaged")
end

-- The line of the state file; nil if it is missing.
local function state_line(path)
  local next_line, err, close = atomic_lines.read(path)
  if not next_line then
    if err.code == "ENOENT" then
      return nil
    end
    error(err, 0)
  end
  local line, whole = next_line()
  local is_last = next_line() == nil
  close()
  if not line then
    refuse(path, "is empty")
  elseif not whole or not is_last or not checked_lines.check(line) then
    refuse(path, "is damaged in line 1")
  end
  return line
end

--- Reads the state that an earlier export saved.
---@return extcontacts.snapshot.State|nil state nil without a saved one
function Partial:state()
  local line = state_line(self.state_path)
  if not line or self.is_new then
    return nil
  end
  local state = assert(core.json.decode(line))
  local size = errors.check_io(self.file:size())
  if size < state.offset then
    refuse(self.file_path, ("is truncated: it has %.0f of %.0f bytes"):format(size, state.offset))
  end
  return state
end

--- Starts a file.
---@param header_line string
function Partial:start(header_line)
  self:truncate(0)
  self.chain = checked_lines.chain()
  self:write(header_line)
end

--- The records that an earlier export saved, after `resume`.
---@param header extcontacts.snapshot.Header
---@return extcontacts.snapshot.Reader
function Partial:reader(header)
  return reader.of(self.file, self.file_path, header)
end

--- Keeps the lines up to an offset, which are checked, and removes the rest.
---@param offset integer
function Partial:rewind(offset)
  self.chain = check.lines(self.file, self.file_path, REMEDY, offset)
  self:truncate(offset)
end

--- Keeps what an earlier export saved; what it had not saved is removed.
---@param state extcontacts.snapshot.State
function Partial:resume(state)
  self:rewind(state.offset)
  if self.chain:digest() ~= state.sha256 then
    refuse(self.file_path, "is not the file that " .. self.state_path .. " belongs to")
  end
end

--- Saves the state; what was written so far then counts.
---@param header extcontacts.snapshot.Header
---@param listing string
---@param token string|nil
function Partial:save(header, listing, token)
  errors.check_io(self.file:sync())
  local writer = assert(atomic_lines.write(self.state_path))
  assert(writer:put((checked_lines.seal(assert(core.json.encode({
    header = header, listing = listing, token = token, offset = self.offset, sha256 = self.chain:digest(),
  }, { sort_keys = true }))))))
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
  errors.check_io(self.file:write(header_line, 0))
  errors.check_io(self.file:sync())
  errors.check_io(core.file.rename(self.file_path, self.path))
  os.remove(self.state_path)
end

function Partial:close()
  self.file:close()
end

return partial
