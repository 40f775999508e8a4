--- Where rate windows and tokens are kept.  This folder owns the interface of a
-- store and the stores `process`, `file` and `nginx`.
--
-- A store is a table with one function, `update(key, change, check, call)`.  It calls
-- `change(values)` with the table kept under `key`, which is empty at first, while
-- nothing else changes it; keeps the changed table; and returns the results of
-- `change`, at most three.  The values are numbers and short texts.  `change` is
-- quick, never waits and may be called again.  A store whose values others can write
-- starts from an empty table when `check(values)` returns a problem.  A store that
-- must wait does so with `call`, the call on whose behalf it works, if there is one.
-- A store may drop values that have not been used for an hour.  docs/rate-limits.md
-- shows how to write one.

local file_store = require "extcontacts.rate.store.file"
local process_store = require "extcontacts.rate.store.process"

local store = {}

---@class extcontacts.Store
---@field update fun(key: string, change: (fun(values: table<string, number|string>): ...),
--- check: (fun(values: table): string|nil)|nil, call: extcontacts.Call|nil): ...

--- The store of this process, shared by all its clients.
---@type extcontacts.Store
store.process = process_store.new()

--- Returns a store by its name, or the caller's own.
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
    return nil, "neither XDG_STATE_HOME nor HOME is set; set one of them, so that the file has a directory"
  end
  return file_store.new(directory, store.process)
end

return store
