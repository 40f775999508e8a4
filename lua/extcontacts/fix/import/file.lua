--- The file of an import: its columns, their fields, and its rows, which are read more
-- than once.

local blank = require "extcontacts.record.normalize.blank"
local csv = require "extcontacts.base.csv"
local encoding = require "extcontacts.fix.import.encoding"
local errors = require "extcontacts.base.errors"
local fold = require "extcontacts.record.fold_header"
local header_map = require "extcontacts.record.header_map"
local texts = require "extcontacts.base.text"
local workbook = require "extcontacts.fix.import.workbook"

local file = {}

local START = 65536 -- bytes that show what a file is
local SAMPLES, SAMPLED_ROWS = 3, 1000

---@class extcontacts.fix.ImportColumn: extcontacts.record.HeaderColumn
---@field samples string[]

---@class extcontacts.fix.ImportFile
---@field path string
---@field separator string
---@field columns extcontacts.fix.ImportColumn[]
---@field problems string[] of the mapping
local File = {}
File.__index = File

local function open(path, sheet, named_encoding)
  local handle, message = io.open(path, "rb")
  local start = handle and handle:read(START)
  if handle and start == nil and handle:seek "end" ~= 0 then -- a folder
    handle:close()
    handle, message = nil, path .. ": not a readable file"
  end
  if not handle then
    error(select(2, errors.io(message, "ENOENT")), 0)
  end
  if workbook.is(start or "") then
    handle:close()
    return workbook.open(path, sheet)
  elseif sheet then
    handle:close()
    errors.raise_invalid(path .. " is not an XLSX workbook, so it has no sheets; omit --sheet")
  elseif not handle:seek("set", 0) then
    handle:close()
    errors.raise_invalid(path .. ": it is read more than once, so it must be a file and not a pipe; save it first")
  end
  local from = named_encoding or encoding.marked(start or "")
  if from and not encoding.is_utf8(from) then
    return encoding.open(path, from, handle)
  end
  return handle
end

-- Raises the problem of a malformed file.
local function refuse(self, problem)
  errors.raise_invalid(("%s: %s%s"):format(self.path, problem,
    problem:find(csv.NOT_UTF8, 1, true) and encoding.HINT or ""))
end

-- Starts at the first row.
local function rewind(self)
  self.handle:seek("set", 0)
  local next_fields, reader = csv.fields(self.handle, self.given_separator)
  if not next_fields then
    refuse(self, reader)
  end
  return next_fields, reader
end

-- Columns with one name: they can't be told apart.
local function duplicate(header)
  local seen = {}
  for index, name in ipairs(header) do
    local key = name ~= "" and fold(name)
    if key and seen[key] then
      return ("columns %d and %d are both named '%s'; rename one of them"):format(seen[key], index, name)
    end
    seen[key or ""] = index
  end
end

local function is_blank_row(fields)
  for _, field in ipairs(fields) do
    if not blank.is(field) then
      return false
    end
  end
  return true
end

--- Reads the rows from the first one.  The iterator raises an error object if the file
-- is malformed.
---@return fun(): string[]|nil, integer|nil, string|nil next_row the fields as they are in the file, the line, and why
--- the row can't be read
function File:rows()
  local next_fields, reader = rewind(self)
  local columns, count = self.columns, #reader.header
  local unnamed = {}
  for _, column in ipairs(columns or {}) do
    unnamed[#unnamed + 1] = column.how == "unnamed" and column.index or nil
  end
  local function problem_of(fields)
    for index = count + 1, #fields do
      if not blank.is(fields[index]) then
        return ("%s, but the header has %d"):format(texts.plural(#fields, "field"), count)
      end
    end
    for _, index in ipairs(unnamed) do
      if fields[index] and not blank.is(fields[index]) then
        return ("column %d has no name; name it in the header, or remove it"):format(index)
      end
    end
  end
  return function()
    local fields, problem
    repeat
      fields, problem = next_fields()
      if problem then
        refuse(self, problem)
      end
    until not fields or not is_blank_row(fields)
    if fields then
      return fields, reader.line, problem_of(fields)
    end
  end
end

--- The texts of a row by field.
---@param fields string[]
---@return table<string, string>
function File:values(fields)
  local values = {}
  for _, column in ipairs(self.mapped) do
    values[column.field] = csv.unguarded(fields[column.index] or "")
  end
  return values
end

-- Notes the first values of each column.
local function take_samples(self)
  local next_row, missing = self:rows(), #self.columns
  for _ = 1, SAMPLED_ROWS do
    local fields = missing > 0 and next_row()
    if not fields then
      break
    end
    for _, column in ipairs(self.columns) do
      local samples, text = column.samples, csv.unguarded(fields[column.index] or "")
      if #samples < SAMPLES and not blank.is(text) then
        samples[#samples + 1] = text
        missing = missing - (#samples == SAMPLES and 1 or 0)
      end
    end
  end
end

---@class extcontacts.fix.ImportFileOptions: extcontacts.record.HeaderOptions
---@field sheet string|nil number or name of an XLSX sheet
---@field separator string|nil
---@field encoding string|nil of a CSV file, as iconv names it; default: UTF-8, or UTF-16 with a byte order mark

--- Opens a file.  Raises an error object if it can't be read.
---@param path string
---@param options extcontacts.fix.ImportFileOptions
---@return extcontacts.fix.ImportFile
function file.open(path, options)
  local self = setmetatable({ path = path, handle = open(path, options.sheet, options.encoding),
    given_separator = options.separator }, File)
  local ok, raised = errors.catch(function()
    local _, reader = rewind(self)
    local problem = duplicate(reader.header)
    if problem then
      errors.raise_invalid(("%s: %s"):format(path, problem))
    end
    self.separator, self.header = reader.separator, reader.header
    local names = {}
    for index, name in ipairs(reader.header) do
      names[index] = name ~= "" and name
    end
    self.columns, self.problems = header_map.of(names, options)
    self.mapped = {}
    for _, column in ipairs(self.columns) do
      column.samples = {}
      self.mapped[#self.mapped + 1] = column.field and column or nil
    end
    take_samples(self)
    return true
  end)
  if not ok then
    self:close()
    error(raised, 0)
  end
  return self
end

--- Whether a column sets a field.
---@param field string
---@return boolean
function File:has(field)
  for _, column in ipairs(self.mapped) do
    if column.field == field then
      return true
    end
  end
  return false
end

function File:close()
  if self.handle then
    self.handle:close()
    self.handle = nil
  end
end

return file
