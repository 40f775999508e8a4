--- `PLAN.errors.csv`: the changes that failed, made from the journal.  The values
-- that were to be set have columns of their own, so that the file, corrected,
-- can be the source of another plan.

local atomic_lines = require "extcontacts.base.atomic_lines"
local csv = require "extcontacts.base.csv"
local diff = require "extcontacts.record.diff"
local errors = require "extcontacts.base.errors"
local journal = require "extcontacts.fix.journal"
local shallow_copy = require "extcontacts.base.shallow_copy"

local errors_csv = {}

--- The columns about the failure; the others are fields.
errors_csv.columns = {
  "id", "kind", "op", "owner", "n", "state", "reason", "status", "code", "field", "correlation_id",
}

-- Visits the outcomes of each change that are its problem.
local function each_outcome(path, problems, visit)
  journal.each(path, function(line)
    if line.n and problems[line.n] == line.t then
      visit(line)
    end
  end, true)
end

-- How many of them there are, by number.
local function counts_of(path, problems)
  local counts = {}
  each_outcome(path, problems, function(line)
    counts[line.n] = (counts[line.n] or 0) + 1
  end)
  return counts
end

-- Visits the last one of each change.  The journal is read again and again, so that only
-- numbers are kept in memory.
local function each_problem(path, problems, counts, visit)
  local remaining = shallow_copy(counts)
  each_outcome(path, problems, function(line)
    remaining[line.n] = remaining[line.n] - 1
    if remaining[line.n] == 0 then
      visit(line)
    end
  end)
end

local function text_of(line, column)
  if column == "state" then
    return line.t
  elseif column == "reason" and line.t == "unknown" then
    return ("%s; extcontacts resume finds out whether it arrived"):format(line.reason or "no answer arrived")
  elseif column == "field" and line.fields then
    return table.concat(line.fields, " ")
  end
  return line[column]
end

-- A phone number as one that can be read back.
local function cell(value)
  if type(value) == "table" and value.display ~= nil and value.extension == nil then
    return value.display
  end
  return diff.text(value)
end

-- The names of all fields that were to be set.
local function fields_of(path, problems, counts)
  local fields, seen = {}, {}
  each_problem(path, problems, counts, function(line)
    for _, difference in ipairs(line.set or {}) do
      local name = diff.name(difference.path)
      if not seen[name] then
        seen[name] = true
        fields[#fields + 1] = name
      end
    end
  end)
  table.sort(fields)
  return fields
end

local function row_of(line, fields)
  local row, set = {}, {}
  for index, column in ipairs(errors_csv.columns) do
    row[index] = text_of(line, column)
  end
  for _, difference in ipairs(line.set or {}) do
    set[diff.name(difference.path)] = difference.after
  end
  for index, name in ipairs(fields) do
    row[#errors_csv.columns + index] = cell(set[name])
  end
  return row
end

local function header_of(fields)
  local header = {}
  for _, names in ipairs { errors_csv.columns, fields } do
    for _, name in ipairs(names) do
      header[#header + 1] = name
    end
  end
  return header
end

local function write(journal_path, path)
  local state, err = journal.read(journal_path, true)
  if not state then
    return nil, err
  end
  local problems = state.progress.problems
  local counts = counts_of(journal_path, problems)
  local fields = fields_of(journal_path, problems, counts)
  local header = header_of(fields)
  local writer
  writer, err = atomic_lines.write(path)
  if not writer then
    return nil, err
  end
  local function put(row)
    assert(writer:put(csv.line(row, #header)))
  end
  put(header)
  each_problem(journal_path, problems, counts, function(line)
    put(row_of(line, fields))
  end)
  local ok
  ok, err = writer:finish()
  return ok and path, err
end

--- Writes the file for a plan.  When nothing failed, removes the file of an
-- earlier run instead.
---@param plan_path string
---@param problems table<integer, extcontacts.fix.State> of the journal, as far as its writer knows
---@return string|nil path nil when nothing failed
---@return extcontacts.Error|nil
function errors_csv.write(plan_path, problems)
  local path = plan_path .. ".errors.csv"
  if next(problems) == nil then
    os.remove(path)
    return nil
  end
  local written, err = errors.catch(write, journal.path(plan_path), path)
  return written, err
end

return errors_csv
