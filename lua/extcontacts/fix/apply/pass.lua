--- One pass of a run through its plan: executes the changes that are not settled, one
-- by one or in batches, until the plan's end or a reason to stop.

local batches = require "extcontacts.fix.apply.batches"
local executes = require "extcontacts.fix.execute"
local find_created = require "extcontacts.fix.execute.find_created"
local needs = require "extcontacts.fix.apply.needs"
local planfile = require "extcontacts.fix.planfile"
local queue = require "extcontacts.fix.apply.queue"
local rounds = require "extcontacts.fix.apply.rounds"
local stop_rules = require "extcontacts.fix.apply.stop_rules"

local pass = {}

-- Executes the changes of one record, one after another.
local function execute_group(run, group)
  for _, change in ipairs(group) do
    if run:is_cut() then
      return
    end
    local intent = run.journal.state.open[change.n]
    run:finish(change, needs.outcome(run.journal.state, run.recreating, change, intent)
      or executes.change(run.work, change, intent))
  end
end

-- Groups of changes that are not settled; `may_add` as for `queue.groups`.
local function groups(run, reader, may_add)
  local next_group = queue.groups(function()
    local change
    repeat
      change = reader:next()
      if change and change.old_id and not run.journal.state.ids[change.old_id] then
        run.recreating[change.old_id] = change.n
      end
    until not change or queue.includes(run.progress, change.n, run.retry_failed)
    return change
  end, function()
    run.counts.started = run.counts.started + 1
    return may_add()
  end)
  return function()
    local group = next_group()
    run.at_end = group == nil
    return group
  end
end

-- Single groups; nil at the plan's end, and when nothing more is to be started.
local function single_groups(run, reader)
  local next_group = groups(run, reader, function()
    return not run.options.limit or run.counts.started < run.options.limit
  end)
  return function()
    return not run:must_stop() and not run:is_paused() and next_group() or nil
  end
end

-- Batches; nil at the plan's end, when nothing more is to be started, and while the
-- changes under way must end first.
local function next_batches(run, reader)
  local counts, options = run.counts, run.options
  local function has_room()
    return (not options.limit or counts.started < options.limit) and stop_rules.room(counts, options) >= 1
  end
  local next_group = groups(run, reader, has_room)
  run.batches = batches.new(function()
    if not run.stopped and options.limit and counts.started >= options.limit then
      run:stop "limit"
    end
    return not run.stopped and has_room() and next_group() or nil
  end, run.size)
  return function()
    return not run:is_cut() and run.batches:next() or nil
  end
end

local function execute_batch(run, batch)
  rounds.execute(run, batch)
  run.batches:release(batch)
end

-- Executes several groups or batches at a time, in tasks of the client.
local function execute_concurrently(run, next_item, execute_item)
  local function work(item)
    execute_item(run, item)
    return true
  end
  for _, done, err in run.work.client:map(next_item, work, { concurrency = run.concurrency }) do
    if not done then
      error(err, 0)
    end
  end
end

local function execute_in_order(run, next_item, execute_item)
  for item in next_item do
    execute_item(run, item)
  end
end

-- Waits while the run is paused; nothing is in flight.
local function wait_while_paused(run)
  run:report(true)
  while run:is_paused() and not run:must_stop() do
    run:rest()
  end
end

--- Goes through the plan once.
---@param run extcontacts.fix.Run
function pass.run(run)
  local reader = assert(planfile.open(run.path, run.digests))
  local next_item, execute_item
  run.recreating = {}
  run.work.maybe_sent, run.work.scanned = find_created.maybe_sent(run.journal.state.open), {}
  if run.size > 1 then
    next_item, execute_item = next_batches(run, reader), execute_batch
  else
    next_item, execute_item = single_groups(run, reader), execute_group
  end
  run.at_end = false
  repeat
    if run.concurrency > 1 then
      execute_concurrently(run, next_item, execute_item)
    else
      execute_in_order(run, next_item, execute_item)
    end
    if run.size == 1 and run:is_paused() then
      wait_while_paused(run)
    end
  until run:is_cut() or not (run.batches and run.batches.held) and (run.at_end or run.stopped)
  reader.close()
end

return pass
