--- The store that processes of one user share: one small file per key, locked
-- while it is changed.  The kernel releases the lock of a process that dies.
--
-- A file that can't be used does not stop a call: the process then counts on its
-- own for a while, starting from what it last read.  What is in a file is checked
-- before it is used, and set aside if it can't be right.

local core = require "extcontacts.core"
local lock = require "extcontacts.rate.store.lock"

local file_store = {}

-- Maximum bytes of a state file.
local MAX_BYTES = 65536

-- Seconds for which the fallback is used after the files failed.
local RETRY = 60

-- Seconds after which an unused file is removed: its token has expired.
local KEPT = 86400

-- The names of state files: `limiter.key` of a token, and of an OAuth client.
local NAMES = { ("^" .. ("%x"):rep(32) .. "%.json$"), ("^tokens%-" .. ("%x"):rep(32) .. "%.json$") }

-- What a file that was set aside is called.
local ASIDE = ".damaged"

-- Why values can't be right: they are numbers and short texts by name.
local function problem_of(values, check)
  if type(values) ~= "table" then
    return "not a JSON object"
  end
  for name, value in pairs(values) do
    if type(name) ~= "string" then
      return "not a JSON object"
    elseif type(value) ~= "string" and type(value) ~= "number" then
      return ("%s is neither a number nor a text"):format(name:sub(1, 40):gsub("[^%w:_]", "?"))
    end
  end
  return check and check(values)
end

-- Keeps a copy of a file that can't be right.  The file itself stays, since other
-- processes may wait for its lock.
local function set_aside(self, path, text, problem)
  local aside = path .. ASIDE
  os.remove(aside)
  local copy = core.file.open(aside, "new")
  if copy then
    copy:write(text)
    copy:close()
  end
  self.report(("%s: %s; the file was replaced, and is kept as %s"):format(path, problem, aside))
end

-- The values in the file; an empty table if it is new or can't be right.
local function read(self, handle, path, check)
  local text = handle:read(MAX_BYTES, 0)
  if not text or text == "" then
    return {}
  end
  local values = core.json.decode(text)
  local problem = problem_of(values, check)
  if problem then
    set_aside(self, path, text, problem)
    return {}
  end
  return values
end

-- Writes over the old text, padded to its length: that needs no room on a full
-- disk, and a process that is killed leaves the old or the new text.
local function write(handle, values)
  local text = assert(core.json.encode(values, { sort_keys = true })) .. "\n"
  local padding = (handle:size() or 0) - #text
  local ok, problem = handle:write(text .. (" "):rep(math.min(padding, MAX_BYTES - #text)), 0)
  if not ok then
    handle:truncate(0)
  end
  return ok, problem
end

-- Removes a file that has not been used for a day, unless it is locked.  A process
-- that opens the file just before it is removed loses one change.
local function remove_unused(path)
  local handle = core.file.open(path, "own")
  if handle then
    if handle:lock() and os.time() - (handle:modified() or os.time()) > KEPT then
      os.remove(path)
    end
    handle:close()
  end
end

local function is_state_file(name)
  name = name:gsub("%.damaged$", "")
  return name:find(NAMES[1]) or name:find(NAMES[2])
end

local Files = {}
Files.__index = Files

function Files:remove_all_unused()
  for _, name in ipairs(core.file.list(self.directory) or {}) do
    if is_state_file(name) then
      remove_unused(self.directory .. "/" .. name)
    end
  end
end

-- The values of the process's own store for a key, replaced by `values`.
local function put_fallback(self, key, values)
  self.fallback.update(key, function(kept)
    for name in pairs(kept) do
      kept[name] = nil
    end
    for name, value in pairs(values) do
      kept[name] = value
    end
  end)
end

local function take_fallback(self, key)
  local copy = {}
  self.fallback.update(key, function(kept)
    for name, value in pairs(kept) do
      copy[name] = value
    end
  end)
  return copy
end

-- The files failed: the process counts on its own for a while.
local function fall_back(self, problem)
  self.broken_until = core.engine.now() + RETRY
  if problem ~= self.reported then
    self.reported = problem
    self.report(("%s; counting requests in this process only"):format(problem))
  end
end

-- Changes values that were read from the file, and writes them.  Returns whether
-- they were written, the problem, and the results of `change`.
local function change_values(self, key, handle, path, change, check)
  local values = read(self, handle, path, check)
  local is_new = next(values) == nil
  if is_new and self.own[key] then
    values = take_fallback(self, key) -- what was counted while the file could not be used
  end
  local results = { pcall(change, values) }
  if not results[1] then
    error(results[2], 0)
  end
  local written, problem = write(handle, values)
  self.last[key] = values
  if written then
    self.own[key] = nil
    if is_new then
      self:remove_all_unused()
    end
  end
  return written, problem, results[2], results[3], results[4]
end

-- Changes the values in the file.  Returns whether they were written, whether the
-- change was made, and its results.
local function change_file(self, key, change, check, call)
  local path = self.directory .. "/" .. key .. ".json"
  local handle, problem = core.file.open(path, "update")
  if not handle then
    fall_back(self, problem)
    return false, false
  end
  local locked, waited_long
  locked, problem, waited_long = lock.take(handle, path, call)
  if not locked then
    handle:close()
    if waited_long then
      fall_back(self, problem)
    end
    return false, false
  end
  local results = { pcall(change_values, self, key, handle, path, change, check) }
  handle:close()
  if not results[1] then
    error(results[2], 0)
  elseif not results[2] then
    fall_back(self, results[3])
  end
  return results[2], true, results[4], results[5], results[6]
end

-- Changes the values of the process's own store, starting from those that the
-- process saw last.
local function change_own(self, key, change)
  if not self.own[key] then
    self.own[key] = true
    if self.last[key] then
      put_fallback(self, key, self.last[key])
    end
  end
  return self.fallback.update(key, change)
end

local function update(self, key, change, check, call)
  if self.broken_until and core.engine.now() < self.broken_until then
    return change_own(self, key, change)
  end
  self.broken_until = nil
  local written, changed, first, second, third = change_file(self, key, change, check, call)
  if not changed then
    return change_own(self, key, change)
  elseif not written then
    self.own[key] = true
    put_fallback(self, key, self.last[key])
  end
  return first, second, third
end

--- Creates a directory and those above it.
---@param directory string
---@return true|nil
---@return string|nil problem
function file_store.make_directories(directory)
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

local function to_stderr(message)
  io.stderr:write("extcontacts: ", message, "\n")
end

--- Creates a store in a directory.
---@param directory string created if it is missing
---@param fallback extcontacts.Store used while the files can't be, as on a full or read-only disk
---@param report (fun(message: string))|nil called once for each problem; default: writes to stderr
---@return extcontacts.Store|nil
---@return string|nil problem
function file_store.new(directory, fallback, report)
  local created, problem = file_store.make_directories(directory)
  if not created then
    return nil, problem
  end
  local self = setmetatable({
    directory = directory, fallback = fallback, report = report or to_stderr,
    last = {}, -- the values that were last read or written, by key
    own = {}, -- keys whose values the fallback has
  }, Files)
  local store = {}
  function store.update(key, change, check, call)
    return update(self, key, change, check, call)
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
