-- Applies a plan for so many windows of the rate limit, from the first request on.
--   rate_client.lua PLAN RATE WINDOW WINDOWS CONCURRENCY
local core = require "extcontacts.core"
local ec = require "extcontacts"
local fix = require "extcontacts.fix"
local socket = require "socket"

local rate, window, windows = tonumber(arg[2]), tonumber(arg[3]), tonumber(arg[4])
local client = ec.connect { rate = rate, rate_period = window, reserve = 0 }
local planned = assert(fix.plan(client, assert(fix.load "bench/soak/fix/fix.lua"), { output = arg[1] }))
-- The window that planning has used ends first.
socket.sleep(2 * window)
local finish = core.engine.now() + window * windows
local result = assert(fix.apply(client, arg[1], {
  batch = 1,
  concurrency = tonumber(arg[5]),
  interrupted = function()
    return core.engine.now() >= finish
  end,
}))
client:close()
io.write(("%d %d %s\n"):format(planned.changes, result.applied, result.stopped or "complete"))
