-- Inside nginx: ends light threads at their waits (spec/runtime/killed_nginx_spec.lua).
-- Loaded in init_by_lua.

local cjson = require "cjson"
local client_context = require "extcontacts.call.client_context"
local ec = require "extcontacts"
local scenarios = require "spec.support.kill_scenarios"
local waiters = require "extcontacts.runtime.nginx.waiters"

local killer = {}

local client, ctx, server, ids, scenario
local trap -- { at = number of the wait, count, reached = a semaphore }

local new_context = client_context.new
function client_context.new(...)
  ctx = new_context(...)
  return ctx
end

-- Counts the waits of a request's light threads, whoever began them.
local wait = waiters.wait
function waiters.wait(...)
  if trap and ngx.ctx.is_trapped then
    trap.count = trap.count + 1
    if trap.count == trap.at then
      trap.reached:post()
    end
  end
  return wait(...)
end

-- Reads the request's body: server, ids, scenario.
local function begin()
  ngx.req.read_body()
  local given = cjson.decode(ngx.req.get_body_data())
  server, ids, scenario = given.server, given.ids, scenarios.list[given.scenario]
  ngx.shared.killed:flush_all()
  local store = require("extcontacts.store.nginx").new "killed"
  client = ec.new(scenarios.options(scenario, server, { rate_store = store, token_cache = store }))
  if scenario.prepare then
    scenario.prepare(client, ids)
  end
  trap = { at = given.at, count = 0, reached = require("ngx.semaphore").new() }
end

local function victim()
  scenario.run(client, ids)
  trap.ended = true
  trap.reached:post()
end

--- Runs the scenario until its n-th wait, and then ends it: "kill" ends the light
-- thread, "exit" the request, "abort" waits for the client to go.
function killer.trial(how)
  begin()
  if scenario.first then
    ngx.timer.at(0, function() scenario.run(client, ids) end)
    ngx.sleep(0.02)
  end
  ngx.ctx.is_trapped = true
  local thread = ngx.thread.spawn(victim)
  trap.reached:wait(20)
  ngx.ctx.is_trapped = false
  if trap.ended then
    ngx.say "ended"
    return
  end
  ngx.say "reached"
  ngx.flush(true)
  if how == "kill" then
    ngx.thread.kill(thread)
  elseif how == "exit" then
    ngx.exit(ngx.OK)
  else
    ngx.sleep(20)
  end
end

--- The next caller: its answer, within its deadline.
function killer.next_call()
  local contact, err = client.contacts:get(ids[1], { deadline = 10 })
  ngx.print(contact and "ok" or tostring(err))
end

--- What is still held.
function killer.held()
  local held = { scenarios.held(ctx, client) }
  for _, key in ipairs(ngx.shared.killed:get_keys()) do
    local text = ngx.shared.killed:get(key)
    if type(text) == "string" and text:find('"claim') then
      held[#held + 1] = "claim"
    end
  end
  ngx.print(table.concat(held, ", "))
end

return killer
