--- Where windows and tokens are kept: the interface, and how one is named.
--
-- A store is a table with one function, `update(key, change)`: it calls
-- `change(values)` with the table kept under `key`, empty at first, while
-- nobody else changes it, keeps what `change` left in it and returns what
-- `change` returned, up to three values.  The values are numbers and short
-- texts.  `change` is quick, never waits and may be called again.
-- docs/rate-limits.md tells how to write one.

local file_store = require "extcontacts.rate.store.file"

local store = {}

---@class extcontacts.Store
---@field update fun(key: string, change: fun(values: table<string, number|string>): ...): ...

local kept = {}

--- The store of this process, shared by all its clients.
---@type extcontacts.Store
store.process = {}

function store.process.update(key, change)
  local values = kept[key]
  if not values then
    values = {}
    kept[key] = values
  end
  return change(values)
end

--- A store by its name, or the caller's own.
---@param name "process"|"file"|extcontacts.Store
---@return extcontacts.Store|nil
---@return string|nil problem
function store.named(name)
  if name == "process" then
    return store.process
  elseif name ~= "file" then
    return name
  end
  local directory = file_store.directory(os.getenv)
  if not directory then
    return nil, "neither XDG_STATE_HOME nor HOME is set, so there is no place for a file"
  end
  return file_store.new(directory, store.process)
end

return store
