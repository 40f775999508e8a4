-- Applies a plan under a rate limit.
--   allowance_client.lua PLAN RATE PERIOD RESERVE
local ec = require "extcontacts"
local fix = require "extcontacts.fix"

local client = ec.connect { rate = tonumber(arg[2]), rate_period = tonumber(arg[3]), reserve = tonumber(arg[4]) }
local result = assert(fix.apply(client, arg[1]))
client:close()
io.write(("%d %s\n"):format(result.applied, result.stopped or "complete"))
