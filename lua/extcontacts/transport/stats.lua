--- The counters of a client, for `client:stats()`.

local deepcopy = require "extcontacts.base.deepcopy"

local stats = {}

--- Upper bounds of the latency buckets, in seconds; the last bucket has none.
stats.BOUNDS = { 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10 }

---@class extcontacts.Latency duration of calls, including waits and retries
---@field count integer
---@field sum number seconds
---@field max number seconds
---@field buckets integer[] `buckets[i]` calls took at most `bounds[i]` and more than the bound before
---@field bounds number[] seconds; the last bucket has none

---@class extcontacts.OperationStats
---@field calls integer
---@field items integer|nil items of `*_many` that bulk requests settled
---@field item_errors integer|nil those of them that failed
---@field refused string|nil why the API refuses this bulk operation; single calls do its work
---@field errors table<extcontacts.ErrorKind, integer> calls that failed, by kind
---@field latency extcontacts.Latency

---@class extcontacts.Stats
---@field calls integer finished calls
---@field requests integer requests sent, including those for tokens
---@field items integer items that `*_many` settled, by bulk requests or by single calls
---@field retries table<string, integer> retries by reason: a status or an error's kind
---@field throttled integer replies with 429
---@field recovered integer creates whose reply was lost and whose record was found
---@field in_flight integer requests sent whose reply has not arrived; in a snapshot
---@field waits table<"rate"|"retry"|"circuit"|"token"|"job", number> seconds waited, by reason
---@field bytes_sent integer
---@field bytes_received integer
---@field operations table<string, extcontacts.OperationStats>
---@field store extcontacts.StoreStatus|nil of the store that several machines share; in a snapshot

--- Creates the counters of a client.
---@return extcontacts.Stats
function stats.new()
  return {
    calls = 0,
    requests = 0,
    items = 0,
    retries = {},
    throttled = 0,
    recovered = 0,
    waits = { rate = 0, retry = 0, circuit = 0, token = 0, job = 0 },
    bytes_sent = 0,
    bytes_received = 0,
    operations = {},
  }
end

local function operation_of(self, name)
  local operation = self.operations[name]
  if not operation then
    local buckets = {}
    for index = 1, #stats.BOUNDS + 1 do
      buckets[index] = 0
    end
    operation = {
      calls = 0,
      errors = {},
      latency = { count = 0, sum = 0, max = 0, buckets = buckets, bounds = stats.BOUNDS },
    }
    self.operations[name] = operation
  end
  return operation
end

--- Counts a finished exchange.
---@param self extcontacts.Stats
---@param status integer|nil
---@param reply table|nil
function stats.exchange(self, status, reply)
  if reply then
    self.bytes_sent = self.bytes_sent + (reply.bytes_sent or 0)
    self.bytes_received = self.bytes_received + (reply.bytes_received or 0)
  end
  if status == 429 then
    self.throttled = self.throttled + 1
  end
end

--- Counts a retry by its reason.
---@param self extcontacts.Stats
---@param err extcontacts.Error
function stats.retry(self, err)
  -- A 200 whose body breaks off counts as a broken connection.
  local refused = err.status and err.status >= 400
  local reason = refused and tostring(err.status) or err.kind
  self.retries[reason] = (self.retries[reason] or 0) + 1
end

--- Counts a finished call.
---@param self extcontacts.Stats
---@param name string of the operation
---@param seconds number
---@param err extcontacts.Error|nil
function stats.call(self, name, seconds, err)
  self.calls = self.calls + 1
  local operation = operation_of(self, name)
  operation.calls = operation.calls + 1
  if err then
    operation.errors[err.kind] = (operation.errors[err.kind] or 0) + 1
  end
  local latency = operation.latency
  latency.count, latency.sum = latency.count + 1, latency.sum + seconds
  latency.max = math.max(latency.max, seconds)
  local index = 1
  while stats.BOUNDS[index] and seconds > stats.BOUNDS[index] do
    index = index + 1
  end
  latency.buckets[index] = latency.buckets[index] + 1
end

--- Counts a settled item of a `*_many`.
---@param self extcontacts.Stats
---@param name string|nil of the bulk operation; nil if a single call settled it
---@param failed boolean
function stats.item(self, name, failed)
  self.items = self.items + 1
  if name then
    local operation = operation_of(self, name)
    operation.items = (operation.items or 0) + 1
    operation.item_errors = (operation.item_errors or 0) + (failed and 1 or 0)
  end
end

--- Notes that the API refuses a bulk operation.
---@param self extcontacts.Stats
---@param name string of the operation
---@param err extcontacts.Error
function stats.refused(self, name, err)
  operation_of(self, name).refused = tostring(err)
end

--- Returns a copy that later calls don't change.
---@param self extcontacts.Stats
---@param in_flight integer
---@param store extcontacts.Store|nil
---@return extcontacts.Stats
function stats.snapshot(self, in_flight, store)
  local copy = deepcopy(self)
  copy.in_flight = in_flight
  copy.store = store and store.status and store.status() or nil
  return copy
end

return stats
