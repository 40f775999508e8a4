--- Plans in a folder that were applied: their journals know the new ids of records
-- that they recreated.

local core = require "extcontacts.core"
local journal = require "extcontacts.fix.journal"
local planfile = require "extcontacts.fix.planfile"

local earlier_plans = {}

--- The folder of a file, as a path to which a name can be appended.
---@param path string
---@return string
function earlier_plans.folder(path)
  return path:match "^(.*/)[^/]*$" or "./"
end

--- The ids of records that plans in a folder have recreated.  A journal that can't be
-- read is passed over.
---@param folder string ends with `/`
---@param accepts fun(header: extcontacts.fix.Header): boolean selects the plans
---@param visit fun(old_id: string, new_id: string)
function earlier_plans.each_recreated(folder, accepts, visit)
  for _, name in ipairs(core.file.list(folder) or {}) do
    local plan_path = name:match "^(.+)%.journal$"
    local reader = plan_path and planfile.open(folder .. plan_path)
    if reader then
      reader.close()
      local state = accepts(reader.header) and journal.read(journal.path(folder .. plan_path))
      for old_id, new_id in pairs(state and state.ids or {}) do
        visit(old_id, new_id)
      end
    end
  end
end

return earlier_plans
