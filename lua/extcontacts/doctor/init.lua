--- Finds out why the API can't be used from this machine.  This room owns the
-- checks, in this order: configuration, names, connections, TLS, clock, token,
-- permissions, rate limit; the table of problems with their exit codes; and the
-- findings.  It sends reads only, and no finding contains a secret or a record's
-- data.

local access = require "extcontacts.doctor.access"
local client = require "extcontacts.client"
local config = require "extcontacts.config"
local findings = require "extcontacts.doctor.findings"
local oauth = require "extcontacts.auth.oauth"
local permissions = require "extcontacts.doctor.permissions"
local problems = require "extcontacts.doctor.problems"
local proxies = require "extcontacts.base.proxy"
local rate = require "extcontacts.doctor.rate"
local reachability = require "extcontacts.doctor.reachability"

local doctor = {}

---@class extcontacts.Examination what the checks share; also the context of their engine
---@field config extcontacts.Config
---@field findings extcontacts.Findings
---@field engine table|nil
---@field ahead integer|nil seconds this machine's clock is ahead, from the server that differs most
---@field reads integer reads sent with the token so far
---@field rate table|nil the limit that the server reported

---@class extcontacts.DoctorSettings
---@field groups string[]|nil check only the permissions of these groups of operations, such as `contacts` or
--- `organizations.notes`
---@field rate boolean|nil measure the rate limit; this uses all requests of the token's window
---@field report fun(finding: extcontacts.Finding)|nil receives each finding as it is made
---@field sources table|nil `{ getenv, read_file }`: where the configuration is read from

-- The client that checks the permissions: one request per call, so that every
-- answer is seen.
local function probing_client(ctx, token)
  local options = {}
  for name, value in pairs(ctx.config) do
    options[name] = value
  end
  options.access_token, options.retry, options.rate = token, false, false
  return client.new(options)
end

local function examine_servers(ctx, row)
  local answers, is_api = reachability.examine_api(ctx, row)
  local settings = ctx.config
  if type(settings.access_token) ~= "string"
    and reachability.host_of(settings.login_url) ~= reachability.host_of(settings.base_url) then
    answers = reachability.examine_login(ctx, oauth.row)
  end
  if answers then
    reachability.examine_clock(ctx)
  end
  return answers, is_api
end

-- Says which proxy the requests go through.
local function report_proxy(ctx)
  local settings = ctx.config
  if settings.proxy == "" or settings.base_url:sub(1, 6) ~= "https:" then
    return
  end
  ctx.findings:note("proxy", ("%s, from %s%s"):format(proxies.shown(settings.proxy),
    settings.proxy_variable or "the option 'proxy'",
    settings.no_proxy ~= "" and ", but not for " .. settings.no_proxy or ""))
end

local function examine(ctx, options, settings)
  local misuse
  ctx.config, misuse = config.resolve(options, settings.sources or {})
  if not ctx.config then
    return ctx.findings:fail("configuration", "configuration", misuse)
  end
  ctx.findings:ok("configuration", ("%s for %s"):format(
    type(ctx.config.access_token) == "string" and "an access token" or "client credentials",
    reachability.host_of(ctx.config.base_url)))
  report_proxy(ctx)

  local first = permissions.checks()[1]
  local answers, is_api = examine_servers(ctx, first.row)
  local token = answers and access.examine_token(ctx)
  if not (is_api and token) then
    return
  end
  local api = probing_client(ctx, token)
  if access.examine_permissions(ctx, api, settings.groups) then
    rate.examine(ctx)
    if settings.rate then
      rate.measure(ctx, api, first.row, first.arguments[1])
    end
  end
  api:close()
end

--- Examines a configuration, the connection and what the token may do.
---@param options table|nil as for `ec.connect`
---@param settings extcontacts.DoctorSettings|nil
---@return extcontacts.Finding[]
---@return integer exit_code of the first problem; 0 if there is no problem
function doctor.examine(options, settings)
  settings = settings or {}
  local misuse = permissions.problem(settings.groups or {})
  if misuse then
    error(misuse, 2)
  end
  local ctx = { findings = findings.new(settings.report), reads = 0 }
  examine(ctx, options or {}, settings)
  if ctx.engine then
    ctx.engine:close()
  end
  return ctx.findings.list, ctx.findings:exit_code()
end

doctor.problems = problems.list
doctor.groups = permissions.groups
--- Returns why a list of names of groups is not valid; nil if it is valid.
doctor.misuse = permissions.problem

return doctor
