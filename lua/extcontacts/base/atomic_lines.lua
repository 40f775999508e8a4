--- Files of lines: written completely or not at all, and read forwards or
-- backwards, one line at a time.

local atomic_file = require "extcontacts.base.atomic_file"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local magic = require "extcontacts.base.magic"
local texts = require "extcontacts.base.text"

local atomic_lines = {}

local BLOCK = 65536 -- bytes

------------------------------------------------------------------- writing --

--- A file that is being written.  Its path shows the old file, or none, until
-- `finish` renames the new one to it.
---@class extcontacts.AtomicWriter
---@field path string
local Writer = {}
Writer.__index = Writer

-- A temporary file that only this process writes.
local function open_locked(path)
  local file, err = atomic_file.open_locked(path)
  if not file then
    return nil, err
  end
  local ok, message, code = file:truncate(0)
  if not ok then
    file:close()
    return errors.io(message, code)
  end
  return file
end

local function open_new(path)
  os.remove(path)
  local file, message, code = core.file.open(path, "new")
  if not file then
    return errors.io(message, code)
  end
  return file
end

--- Starts writing a file, which only its owner can read.
---@param path string
---@param locked boolean|nil whether to fail while another process writes this file in the same way
---@return extcontacts.AtomicWriter|nil
---@return extcontacts.Error|nil
function atomic_lines.write(path, locked)
  local temporary = path .. ".tmp"
  local ok, message, code = core.file.check_own(path)
  if not ok then
    return errors.io(message, code)
  end
  local file, err = (locked and open_locked or open_new)(temporary)
  if not file then
    return nil, err
  end
  return setmetatable({ file = file, path = path, temporary = temporary, parts = {}, size = 0, locked = locked },
    Writer)
end

function Writer:flush()
  local text = table.concat(self.parts)
  self.parts, self.size = {}, 0
  local ok, message, code = self.file:write(text)
  if not ok then
    self:abandon()
    return errors.io(message, code)
  end
  return true
end

--- Appends text.
---@param text string
---@return true|nil
---@return extcontacts.Error|nil
function Writer:put(text)
  self.parts[#self.parts + 1] = text
  self.size = self.size + #text
  if self.size >= BLOCK then
    return self:flush()
  end
  return true
end

--- Completes the file: what was written is on the disk before the file gets
-- its name.
---@return true|nil
---@return extcontacts.Error|nil
function Writer:finish()
  local ok, err = self:flush()
  if not ok then
    return nil, err
  end
  local message, code
  ok, message, code = self.file:sync()
  if ok and not self.locked then
    ok, message, code = self.file:close()
  end
  if ok then
    ok, message, code = core.file.rename(self.temporary, self.path)
  end
  if not ok then
    self:abandon()
    return errors.io(message, code)
  end
  self.file:close() -- the lock lasts until the file has its name
  self.ended = true
  return true
end

--- Discards what was written.  Does nothing after `finish`.
function Writer:abandon()
  if not self.ended then
    os.remove(self.temporary) -- before another process can lock it
    self.file:close()
    self.ended = true
  end
end

------------------------------------------------------------------- reading --

local function open(path, mode)
  local file, message, code = core.file.open(path, mode)
  if not file then
    return errors.io(message, code)
  end
  return file, nil, function()
    file:close()
  end
end

--- Opens a file for reading by lines.  `next_line` raises error objects.
---@param path string
---@param mode "own"|"read"|nil whether the file must be one of our own (default), or may be anybody's
---@param on_block fun(block: string)|nil receives each block of the file before its lines are returned
---@return (fun(): string|nil, boolean|nil)|nil next_line a line without its line feed, and whether it had one
---@return extcontacts.Error|nil
---@return (fun())|nil close
---@return table|nil file of `core.file`
function atomic_lines.read(path, mode, on_block)
  local file, err, close = open(path, mode or "own")
  if not file then
    return nil, err
  end
  local offset = 0
  local next_line = texts.lines(function()
    local block = errors.check_io(file:read(BLOCK, offset))
    offset = offset + #block
    if on_block then
      on_block(block)
    end
    return block
  end)
  return next_line, nil, close, file
end

--- Opens a file that a person or another program wrote: drops a byte order
-- mark and carriage returns.  `next_line` raises an error object for a line
-- that is not UTF-8 or has a carriage return inside.
---@param path string
---@return (fun(): string|nil, integer|nil)|nil next_line a line and its number
---@return extcontacts.Error|nil
---@return (fun())|nil close
function atomic_lines.texts(path)
  local next_line, err, close = atomic_lines.read(path, "read")
  if not next_line then
    return nil, err
  end
  local number = 0
  return function()
    local line = next_line()
    if line == nil then
      return nil
    end
    number = number + 1
    if number == 1 then
      local problem = magic.problem(line)
      if problem then
        errors.raise_invalid(("%s: the file %s"):format(path, problem))
      end
      line = texts.without_bom(line)
    end
    line = line:gsub("\r$", "")
    if not texts.is_utf8(line) then
      errors.raise_invalid(("%s: line %d is not UTF-8; save the file as UTF-8"):format(path, number))
    elseif line:find("\r", 1, true) then
      errors.raise_invalid(("%s: line %d contains a carriage return; save the file with Windows or Unix line endings")
        :format(path, number))
    end
    return line, number
  end, nil, close
end

-- The complete lines of a block and of `rest`, the beginning of the line after
-- it, in reverse.  Returns the end of a line that starts in an earlier block.
-- `is_last`: nothing but an incomplete line can follow the last line feed.
local function split(lines, joined, is_last)
  local stop = joined:find("\n", 1, true)
  if not stop then
    return joined, false
  end
  local head, from = joined:sub(1, stop - 1), stop + 1
  stop = joined:find("\n", from, true)
  while stop do
    lines[#lines + 1] = joined:sub(from, stop - 1)
    from = stop + 1
    stop = joined:find("\n", from, true)
  end
  if not is_last then
    lines[#lines + 1] = joined:sub(from)
  end
  return head, true
end

--- Reads the complete lines of one of our own files from the last one to the first; a last
-- line without a line feed is left out.  `next_line` raises error objects.
---@param path string
---@return (fun(): string|nil)|nil next_line
---@return extcontacts.Error|nil
---@return (fun())|nil close
function atomic_lines.backwards(path)
  local file, err, close = open(path, "own")
  if not file then
    return nil, err
  end
  local offset = file:size()
  local lines, head = {}, ""
  local has_line_feed = false -- whether one was found, from the end of the file
  local function read_block()
    local size = math.min(BLOCK, offset)
    offset = offset - size
    local found
    head, found = split(lines, errors.check_io(file:read(size, offset)) .. head, not has_line_feed)
    has_line_feed = has_line_feed or found
  end
  return function()
    while #lines == 0 and offset > 0 do
      read_block()
    end
    local line = table.remove(lines)
    if not line and has_line_feed and head ~= "" then
      line, head = head, ""
    end
    return line
  end, nil, close
end

return atomic_lines
