--- `PLAN.errors.csv`: what failed, made from the journal, with the values that
-- were to be set in columns of their own, so that it can be put right and fed
-- back.

local atomic_lines = require "extcontacts.base.atomic_lines"
local csv = require "extcontacts.base.csv"
local diff = require "extcontacts.record.diff"
local errors = require "extcontacts.base.errors"
local journal = require "extcontacts.fix.journal"

local errors_csv = {}

--- The columns that tell what failed; the others are fields.
errors_csv.columns = {
  "id", "kind", "op", "owner", "n", "state", "reason", "status", "code", "field", "correlation_id",
}

local WRONG = { failed = true, conflict = true, unknown = true }

-- Calls `visit` with each last outcome that is wrong.
local function each_wrong(path, state, visit)
  -- The last line about a change counts: how many are to come is known only
  -- after a first pass.
  local left = {}
  local function scan(on_line)
    journal.each(path, function(line)
      if WRONG[line.t] and state.progress.wrong[line.n] then
        on_line(line)
      end
    end)
  end
  scan(function(line)
    left[line.n] = (left[line.n] or 0) + 1
  end)
  scan(function(line)
    left[line.n] = left[line.n] - 1
    if left[line.n] == 0 then
      visit(line)
    end
  end)
end

local function text_of(line, column)
  if column == "state" then
    return line.t
  elseif column == "field" and line.fields then
    return table.concat(line.fields, " ")
  end
  return line[column]
end

-- A value in a cell: a phone as its number, which can be read back as one.
local function cell(value)
  if type(value) == "table" and value.display ~= nil and value.extension == nil then
    return value.display
  end
  return diff.text(value)
end

local function columns_of(path, state)
  local fields, seen = {}, {}
  each_wrong(path, state, function(line)
    for _, one in ipairs(line.set or {}) do
      local name = diff.name(one.path)
      if not seen[name] then
        seen[name] = true
        fields[#fields + 1] = name
      end
    end
  end)
  table.sort(fields)
  return fields
end

local function write(plan_path, path)
  local state, err = journal.read(journal.path(plan_path))
  if not state then
    return nil, err
  elseif next(state.progress.wrong) == nil then
    os.remove(path)
    return nil
  end
  local fields = columns_of(journal.path(plan_path), state)
  local header = {}
  for _, list in ipairs { errors_csv.columns, fields } do
    for _, name in ipairs(list) do
      header[#header + 1] = name
    end
  end
  local writer
  writer, err = atomic_lines.write(path)
  if not writer then
    return nil, err
  end
  local function put(values)
    local ok, problem = writer:put(csv.line(values, #header))
    if not ok then
      error(problem, 0)
    end
  end
  put(header)
  each_wrong(journal.path(plan_path), state, function(line)
    local values, set = {}, {}
    for _, one in ipairs(line.set or {}) do
      set[diff.name(one.path)] = one.after
    end
    for index, name in ipairs(header) do
      if index <= #errors_csv.columns then
        values[index] = text_of(line, name)
      else
        values[index] = cell(set[name])
      end
    end
    put(values)
  end)
  local ok
  ok, err = writer:finish()
  if not ok then
    return nil, err
  end
  return path
end

--- Writes what failed of a plan; where nothing did, takes an older file away.
---@param plan_path string
---@return string|nil path nil when nothing failed
---@return extcontacts.Error|nil
function errors_csv.write(plan_path)
  local path, err = errors.catch(write, plan_path, plan_path .. ".errors.csv")
  return path, err
end

return errors_csv
