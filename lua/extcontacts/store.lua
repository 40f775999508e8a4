--- Where windows are kept: the interface, and the store of this process.
--
-- A store is a table with one function, `update(key, change)`: it calls
-- `change(values)` with the table kept under `key`, empty at first, while
-- nobody else changes it, keeps what `change` left in it and returns what
-- `change` returned.  The values are plain numbers.  `change` is quick and
-- never waits.  docs/pacing.md tells how to write one.

local store = {}

---@class extcontacts.Store
---@field update fun(key: string, change: fun(values: table<string, number>): ...): ...

local Process = {}

--- The store of this process, shared by all its clients.
---@type extcontacts.Store
store.process = {}

function store.process.update(key, change)
  local values = Process[key]
  if not values then
    values = {}
    Process[key] = values
  end
  return change(values)
end

--- A store by its name, or the caller's own.
---@param name "process"|extcontacts.Store
---@return extcontacts.Store
function store.named(name)
  if name == "process" then
    return store.process
  end
  return name
end

return store
