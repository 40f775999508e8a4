--- What can be wrong with a connection to the API: one row a problem, with its
-- exit code, its sentence and what to do about it.  The doctor's checks, the
-- command's help and its documentation are made from these rows.

local problems = {}

---@class extcontacts.Problem
---@field name string
---@field exit_code integer
---@field sentence string `%s` stands for what the check names
---@field remedy string

---@type extcontacts.Problem[]
problems.list = {
  { name = "configuration", exit_code = 10,
    sentence = "the configuration is incomplete or wrong: %s",
    remedy = "correct the named setting; docs/configuration.md lists arguments, environment variables and "
      .. "profile keys" },
  { name = "dns", exit_code = 11,
    sentence = "the name %s can't be resolved",
    remedy = "check the region (or base_url and login_url) and this machine's name servers: `getent hosts NAME`" },
  { name = "refused", exit_code = 12,
    sentence = "%s refuses connections",
    remedy = "check the port in base_url or login_url, and that the server or gateway is running" },
  { name = "unreachable", exit_code = 13,
    sentence = "no connection to %s comes about",
    remedy = "check the network and the firewall; where only a proxy leads out, set the proxy option or HTTPS_PROXY" },
  { name = "proxy", exit_code = 14,
    sentence = "the proxy does not open the way to %s",
    remedy = "check the proxy's address and whether it allows this server and port" },
  { name = "tls_untrusted", exit_code = 15,
    sentence = "the certificate of %s is of no authority that is trusted here",
    remedy = "install ca-certificates; behind a gateway that opens TLS, name its authority with ca_file "
      .. "(EXTCONTACTS_CA_FILE)" },
  { name = "tls_expired", exit_code = 16,
    sentence = "the certificate of %s has expired, or is not valid yet",
    remedy = "check this machine's date; if that is right, the server's owner must renew the certificate" },
  { name = "tls_name", exit_code = 17,
    sentence = "the certificate of %s is for another name",
    remedy = "use the name the certificate is for; check base_url, login_url and any proxy between" },
  { name = "tls", exit_code = 18,
    sentence = "no TLS connection to %s comes about",
    remedy = "check that the port speaks TLS 1.2 or later, and client_cert and client_key where they are set" },
  { name = "not_the_api", exit_code = 19,
    sentence = "%s answers, but not as the API does",
    remedy = "check base_url: it is https://api.<domain> of the region; a gateway or captive portal may answer" },
  { name = "clock", exit_code = 20,
    sentence = "this machine's clock is %s the server's",
    remedy = "set the clock, for example with `timedatectl set-ntp true`" },
  { name = "credentials", exit_code = 21,
    sentence = "the client id and secret are refused by %s",
    remedy = "check both, the region, and that the OAuth client has the client credentials grant" },
  { name = "token", exit_code = 22,
    sentence = "the access token is refused by %s",
    remedy = "it has expired, was revoked, or is of another region; get a new one, and check that base_url and "
      .. "login_url belong together" },
  { name = "permission", exit_code = 24,
    sentence = "the permission %s is missing",
    remedy = "give the OAuth client (or the token's user) a role that has it" },
  { name = "server", exit_code = 25,
    sentence = "%s gives no proper answer",
    remedy = "try again later; if it stays, tell the platform's support the correlation id" },
  { name = "throttled", exit_code = 75,
    sentence = "the token has used up its requests at %s",
    remedy = "wait as long as Retry-After says; other programs may use the same token" },
}

---@type table<string, extcontacts.Problem>
problems.by_name = {}
for _, problem in ipairs(problems.list) do
  problems.by_name[problem.name] = problem
end

-- An engine's failure, by its code → problem.
local OF_CODE = {
  dns = "dns",
  refused = "refused",
  unreachable = "unreachable",
  connect_timeout = "unreachable",
  proxy = "proxy",
  tls_untrusted = "tls_untrusted",
  tls_certificate = "tls_untrusted",
  tls_expired = "tls_expired",
  tls_not_yet_valid = "tls_expired",
  tls_name = "tls_name",
  tls = "tls",
  tls_client_cert = "tls",
  tls_ca_file = "configuration",
  insecure = "configuration",
  url = "configuration",
  not_built_in = "configuration",
  malformed = "not_the_api",
}

--- The problem behind a failure of the engine or an error object.
---@param failure table with `code` and `status`
---@return string name
function problems.of(failure)
  if failure.status == 401 then
    return "token"
  elseif failure.status == 403 then
    return "permission"
  elseif failure.status == 429 then
    return "throttled"
  elseif failure.kind == "decode" or failure.kind == "protocol" then
    return "not_the_api"
  end
  return OF_CODE[failure.code] or "server"
end

return problems
