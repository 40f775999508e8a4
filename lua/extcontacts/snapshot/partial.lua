--- A snapshot that is being written: `FILE.partial`, and beside it `FILE.partial.state`
-- with what an interrupted export needs to resume.  What comes after the state's
-- offset does not count.

local check = require "extcontacts.snapshot.check"
local checked_lines = require "extcontacts.base.checked_lines"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"
local format = require "extcontacts.snapshot.format"
local reader = require "extcontacts.snapshot.reader"
local state_file = require "extcontacts.snapshot.state_file"

local partial = {}

---@class extcontacts.snapshot.Partial
---@field offset integer where the next write goes
---@field chain extcontacts.LineChain of the records' lines so far
local Partial = {}
Partial.__index = Partial

--- Opens the partial file of a snapshot and locks it; raises error objects.
---@param path string of the snapshot
---@return extcontacts.snapshot.Partial
function partial.open(path)
  local self = setmetatable({
    path = path,
    file_path = path .. ".partial",
    state = state_file.new(path .. ".partial.state"),
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

--- Reads what an earlier export saved.
---@return extcontacts.snapshot.State[]|nil states the first one has the header; nil if nothing was saved
function Partial:states()
  local states = state_file.read(self.state.path)
  if not states or self.is_new then
    return nil
  end
  local size = errors.check_io(self.file:size())
  if size < states[1].offset then
    state_file.refuse(self.file_path, ("is truncated: it has %.0f of %.0f bytes"):format(size, states[1].offset))
  end
  return states
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

--- Keeps what an earlier export saved and what is on the disk; the rest is removed.
---@param states extcontacts.snapshot.State[]
---@return extcontacts.snapshot.State state the one to resume from, with the header and the listing
function Partial:resume(states)
  local first = states[1]
  local last, chain = check.states(self.file, self.file_path, state_file.REMEDY, states)
  if not last then
    state_file.refuse(self.file_path, "is not the file that " .. self.state.path .. " belongs to")
  end
  if last ~= first then
    local section = format.section(first.header, first.listing)
    section.count, section.read = last.count, last.read
  end
  self.chain = chain
  self:truncate(last.offset)
  self:checkpoint(first.header, first.listing, last.token)
  return { header = first.header, listing = first.listing, token = last.token }
end

--- Removes the records of a listing.
---@param header extcontacts.snapshot.Header its sections have the new counts
---@param section extcontacts.snapshot.Section
function Partial:rewind(header, section)
  self.chain = check.lines(self.file, self.file_path, state_file.REMEDY, section.offset)
  self.offset = section.offset
  self:checkpoint(header, section.listing) -- which does not need what is removed then
  self:truncate(section.offset)
end

--- Syncs what was written so far, which then counts even after a power failure.
---@param header extcontacts.snapshot.Header
---@param listing string
---@param token string|nil
function Partial:checkpoint(header, listing, token)
  errors.check_io(self.file:sync())
  self.state:start {
    header = header, listing = listing, token = token, offset = self.offset, sha256 = self.chain:digest(),
  }
end

--- Saves where the scan of a listing is; what was written so far then counts.
---@param header extcontacts.snapshot.Header
---@param section extcontacts.snapshot.Section of the listing
---@param token string
function Partial:save(header, section, token)
  if self.state:is_due() then
    return self:checkpoint(header, section.listing, token)
  end
  self.state:add {
    count = section.count, read = section.read, token = token, offset = self.offset, sha256 = self.chain:digest(),
  }
end

--- Writes lines.
---@param text string|userdata
---@param bytes integer|nil default: those of the text
function Partial:write(text, bytes)
  errors.check_io(self.file:write(text))
  self.offset = self.offset + (bytes or #text)
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
  self.state:remove()
end

function Partial:close()
  self.file:close()
  self.state:close()
end

return partial
