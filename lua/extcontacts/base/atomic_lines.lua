--- Files of one JSON object a line: written whole or not at all, read forwards
-- and backwards, a line at a time.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local texts = require "extcontacts.base.text"

local atomic_lines = {}

local BLOCK = 65536

------------------------------------------------------------------- writing --

---@class extcontacts.fix.Writer
local Writer = {}
Writer.__index = Writer

--- Begins a file that appears under its name once `finish` is called; until
-- then it stands beside it.
---@param path string
---@return extcontacts.fix.Writer|nil
---@return extcontacts.Error|nil
function atomic_lines.write(path)
  local aside = path .. ".tmp"
  os.remove(aside)
  local file, message, code = core.file.open(aside, "new")
  if not file then
    return errors.io(message, code)
  end
  return setmetatable({ file = file, path = path, aside = aside, parts = {}, size = 0 }, Writer)
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

--- Adds text.
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

--- Completes the file and gives it its name.
---@return true|nil
---@return extcontacts.Error|nil
function Writer:finish()
  local ok, err = self:flush()
  if not ok then
    return nil, err
  end
  local message, code
  ok, message, code = self.file:sync()
  if ok then
    ok, message, code = self.file:close()
  end
  if ok then
    ok, message, code = core.file.rename(self.aside, self.path)
  end
  if not ok then
    self:abandon()
    return errors.io(message, code)
  end
  self.done = true
  return true
end

--- Removes what was written, unless it is finished.
function Writer:abandon()
  if not self.done then
    self.file:close()
    os.remove(self.aside)
    self.done = true
  end
end

------------------------------------------------------------------- reading --

--- Opens a file for reading atomic_lines.
---@param path string
---@return (fun(): string|nil, boolean|nil)|nil next_line a line without its end, and whether it has one
---@return extcontacts.Error|nil
---@return (fun())|nil close
function atomic_lines.read(path)
  local file, message, code = core.file.open(path, "read")
  if not file then
    return errors.io(message, code)
  end
  local offset = 0
  local next_line = texts.lines(function()
    local block = errors.check_io(file:read(BLOCK, offset))
    offset = offset + #block
    return block
  end)
  local function close()
    file:close()
  end
  return next_line, nil, close
end

--- The same for a file that a person or another program made: without a byte
-- order mark and CRs.  Raises where it can't be read as lines of UTF-8.
---@param path string
---@return (fun(): string|nil, integer|nil)|nil next_line a line and its number
---@return extcontacts.Error|nil
---@return (fun())|nil close
function atomic_lines.texts(path)
  local next_line, err, close = atomic_lines.read(path)
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
      line = texts.without_bom(line)
    end
    line = line:gsub("\r$", "")
    if not texts.is_utf8(line) then
      errors.raise_invalid(("%s: line %d is not in UTF-8: save the file as UTF-8"):format(path, number))
    elseif line:find("\r", 1, true) then
      errors.raise_invalid(("%s: line %d has a CR in it: save the file with the line ends of Windows or Unix")
        :format(path, number))
    end
    return line, number
  end, nil, close
end

--- Reads the complete lines of a file from the last one to the first.
---@param path string
---@return (fun(): string|nil)|nil next_line
---@return extcontacts.Error|nil
---@return (fun())|nil close
function atomic_lines.backwards(path)
  local file, message, code = core.file.open(path, "read")
  if not file then
    return errors.io(message, code)
  end
  local offset = file:size()
  -- Lines of the blocks read, the earliest of them without its beginning.
  local pending, head = {}, ""
  local begun = false
  local function load_block()
    local size = math.min(BLOCK, offset)
    offset = offset - size
    local block = errors.check_io(file:read(size, offset))
    return block
  end
  local function close()
    file:close()
  end
  -- Takes a block's lines apart; what is before its first line end is the end
  -- of a line that begins in an earlier block.
  local function take(joined)
    local stop = joined:find("\n", 1, true)
    if not stop then
      head = joined
      return
    end
    head = joined:sub(1, stop - 1)
    local at = stop + 1
    local next_stop = joined:find("\n", at, true)
    while next_stop do
      pending[#pending + 1] = joined:sub(at, next_stop - 1)
      at = next_stop + 1
      next_stop = joined:find("\n", at, true)
    end
    -- Behind the file's last line end only a line cut short can stand.
    if begun then
      pending[#pending + 1] = joined:sub(at)
    end
    begun = true
  end
  return function()
    while #pending == 0 and offset > 0 do
      take(load_block() .. head)
    end
    local line = table.remove(pending)
    if not line and begun and head ~= "" then
      line, head = head, ""
    end
    return line
  end, nil, close
end

return atomic_lines
