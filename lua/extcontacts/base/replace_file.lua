--- Replaces a file by one that is written beside it.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"

--- Writes a temporary file, and renames it if that was worth it; otherwise the file stays
-- as it is.  Raises an error object if the temporary file can't be opened.
---@param path string
---@param temporary string in the same folder
---@param write fun(file: table): integer writes the open file, and returns how much of it is new
---@return integer|nil count 0 if nothing was replaced
---@return extcontacts.Error|nil
local function replace_file(path, temporary, write)
  local file = errors.check_io(core.file.open(temporary, "update"))
  local count, err = errors.catch(function()
    errors.check_io(file:truncate(0))
    local found = write(file)
    errors.check_io(file:sync())
    if found > 0 then
      errors.check_io(core.file.rename(temporary, path))
    end
    return found
  end)
  if not count or count == 0 then
    os.remove(temporary)
  end
  file:close()
  return count, err
end

return replace_file
