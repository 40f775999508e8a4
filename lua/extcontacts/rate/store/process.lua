--- The store of this process, shared by all its clients.  It keeps the values that a
-- client holds and those that were used last, and forgets what has not been used for
-- a day, so that the windows of dead tokens and of collected clients do not
-- accumulate.

local core = require "extcontacts.core"

local process_store = {}

-- Seconds after which unused values are forgotten, and seconds between two
-- searches for them.
local KEPT, SEARCH_EVERY = 86400, 3600

-- Uses for which values stay that no client holds.
local RECENT = 256

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
  local entries, searched = setmetatable({}, { __mode = "v" }), -math.huge
  local recent, place = {}, 0

  local function note_use(entry)
    if recent[place] ~= entry then
      place = place % RECENT + 1
      recent[place] = entry
    end
  end

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
    note_use(entry)
    return change(entry.values)
  end

  --- Returns what keeps the values of a key for as long as somebody refers to it.
  ---@param key string
  ---@return any
  function store.hold(key)
    return entries[key]
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
