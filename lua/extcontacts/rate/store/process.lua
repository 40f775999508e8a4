--- The store of this process, shared by all its clients.  It forgets what has not
-- been used for a day, so that the windows of dead tokens do not accumulate.

local core = require "extcontacts.core"

local process_store = {}

-- Seconds after which unused values are forgotten, and seconds between two
-- searches for them.
local KEPT, SEARCH_EVERY = 86400, 3600

local function forget_unused(entries, now)
  for key, entry in pairs(entries) do
    if now - entry.used > KEPT then
      entries[key] = nil
    end
  end
end

--- Creates a store.
---@param now (fun(): number)|nil monotonic seconds
---@return extcontacts.Store
function process_store.new(now)
  now = now or core.engine.now
  local entries, searched = {}, -math.huge
  local store = {}
  function store.update(key, change)
    local time = now()
    local entry = entries[key]
    if not entry then
      if time - searched > SEARCH_EVERY then
        searched = time
        forget_unused(entries, time)
      end
      entry = { values = {} }
      entries[key] = entry
    end
    entry.used = time
    return change(entry.values)
  end

  --- Returns how many keys have values.
  ---@return integer
  function store.count()
    local count = 0
    for _ in pairs(entries) do
      count = count + 1
    end
    return count
  end

  return store
end

return process_store
