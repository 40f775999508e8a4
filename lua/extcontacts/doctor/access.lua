--- The checks of the token and of the permissions that reads show.

local compat = require "extcontacts.base.compat"
local oauth = require "extcontacts.auth.oauth"
local permissions = require "extcontacts.doctor.permissions"
local problems = require "extcontacts.doctor.problems"
local rate = require "extcontacts.doctor.rate"
local reachability = require "extcontacts.doctor.reachability"
local secrets = require "extcontacts.api.secrets"

local access = {}

local unpack = compat.unpack

local host_of = reachability.host_of

--- Returns a token, or nil after a finding that says why not.
---@param ctx extcontacts.Examination
---@return string|nil
function access.examine_token(ctx)
  local config, findings = ctx.config, ctx.findings
  if type(config.access_token) == "string" then
    findings:note("token", "from the configuration; the first read checks it")
    return config.access_token
  end
  local host = host_of(config.login_url)
  local reply, failure = reachability.send(ctx, oauth.request(config))
  local grant, err
  if reply then
    secrets.conceal_reply(reply, secrets.of(config))
    grant, err = oauth.classify(oauth.row, reply)
  end
  if grant then
    local life = not grant.is_assumed and (", valid for %.1f h"):format(grant.lifetime / 3600) or ""
    findings:ok("token", "granted by " .. host .. life, { lifetime = not grant.is_assumed and grant.lifetime or nil })
    return grant.token
  end
  err = err or failure
  local name = err.kind == "auth" and "credentials" or problems.of(err)
  findings:fail("token", name, host, name ~= "credentials" and err.message or nil,
    { status = err.status, code = err.code, correlation_id = err.correlation_id })
  return nil
end

local function list(names)
  return table.concat(names, ", ")
end

-- Sends one check's read; false if no further check makes sense.
local function examine_permission(ctx, client, check)
  local text = permissions.text(check)
  local _, err, response = client:call(check.row.short, unpack(check.arguments))
  ctx.reads = ctx.reads + 1
  response = response or (err and err.response) or { headers = {} }
  rate.read_headers(ctx, response.headers)
  local facts = {
    permissions = check.permissions,
    groups = check.groups,
    operation = check.row.short,
    status = err and err.status or response.status,
    correlation_id = err and err.correlation_id,
  }
  local name = err and problems.of(err)
  if not err then
    ctx.findings:ok("permission", ("%s (%s)"):format(text, list(check.groups)), facts)
    return true
  elseif name == "permission" then
    ctx.findings:fail("permission", "permission", text, "needed by " .. list(check.groups), facts)
    return true
  elseif err.kind == "cancelled" then
    error(err, 0)
  end
  facts.retry_after = err.retry_after
  ctx.findings:fail(name == "throttled" and "rate" or name == "token" and "token" or "permission", name,
    host_of(ctx.config.base_url), name ~= "token" and err.message or nil, facts)
  return false
end

-- Of permissions of which one is enough, the last is the general one.
local function unchecked_names(check)
  return check.mode == "all" and check.permissions or { check.permissions[#check.permissions] }
end

--- Checks the permissions of the groups.
---@param ctx extcontacts.Examination
---@param client extcontacts.Client
---@param groups string[]|nil
---@return boolean completed false if a failure ended the checks early
function access.examine_permissions(ctx, client, groups)
  local unchecked, seen = {}, {}
  for _, check in ipairs(permissions.checks(groups)) do
    if check.row then
      if not examine_permission(ctx, client, check) then
        return false
      end
    else
      for _, name in ipairs(unchecked_names(check)) do
        if not seen[name] then
          seen[name] = true
          unchecked[#unchecked + 1] = name
        end
      end
    end
  end
  if #unchecked > 0 then
    ctx.findings:note("permission", "not checked, because only writes need them: " .. list(unchecked),
      { permissions = unchecked })
  end
  return true
end

return access
