--- Where rate windows and tokens are kept.  This folder owns the interface of a
-- store and the stores `process`, `file`, `nginx` and `redis`.
--
-- A store is a table with one function, `update(key, change, check, call)`.  It calls
-- `change(values)` with the table kept under `key`, which is empty at first, while
-- nothing else changes it; keeps the changed table; and returns the results of
-- `change`, at most three.  The values are numbers and short texts.  `change` is
-- quick, never waits and may be called again.  A store whose values others can write
-- starts from an empty table when `check(values)` returns a problem.  A store that
-- must wait does so with `call`, the call on whose behalf it works, if there is one.
-- A store for several machines passes its clock to `change` and `check`, in UTC seconds.
-- It may also have `admit(key, policy, call)`, `settle(key, number, policy, report)`
-- and `start(key, policy)`, which then do what the limiter does with `update`, and
-- `claim`, seconds that a claim for a token lasts beyond its usual time.  A store for
-- several machines may have `announce(ids)`, which tells those who keep copies of
-- records that the ones with these ids have changed, and neither waits nor fails; and
-- `flush(call)`, which waits for a moment until that has arrived.  `status()` tells
-- whether the store can be used.
-- A store may drop values that have not been used for an hour.  docs/rate-limits.md
-- shows how to write one.

local file_store = require "extcontacts.rate.store.file"
local process_store = require "extcontacts.rate.store.process"

local store = {}

---@class extcontacts.StoreStatus
---@field address string host and port
---@field away_for number|nil seconds for which it has been unavailable; nil if it is available or was not used yet
---@field problem string|nil why it is unavailable

---@class extcontacts.Store
---@field update fun(key: string, change: (fun(values: table<string, number|string>, now: integer|nil): ...),
--- check: (fun(values: table, now: integer|nil): string|nil)|nil, call: extcontacts.Call|nil): ...
---@field admit (fun(key: string, policy: extcontacts.RatePolicy, call: extcontacts.Call|nil): number|nil,
--- integer|nil)|nil
---@field settle (fun(key: string, number: integer, policy: extcontacts.RatePolicy,
--- report: extcontacts.RequestReport))|nil
---@field start fun(key: string, policy: extcontacts.RatePolicy)|nil
---@field claim number|nil seconds
---@field announce (fun(ids: string[]))|nil
---@field status (fun(): extcontacts.StoreStatus)|nil
---@field flush (fun(call: extcontacts.Call|nil))|nil

--- The store of this process, shared by all its clients.
---@type extcontacts.Store
store.process = process_store.new()

--- Returns a store by its name or URL, or the caller's own.
---@param name "process"|"file"|string|extcontacts.Store
---@param ca_file string|nil of the authorities that a server's certificate is checked with
---@return extcontacts.Store|nil
---@return string|nil problem
function store.named(name, ca_file)
  if name == "process" then
    return store.process
  elseif type(name) == "string" and name ~= "file" then
    return require("extcontacts.rate.store.redis").at(name, store.process, ca_file)
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
