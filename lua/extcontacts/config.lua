--- Where the client's settings come from: arguments, then the environment,
-- then the platform CLI's profile file (read, never written).

local files = require "extcontacts.files"
local suggest = require "extcontacts.suggest"

local config = {}

--- Region id → domain.
---@type table<string, string>
config.regions = {
  us_east_1 = "mypurecloud.com",
  us_east_2 = "use2.us-gov-pure.cloud",
  us_west_2 = "usw2.pure.cloud",
  ca_central_1 = "cac1.pure.cloud",
  sa_east_1 = "sae1.pure.cloud",
  mx_central_1 = "mxc1.pure.cloud",
  eu_west_1 = "mypurecloud.ie",
  eu_west_2 = "euw2.pure.cloud",
  eu_central_1 = "mypurecloud.de",
  eu_central_2 = "euc2.pure.cloud",
  eusc_de_east_1 = "edee1.eusc-pure.cloud",
  me_central_1 = "mec1.pure.cloud",
  ap_south_1 = "aps1.pure.cloud",
  ap_southeast_1 = "apse1.pure.cloud",
  ap_southeast_2 = "mypurecloud.com.au",
  ap_northeast_1 = "mypurecloud.jp",
  ap_northeast_2 = "apne2.pure.cloud",
  ap_northeast_3 = "apne3.pure.cloud",
}

---@class extcontacts.Config
---@field region string|nil region id (`eu_central_1`, `eu-central-1`) or domain; default `us_east_1`
---@field base_url string|nil instead of `https://api.<domain>`: a sandbox or gateway
---@field login_url string|nil instead of `https://login.<domain>`
---@field client_id string|nil of an OAuth client with the client credentials grant
---@field client_secret string|nil
---@field access_token string|(fun(reason: string): string, number?)|nil a token, or a function that
--- gives one (and the seconds it lives); called with "start", "expired" or "revoked"
---@field profile string|nil section of the profile file; default `DEFAULT`
---@field timeout number seconds one request may take; default 30
---@field deadline number|nil seconds a call may take, waits and repeats included; default none
---@field connect_timeout number seconds; default 10
---@field max_body integer largest answer in bytes, unpacked; default 64 MiB
---@field max_attempts integer requests for one call at most; default 5
---@field max_retry_after number longest wait the server may ask for, in seconds; default 180
---@field retry boolean whether a failed request is repeated where that is safe; default true
---@field validate boolean whether documented limits are checked before sending; default true
---@field headers table<string, string>|nil further headers of every request
---@field user_agent string
---@field proxy string|nil URL of a proxy; "" for none, also when the environment names one
---@field ca_file string|nil PEM file of the authorities to trust instead of the system's
---@field client_cert string|nil PEM file
---@field client_key string|nil PEM file
---@field compress boolean|nil whether answers may come compressed; default: yes, but not over plain
--- http, which goes to this machine only and has no network to spare
---@field log true|(fun(entry: extcontacts.LogEntry))|nil `true` writes lines to standard error
---@field on_request (fun(entry: extcontacts.LogEntry))|nil called after every exchange

-- Option → the type it must have, and its default.
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
  log = { "function", "boolean" },
  on_request = { "function" },
}

-- Option → environment variables, the first that is set counts.
local ENVIRONMENT = {
  region = { "GENESYSCLOUD_REGION" },
  client_id = { "GENESYSCLOUD_OAUTHCLIENT_ID", "PURECLOUD_CLIENT_ID" },
  client_secret = { "GENESYSCLOUD_OAUTHCLIENT_SECRET", "PURECLOUD_SECRET" },
  access_token = { "GENESYSCLOUD_ACCESS_TOKEN" },
  profile = { "GENESYSCLOUD_PROFILE" },
  base_url = { "EXTCONTACTS_BASE_URL" },
  login_url = { "EXTCONTACTS_LOGIN_URL" },
  ca_file = { "EXTCONTACTS_CA_FILE" },
}

-- Option → its key in the profile file.
local PROFILE_KEYS = {
  region = "environment",
  client_id = "client_credentials",
  client_secret = "client_secret",
  access_token = "access_token",
}

--- Checks the names and types of options.
---@param options table
---@return string|nil misuse
function config.problem(options)
  if type(options) ~= "table" then
    return "the configuration must be a table, got " .. type(options)
  end
  for name, value in pairs(options) do
    local spec = OPTIONS[name]
    if not spec then
      return suggest.unknown("option", name, suggest.keys(OPTIONS))
    end
    if type(value) ~= spec[1] and type(value) ~= spec[2] then
      return ("option '%s' must be a %s, got %s"):format(
        name, table.concat(spec, " or "), type(value))
    end
    if type(value) == "number" and (value <= 0 or value ~= value) then
      return ("option '%s' must be above 0"):format(name)
    end
  end
end

--- The domain of a region id or domain; ids may be written with `-` or `_`.
---@param region string
---@return string|nil domain
---@return string|nil misuse
function config.domain(region)
  if region:find(".", 1, true) then
    if region:match("^[%w%-%.]+$") then
      return region
    end
    return nil, "region must be a region id or a domain like mypurecloud.de"
  end
  local id = region:lower():gsub("-", "_")
  local domain = config.regions[id]
  if domain then
    return domain
  end
  return nil, suggest.unknown("region", region, suggest.keys(config.regions))
end

-- Reads `[section]` and `key = value` lines, which is all of TOML that the
-- profile file uses.  Section and key names count without case, as there.
local function parse_profiles(text)
  local profiles, section = {}, nil
  for line in text:gmatch("[^\r\n]+") do
    local name = line:match("^%s*%[%s*[\"']?([^%]\"']+)[\"']?%s*%]")
    local key, value = line:match("^%s*[\"']?([%w_%-]+)[\"']?%s*=%s*(.-)%s*$")
    if name then
      section = profiles[name:lower()] or {}
      profiles[name:lower()] = section
    elseif key and section then
      local quoted = value:match('^"(.*)"') or value:match("^'(.*)'")
      if value:sub(1, 1) == '"' and quoted then
        quoted = quoted:gsub('\\(["\\])', "%1")
      end
      section[key:lower()] = quoted or value:match("^[^#]*"):gsub("%s+$", "")
    end
  end
  return profiles
end

-- The settings of a profile, or nil and why there are none.
local function read_profile(name, getenv, read_file)
  local home = getenv "HOME"
  local text = home and read_file(home .. "/.gc/config.toml")
  if not text then
    return nil, name and ("profile '%s' was asked for, but ~/.gc/config.toml can't be read")
      :format(name)
  end
  local profiles = parse_profiles(text)
  local wanted = name or "DEFAULT"
  local section = profiles[wanted:lower()]
  if not section then
    return nil, name and suggest.unknown("profile", name, suggest.keys(profiles))
  end
  local settings = {}
  for option, key in pairs(PROFILE_KEYS) do
    if section[key] and section[key] ~= "" then
      settings[option] = section[key]
    end
  end
  return settings
end

-- Credentials go together: a secret from one source must not meet an id from
-- another, and a token given nearer beats credentials from further away.
local CREDENTIALS = { access_token = true, client_id = true, client_secret = true }

local function has_credentials(settings)
  for name in pairs(CREDENTIALS) do
    if settings[name] then
      return true
    end
  end
  return false
end

local function fill(settings, more)
  local keep_credentials = has_credentials(settings)
  for name, value in pairs(more) do
    if settings[name] == nil and not (keep_credentials and CREDENTIALS[name]) then
      settings[name] = value
    end
  end
end

local function from_environment(getenv)
  local settings = {}
  for option, variables in pairs(ENVIRONMENT) do
    for _, variable in ipairs(variables) do
      local value = getenv(variable)
      if settings[option] == nil and value and value ~= "" then
        settings[option] = value
      end
    end
  end
  return settings
end

local NO_CREDENTIALS = "no credentials: pass client_id and client_secret (or access_token), or set "
  .. "GENESYSCLOUD_OAUTHCLIENT_ID and GENESYSCLOUD_OAUTHCLIENT_SECRET"

local function url_problem(name, url)
  if not url:match("^https?://[^/?#@%s]+[^?#%s]*$") then
    return ("option '%s' must be a URL without a query, like https://api.mypurecloud.com")
      :format(name)
  end
end

--- Completes a configuration.
---@param options table|nil the arguments
---@param sources table|nil `{ getenv, read_file }` to search; nil for arguments only
---@return extcontacts.Config|nil
---@return string|nil misuse
function config.resolve(options, sources)
  options = options or {}
  local problem = config.problem(options)
  if problem then
    return nil, problem
  end
  local settings = {}
  for name, value in pairs(options) do
    settings[name] = value
  end

  if sources then
    local getenv = sources.getenv or os.getenv
    fill(settings, from_environment(getenv))
    local profile, missing = read_profile(settings.profile, getenv, sources.read_file or files.read)
    if missing then
      return nil, missing
    end
    fill(settings, profile or {})
  end

  for name, spec in pairs(OPTIONS) do
    if settings[name] == nil then
      settings[name] = spec.default
    end
  end
  if not settings.access_token then
    if not (settings.client_id and settings.client_secret) then
      if settings.client_id or settings.client_secret then
        return nil, settings.client_id and "client_id is given, client_secret is missing"
          or "client_secret is given, client_id is missing"
      end
      return nil, NO_CREDENTIALS
    end
  end

  if not (settings.base_url and settings.login_url) then
    local domain
    domain, problem = config.domain(settings.region or "us_east_1")
    if not domain then
      return nil, problem
    end
    if settings.base_url and not settings.access_token then
      return nil, "base_url is given, login_url is missing: credentials would go to another host"
    end
    settings.base_url = settings.base_url or "https://api." .. domain
    settings.login_url = settings.login_url or "https://login." .. domain
  end
  for _, name in ipairs { "base_url", "login_url" } do
    settings[name] = settings[name]:gsub("/+$", "")
    problem = url_problem(name, settings[name])
    if problem then
      return nil, problem
    end
  end
  if settings.compress == nil then
    settings.compress = settings.base_url:sub(1, 6) == "https:"
  end
  return settings
end

return config
