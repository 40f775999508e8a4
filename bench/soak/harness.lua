-- What the soak's scripts share: their options, the sandbox, and a report that
-- says of every claim whether it holds.
--   lua5.4 bench/soak/NAME.lua [name=value ...]
local sandbox = require "spec.support.sandbox"
local script = require "spec.support.script"

local harness = {}

local failed = false
local server

--- The script's options: its defaults, and what the command line says.
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
      error("no such option: " .. word, 0)
    end
    options[name] = type(defaults[name]) == "number" and assert(tonumber(value), word) or value
  end
  return options
end

--- The interpreter that runs this.
harness.interpreter = script.interpreter

--- Starts the sandbox, which `finish` ends.
function harness.start(options)
  server = sandbox.start(options)
  return server
end

--- The environment of a client's process, for a shell.
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

--- A claim: printed, and counted when it does not hold.
function harness.claim(holds, text, ...)
  failed = failed or not holds
  io.write(holds and "  ok      " or "  FAILED  ", text:format(...), "\n")
  io.stdout:flush()
end

--- Text of counts by name, the names in order.
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

--- How often each fault was applied, by a name for it.
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

--- The most memory a process has had, in megabytes.
function harness.peak_megabytes(pid)
  for line in io.lines(("/proc/%s/status"):format(pid or "self")) do
    local kilobytes = line:match("^VmHWM:%s+(%d+)")
    if kilobytes then
      return kilobytes / 1024
    end
  end
end

--- Ends the sandbox and the script: with 1 when a claim did not hold.
function harness.finish()
  local errors = server:errors()
  server:stop()
  harness.claim(errors == "", "the server has nothing to complain of%s", errors == "" and "" or ": " .. errors)
  os.exit(failed and 1 or 0, true)
end

return harness
