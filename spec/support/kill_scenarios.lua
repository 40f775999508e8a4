-- What a call may be doing when its coroutine ends: one scenario for each kind of
-- wait.  Used inside nginx and by both VMs (spec/support/killed_by_error.lua).

local circuit = require "extcontacts.call.circuit"

local scenarios = {}

local GET_SLOWLY = { operation = "contacts.get", delay = 0.03 }

local function get(client, ids)
  return client.contacts:get(ids[1], { deadline = 20 })
end

local created = 0

---@class Scenario
---@field name string
---@field faults table[]|nil rules of the sandbox
---@field options table|nil of the client
---@field prepare fun(client, ids)|nil runs before, and is not killed
---@field first boolean|nil another call requests the token that `run` waits for
---@field run fun(client, ids) what is killed

---@type Scenario[]
scenarios.list = {
  { name = "the request for a token", faults = { { operation = "oauth.token", delay = 0.03 } }, run = get },
  {
    name = "another call's request for a token", faults = { { operation = "oauth.token", delay = 0.03 } },
    first = true, run = get,
  },
  { name = "the gate", options = { rate = 2, reserve = 0, rate_period = 0.2 }, prepare = function(client, ids)
    get(client, ids)
    get(client, ids)
  end, run = get },
  { name = "the answer", faults = { GET_SLOWLY }, prepare = get, run = get },
  {
    name = "the next attempt", faults = { { operation = "contacts.get", plan = { { status = 503 } } } }, run = get,
  },
  {
    name = "the probe of the circuit breaker", options = { max_attempts = 1 },
    faults = { { operation = "contacts.get", plan = { { status = 503 }, { status = 503 }, { status = 503 },
      { delay = 0.1 } } } },
    prepare = function(client, ids)
      for _ = 1, 3 do
        get(client, ids)
      end
    end,
    run = get,
  },
  {
    name = "the search for a lost create", options = { check_time = 0.2 },
    faults = { { operation = "contacts.create", nth = 1, drop = "after" },
      { operation = "contacts.create", nth = 2, delay = 0.03 } },
    prepare = get,
    run = function(client)
      created = created + 1
      return client.contacts:create({
        lastName = "Killed", workEmail = ("k%d.%d@example.com"):format(created, os.time()),
      }, { deadline = 20 })
    end,
  },
  {
    name = "a page", faults = { { operation = "contacts.scan", delay = 0.03 } },
    run = function(client)
      for _ in client:scan_contacts { limit = 10, max_items = 25 } do end
    end,
  },
  {
    name = "the results of a map", faults = { { operation = "contacts.get", delay = 0.03 } },
    run = function(client, ids)
      for _ in client:map(ids, function(id) return client.contacts:get(id) end, { concurrency = 2 }) do end
    end,
  },
  {
    name = "the results of a get_many", faults = { { operation = "contacts.bulk.get", delay = 0.03 } },
    run = function(client, ids)
      for _ in client.contacts:get_many(ids, { batch_max = 2, concurrency = 2 }) do end
    end,
  },
  {
    name = "the search for a lost create_many", options = { check_time = 0.1 },
    faults = { { operation = "contacts.bulk.create", plan = { { drop = "after" }, { drop = "before" } } } },
    prepare = get,
    run = function(client)
      local records = {}
      for index = 1, 4 do
        created = created + 1
        records[index] = { lastName = "Killed", workEmail = ("m%d.%d@example.com"):format(created, os.time()) }
      end
      for _ in client.contacts:create_many(records, { batch_max = 2, concurrency = 2, deadline = 20 }) do end
    end,
  },
}

--- Options of a scenario's client.
function scenarios.options(scenario, server, more)
  local options = {
    base_url = server.base_url, login_url = server.login_url,
    client_id = server.client_id, client_secret = server.client_secret, rate = 20000, timeout = 20,
  }
  for _, source in ipairs { scenario.options or {}, more or {} } do
    for name, value in pairs(source) do
      options[name] = value
    end
  end
  return options
end

--- Lists what a client's context still holds, as text; "" when nothing.
function scenarios.held(ctx, client)
  local held = {}
  local function note(name, value)
    if value then
      held[#held + 1] = name
    end
  end
  local in_flight = client:stats().in_flight
  note("in_flight", in_flight > 0)
  note("exchanges", next(ctx.exchanges))
  note("probe", ctx.probe or ctx.circuit.probing)
  note("open circuit", circuit.state(ctx.circuit, circuit.POLICY, ctx.now()) ~= "closed")
  for _, slot in ipairs(ctx.tokens.slots) do
    note("token fetch", slot.fetch)
    note("no token", not slot.token)
  end
  if next(ctx.creates.bodies) then
    collectgarbage() -- a call that was dropped ends when it is collected
    collectgarbage()
  end
  for _, calls in pairs(ctx.creates.bodies) do
    note("create", next(calls))
  end
  return table.concat(held, ", ")
end

return scenarios
