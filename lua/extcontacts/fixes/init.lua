--- The ready fixes, which have names: the files of examples/fixes, installed
-- beside this module's.

local files = require "extcontacts.base.files"

local fixes = {}

--- In the order in which they are told of.
fixes.names = {
  "tidy_names_emails", "phones_e164", "set_fields", "rename_custom_fields", "relink_organizations",
  "find_duplicates", "delete_by_list",
}

local here = debug.getinfo(1, "S").source:match "^@(.*)init%.lua$"

--- The file of a ready fix.
---@param name string
---@return string|nil path nil where there is none of that name
function fixes.path(name)
  local path = here and name:find "^[%w_]+$" and name ~= "init" and here .. name .. ".lua"
  if path and files.exists(path) then
    return path
  end
end

--- What a fix file says of itself: the comment it begins with.
---@param path string
---@return string
function fixes.about(path)
  local lines = {}
  for line in (files.read(path) or ""):gmatch "([^\n]*)\n" do
    local text = line:match "^%-%- ?(.*)$"
    if not text then
      break
    end
    lines[#lines + 1] = text
  end
  return table.concat(lines, "\n")
end

return fixes
