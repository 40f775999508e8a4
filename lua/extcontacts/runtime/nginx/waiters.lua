--- Who waits for what inside an nginx worker: a semaphore for each waitable
-- that light threads wait for.

local waiters = {}

local semaphore -- nginx's module, loaded at the first wait

-- Waitable → { semaphore, count = of those who wait }.  Weak: a light thread
-- that nginx ended (its client is gone) leaves its entry behind.
local entries = setmetatable({}, { __mode = "k" })

-- Entries to use again.
local spare, spare_count, MOST_SPARE = {}, 0, 256

local function new_entry()
  if spare_count == 0 then
    semaphore = semaphore or require "ngx.semaphore"
    return { semaphore = assert(semaphore.new()), count = 0 }
  end
  local entry = spare[spare_count]
  spare[spare_count] = nil
  spare_count = spare_count - 1
  return entry
end

--- Tells whoever waits for it that a waitable is worth a look.
---@param waitable any
function waiters.ring(waitable)
  local entry = entries[waitable]
  if entry then
    entries[waitable] = nil
    entry.semaphore:post(entry.count)
  end
end

--- Waits until somebody rings, or at most so many seconds.
---@param waitable any
---@param seconds number
---@return boolean rung
function waiters.wait(waitable, seconds)
  local entry = entries[waitable]
  if not entry then
    entry = new_entry()
    entries[waitable] = entry
  end
  entry.count = entry.count + 1
  local rung, why = entry.semaphore:wait(seconds)
  entry.count = entry.count - 1
  if entry.count == 0 then
    if entries[waitable] == entry then
      entries[waitable] = nil
    end
    -- one that was rung for somebody who had gone is not used again
    if entry.semaphore:count() == 0 and spare_count < MOST_SPARE then
      spare_count = spare_count + 1
      spare[spare_count] = entry
    end
  end
  if not rung and why ~= "timeout" then
    error("extcontacts can't wait here: " .. tostring(why), 0)
  end
  return rung == true
end

return waiters
