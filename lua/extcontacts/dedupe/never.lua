--- The never-merge list: pairs and records that a person has ruled out.  It is a CSV
-- file with the column `ids`: two or more ids, separated by blanks, are no duplicates of
-- each other; one id is no duplicate of any record.  In a file with a column `decision`,
-- such as the decisions of a review, only the rows with `never` count.

local csv = require "extcontacts.base.csv"
local errors = require "extcontacts.base.errors"
local id = require "extcontacts.record.normalize.id"

local never = {}

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

--- Adds ids that are not duplicates of each other, or one that is none of any record.
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
  return self.records[a] or self.records[b] or self.pairs[a] ~= nil and self.pairs[a][b] or false
end

--- Whether the list rules nothing out.
---@return boolean
function NeverList:is_empty()
  return next(self.records) == nil and next(self.pairs) == nil
end

-- The ids of a cell; nil and the problem.
local function ids_of(text)
  local ids = {}
  for word in text:gmatch "[^%s,;]+" do
    local found, reason = id.read(word)
    if not found then
      return nil, ("'%s' is %s"):format(word, reason)
    end
    ids[#ids + 1] = found
  end
  if #ids == 0 then
    return nil, "the column 'ids' is empty"
  end
  return ids
end

--- Reads a list.
---@param path string
---@return extcontacts.dedupe.NeverList|nil
---@return extcontacts.Error|nil
function never.read(path)
  local handle, message = io.open(path, "rb")
  if not handle then
    return errors.io(message)
  end
  local list = never.new()
  local next_row, reader = csv.rows(handle)
  local function fail(problem)
    handle:close()
    return errors.invalid(("%s: %s"):format(path, problem))
  end
  if not next_row then
    return fail(reader)
  end
  while true do
    local row, problem = next_row()
    if problem then
      return fail(problem)
    elseif not row then
      break
    elseif row.ids == nil then
      return fail "the column 'ids' is missing"
    elseif row.decision == nil or row.decision == "never" then
      local ids
      ids, problem = ids_of(row.ids)
      if not ids then
        return fail(("line %d: %s"):format(reader.line, problem))
      end
      list:add(ids)
    end
  end
  handle:close()
  return list
end

return never
