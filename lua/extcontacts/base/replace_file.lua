--- Replaces a file by one that is written beside it, so that what is in it comes from no other
-- state of the file.

local atomic_file = require "extcontacts.base.atomic_file"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"

-- What the name leads to.
local function inode_of(path)
  local file = errors.check_io(core.file.open(path, "own"))
  local inode = file:inode()
  file:close()
  return inode
end

--- Writes a temporary file, and renames it if that was worth it; otherwise the file stays
-- as it is.  One process at a time does so: the others fail with `locked`.  Raises an error
-- object if the temporary file can't be opened or locked.
---@param path string
---@param temporary string in the same folder
---@param write fun(file: table): integer reads the file, writes the open temporary one, and returns how much of it is
--- new
---@return integer|nil count 0 if nothing was replaced
---@return extcontacts.Error|nil
local function replace_file(path, temporary, write)
  local file = assert(atomic_file.open_locked(temporary))
  local count, err = errors.catch(function()
    errors.check_io(file:truncate(0))
    local inode = inode_of(path)
    local found = write(file)
    errors.check_io(file:sync())
    if inode_of(path) ~= inode then
      errors.raise_invalid(path .. ": another process has replaced the file; run the command again", "replaced")
    elseif found > 0 then
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
