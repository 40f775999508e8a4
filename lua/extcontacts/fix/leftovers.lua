--- Copies of files that a run of `forget` was writing when it died.  They can contain the data of
-- the people who are to be forgotten.

local atomic_file = require "extcontacts.base.atomic_file"
local errors = require "extcontacts.base.errors"
local files = require "extcontacts.base.files"

local leftovers = {}

local ENDING = ".forget.tmp"

--- The path of the copy of a file that is being rewritten.
---@param path string
---@return string
function leftovers.path(path)
  return path .. ENDING
end

--- The file whose copy a file is.
---@param path string
---@return string|nil original nil if it is no such copy, or the file is gone
function leftovers.original(path)
  local original = path:sub(-#ENDING) == ENDING and path:sub(1, -#ENDING - 1)
  return original and files.exists(original) and original or nil
end

--- Removes a copy, unless a process is writing it.
---@param path string
---@return true|nil
---@return extcontacts.Error|nil
function leftovers.remove(path)
  if not files.exists(path) then
    return true -- the process has ended, or used it
  end
  local file, err = atomic_file.open_locked(path)
  if not file then
    return nil, err
  end
  local ok, message, code = os.remove(path)
  file:close()
  if not ok then
    return errors.io(message, code)
  end
  return true
end

return leftovers
