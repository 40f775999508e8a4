-- Plans a change of the contacts for which a condition holds: prints how many there are.
-- Arguments: the path of the plan, the condition.
local ec = require "extcontacts"
local fix = require "extcontacts.fix"

local path, where = arg[1], arg[2]
local client = ec.connect { rate = false } -- the sandbox has no rate limit here either
local definition = assert(fix.load "bench/plan/fix.lua")
local plan = assert(fix.plan(client, definition, { output = path, where = where, force = true }))
print(plan.totals.records, plan.changes)
