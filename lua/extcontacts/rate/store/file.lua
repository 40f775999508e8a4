--- The store that processes of one user share: a small file a key, locked while
-- it is changed.  The kernel lets go of a dead process's lock.

local core = require "extcontacts.core"

local file_store = {}

-- The most a file of ours can hold; anything larger is not ours.
local MOST = 65536

-- A wait for a lock that a signal ends is begun again this often.
local PATIENCE = 100

local function lock(handle)
  for _ = 1, PATIENCE do
    local got, message, code = handle:lock(true)
    if got or code ~= "EINTR" then
      return got, message
    end
  end
  return nil, "interrupted"
end

-- What the file holds; an empty table for nothing, or for what a crash left.
local function read(handle)
  local text = handle:read(MOST, 0)
  local values = text and text ~= "" and core.json.decode(text)
  return type(values) == "table" and values or {}
end

local function write(handle, values)
  local text = assert(core.json.encode(values, { sort_keys = true })) .. "\n"
  return handle:truncate(0) and handle:write(text)
end

local function change_file(path, change)
  local handle = core.file.open(path, "update")
  if not handle then
    return false
  elseif not lock(handle) then
    handle:close()
    return false
  end
  local values = read(handle)
  local results = { pcall(change, values) }
  if results[1] then
    write(handle, values)
  end
  handle:close()
  if not results[1] then
    error(results[2], 0)
  end
  return true, results[2], results[3], results[4]
end

--- Makes a store in a directory.
---@param directory string made when it is missing
---@param fallback extcontacts.Store used while the files can't be, as on a full or read-only disk
---@return extcontacts.Store|nil
---@return string|nil problem why there can't be one
function file_store.new(directory, fallback)
  local prefix = directory:sub(1, 1) == "/" and "/" or ""
  local path = prefix
  for part in directory:gmatch("[^/]+") do
    path = path .. part
    local made, problem = core.file.make_directory(path)
    if not made then
      return nil, problem
    end
    path = path .. "/"
  end
  local store = {}
  function store.update(key, change)
    local done, first, second, third = change_file(directory .. "/" .. key .. ".json", change)
    if done then
      return first, second, third
    end
    return fallback.update(key, change)
  end
  return store
end

--- Where this user's state belongs: `$XDG_STATE_HOME/extcontacts`, else
-- `~/.local/state/extcontacts`.
---@param getenv fun(name: string): string|nil
---@return string|nil
---@return string|nil base what of it is there before anything is made
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
