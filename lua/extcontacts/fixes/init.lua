--- The ready fixes, which are planned by name (`extcontacts plan set_fields`).
-- Each is a file in this folder and uses only `extcontacts.fix`, `extcontacts.dedupe`,
-- `extcontacts.tidy.*` and `extcontacts.csv`, so that it works as a copy.

local files = require "extcontacts.base.files"

local fixes = {}

--- Their names, in the order in which they are listed.
fixes.names = {
  "tidy_names_emails", "phones_e164", "set_fields", "rename_custom_fields", "relink_organizations",
  "merge_duplicates", "keep_expiring", "delete_by_list",
}

local folder = debug.getinfo(1, "S").source:match "^@(.*)init%.lua$"

--- Returns the file of a ready fix.
---@param name string
---@return string|nil path nil if there is no such fix
function fixes.path(name)
  local path = folder and name:find "^[%w_]+$" and name ~= "init" and folder .. name .. ".lua"
  if path and files.exists(path) then
    return path
  end
end

--- Returns a fix's description, the comment at the top of its file.
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
