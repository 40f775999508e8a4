--- The light threads of an nginx worker that wait, by what they wait for: one
-- semaphore for each waitable.

local waiters = {}

local semaphore -- the module ngx.semaphore, loaded at the first wait

-- Waitable → { semaphore, count = number of waiters }.  Weak, since a light
-- thread that nginx ended (its client is gone) leaves its entry behind.
local entries = setmetatable({}, { __mode = "k" })

-- Pooled entries.
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

--- Wakes those who wait for a waitable.
---@param waitable any
function waiters.wake(waitable)
  local entry = entries[waitable]
  if entry then
    entries[waitable] = nil
    entry.semaphore:post(entry.count)
  end
end

--- Whether a light thread waits for a waitable: nginx takes one that it ends off
-- the semaphore's count.
---@param waitable any
---@return boolean
function waiters.has(waitable)
  local entry = entries[waitable]
  return entry ~= nil and entry.semaphore:count() < 0
end

--- Waits to be woken.
---@param waitable any
---@param seconds number longest wait
---@return boolean woken
function waiters.wait(waitable, seconds)
  local entry = entries[waitable]
  if not entry then
    entry = new_entry()
    entries[waitable] = entry
  end
  entry.count = entry.count + 1
  local woken, why = entry.semaphore:wait(seconds)
  entry.count = entry.count - 1
  if entry.count == 0 then
    if entries[waitable] == entry then
      entries[waitable] = nil
    end
    -- One that was posted for a waiter that no longer exists is not pooled.
    if entry.semaphore:count() == 0 and spare_count < MOST_SPARE then
      spare_count = spare_count + 1
      spare[spare_count] = entry
    end
  end
  if not woken and why ~= "timeout" then
    error("extcontacts can't wait here: " .. tostring(why), 0)
  end
  return woken == true
end

return waiters
