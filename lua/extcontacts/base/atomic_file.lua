--- A file that another part writes to by its descriptor: complete under its name, or
-- not there.  Until then it is `PATH.part`, which one process has locked and only its
-- owner can read.

local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local finalizer = require "extcontacts.base.finalizer"

local atomic_file = {}

---@class extcontacts.AtomicFile
---@field file table of `core.file`
---@field path string
local AtomicFile = {}
AtomicFile.__index = AtomicFile

-- Attempts to lock the file that has the temporary name: another process may give it
-- its final name in between.
local ATTEMPTS = 5

-- Whether the name still leads to the open file.
local function is_named(file, path)
  local other = core.file.open(path, "own")
  local same = other ~= nil and other:inode() == file:inode()
  if other then
    other:close()
  end
  return same
end

--- Opens and locks a temporary file, which may be left from a process that died.
---@param path string
---@return table|nil file of `core.file`
---@return extcontacts.Error|nil
function atomic_file.open_locked(path)
  for _ = 1, ATTEMPTS do
    local file, message, code = core.file.open(path, "update")
    if not file then
      return errors.io(message, code)
    end
    local locked
    locked, message, code = file:lock()
    if locked and is_named(file, path) then
      return file
    end
    file:close()
    if locked == nil then
      return errors.io(message, code)
    elseif not locked then
      return errors.locked(path .. ": another process is writing this file; wait for it or use another name")
    end
  end
  return errors.locked(path .. ": other processes are writing this file; use another name")
end

-- Not a method: it also runs when the object is collected, without it.
local function discard(state)
  if state.file then
    os.remove(state.path) -- still locked: nobody else has it open
    state.file:close()
    state.file = nil
  end
end

--- Starts writing a file.
---@param path string
---@param overwrite boolean|nil whether a file may be replaced
---@return extcontacts.AtomicFile|nil
---@return extcontacts.Error|nil
function atomic_file.create(path, overwrite)
  local ok, message, code = core.file.check_own(path)
  if not ok then
    return errors.io(message, code)
  elseif not overwrite and require("extcontacts.base.files").exists(path) then
    return errors.invalid(path .. " already exists; use overwrite = true (--overwrite) or another name", "exists")
  end
  local temporary = path .. ".part"
  local file, err = atomic_file.open_locked(temporary)
  if not file then
    return nil, err
  end
  local state = { file = file, path = temporary }
  local self = setmetatable({ file = file, path = path, state = state }, AtomicFile)
  self.guard = finalizer.new(function()
    discard(state)
  end)
  return self
end

--- Gives the file its name, once what was written is on the disk.
---@return true|nil
---@return extcontacts.Error|nil
function AtomicFile:finish()
  local state = self.state
  local ok, message, code = state.file:sync()
  if ok then
    ok, message, code = core.file.rename(state.path, self.path)
  end
  if not ok then
    discard(state)
    return errors.io(message, code)
  end
  state.file:close()
  state.file = nil
  return true
end

--- Removes what was written.  Does nothing after `finish`.
function AtomicFile:abandon()
  discard(self.state)
end

return atomic_file
