--- The options of a client: what each is, and whether one given is right.

local suggest = require "extcontacts.base.suggest"

local settings = {}

---@class extcontacts.Options what `ec.new` and `ec.connect` take
---@field region string|nil region id (`eu_central_1`, `eu-central-1`) or domain; default `us_east_1`
---@field base_url string|nil instead of `https://api.<domain>`: a sandbox or gateway
---@field login_url string|nil instead of `https://login.<domain>`
---@field client_id string|nil of an OAuth client with the client credentials grant
---@field client_secret string|nil
---@field access_token string|(fun(reason: string): string, number?)|nil a token, or a function that
--- gives one (and the seconds it lives); called with "start", "expired" or "revoked"
---@field profile string|nil section of the profile file; default `DEFAULT`
---@field timeout number|nil seconds one request may take; default 30
---@field deadline number|nil seconds a call may take, waits and repeats included; default none
---@field connect_timeout number|nil seconds; default 10
---@field max_body integer|nil largest answer in bytes, unpacked; default 64 MiB
---@field max_attempts integer|nil requests for one call at most; default 5
---@field max_retry_after number|nil longest wait the server may ask for, in seconds; default 180
---@field retry boolean|nil whether a failed request is repeated where that is safe; default true
---@field rate integer|false|nil requests a minute and token; default 300, the platform's; false for no pacing
---@field rate_period number|nil seconds of the server's window; default 60, the platform's
---@field reserve number|nil share of the rate left to others, 0 to below 1; default 0.1
---@field rate_store "process"|"file"|extcontacts.Store|nil where it is counted what was sent: in this
--- process (default), or in a file that all processes on one token share (default with token_cache)
---@field token_pool integer|nil tokens of the OAuth client to use side by side, each with the rate of
--- its own; asked for only when needed; default 1
---@field token_cache boolean|extcontacts.Store|nil whether tokens are kept between runs, in a file only
--- you can read; default: with a token_pool
---@field on_ambiguous "check"|"error"|"resend"|nil what follows a create whose reply was lost; default
--- "check" where the record can be looked for, else "error"
---@field check_time number|nil seconds such a create is looked for; default 60
---@field validate boolean|nil whether documented limits are checked before sending; default true
---@field headers table<string, string>|nil further headers of every request
---@field user_agent string|nil
---@field proxy string|nil URL of a proxy; "" for none, also when the environment names one
---@field ca_file string|nil PEM file of the authorities to trust instead of the system's
---@field client_cert string|nil PEM file
---@field client_key string|nil PEM file
---@field compress boolean|nil whether answers may come compressed; default: yes, but not over plain
--- http, which goes to this machine only and has no network to spare
---@field log true|"text"|"json"|(fun(entry: extcontacts.LogEntry))|nil `true` and "text" write lines to
--- standard error, "json" writes JSON lines
---@field log_bodies boolean|nil whether entries hold bodies, with every value masked that may be
--- personal; default false
---@field on_request (fun(entry: extcontacts.LogEntry))|nil called after every exchange
---@field poll (fun(fd: integer, events: string, seconds: number))|nil for coroutines of another event
--- loop: suspends the running one until the descriptor is readable (`events` is "r"), at most so long

---@class extcontacts.Config: extcontacts.Options the same, complete: what a client goes by
---@field base_url string
---@field login_url string
---@field timeout number
---@field connect_timeout number
---@field max_body integer
---@field max_attempts integer
---@field max_retry_after number
---@field retry boolean
---@field rate integer|false
---@field rate_period number
---@field reserve number
---@field token_pool integer
---@field check_time number
---@field validate boolean
---@field user_agent string
---@field log_bodies boolean

-- Option → the types it may have, its default, and what else it must be: one
-- of `choices` where it is a string, above 0 (or `least`), below `below`, a
-- `whole` number, not `true`, not an array but what `has` a function.
local OPTIONS = {
  region = { "string" },
  base_url = { "string" },
  login_url = { "string" },
  client_id = { "string" },
  client_secret = { "string" },
  access_token = { "string", "function" },
  profile = { "string" },
  timeout = { "number", default = 30 },
  deadline = { "number" },
  connect_timeout = { "number", default = 10 },
  max_body = { "number", default = 64 * 1024 * 1024 },
  max_attempts = { "number", default = 5 },
  max_retry_after = { "number", default = 180 },
  retry = { "boolean", default = true },
  validate = { "boolean", default = true },
  headers = { "table" },
  user_agent = { "string", default = "extcontacts-lua/0.1" },
  proxy = { "string" },
  compress = { "boolean" },
  ca_file = { "string" },
  client_cert = { "string" },
  client_key = { "string" },
  rate = { "number", "boolean", default = 300, whole = true, only = false },
  rate_period = { "number", default = 60 },
  reserve = { "number", default = 0.1, least = 0, below = 1 },
  rate_store = { "string", "table", choices = { "process", "file" }, has = "update" },
  token_pool = { "number", default = 1, whole = true },
  token_cache = { "boolean", "table", has = "update" },
  on_ambiguous = { "string", choices = { "check", "error", "resend" } },
  check_time = { "number", default = 60 },
  log = { "function", "boolean", "string", choices = { "text", "json" } },
  log_bodies = { "boolean", default = false },
  on_request = { "function" },
  poll = { "function" },
}

--- Option → what it must be.
settings.list = OPTIONS

local function names_of(kinds)
  return table.concat(kinds, " or ")
end

local function number_problem(name, value, spec)
  local least = spec.least
  if value ~= value or (least and value < least) or (not least and value <= 0) then
    return least and ("option '%s' must be at least %g"):format(name, least)
      or ("option '%s' must be above 0"):format(name)
  elseif spec.below and value >= spec.below then
    return ("option '%s' must be below %g"):format(name, spec.below)
  elseif spec.whole and value ~= math.floor(value) then
    return ("option '%s' must be a whole number"):format(name)
  end
end

local function problem_of(name, value, spec)
  local kind = type(value)
  if kind ~= spec[1] and kind ~= spec[2] and kind ~= spec[3] then
    return ("option '%s' must be a %s, got %s"):format(name, names_of(spec), kind)
  elseif kind == "number" then
    return number_problem(name, value, spec)
  elseif kind == "string" and spec.choices then
    return suggest.other("value of option '" .. name .. "'", value, spec.choices)
  elseif kind == "boolean" and spec.only ~= nil and value ~= spec.only then
    return ("option '%s' must be a number or %s"):format(name, tostring(spec.only))
  elseif kind == "table" and spec.has and type(value[spec.has]) ~= "function" then
    return ("option '%s' must be a table with a function '%s'"):format(name, spec.has)
  end
end

--- Checks the names and values of settings.
---@param given table
---@param list table|nil what they may be, like `settings.list`, which is the default
---@return string|nil misuse
function settings.problem(given, list)
  list = list or OPTIONS
  if type(given) ~= "table" then
    return ("the %s must be a table, got %s"):format(list == OPTIONS and "configuration" or "options", type(given))
  end
  for name, value in pairs(given) do
    local spec = list[name]
    if not spec then
      return suggest.unknown("option", name, suggest.keys(list))
    end
    local problem = problem_of(name, value, spec)
    if problem then
      return problem
    end
  end
end

return settings
