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

--- The folders of files, each once.
---@param ... string|nil paths
---@return string[]
function earlier_plans.folders(...)
  local folders, seen = {}, {}
  for index = 1, select("#", ...) do
    local path = select(index, ...)
    local folder = path and earlier_plans.folder(path)
    if folder and not seen[folder] then
      seen[folder] = true
      folders[#folders + 1] = folder
    end
  end
  return folders
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
      local state = accepts(reader.header) and journal.read(journal.path(path), true)
      for old_id, new_id in pairs(state and state.ids or {}) do
        if not state.merged[old_id] then
          visit(old_id, new_id)
        end
      end
    end
  end
end

--- The new ids of the records that any plans in folders have recreated, by old id.
---@param folders string[] each ends with `/`
---@return table<string, string[]> successors
function earlier_plans.successors(folders)
  local successors = {}
  for _, folder in ipairs(folders) do
    earlier_plans.each_recreated(folder, function() return true end, function(old_id, new_id)
      successors[old_id] = successors[old_id] or {}
      table.insert(successors[old_id], new_id)
    end)
  end
  return successors
end

--- All ids that a record had after an id, also after it was recreated more than once.
---@param successors table<string, string[]>
---@param id string
---@return string[]
function earlier_plans.later_ids(successors, id)
  local out, seen, index = { id }, { [id] = true }, 1
  while out[index] do
    for _, new_id in ipairs(successors[out[index]] or {}) do
      out[#out + 1] = not seen[new_id] and new_id or nil
      seen[new_id] = true
    end
    index = index + 1
  end
  table.remove(out, 1)
  return out
end

--- The ids of records that plans in a folder have erased.  A journal that can't be
-- read is passed over.
---@param folder string ends with `/`
---@param visit fun(id: string)
function earlier_plans.each_erased(folder, visit)
  for _, path in ipairs(applied_plans(folder)) do
    errors.catch(journal.each_erased, journal.path(path), visit)
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
