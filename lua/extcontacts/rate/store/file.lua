--- The store that processes of one user share: one small file per key, locked
-- while it is changed.  The kernel releases the lock of a process that dies.

local core = require "extcontacts.core"

local file_store = {}

-- Maximum bytes of a state file.
local MAX_BYTES = 65536

-- Attempts to wait for a lock, since a signal ends a wait.
local MAX_WAITS = 100

-- Seconds after which an unused file is removed: its token has expired.
local KEPT = 86400

-- The names of state files: `limiter.key` of a token, and of an OAuth client.
local NAMES = { ("^" .. ("%x"):rep(32) .. "%.json$"), ("^tokens%-" .. ("%x"):rep(32) .. "%.json$") }

local function lock(handle)
  for _ = 1, MAX_WAITS do
    local locked, message, code = handle:lock(true)
    if locked or code ~= "EINTR" then
      return locked, message
    end
  end
  return nil, "interrupted"
end

-- The values in the file; an empty table if it is new or damaged.
local function read(handle)
  local text = handle:read(MAX_BYTES, 0)
  local values = text and text ~= "" and core.json.decode(text)
  return type(values) == "table" and values or {}
end

local function write(handle, values)
  local text = assert(core.json.encode(values, { sort_keys = true })) .. "\n"
  return handle:truncate(0) and handle:write(text)
end

-- Removes a file that has not been used for a day, unless it is locked.  A process
-- that opens the file just before it is removed loses one change.
local function remove_unused(path)
  local handle = core.file.open(path, "read")
  if handle then
    if handle:lock() and os.time() - (handle:modified() or os.time()) > KEPT then
      os.remove(path)
    end
    handle:close()
  end
end

local function is_state_file(name)
  return name:find(NAMES[1]) or name:find(NAMES[2])
end

local function remove_all_unused(directory)
  for _, name in ipairs(core.file.list(directory) or {}) do
    if is_state_file(name) then
      remove_unused(directory .. "/" .. name)
    end
  end
end

-- Returns whether the file could be used, whether it is new, and the results of
-- `change`.
local function change_file(path, change)
  local handle = core.file.open(path, "update")
  if not handle then
    return false
  elseif not lock(handle) then
    handle:close()
    return false
  end
  local is_new = handle:size() == 0
  local values = read(handle)
  local results = { pcall(change, values) }
  if results[1] then
    write(handle, values)
  end
  handle:close()
  if not results[1] then
    error(results[2], 0)
  end
  return true, is_new, results[2], results[3], results[4]
end

local function make_directories(directory)
  local path = directory:sub(1, 1) == "/" and "/" or ""
  for part in directory:gmatch("[^/]+") do
    path = path .. part
    local created, problem = core.file.make_directory(path)
    if not created then
      return nil, problem
    end
    path = path .. "/"
  end
  return true
end

--- Creates a store in a directory.
---@param directory string created if it is missing
---@param fallback extcontacts.Store used while the files can't be, as on a full or read-only disk
---@return extcontacts.Store|nil
---@return string|nil problem
function file_store.new(directory, fallback)
  local created, problem = make_directories(directory)
  if not created then
    return nil, problem
  end
  local store = {}
  function store.update(key, change)
    local done, is_new, first, second, third = change_file(directory .. "/" .. key .. ".json", change)
    if not done then
      return fallback.update(key, change)
    end
    if is_new then
      remove_all_unused(directory)
    end
    return first, second, third
  end
  return store
end

--- Returns the directory of this user's state: `$XDG_STATE_HOME/extcontacts`, else
-- `~/.local/state/extcontacts`.
---@param getenv fun(name: string): string|nil
---@return string|nil
---@return string|nil base the part of it that the system or the user creates
function file_store.directory(getenv)
  local state = getenv "XDG_STATE_HOME"
  if state and state:sub(1, 1) == "/" then
    return state .. "/extcontacts", state
  end
  local home = getenv "HOME"
  if home and home ~= "" then
    return home .. "/.local/state/extcontacts", home
  end
end

return file_store
