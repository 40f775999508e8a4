-- Judges whether a function takes linear time and memory, without a number of seconds:
-- by how its costs grow with its input. A loaded machine, a slow VM and a restless
-- collector (spec/support/restless.lua) change the costs, not how they grow.
--
--   growth.assert_linear("trim", text.trim, growth.text("x", " ", "x"))
local growth = {}

-- Input sizes in bytes. A cubic function is found at the third.
local SIZES = { 64, 256, 1024, 4096, 16384, 65536 }
-- From one size to the next but one, costs grow 16 times if they are linear, and 256
-- times if they are quadratic.
local STEPS, MOST_GROWTH = 2, 64
-- Smaller costs are not judged: the clock is too coarse, and constant costs weigh more.
local LEAST_SECONDS, LEAST_KIB = 0.004, 2048
-- KiB of garbage that may pile up between two measurements: in the large heap of a
-- whole suite, a collection before each would take most of the time.
local MOST_KIB = 131072
local collect_at = 0
-- Costs that seem to grow too fast are measured again so many times: a busy machine can
-- disturb several in a row.
local REPEATS = 20

--- A maker of texts: `head`, then `unit` up to the size, then `tail`.
function growth.text(head, unit, tail)
  return function(size)
    return head .. unit:rep(math.max(1, math.floor(size / #unit))) .. (tail or "")
  end
end

-- CPU seconds and KiB allocated by one call, without the work of the collector or of a
-- debug hook.
local function measure(f, input)
  local hook, mask, count = debug.gethook()
  debug.sethook()
  if collectgarbage "count" > collect_at then
    collectgarbage()
    collect_at = collectgarbage "count" + MOST_KIB
  end
  collectgarbage "stop"
  local before, start = collectgarbage "count", os.clock()
  local ok, failure = pcall(f, input)
  local seconds, kib = os.clock() - start, collectgarbage "count" - before
  collectgarbage "restart"
  debug.sethook(hook, mask, count)
  if not ok then
    error(failure, 0)
  end
  return { seconds = seconds, kib = kib }
end

local function too_fast(costs, earlier)
  if costs.seconds > LEAST_SECONDS and costs.seconds > MOST_GROWTH * earlier.seconds then
    return ("%.4f s, then %.4f s"):format(earlier.seconds, costs.seconds)
  elseif costs.kib > LEAST_KIB and costs.kib > MOST_GROWTH * earlier.kib then
    return ("%.0f KiB, then %.0f KiB"):format(earlier.kib, costs.kib)
  end
end

--- How the costs of `f(make(size))` grow faster than the size, as a text; nil if they
-- are linear.
function growth.excess(f, make)
  local inputs, costs = {}, {}
  for at, size in ipairs(SIZES) do
    inputs[at] = make(size)
    costs[at] = measure(f, inputs[at])
    local earlier = at - STEPS
    local found = costs[earlier] and too_fast(costs[at], costs[earlier])
    for _ = 1, found and REPEATS or 0 do
      -- The least time of the larger input and the most of the smaller: a disturbance
      -- of either never fails.
      local larger, smaller = measure(f, inputs[at]), measure(f, inputs[earlier])
      costs[at].seconds = math.min(costs[at].seconds, larger.seconds)
      costs[earlier].seconds = math.max(costs[earlier].seconds, smaller.seconds)
      found = too_fast(costs[at], costs[earlier])
      if not found then
        break
      end
    end
    if found then
      return ("%d bytes, then %d bytes: %s"):format(#inputs[earlier], #inputs[at], found)
    end
    inputs[earlier] = nil
  end
end

--- Raises unless the costs of `f(make(size))` are linear.
function growth.assert_linear(name, f, make)
  local excess = growth.excess(f, make)
  if excess then
    error(name .. " is not linear: " .. excess, 2)
  end
end

return growth
