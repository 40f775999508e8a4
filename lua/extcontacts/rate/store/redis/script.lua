--- The server's part of the store.  It runs inside Redis, whose Lua is 5.1 without
-- modules: `program` passes what it uses.

local redis, cjson, rate_window, keys -- of the running call

-- Seconds for which a member counts that was not heard of, for which a window is kept
-- beyond two periods, and by which the clock may differ from one moment to the next.
local MEMBER_SECONDS, KEPT, STEP = 120, 120, 1

local function clock()
  local time = redis.call("TIME")
  return time[1] + time[2] / 1e6
end

-- The id of this run of the server, and for how long it has run.
local function server_run()
  local info = redis.call("INFO", "server")
  return info:match "run_id:(%x+)", tonumber(info:match "uptime_in_seconds:(%d+)")
end

local function period_of(policy)
  return policy.period or rate_window.PERIOD
end

-- What a different run of the server has written may lack its last changes, or all of
-- them, and the times of a clock that was set back since are unknown: nothing is sent
-- until the window of that time has certainly ended.
local function renew(values, text, now, policy, run, uptime)
  local window = rate_window.open { run = run, limit = values.limit, reported = values.reported }
  window.number = values.number or 0
  if text then
    window.blocked = now + period_of(policy)
  elseif uptime <= period_of(policy) then
    window.blocked = now - uptime + period_of(policy) + 1
  end
  return window
end

local function load_window(now, policy)
  local text = redis.call("GET", keys[1])
  local run, uptime = server_run()
  local ok, values = pcall(cjson.decode, text or "{}")
  if not ok or type(values) ~= "table" or rate_window.problem(values) then
    values = {}
  end
  local written = type(values.at) == "number" and values.at or now
  if values.run == run and written <= now + STEP then
    return rate_window.open(values)
  end
  local window = renew(values, text, now, policy, run, uptime)
  if values.run == run and values.blocked then
    -- The clock was set back: what was left of a pause is still to be waited for.
    window.blocked = math.max(window.blocked, now + values.blocked - written)
  end
  return window
end

local function save_window(window, now, policy)
  local seconds = math.max(2 * period_of(policy) + KEPT, (window.blocked or now) - now + period_of(policy))
  window.at = now
  redis.call("SET", keys[1], cjson.encode(window), "PX", math.ceil(seconds * 1000))
end

-- Notes that a process uses the window; returns how many do.
local function count_members(now, member)
  redis.call("ZADD", keys[2], now, member)
  redis.call("ZREMRANGEBYSCORE", keys[2], "-inf", now - MEMBER_SECONDS)
  redis.call("PEXPIRE", keys[2], MEMBER_SECONDS * 1000)
  return redis.call("ZCARD", keys[2])
end

-- Counts what a process sent while it could not ask.
local function add_own(window, own, now, policy)
  local ended = window.lo and (window.hi or window.lo) + period_of(policy) or now
  if own.sent == 0 then
    return
  elseif now >= ended or window.blocked then
    -- Its requests may have opened a window that nobody here knows.
    window.blocked = math.max(window.blocked or 0, now + period_of(policy))
  else
    window.sent = window.sent + own.sent
    window.certain = window.certain + own.certain
  end
end

local functions = {}

function functions.admit(values)
  local now, policy = clock(), values.policy
  local window = load_window(now, policy)
  if values.own then
    add_own(window, values.own, now, policy)
  end
  local wait, number = rate_window.admit(window, now, policy)
  local members = count_members(now, values.member)
  save_window(window, now, policy)
  local ends = window.lo and (window.hi or now) + period_of(policy) - now or period_of(policy)
  local left = rate_window.allowance(window, policy) - window.carried - window.trailing - window.sent
  return cjson.encode {
    wait = wait, number = number, members = members, limit = window.limit,
    left = math.max(0, window.blocked and 0 or left), ends = math.max(0, ends),
  }
end

function functions.settle(values)
  local now = clock()
  local window = load_window(now, values.policy)
  rate_window.settle(window, values.number, now, values.policy, values.report)
  save_window(window, now, values.policy)
  return 1
end

-- The window of a new token, which nobody can have used.
function functions.start(values)
  local now = clock()
  if not load_window(now, values.policy).lo then
    save_window(rate_window.open { run = (server_run()) }, now, values.policy)
  end
  return 1
end

function functions.read()
  return { redis.call("GET", keys[1]) or "", tostring(math.floor(clock())) }
end

-- Replaces a value unless another process has done so since it was read.
function functions.replace(values)
  if (redis.call("GET", keys[1]) or "") ~= values.old then
    return 0
  end
  redis.call("SET", keys[1], values.new, "PX", values.seconds * 1000)
  return 1
end

-- The server's functions.  Its error for a lack of permission does not name the command.
local function named(server)
  return {
    call = function(command, ...)
      local reply = server.pcall(command, ...)
      if type(reply) == "table" and reply.err then
        if reply.err:find("can't run this command", 1, true) then
          reply.err = ("NOPERM the user has no permissions to run the '%s' command"):format(command:lower())
        end
        error(reply, 0)
      end
      return reply
    end,
  }
end

return function(server, json, window_module, answers, key_names, arguments)
  redis, cjson, rate_window, keys = named(server), json, window_module, key_names
  local name, values = arguments[1], cjson.decode(arguments[2])
  if answers[name] then
    return answers[name]({ call = redis.call, clock = clock, run = server_run, stream = keys[1] }, values)
  end
  return functions[name](values)
end
