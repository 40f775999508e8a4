--- What is told about an exchange, and how it is written down.  Entries hold
-- the path template, never ids, query values, bodies or tokens.

local log = {}

---@class extcontacts.LogEntry
---@field time string UTC, ISO 8601
---@field level "info"|"warn"
---@field operation string `oauth.token` for a token request
---@field method string
---@field path string the path template
---@field attempt integer 1 for the first request of a call
---@field elapsed number seconds of this exchange
---@field status integer|nil
---@field kind extcontacts.ErrorKind|nil when it failed
---@field code string|nil
---@field bytes_sent integer
---@field bytes_received integer
---@field correlation_id string|nil
---@field wait number|nil seconds until the next attempt, when there is one

local ORDER = { "status", "kind", "code", "attempt", "wait", "bytes_sent", "bytes_received",
  "correlation_id" }

--- An entry as one line of text.
---@param entry extcontacts.LogEntry
---@return string
function log.line(entry)
  local parts = {
    entry.time, entry.level, entry.operation, entry.method, entry.path,
    ("%.0fms"):format(entry.elapsed * 1000),
  }
  for _, name in ipairs(ORDER) do
    local value = entry[name]
    if value ~= nil then
      if name == "wait" then
        value = ("%.1fs"):format(value)
      end
      parts[#parts + 1] = name .. "=" .. tostring(value)
    end
  end
  return table.concat(parts, " ")
end

--- Reports an entry to the configuration's hooks.
---@param config extcontacts.Config
---@param entry extcontacts.LogEntry
function log.report(config, entry)
  if not (config.log or config.on_request) then
    return
  end
  entry.time = os.date("!%Y-%m-%dT%H:%M:%SZ")
  entry.level = entry.kind and "warn" or "info"
  if config.on_request then
    config.on_request(entry)
  end
  if config.log == true then
    io.stderr:write(log.line(entry), "\n")
  elseif config.log then
    config.log(entry)
  end
end

return log
