--- Reads the tables that people edit: clusters, decisions, and lists of what is no
-- duplicate.  A spreadsheet may have saved them again: with other separators and line
-- endings, columns in another order, capitals and blank rows.  All problems are
-- reported at once, each with its row and column.

local csv = require "extcontacts.base.csv"
local errors = require "extcontacts.base.errors"
local letters = require "extcontacts.base.letters"
local normalize_id = require "extcontacts.record.normalize.id"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"

local checked_rows = {}

local ENOENT = 2

---@class extcontacts.dedupe.Row
---@field line integer line of the file on which it starts
---@field cells table<string, string> by the column's name in lower case, trimmed

---@class extcontacts.dedupe.CheckedRows
---@field path string
---@field header string[] names of the columns as written
---@field rows extcontacts.dedupe.Row[]
---@field private problems string[]
local Rows = {}
Rows.__index = Rows

--- Reports a cell.
---@param line integer
---@param column string
---@param problem string
function Rows:report(line, column, problem)
  self.problems[#self.problems + 1] = ("row %d, column %s: %s"):format(line, column, problem)
end

--- Raises an error object that lists all reported cells, if there are any.
function Rows:check()
  local count = #self.problems
  if count > 0 then
    errors.raise_invalid(("%s: %s: %s"):format(self.path, texts.plural(count, "invalid cell"),
      table.concat(self.problems, "; ")))
  end
end

--- One of the words of a cell, in any case; nil after a report.
---@param row extcontacts.dedupe.Row
---@param column string
---@param words string[]
---@return string|nil
function Rows:word(row, column, words)
  local cell = letters.lower(row.cells[column])
  for _, word in ipairs(words) do
    if cell == word then
      return word
    end
  end
  local list = table.concat(words, ", ", 1, #words - 1) .. " or " .. words[#words]
  self:report(row.line, column, cell == "" and "empty; expected " .. list
    or ("'%s' is not %s%s"):format(row.cells[column], list, suggest.hint(cell, words)))
end

--- The ids of a cell, sorted, each once; nil after a report.
---@param row extcontacts.dedupe.Row
---@param column string
---@param accepts_any boolean|nil also ids that are no UUIDs
---@return string[]|nil
function Rows:ids(row, column, accepts_any)
  local ids, seen = {}, {}
  for word in row.cells[column]:gmatch "[^%s,;|]+" do
    local id, reason = normalize_id.read(word)
    id = id or accepts_any and word or nil
    if not id then
      return self:report(row.line, column, ("'%s' is %s"):format(word, reason))
    elseif not seen[id] then
      seen[id] = true
      ids[#ids + 1] = id
    end
  end
  if #ids == 0 then
    return self:report(row.line, column, "empty; expected ids, separated by spaces")
  end
  table.sort(ids)
  return ids
end

local function is_blank(cells)
  for _, cell in pairs(cells) do
    if cell ~= "" then
      return false
    end
  end
  return true
end

local function fail(path, problem)
  errors.raise_invalid(("%s: %s"):format(path, problem))
end

-- The lower-case names of a header.
local function names_of(path, header, columns)
  local names, is_known = {}, {}
  for index, written in ipairs(header) do
    local name = letters.lower(written)
    if is_known[name] then
      fail(path, ("duplicate column '%s'"):format(written))
    end
    names[index], is_known[name] = name, true
  end
  for _, column in ipairs(columns) do
    if not is_known[column] then
      fail(path, ("the column '%s' is missing; the header has: %s"):format(column, table.concat(header, ", ")))
    end
  end
  return names
end

--- Reads a table.  Raises an error object if the file can't be read, is no CSV, or lacks
-- a column.
---@param path string
---@param columns string[] names of the required columns, in lower case
---@return extcontacts.dedupe.CheckedRows
function checked_rows.read(path, columns)
  local handle, message, number = io.open(path, "rb")
  if not handle then
    error(select(2, errors.io(message, number == ENOENT and "ENOENT" or nil)), 0)
  end
  local self = setmetatable({ path = path, rows = {}, problems = {} }, Rows)
  local ok, err = errors.catch(function()
    local next_row, reader = csv.rows(handle)
    if not next_row then
      fail(path, reader)
    end
    self.header = reader.header
    local names = names_of(path, reader.header, columns)
    while true do
      local row, problem = next_row()
      if problem then
        fail(path, problem)
      elseif not row then
        return true
      end
      local cells = {}
      for index, written in ipairs(reader.header) do
        cells[names[index]] = texts.trim(row[written] or "")
      end
      if not is_blank(cells) then
        self.rows[#self.rows + 1] = { line = reader.line, cells = cells }
      end
    end
  end)
  handle:close()
  if not ok then
    error(err, 0)
  end
  return self
end

return checked_rows
