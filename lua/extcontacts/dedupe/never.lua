--- The never-merge list: pairs and records that a person has ruled out.  It is a CSV
-- file with the column `ids`: two or more ids, separated by blanks, are no duplicates of
-- each other; one id is no duplicate of any record.  In a file with a column `decision`,
-- such as the decisions of a review, only the rows with `never` count.

local atomic_lines = require "extcontacts.base.atomic_lines"
local checked_rows = require "extcontacts.dedupe.checked_rows"
local csv = require "extcontacts.base.csv"
local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"
local letters = require "extcontacts.base.letters"
local normalize_id = require "extcontacts.record.normalize.id"
local texts = require "extcontacts.base.text"

local never = {}

--- Name of the list that belongs to an account.
never.FILE = "never.csv"

---@class extcontacts.dedupe.NeverList
---@field records table<string, boolean>
---@field pairs table<string, table<string, boolean>>
local NeverList = {}
NeverList.__index = NeverList

--- Creates an empty list.
---@return extcontacts.dedupe.NeverList
function never.new()
  return setmetatable({ records = {}, pairs = {} }, NeverList)
end

--- Adds ids that are not duplicates of each other, or one id that is not a duplicate of any record.
---@param ids string[]
function NeverList:add(ids)
  if #ids == 1 then
    self.records[ids[1]] = true
  end
  for _, a in ipairs(ids) do
    for _, b in ipairs(ids) do
      if a ~= b then
        self.pairs[a] = self.pairs[a] or {}
        self.pairs[a][b] = true
      end
    end
  end
end

--- Whether two records are ruled out.
---@param a string id
---@param b string id
---@return boolean
function NeverList:has(a, b)
  a, b = normalize_id.key(a), normalize_id.key(b)
  return self.records[a] or self.records[b] or self.pairs[a] ~= nil and self.pairs[a][b] or false
end

--- The first two of several records that are ruled out.
---@param ids string[]
---@return string|nil a
---@return string|nil b
function NeverList:find(ids)
  for i = 1, #ids do
    for j = i + 1, #ids do
      if self:has(ids[i], ids[j]) then
        return ids[i], ids[j]
      end
    end
  end
end

-- Whether the list says already what a row would say.
local function has_all(self, ids)
  for i = 1, #ids do
    for j = i + 1, #ids do
      if not self:has(ids[i], ids[j]) then
        return false
      end
    end
  end
  return #ids > 1 or self.records[ids[1]] == true
end

--- Whether the list rules nothing out.
---@return boolean
function NeverList:is_empty()
  return next(self.records) == nil and next(self.pairs) == nil
end

local function read(path)
  local list, table_ = never.new(), checked_rows.read(path, { "ids" })
  for _, row in ipairs(table_.rows) do
    if row.cells.decision == nil or letters.lower(row.cells.decision) == "never" then
      local ids = table_:ids(row, "ids", true)
      if ids then
        list:add(ids)
      end
    end
  end
  table_:check()
  return list, table_
end

--- Reads a list.
---@param path string
---@return extcontacts.dedupe.NeverList|nil
---@return extcontacts.Error|nil
function never.read(path)
  return errors.catch(function()
    return (read(path))
  end)
end

-- The rows of a file as it has them, and one for each list of ids.
local function write(path, old, lists)
  local header, rows = old and old.header or { "ids" }, {}
  for _, row in ipairs(old and old.rows or {}) do
    rows[#rows + 1] = row.cells
  end
  for _, ids in ipairs(lists) do
    rows[#rows + 1] = { ids = table.concat(ids, " "), decision = "never" }
  end
  local writer = assert(atomic_lines.write(path))
  local ok, err = errors.catch(function()
    assert(writer:put(texts.BOM .. csv.line(header, #header)))
    for _, cells in ipairs(rows) do
      local values = {}
      for index, name in ipairs(header) do
        values[index] = cells[letters.lower(name)] or ""
      end
      assert(writer:put(csv.line(values, #header)))
    end
    assert(writer:finish())
    return true
  end)
  if not ok then
    writer:abandon()
    error(err, 0)
  end
end

--- Adds rows to a list; creates it if it is missing.  Rows that the list has, or that
-- follow from it, are left out.  Raises an error object if it can't be read or written.
---@param path string|nil nil: an empty list, if there is nothing to add
---@param lists string[][] sorted ids
---@return extcontacts.dedupe.NeverList the complete list
---@return integer added
function never.append(path, lists)
  local list, old = never.new(), nil
  if path and files.exists(path) then
    list, old = read(path)
  end
  local added = {}
  for _, ids in ipairs(lists) do
    if not has_all(list, ids) then
      list:add(ids)
      added[#added + 1] = ids
    end
  end
  if #added > 0 then
    write(path, old, added)
  end
  return list, #added
end

return never
