--- What files still say about the people whom a plan has erased.

local texts = require "extcontacts.base.text"

local remains = {}

-- Whether a plan erases records.
local function has_erasures(path)
  local plan = require("extcontacts.fix.planfile").check(path)
  for name in pairs(plan and plan.totals.operations or {}) do
    if name:find "%.erase$" then
      return true
    end
  end
  return false
end

--- Names the files in a plan's folder, and of the history, that still contain the people
-- whom the plan has erased.
---@param ctx table
---@param path string
function remains.say(ctx, path)
  local forget = require "extcontacts.snapshot.forget"
  local folder = path:match "^(.*/)[^/]*$" or ""
  local ids = has_erasures(path) and forget.ids { path }
  local found = ids and forget.find(ids, { folder }, ctx.getenv)
  local files = found and found:concerned() or {}
  for _, file in ipairs(files) do
    ctx:say("%s still contains the erased people (%s)", file.path, texts.plural(file.lines, "line"))
  end
  if #files > 0 then
    ctx:hint("Forget", "forget", path, "--in", folder == "" and "." or folder)
  end
end

return remains
