--- `FILE.partial.state`: where an interrupted export resumes.  The first line, and what
-- it counts, were synced before anything else was written; each page then adds a line,
-- which is not synced.  So kill -9 loses nothing, and a power failure only the pages
-- since the last first line.  Each line has the checksum of those before it, too.

local atomic_lines = require "extcontacts.base.atomic_lines"
local checked_lines = require "extcontacts.base.checked_lines"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"

local state_file = {}

---@class extcontacts.snapshot.State
---@field header extcontacts.snapshot.Header|nil of the first line only
---@field listing string|nil the one that is being read; of the first line only
---@field count integer|nil its records so far; of the others
---@field read integer|nil as in its section
---@field token string|nil where its scan resumes
---@field offset integer bytes that count
---@field sha256 string of the checksums of the records' lines that count

--- What to do with a file that can't be used.
state_file.REMEDY = "use restart = true (--restart) to start over"

-- Seconds between two syncs; a scan reads some 5 pages a second.
local INTERVAL = 5

--- Raises the error for a file that can't be used.
---@param path string
---@param what string
function state_file.refuse(path, what)
  errors.raise_invalid(("%s %s; %s"):format(path, what, state_file.REMEDY), "damaged")
end

--- Reads the lines that count: up to the first one that is damaged or incomplete.  Raises
-- an error object if that is the first of all.
---@param path string
---@return extcontacts.snapshot.State[]|nil states nil without a file
function state_file.read(path)
  local next_line, err, close = atomic_lines.read(path)
  if not next_line then
    if err.code == "ENOENT" then
      return nil
    end
    error(err, 0)
  end
  local states, crc, is_empty = {}, nil, true
  for line, whole in next_line do
    is_empty = false
    crc = whole and checked_lines.check(line, crc)
    if not crc then
      break
    end
    states[#states + 1] = assert(core.json.decode(line))
  end
  close()
  if is_empty then
    state_file.refuse(path, "is empty")
  elseif #states == 0 then
    state_file.refuse(path, "is damaged in line 1")
  end
  return states
end

---@class extcontacts.snapshot.StateFile
local StateFile = {}
StateFile.__index = StateFile

--- Prepares to write a state file; does not touch it yet.
---@param path string
---@return extcontacts.snapshot.StateFile
function state_file.new(path)
  return setmetatable({ path = path }, StateFile)
end

-- Seals the next line.
local function line_of(self, state)
  local line
  line, self.crc = checked_lines.seal(assert(core.json.encode(state, { sort_keys = true })), self.crc)
  return line
end

--- Replaces the file by one whose only line is synced; raises error objects.
---@param state extcontacts.snapshot.State what it counts is synced
function StateFile:start(state)
  self:close()
  self.crc = nil
  local writer = assert(atomic_lines.write(self.path))
  assert(writer:put(line_of(self, state)))
  assert(writer:finish())
  self.file = errors.check_io(core.file.open(self.path, "append"))
  self.started = core.engine.now()
end

--- Whether it is time to sync and start again.
---@return boolean
function StateFile:is_due()
  return core.engine.now() - self.started >= INTERVAL
end

--- Adds a line, which is not synced; raises error objects.
---@param state extcontacts.snapshot.State
function StateFile:add(state)
  errors.check_io(self.file:write(line_of(self, state)))
end

function StateFile:remove()
  self:close()
  os.remove(self.path)
end

function StateFile:close()
  if self.file then
    self.file:close()
    self.file = nil
  end
end

return state_file
