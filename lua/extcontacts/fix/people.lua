--- `PLAN.people.csv`: whom an erasure erases.  The plan itself keeps no copy of a record
-- that it erases, and whoever approves it must know the people.  The file loses the
-- people who are erased at the end of each run.

local errors = require "extcontacts.base.errors"
local side_csv = require "extcontacts.fix.side_csv"

local people = {}

people.columns = { "id", "name" }

-- The most people whose names are kept in memory for a page or a prompt.
local MOST = 5000

--- The file that belongs to a plan.
---@param plan_path string
---@return string
function people.path(plan_path)
  return plan_path .. ".people.csv"
end

--- Starts the file.
---@param plan_path string|nil
---@return extcontacts.fix.SideCsv
function people.new(plan_path)
  return side_csv.new(plan_path and people.path(plan_path), people.columns)
end

--- Notes the person of an erase.  Raises an error object when the file can't be written.
---@param file extcontacts.fix.SideCsv
---@param change extcontacts.fix.Change with its label
function people.add(file, change)
  file:put { change.id, change.label }
end

--- The first people of a plan, by id; none if the file is missing or damaged.
---@param plan_path string
---@return table<string, string>
function people.names(plan_path)
  local names, count = {}, 0
  errors.catch(function()
    local next_row, close = side_csv.rows(people.path(plan_path))
    local row = next_row()
    while row and count < MOST do
      count = count + 1
      if row.id and row.name and row.name ~= "" then
        names[row.id] = row.name
      end
      row = next_row()
    end
    close()
  end)
  return names
end

--- Removes people from the file, and the file with the last of them.
---@param plan_path string
---@param is_gone fun(row: table): boolean
---@return integer|nil removed
---@return extcontacts.Error|nil
function people.remove(plan_path, is_gone)
  return errors.catch(function()
    local removed, kept = 0, people.new(plan_path)
    local next_row, close = side_csv.rows(people.path(plan_path))
    for row in next_row do
      if is_gone(row) then
        removed = removed + 1
      else
        kept:put { row.id, row.name }
      end
    end
    close()
    if removed == 0 then
      kept:abandon()
      return 0
    end
    local _, err = kept:finish()
    if err then
      error(err, 0)
    end
    return removed
  end)
end

return people
