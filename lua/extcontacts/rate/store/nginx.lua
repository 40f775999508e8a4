--- The store that the workers of one nginx share, in a `lua_shared_dict`:
--
--     local shared = require("extcontacts.rate.store.nginx").new "extcontacts"
--     client = ec.connect { rate_store = shared, token_cache = shared }

local core = require "extcontacts.core"

local nginx_store = {}

-- Seconds after which unused values are forgotten.
local KEPT = 86400

-- Seconds until a lock expires, for the case that its worker died.  A change takes
-- microseconds.
local LOCK = 1

-- Attempts between two updates of nginx's clock, which stands still in a loop.
local ATTEMPTS = 100

-- Changes in a row whose lock expires before they are stored, as in a worker that the
-- system suspends; the last one is stored all the same.
local CHANGES = 5

local counter = 0

-- Takes the lock.  Returns the holder's mark, or nil if there is no room for a lock.
local function lock(dict, name)
  counter = counter + 1
  local mark = ngx.worker.pid() .. " " .. counter
  repeat
    ngx.update_time()
    for _ = 1, ATTEMPTS do
      local added, why = dict:add(name, mark, LOCK)
      if added then
        return mark
      elseif why ~= "exists" then
        return nil -- a wrong count is better than an endless wait
      end
    end
  until false
end

local function unlock(dict, name, mark)
  if dict:get(name) == mark then
    dict:delete(name)
  end
end

-- Stores values; none are the same as no entry.
local function write(dict, key, values)
  if next(values) == nil then
    dict:delete(key)
  else
    dict:set(key, assert(core.json.encode(values)), KEPT)
  end
end

local function read(dict, key)
  local text = dict:get(key)
  local values = text and core.json.decode(text)
  return type(values) == "table" and values or {}
end

--- Creates the store.
---@param dictionary string|table the name in `lua_shared_dict`, or `ngx.shared.name`
---@return extcontacts.Store
function nginx_store.new(dictionary)
  if not rawget(_G, "ngx") then
    error("the store of an nginx dictionary works inside nginx only; elsewhere, use rate_store = \"file\"", 2)
  end
  local dict = dictionary
  if type(dictionary) == "string" then
    dict = ngx.shared[dictionary]
    if not dict then
      error(("there is no shared dictionary %q: write `lua_shared_dict %s 1m;` into nginx's http block")
        :format(dictionary, dictionary), 2)
    end
  elseif type(dict) ~= "table" or not dict.add then
    error("the shared dictionary must be a name or ngx.shared.name, got a " .. type(dict), 2)
  end
  local store = {}
  function store.update(key, change)
    local name = "extcontacts:" .. key
    for attempt = 1, CHANGES do
      local mark = lock(dict, name .. ":lock")
      local values = read(dict, name)
      local ok, first, second, third = pcall(change, values)
      -- Without the lock, these values are from before another worker's change.
      local is_current = not mark or dict:get(name .. ":lock") == mark or attempt == CHANGES
      if ok and is_current then
        write(dict, name, values)
      end
      if mark then
        unlock(dict, name .. ":lock", mark)
      end
      if not ok then
        error(first, 0)
      elseif is_current then
        return first, second, third
      end
    end
  end

  --- Returns the values under a key without waiting for the lock.
  ---@param key string
  ---@return table<string, number|string> values a copy
  function store.peek(key)
    return read(dict, "extcontacts:" .. key)
  end

  return store
end

return nginx_store
