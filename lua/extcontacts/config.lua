--- Completes a client's configuration: arguments, then the environment, then the
-- platform CLI's profile file, which is read and never written.

local environment = require "extcontacts.base.environment"
local files = require "extcontacts.base.files"
local header_fields = require "extcontacts.api.header_fields"
local option_rules = require "extcontacts.base.options"
local proxies = require "extcontacts.base.proxy"
local settings_table = require "extcontacts.api.settings"
local suggest = require "extcontacts.base.suggest"
local texts = require "extcontacts.base.text"
local version = require "extcontacts.version"

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

-- Option → environment variables; the first one that is set counts.
local ENVIRONMENT = {
  region = { "GENESYSCLOUD_REGION" },
  client_id = { "GENESYSCLOUD_OAUTHCLIENT_ID", "PURECLOUD_CLIENT_ID" },
  client_secret = { "GENESYSCLOUD_OAUTHCLIENT_SECRET", "PURECLOUD_SECRET" },
  access_token = { "GENESYSCLOUD_ACCESS_TOKEN" },
  profile = { "GENESYSCLOUD_PROFILE" },
  base_url = { "EXTCONTACTS_BASE_URL" },
  login_url = { "EXTCONTACTS_LOGIN_URL" },
  ca_file = { "EXTCONTACTS_CA_FILE" },
  rate = { "EXTCONTACTS_RATE" },
  store = { "EXTCONTACTS_STORE" },
}

-- Read for every client, as curl reads them: all requests but those to this machine
-- are sent by https.
local PROXY_ENVIRONMENT = {
  proxy = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" },
  no_proxy = { "no_proxy", "NO_PROXY" },
}

for _, group in ipairs { ENVIRONMENT, PROXY_ENVIRONMENT, { { "HOME", "XDG_STATE_HOME" } } } do
  for _, variables in pairs(group) do
    environment.keep(variables)
  end
end

-- Option → its key in the profile file.
local PROFILE_KEYS = {
  region = "environment",
  client_id = "client_credentials",
  client_secret = "client_secret",
  access_token = "access_token",
}

--- The domain of a region id or domain; ids may be written with `-` or `_`.
---@param region string
---@return string|nil domain
---@return string|nil misuse
function config.domain(region)
  if region:find(".", 1, true) then
    if region:match("^[%w%-%.]+$") then
      return region
    end
    return nil, "region must be a region id or a domain, such as mypurecloud.de"
  end
  local id = region:lower():gsub("-", "_")
  local domain = config.regions[id]
  if domain then
    return domain
  end
  return nil, suggest.unknown("region", region, suggest.keys(config.regions))
end

-- Reads `[section]` and `key = value` lines, all of TOML that the profile file
-- uses.  The case of section and key names does not matter, as in the CLI.
local function parse_profiles(text)
  local profiles, section = {}, nil
  for line in text:gmatch("[^\r\n]+") do
    local name = line:match("^%s*%[([^%]]*)%]")
    name = name and texts.trim(name):match("^[\"']?([^\"']+)[\"']?$")
    local key, value = line:match("^%s*[\"']?([%w_%-]+)[\"']?%s*=(.*)$")
    if name then
      section = profiles[name:lower()] or {}
      profiles[name:lower()] = section
    elseif key and section then
      value = texts.trim(value)
      local quoted = value:match('^"(.*)"') or value:match("^'(.*)'")
      if value:sub(1, 1) == '"' and quoted then
        quoted = quoted:gsub('\\(["\\])', "%1")
      end
      section[key:lower()] = quoted or texts.trim(value:match("^[^#]*"))
    end
  end
  return profiles
end

-- The settings of a profile; or nil and what is wrong, if a profile was named.
local function read_profile(name, getenv, read_file)
  local home = getenv "HOME"
  local text = home and read_file(home .. "/.gc/config.toml")
  if not text then
    return nil, name and ("profile '%s' is set, but ~/.gc/config.toml can't be read")
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

-- Credentials belong together: a secret from one source never meets an id from
-- another, and a token from a nearer source wins over credentials from a
-- farther one.
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

local function from_environment(getenv, options)
  local settings, names = {}, {}
  for option, variables in pairs(options) do
    for _, variable in ipairs(variables) do
      local value = getenv(variable)
      if settings[option] == nil and value and value ~= "" then
        settings[option], names[option] = value, variable
      end
    end
  end
  return settings, names
end

-- The proxy and the hosts without one, "" for none, so that libcurl does not read an
-- environment that nginx has removed by then.
local function complete_proxy(settings, getenv)
  local found, names = from_environment(getenv, PROXY_ENVIRONMENT)
  if settings.proxy == nil then
    settings.proxy, settings.proxy_variable = found.proxy, names.proxy
  end
  settings.proxy = settings.proxy or ""
  settings.no_proxy = settings.no_proxy or found.no_proxy or ""
  return settings.proxy ~= "" and proxies.problem(settings.proxy, settings.proxy_variable or "option 'proxy'") or nil
end

-- EXTCONTACTS_RATE is a number, or "off".
local function read_rate(settings)
  local text = settings.rate
  if text == "off" then
    settings.rate = false
  elseif text then
    settings.rate = tonumber(text)
    if not settings.rate or settings.rate < 1 or settings.rate ~= math.floor(settings.rate) then
      return "EXTCONTACTS_RATE must be a number of requests per minute, such as 300, or off"
    end
  end
end

-- What is wrong if credentials are missing; nil if they are complete.
local function credentials_problem(settings)
  local missing = {}
  for _, name in ipairs { "client_id", "client_secret" } do
    missing[#missing + 1] = not settings[name] and ENVIRONMENT[name][1] or nil
  end
  if settings.access_token or #missing == 0 then
    return nil
  elseif #missing == 1 then
    local has_id = settings.client_id ~= nil
    return (has_id and "client_id is set, but client_secret is missing"
      or "client_secret is set, but client_id is missing") .. environment.hint(missing)
  end
  return ("no credentials: pass client_id and client_secret, or access_token; or set %s%s")
    :format(table.concat(missing, " and "), environment.hint(missing))
end

local function url_problem(name, url)
  if not url:match("^https?://[^/?#@%s]+[^?#%s]*$") then
    return ("option '%s' must be a URL without a query, such as https://api.mypurecloud.com")
      :format(name)
  end
end

-- The store of several machines is used for what has no store of its own.
local function use_store(settings)
  if settings.store then
    settings.rate_store = settings.rate_store or settings.store
    if settings.token_cache == true or settings.token_cache == nil and not settings.access_token then
      settings.token_cache = settings.store
    end
  end
end

--- Completes a configuration.
---@param options table|nil the arguments
---@param sources table|nil `{ getenv, read_file }`; nil for arguments only
---@return extcontacts.Config|nil
---@return string|nil misuse
function config.resolve(options, sources)
  options = options or {}
  local problem = option_rules.problem(options, settings_table.list, "configuration")
  if problem then
    return nil, problem
  end
  local settings = {}
  for name, value in pairs(options) do
    settings[name] = value
  end

  local getenv = sources and sources.getenv or environment.get
  problem = complete_proxy(settings, getenv)
  if problem then
    return nil, problem
  elseif sources then
    local found = from_environment(getenv, ENVIRONMENT)
    problem = read_rate(found)
    if problem then
      return nil, problem
    end
    fill(settings, found)
    local profile, missing = read_profile(settings.profile, getenv, sources.read_file or files.read)
    if missing then
      return nil, missing
    end
    fill(settings, profile or {})
    local proxy_variable = settings.proxy_variable -- no option
    settings.proxy_variable = nil
    problem = option_rules.problem(settings, settings_table.list, "configuration")
    settings.proxy_variable = proxy_variable
    if problem then
      return nil, problem
    end
  end
  problem = settings.headers and header_fields.problem(settings.headers)
  if problem then
    return nil, problem
  end

  for name, spec in pairs(settings_table.list) do
    if settings[name] == nil then
      settings[name] = spec.default
    end
  end
  settings.user_agent = settings.user_agent or "extcontacts-lua/" .. version
  problem = credentials_problem(settings)
  if problem then
    return nil, problem
  end

  if not (settings.base_url and settings.login_url) then
    local domain
    domain, problem = config.domain(settings.region or "us_east_1")
    if not domain then
      return nil, problem
    end
    if settings.base_url and not settings.access_token then
      return nil, "base_url is set, but login_url is missing: the credentials would go to another host"
    end
    settings.base_url = settings.base_url or "https://api." .. domain
    settings.login_url = settings.login_url or "https://login." .. domain
  end
  for _, name in ipairs { "base_url", "login_url" } do
    settings[name] = texts.split_end(settings[name], "^/")
    problem = url_problem(name, settings[name])
    if problem then
      return nil, problem
    end
  end
  use_store(settings)
  if settings.token_cache == nil then
    settings.token_cache = settings.token_pool > 1
  end
  if settings.access_token and (settings.token_pool > 1 or settings.token_cache) then
    return nil, "token_pool and token_cache need client_id and client_secret, not an access_token"
  end
  settings.rate_store = settings.rate_store or (settings.token_cache and "file" or "process")
  if settings.compress == nil then
    settings.compress = settings.base_url:sub(1, 6) == "https:"
  end
  return settings
end

return config
