--- The request log: the last requests, and counts of all of them.  It contains
-- no bodies and no tokens.

local json = require "extcontacts.base.json"
local server_clock = require "extcontacts.sandbox.state.server_clock"

local request_log = {}

-- The module must not call `reset` while it loads: LuaJIT before September 2023 may
-- compile the assignments then, and later lose the new tables (LuaJIT issue 1085).
local capacity = 20000
local entries, total = {}, 0
local by_operation, by_status, by_token, items = {}, {}, {}, {}

--- Deletes all entries and counts.
---@param new_capacity integer|nil number of requests to keep; default unchanged
function request_log.reset(new_capacity)
  capacity = new_capacity or capacity
  entries, total = {}, 0
  by_operation, by_status, by_token, items = {}, {}, {}, {}
end

--- Adds a request.
---@param request table operation, method, path, raw_query, correlation_id, token_number, connection, items, written
---@param outcome integer|string the status, or "dropped"
---@param fault table|nil the fault that was applied
function request_log.add(request, outcome, fault)
  total = total + 1
  outcome = tostring(outcome)
  local counts = by_operation[request.operation]
  if not counts then
    counts = {}
    by_operation[request.operation] = counts
  end
  counts[outcome] = (counts[outcome] or 0) + 1
  by_status[outcome] = (by_status[outcome] or 0) + 1
  if request.token_number then
    local token = tostring(request.token_number)
    by_token[token] = (by_token[token] or 0) + 1
  end
  if request.items then
    items[request.operation] = (items[request.operation] or 0) + request.items
  end
  entries[(total - 1) % capacity + 1] = {
    number = total,
    at = server_clock.now(),
    operation = request.operation,
    method = request.method,
    path = request.path,
    query = request.raw_query,
    status = outcome,
    correlation_id = request.correlation_id,
    token = request.token_number,
    items = request.items,
    written = request.written,
    faulty = fault and true or false,
    connection = request.connection,
  }
end

--- The last requests, the oldest first.
---@param filter { limit: integer|nil, since: integer|nil, operation: string|nil }
---@return table[]
function request_log.list(filter)
  local list = {}
  local from = math.max(1, total - capacity + 1, (filter.since or 0) + 1)
  for number = from, total do
    local entry = entries[(number - 1) % capacity + 1]
    if not filter.operation or filter.operation == entry.operation then
      list[#list + 1] = entry
    end
  end
  if filter.limit and #list > filter.limit then
    local last = {}
    for number = #list - filter.limit + 1, #list do
      last[#last + 1] = list[number]
    end
    list = last
  end
  return json.array(list)
end

--- The counts of all requests.
function request_log.counters()
  return { requests = total, by_operation = by_operation, by_status = by_status, by_token = by_token, items = items }
end

return request_log
