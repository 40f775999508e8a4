--- Reads and checks the lines of a journal.  Line 1 is the header.  Line 2 is
-- rewritten in place: the bytes that are known to be on the disk.  Beyond them, a
-- crash may have left an incomplete line; before them, nothing may be missing.

local atomic_lines = require "extcontacts.base.atomic_lines"
local checked_lines = require "extcontacts.base.checked_lines"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local state = require "extcontacts.fix.journal.state"

local reader = {}

--- The version of the format, in the first line.
reader.VERSION = 2

-- What to do with a journal that can't be used.
local REMEDY = "changes that it recorded may have been applied; restore it from a backup made after its last run"

-- Intents have the records before and after a change, most of a journal's bytes.  Those who
-- ask for outcomes don't need them.
local WITHOUT_RECORDS = { select = core.json.selection { ["*"] = true, before = {}, body = {} } }

-- Attempts to read line 2 while another process writes it.
local ATTEMPTS = 3

---@class extcontacts.fix.JournalFile
---@field path string
---@field inode string
---@field header table
---@field header_bytes integer where line 2 starts
---@field header_crc integer
---@field synced integer bytes known to be on the disk
---@field bytes integer of the complete lines so far
---@field number integer of the last complete line
---@field chain extcontacts.LineChain
---@field decoding table|nil options of the decoder
local File = {}
File.__index = File

local function refuse(self, code, what, ...)
  errors.raise_invalid(("%s %s; %s"):format(self.path, what:format(...), REMEDY), code)
end

local function damaged(self)
  errors.raise_invalid(("%s: line %d is damaged; %s"):format(self.path, self.number, REMEDY), "damaged")
end

-- The next complete line; or nil, and whether there is an incomplete one.
local function take(self)
  local text, whole = self.next_text()
  if text and whole then
    self.number, self.bytes = self.number + 1, self.bytes + #text + 1
    return text
  end
  return nil, text ~= nil
end

local function read_header(self)
  local text, is_torn = take(self)
  if not text then
    refuse(self, "truncated", is_torn and "is truncated: it ends within its first line" or "is empty")
  end
  local valid = self.chain:check(text)
  local header = core.json.decode(text)
  if type(header) ~= "table" or header.extcontacts_journal == nil then
    if not valid and text:find("extcontacts_journal", 1, true) then
      damaged(self)
    end
    errors.raise_invalid(self.path .. ": line 1: not a journal of this program", "format")
  elseif not valid then
    damaged(self)
  elseif header.extcontacts_journal ~= reader.VERSION then
    errors.raise_invalid(("%s has format %s, and this version reads format %d; use the version that wrote it")
      :format(self.path, tostring(header.extcontacts_journal), reader.VERSION), "format")
  end
  self.header, self.header_bytes, self.header_crc = header, self.bytes, self.chain.crc
end

--- Formats line 2; it is as long for any number.
---@param bytes integer
---@param header_crc integer
---@return string
function reader.synced_line(bytes, header_crc)
  return (checked_lines.seal(('{"t":"synced","bytes":%-16s}'):format(("%.0f"):format(bytes)), header_crc))
end

local function read_synced(self)
  local text = take(self)
  if not text then
    refuse(self, "truncated", "is truncated: it ends within its second line")
  end
  -- Another process may be rewriting the line at this moment.
  for _ = 1, ATTEMPTS do
    if checked_lines.check(text, self.header_crc) then
      break
    end
    text = errors.check_io(self.handle:read(#text, self.header_bytes))
  end
  local line = checked_lines.check(text, self.header_crc) and core.json.decode(text)
  if not line or line.t ~= "synced" then
    damaged(self)
  end
  self.synced = line.bytes
end

-- Opens a journal and reads its first two lines.
local function open(path)
  local next_text, err, close, handle = atomic_lines.read(path)
  if not next_text then
    error(err, 0)
  end
  local self = setmetatable({
    path = path, next_text = next_text, close = close, handle = handle, inode = errors.check_io(handle:inode()),
    number = 0, bytes = 0, chain = checked_lines.chain(),
  }, File)
  read_header(self)
  read_synced(self)
  return self
end

--- The next line; nil at the end, where an incomplete line does not count.
---@return table|nil
function File:next()
  local text = take(self)
  if not text then
    if self.bytes < self.synced then
      refuse(self, "truncated", "is truncated: line %d is incomplete or missing", self.number + 1)
    end
    return nil
  end
  local digest = text:find('"t":"stop"', 1, true) and self.chain:digest()
  local line = self.chain:check(text) and core.json.decode(text, self.decoding)
  if type(line) ~= "table" or line.t == "stop" and line.sha256 ~= digest then
    damaged(self)
  end
  return line
end

-- Calls `visit` with the header and the lines in order.
local function visit_all(path, visit, without_records)
  local file = open(path)
  file.decoding = without_records and WITHOUT_RECORDS or nil
  visit(file.header)
  local line = file:next()
  while line do
    visit(line)
    line = file:next()
  end
  file.close()
  file.next_text, file.close, file.handle = nil, nil, nil
  return file
end

--- Visits the lines in order.  Raises an error object when one can't be read.
---@param path string
---@param visit fun(line: table)
---@param without_records boolean|nil leave the records in intents empty
function reader.each(path, visit, without_records)
  visit_all(path, visit, without_records)
end

local function replay(path, without_records)
  local result = state.new()
  result.file = visit_all(path, function(line)
    state.take(result, line)
  end, without_records)
  return result
end

--- The state that a journal records.
---@param path string
---@param without_records boolean|nil leave the records in its open intents empty
---@return extcontacts.fix.JournalState|nil
---@return extcontacts.Error|nil
function reader.read(path, without_records)
  return errors.catch(replay, path, without_records)
end

return reader
