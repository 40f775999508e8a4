--- Log entries about requests, and their text.  An entry has the path template and
-- never ids, query values or tokens; it has bodies, masked, only with `log_bodies`.

local core = require "extcontacts.core"
local dates = require "extcontacts.base.dates"
local texts = require "extcontacts.base.text"

local log = {}

---@class extcontacts.LogEntry
---@field time string UTC, ISO 8601
---@field level "info"|"warn"
---@field operation string `oauth.token` for a token request
---@field method string
---@field path string the path template
---@field attempt integer 1 for the first request of a call
---@field elapsed number seconds from the request to its reply
---@field status integer|nil
---@field kind extcontacts.ErrorKind|nil if the request failed
---@field code string|nil
---@field bytes_sent integer
---@field bytes_received integer
---@field correlation_id string|nil
---@field wait number|nil seconds until the next attempt, if there is one
---@field request_body string|nil JSON, masked; with `log_bodies`
---@field response_body string|nil JSON, masked; with `log_bodies`

local ORDER = { "status", "kind", "code", "attempt", "wait", "bytes_sent", "bytes_received",
  "correlation_id", "request_body", "response_body" }

--- Writes an entry as one line of text.
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
  return require("extcontacts.base.printable").line(table.concat(parts, " "))
end

--- Writes an entry as one line of JSON; `elapsed` and `wait` are in seconds.
---@param entry extcontacts.LogEntry
---@return string
function log.json_line(entry)
  return require("extcontacts.base.printable").line(assert(core.json.encode(entry, { sort_keys = true })))
end

-- Fields whose values are not personal data.
local PLAIN = {
  id = true, type = true, status = true, code = true, version = true, enabled = true, total = true,
  pageSize = true, pageNumber = true, pageCount = true, createDate = true, modifyDate = true,
  dateCreated = true, appliesTo = true, mediaType = true, contextId = true, surveyOptOut = true,
  acceptsSMS = true, platform = true,
}

-- Objects that are personal as a whole, whatever the names of their fields.
local PRIVATE = {
  customFields = true, twitterId = true, lineId = true, whatsAppId = true, facebookId = true,
  address = true,
}

local MASK = "…"
local MAX_BODY = 4096 -- bytes of a body in an entry

local function masked(value, plain, private)
  if type(value) == "table" then
    local copy = setmetatable({}, getmetatable(value))
    for name, item in pairs(value) do
      local shown = PLAIN[name] or plain and type(name) == "number"
      copy[name] = masked(item, shown and not private, private or PRIVATE[name])
    end
    return copy
  elseif plain or value == core.json.null then
    return value
  end
  return MASK
end

local function body_text(text)
  local value = text and text ~= "" and core.json.decode(text)
  if type(value) ~= "table" then
    return text and text ~= "" and ("(%d bytes)"):format(#text) or nil
  end
  return texts.cut(core.json.encode(masked(value), { sort_keys = true }), MAX_BODY)
end

--- Whether the configuration has a log or a hook.
---@param config extcontacts.Config
---@return boolean
function log.is_enabled(config)
  return (config.log or config.on_request) and true or false
end

--- Adds the bodies to an entry if the configuration has `log_bodies`.
---@param config extcontacts.Config
---@param entry extcontacts.LogEntry|nil changed
---@param sent string|nil
---@param reply table|nil
---@param authorization string[]|nil the request's, to mask it
function log.add_bodies(config, entry, sent, reply, authorization)
  if entry and config.log_bodies then
    entry.request_body = body_text(sent)
    local secrets = require "extcontacts.api.secrets"
    local text = reply and body_text(reply.body)
    entry.response_body = text and secrets.conceal(text, reply.secrets or secrets.of(config, authorization))
  end
end

--- Passes an entry to the configuration's hook and log.
---@param config extcontacts.Config
---@param entry extcontacts.LogEntry|nil nil without a log and a hook
---@param wait number|nil seconds until the next attempt
function log.report(config, entry, wait)
  if not entry then
    return
  end
  entry.wait = wait
  entry.time = dates.text()
  entry.level = entry.kind and "warn" or "info"
  if config.on_request then
    config.on_request(entry)
  end
  if config.log == true or config.log == "text" then
    io.stderr:write(log.line(entry), "\n")
  elseif config.log == "json" then
    io.stderr:write(log.json_line(entry), "\n")
  elseif config.log then
    config.log(entry)
  end
end

return log
