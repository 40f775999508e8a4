--- Executes a batch of a run in rounds: the first change of each chain, then the second
-- ones, and so on.  Whether the run is to stop or to pause is asked for each change
-- just before the request with it.

local batch = require "extcontacts.fix.execute.batch"
local execute = require "extcontacts.fix.execute"
local needs = require "extcontacts.fix.apply.needs"

local rounds = {}

local function may_send(run)
  return not run:is_cut() and not run:is_interrupted() and not run:pause_is_set()
end

-- The failure of a request counts once, however many changes it had.
local function finisher(run)
  local has_failed = {}
  return function(change, outcome, request)
    if outcome.server_failure and request then
      outcome.is_repeated, has_failed[request] = has_failed[request], true
    end
    run:finish(change, outcome)
  end
end

-- Two batches may wait at the same time; the pause is reported once.
local function wait_while_paused(run)
  local is_first = not run.waits
  run.waits = true
  if is_first and run:pause_is_set() then
    run:report(true)
  end
  while not run:is_cut() and run:pause_is_set() and not run:is_interrupted() do
    run:rest()
  end
  run.waits = run.waits and not is_first
end

-- Executes the changes that are sent alone: merges, and the creates that may have been
-- sent, so that no other create of the round is mistaken for one of them.  Returns the
-- other changes.
local function execute_alone(run, entries)
  local rest, is_open = {}, true
  for _, entry in ipairs(entries) do
    local is_alone = execute.is_alone(entry.change, entry.intent)
    if is_alone and is_open then
      is_open = may_send(run)
    end
    if is_alone and is_open then
      run:finish(entry.change, execute.change(run.work, entry.change, entry.intent))
    else
      rest[#rest + 1] = entry
    end
  end
  return rest, is_open
end

local function execute_round(run, entries)
  local is_open
  while #entries > 0 and not run:is_cut() do
    entries, is_open = execute_alone(run, entries)
    if is_open and #entries > 0 then
      entries = batch.run(run.work, entries, {
        size = run.size,
        may_send = function()
          return may_send(run)
        end,
        is_stopped = function()
          return run:is_cut()
        end,
        is_held = function()
          return run:is_interrupted() or run:pause_is_set()
        end,
        withdraw = function(change)
          run:withdraw(change)
        end,
        finish = finisher(run),
      })
    end
    if #entries > 0 then
      wait_while_paused(run)
    end
  end
end

--- Executes a batch.
---@param run extcontacts.fix.Run
---@param group extcontacts.fix.Batch
function rounds.execute(run, group)
  local number = 1
  local is_last
  repeat
    local entries = {}
    is_last = true
    for _, chain in ipairs(group.chains) do
      local change = chain[number]
      local intent = change and run.journal.state.open[change.n]
      local outcome = change and needs.outcome(run.journal.state, run.recreating, change, intent)
      if outcome then
        run:finish(change, outcome)
      elseif change then
        entries[#entries + 1] = { change = change, intent = intent }
      end
      is_last = is_last and not change
    end
    execute_round(run, entries)
    number = number + 1
  until is_last or run:is_cut()
end

return rounds
