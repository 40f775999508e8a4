-- Shared by the soak tests: options, the sandbox, and a report of the checks.
--   lua5.4 bench/soak/NAME.lua [name=value ...]
local sandbox = require "spec.support.sandbox"
local script = require "spec.support.script"

local harness = {}

local failed = false
local server

--- The script's options: the defaults, overridden by the command line.
---@param defaults table<string, number|string>
---@return table<string, number|string>
function harness.options(defaults)
  local options = {}
  for name, value in pairs(defaults) do
    options[name] = value
  end
  for _, word in ipairs(arg) do
    local name, value = word:match("^([%w_]+)=(.*)$")
    if not name or defaults[name] == nil then
      error("unknown option " .. word .. "; the options are at the top of the script, as name=value", 0)
    end
    options[name] = type(defaults[name]) == "number" and assert(tonumber(value), word) or value
  end
  return options
end

--- The interpreter that runs this script.
harness.interpreter = script.interpreter

--- Starts the sandbox; `finish` ends it.
function harness.start(options)
  server = sandbox.start(options)
  return server
end

--- The environment of a client process, for a shell.
---@param more string|nil further settings
---@return string
function harness.environment(more)
  return ("EXTCONTACTS_BASE_URL=%s EXTCONTACTS_LOGIN_URL=%s GENESYSCLOUD_OAUTHCLIENT_ID=%s "
    .. "GENESYSCLOUD_OAUTHCLIENT_SECRET=%s %s"):format(
    server.base_url, server.login_url, server.client_id, server.client_secret, more or "")
end

--- A line of the report.
function harness.say(text, ...)
  io.write("  ", text:format(...), "\n")
  io.stdout:flush()
end

--- Prints a check; one that fails makes the script fail.
function harness.claim(holds, text, ...)
  failed = failed or not holds
  io.write(holds and "  ok      " or "  FAILED  ", text:format(...), "\n")
  io.stdout:flush()
end

--- Counts by name as a text, in the order of the names.
function harness.counts(counts)
  local names, parts = {}, {}
  for name in pairs(counts) do
    names[#names + 1] = name
  end
  table.sort(names)
  for index, name in ipairs(names) do
    parts[index] = ("%s %d"):format(name, counts[name])
  end
  return #parts > 0 and table.concat(parts, ", ") or "none"
end

--- How often each fault was applied, by its name.
function harness.faults()
  local applied = {}
  for _, fault in ipairs(server:control("GET", "/sandbox/faults")) do
    local rule = fault.rule
    local name = rule.drop and "dropped " .. rule.drop or rule.cut and "cut" or rule.token and "token revoked"
      or rule.cursor and "cursors expired" or tostring(rule.status)
    applied[name] = fault.applied
  end
  return applied
end

--- The peak memory of a process in megabytes.
function harness.peak_megabytes(pid)
  for line in io.lines(("/proc/%s/status"):format(pid or "self")) do
    local kilobytes = line:match("^VmHWM:%s+(%d+)")
    if kilobytes then
      return kilobytes / 1024
    end
  end
end

--- The windows as the server counted them: token → the time each opened and its number
--- of requests; how many tokens there are, and how many requests met a 429.
---@return { tokens: table<string, { opened: number, requests: integer }[]>, count: integer, throttled: integer }
function harness.windows(sandbox_server, period)
  local found = { tokens = {}, count = 0, throttled = 0 }
  for _, entry in ipairs(sandbox_server:control("GET", "/sandbox/ledger?limit=200000")) do
    if entry.token then
      local token = found.tokens[entry.token]
      if not token then
        token, found.count = {}, found.count + 1
        found.tokens[entry.token] = token
      end
      local window = token[#token]
      if not window or entry.at >= window.opened + period then
        window = { opened = entry.at, requests = 0 }
        token[#token + 1] = window
      end
      window.requests = window.requests + 1
      found.throttled = found.throttled + (entry.status == "429" and 1 or 0)
    end
  end
  return found
end

--- The share of the requests that the server would have accepted from the start of a
--- token's first window to the end of the last one of `count`; gaps between windows count
--- as unused.
---@return number
function harness.use_of(token, count, period, rate)
  local requests = 0
  for number = 1, math.min(count, #token - 1) do
    requests = requests + token[number].requests
  end
  local last = token[count + 1]
  return requests / (last and (last.opened - token[1].opened) / period * rate or math.huge)
end

--- Ends the sandbox and the script, with exit code 1 if a check failed.
function harness.finish()
  local errors = server:errors()
  server:stop()
  harness.claim(errors == "", "the sandbox logged no errors%s", errors == "" and "" or ": " .. errors)
  os.exit(failed and 1 or 0, true)
end

return harness
