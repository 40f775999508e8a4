--- The problems that the doctor recognises: one row per problem, with its exit
-- code, its sentence and its remedy.  The checks, the command's help and the
-- manual page use these rows.

local problems = {}

---@class extcontacts.Problem
---@field name string
---@field exit_code integer
---@field sentence string `%s` stands for the subject, such as a host or a permission
---@field remedy string

---@type extcontacts.Problem[]
problems.list = {
  { name = "configuration", exit_code = 10,
    sentence = "the configuration is incomplete or not valid: %s",
    remedy = "correct the named setting; docs/configuration.md lists arguments, environment variables and "
      .. "profile keys" },
  { name = "dns", exit_code = 11,
    sentence = "can't resolve the name %s",
    remedy = "check the region (or base_url and login_url) and this machine's name servers: `getent hosts NAME`" },
  { name = "refused", exit_code = 12,
    sentence = "%s refuses connections",
    remedy = "check the port in base_url or login_url, and that the server or gateway is running" },
  { name = "unreachable", exit_code = 13,
    sentence = "can't connect to %s",
    remedy = "check the network and the firewall; if this network requires a proxy, set the proxy option or "
      .. "HTTPS_PROXY" },
  { name = "proxy", exit_code = 14,
    sentence = "the proxy rejects the connection to %s",
    remedy = "check the proxy's address, and that it allows this server and port" },
  { name = "tls_untrusted", exit_code = 15,
    sentence = "the certificate of %s is not from a trusted authority",
    remedy = "install ca-certificates; behind a gateway that inspects TLS, set ca_file (EXTCONTACTS_CA_FILE) to "
      .. "its authority's certificate" },
  { name = "tls_expired", exit_code = 16,
    sentence = "the certificate of %s has expired or is not valid yet",
    remedy = "check this machine's date; if it is right, the server's owner must renew the certificate" },
  { name = "tls_name", exit_code = 17,
    sentence = "the certificate of %s is for another name",
    remedy = "use the name that the certificate is for; check base_url, login_url and the proxy" },
  { name = "tls", exit_code = 18,
    sentence = "can't establish a TLS connection to %s",
    remedy = "check that the port supports TLS 1.2 or later; check client_cert and client_key if they are set" },
  { name = "not_the_api", exit_code = 19,
    sentence = "%s answers, but it is not the API",
    remedy = "check base_url, which is https://api.<domain> of the region; a gateway or captive portal may have "
      .. "answered" },
  { name = "clock", exit_code = 20,
    sentence = "this machine's clock is wrong: %s",
    remedy = "set the clock, for example with `timedatectl set-ntp true`" },
  { name = "credentials", exit_code = 21,
    sentence = "%s rejects the client id and secret",
    remedy = "check both, the region, and that the OAuth client has the client credentials grant" },
  { name = "token", exit_code = 22,
    sentence = "%s rejects the access token",
    remedy = "the token has expired, was revoked, or is for another region; get a new one, and check that "
      .. "base_url and login_url belong together" },
  { name = "permission", exit_code = 24,
    sentence = "missing permission %s",
    remedy = "give the OAuth client (or the token's user) a role with this permission" },
  { name = "server", exit_code = 25,
    sentence = "%s does not answer correctly",
    remedy = "try again later; if the problem persists, give Genesys support the correlation id" },
  { name = "throttled", exit_code = 75,
    sentence = "the token has used its requests at %s",
    remedy = "wait for the time in Retry-After; other programs may use the same token" },
}

---@type table<string, extcontacts.Problem>
problems.by_name = {}
for _, problem in ipairs(problems.list) do
  problems.by_name[problem.name] = problem
end

-- Code of an engine's failure → problem.
local BY_CODE = {
  dns = "dns",
  refused = "refused",
  unreachable = "unreachable",
  connect_timeout = "unreachable",
  proxy = "proxy",
  proxy_auth = "proxy",
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

--- Returns the problem that explains a failure of the engine or an error object.
---@param failure table with `code` and `status`
---@return string name
function problems.of(failure)
  if failure.status == 401 then
    return "token"
  elseif failure.status == 403 and failure.from_api then
    return "permission"
  elseif failure.status == 429 then
    return "throttled"
  elseif failure.kind == "decode" or failure.kind == "protocol"
    or failure.from_api == false and failure.status < 500
  then
    return "not_the_api"
  end
  return BY_CODE[failure.code] or "server"
end

return problems
