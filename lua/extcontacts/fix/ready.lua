--- The ready fixes, which have names: the files of examples/fixes, installed
-- beside this module's.

local files = require "extcontacts.files"

local ready = {}

--- In the order in which they are told of.
ready.names = {
  "tidy_names_emails", "phones_e164", "set_fields", "rename_custom_fields", "relink_organizations",
  "find_duplicates", "delete_by_list",
}

local here = debug.getinfo(1, "S").source:match "^@(.*)fix[/\\]ready%.lua$"
local PLACES = { "fixes/", "../../examples/fixes/" } -- installed, and in a checkout

--- The file of a ready fix.
---@param name string
---@return string|nil path nil where there is none of that name
function ready.path(name)
  for _, place in ipairs(here and name:find "^[%w_]+$" and PLACES or {}) do
    local path = here .. place .. name .. ".lua"
    if files.exists(path) then
      return path
    end
  end
end

--- What a fix file says of itself: the comment it begins with.
---@param path string
---@return string
function ready.about(path)
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

return ready
