--- The options of a client: their types, defaults and bounds.  Data only.

local settings = {}

---@class extcontacts.Options what `ec.new` and `ec.connect` take
---@field region string|nil region id (`eu_central_1`, `eu-central-1`) or domain; default `us_east_1`
---@field base_url string|nil instead of `https://api.<domain>`: a sandbox or gateway
---@field login_url string|nil instead of `https://login.<domain>`
---@field client_id string|nil of an OAuth client with the client credentials grant
---@field client_secret string|nil
---@field access_token string|(fun(reason: string): string, number?)|nil a token, or a function that
--- returns one (and its lifetime in seconds); called with "start", "expired" or "revoked"
---@field profile string|nil section of the profile file; default `DEFAULT`
---@field timeout number|nil seconds one request may take; default 30
---@field deadline number|nil seconds a call may take, waits and retries included; default none
---@field connect_timeout number|nil seconds; default 10
---@field max_body integer|nil largest response body in bytes, uncompressed; default 64 MiB
---@field max_depth integer|nil levels of objects and arrays in an answer, at most 900; default 128
---@field max_attempts integer|nil most requests for one call; default 5
---@field max_retry_after number|nil longest wait that the server may ask for, in seconds; default 180
---@field retry boolean|nil whether a failed request is retried where that is safe; default true
---@field rate integer|false|nil requests per minute and token; default 300, the platform's limit; false for
--- no pacing
---@field rate_period number|nil seconds of the server's window; default 60, the platform's window
---@field reserve number|nil share of the rate limit reserved for other programs, 0 to below 1; default 0.1
---@field rate_store "process"|"file"|extcontacts.Store|nil where requests are counted: in this process
--- (default), or in a file that all processes on one token share (default with token_cache)
---@field store string|nil URL of a Redis server that several machines share: requests are counted and tokens
--- kept there, `rediss://user:password@host:6380/0`; default neither
---@field token_pool integer|nil tokens of the OAuth client to use side by side, each with a rate limit of
--- its own; requested only when needed; default 1
---@field token_cache boolean|extcontacts.Store|nil whether tokens are stored between runs, in a file that
--- only you can read; default true with a token_pool, otherwise false
---@field on_ambiguous "check"|"error"|"resend"|nil what follows a create whose reply was lost; default
--- "check" where the record can be looked for, otherwise "error"
---@field check_time number|nil seconds for which the record of such a create is looked for; default 60
---@field validate boolean|nil whether documented limits are checked before sending; default true
---@field headers table<string, string>|nil additional headers of every request
---@field user_agent string|nil default `extcontacts-lua/<version>`
---@field proxy string|nil URL of a proxy; default `https_proxy`, `HTTPS_PROXY`, `all_proxy` or `ALL_PROXY` of
--- the environment; "" for none
---@field no_proxy string|nil comma-separated list of hosts that are reached without the proxy; default `no_proxy`
--- or `NO_PROXY` of the environment; "" for none
---@field ca_file string|nil PEM file of the authorities to trust instead of the system's
---@field client_cert string|nil PEM file
---@field client_key string|nil PEM file
---@field compress boolean|nil whether responses may be compressed; default true over https, false over plain
--- http, which only reaches this machine
---@field log true|"text"|"json"|(fun(entry: extcontacts.LogEntry))|nil `true` and "text" write lines to
--- standard error, "json" writes JSON lines
---@field log_bodies boolean|nil whether entries contain bodies, with every value masked that may be
--- personal data; default false
---@field on_request (fun(entry: extcontacts.LogEntry))|nil called after every exchange
---@field poll (fun(fd: integer, events: string, seconds: number))|nil for coroutines of another event
--- loop: suspends the running one until the descriptor is readable (`events` is "r") or the time is over

---@class extcontacts.Config: extcontacts.Options a complete configuration
---@field base_url string
---@field login_url string
---@field timeout number
---@field connect_timeout number
---@field max_body integer
---@field max_depth integer
---@field max_attempts integer
---@field max_retry_after number
---@field retry boolean
---@field rate integer|false
---@field rate_period number
---@field reserve number
---@field token_pool integer
---@field check_time number
---@field validate boolean
---@field proxy string "" for none
---@field no_proxy string
---@field proxy_variable string|nil the environment variable that named the proxy
---@field user_agent string
---@field log_bodies boolean

-- In the form that `extcontacts.base.options` checks.
local OPTIONS = {
  region = { "string", one_line = true },
  base_url = { "string", one_line = true },
  login_url = { "string", one_line = true },
  client_id = { "string", one_line = true },
  client_secret = { "string", one_line = true },
  access_token = { "string", "function", one_line = true },
  profile = { "string" },
  timeout = { "number", default = 30 },
  deadline = { "number" },
  connect_timeout = { "number", default = 10 },
  max_body = { "number", default = 64 * 1024 * 1024 },
  -- A record is stored inside other objects, and a file has at most 1000 levels.
  max_depth = { "number", default = 128, whole = true, most = 900 },
  max_attempts = { "number", default = 5 },
  max_retry_after = { "number", default = 180 },
  retry = { "boolean", default = true },
  validate = { "boolean", default = true },
  headers = { "table" },
  user_agent = { "string", one_line = true },
  proxy = { "string", one_line = true },
  no_proxy = { "string", one_line = true },
  compress = { "boolean" },
  ca_file = { "string" },
  client_cert = { "string" },
  client_key = { "string" },
  rate = { "number", "boolean", default = 300, whole = true, only = false },
  rate_period = { "number", default = 60 },
  reserve = { "number", default = 0.1, least = 0, below = 1 },
  rate_store = { "string", "table", choices = { "process", "file" }, has = "update" },
  store = { "string", one_line = true },
  token_pool = { "number", default = 1, whole = true },
  token_cache = { "boolean", "table", has = "update" },
  on_ambiguous = { "string", choices = { "check", "error", "resend" } },
  check_time = { "number", default = 60 },
  log = { "function", "boolean", "string", choices = { "text", "json" } },
  log_bodies = { "boolean", default = false },
  on_request = { "function" },
  poll = { "function" },
}

--- Option name → its rule.
settings.list = OPTIONS

return settings
