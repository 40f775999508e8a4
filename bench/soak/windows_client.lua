-- One of the processes of windows.lua and fleet.lua, which names a store: sends as many requests as the rate limit
-- allows for SECONDS, and prints the results of its calls.
--   lua5.4 bench/soak/windows_client.lua SECONDS RATE PERIOD TOKENS
local core = require "extcontacts.core"
local ec = require "extcontacts"

local now = core.engine.now
local seconds, rate, period, tokens = tonumber(arg[1]), tonumber(arg[2]), tonumber(arg[3]), tonumber(arg[4])

local in_files = not os.getenv "EXTCONTACTS_STORE"

ec.main(function()
  local client = ec.connect {
    rate = rate, rate_period = period, reserve = 0, rate_store = in_files and "file" or nil, token_cache = true,
    token_pool = tokens,
  }
  local finish, ends = now() + seconds, {}
  while now() < finish do
    local _, err = client.contacts:get("00000000-0000-4000-8000-000000000000", { deadline = finish - now() })
    local name = err and (err.status == 404 and "answered" or err.code or err.kind) or "answered"
    ends[name] = (ends[name] or 0) + 1 -- no contact has that id
    if name == "rate_allowance" then
      break -- the next window opens too late for this run
    end
  end
  for name, count in pairs(ends) do
    print(name, count)
  end
end)
