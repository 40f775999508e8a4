--- Plans in a folder that were applied: their journals know the ids of the records
-- that they created.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local journal = require "extcontacts.fix.journal"
local planfile = require "extcontacts.fix.planfile"

local earlier_plans = {}

--- The folder of a file, as a path to which a name can be appended.
---@param path string
---@return string
function earlier_plans.folder(path)
  return path:match "^(.*/)[^/]*$" or "./"
end

-- The paths of the plans in a folder that have a journal.
local function applied_plans(folder)
  local paths = {}
  for _, name in ipairs(core.file.list(folder) or {}) do
    local plan_path = name:match "^(.+)%.journal$"
    paths[#paths + 1] = plan_path and folder .. plan_path or nil
  end
  return paths
end

--- The ids of records that plans in a folder have recreated.  A journal that can't be
-- read is passed over.
---@param folder string ends with `/`
---@param accepts fun(header: extcontacts.fix.Header): boolean selects the plans
---@param visit fun(old_id: string, new_id: string)
function earlier_plans.each_recreated(folder, accepts, visit)
  for _, path in ipairs(applied_plans(folder)) do
    local reader = planfile.open(path)
    if reader then
      reader.close()
      local state = accepts(reader.header) and journal.read(journal.path(path))
      for old_id, new_id in pairs(state and state.ids or {}) do
        visit(old_id, new_id)
      end
    end
  end
end

local function modified(path)
  local file = core.file.open(path, "read")
  local time = file and file:modified()
  if file then
    file:close()
  end
  return time or 0
end

--- The creates of plans in a folder that were applied lately.  A journal that can't
-- be read is passed over.
---@param folder string ends with `/`
---@param since number UTC seconds since 1970
---@param visit fun(intent: table, id: string)
function earlier_plans.each_create(folder, since, visit)
  for _, path in ipairs(applied_plans(folder)) do
    local journal_path = journal.path(path)
    if modified(journal_path) >= since then
      local intents = {}
      errors.catch(journal.each, journal_path, function(line)
        if line.t == "intent" and line.op == "create" then
          intents[line.n] = line
        elseif line.t == "applied" and line.id and intents[line.n] then
          visit(intents[line.n], line.id)
          intents[line.n] = nil
        end
      end)
    end
  end
end

return earlier_plans
