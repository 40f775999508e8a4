--- Which organization a plan, a journal or a snapshot belongs to.  Organizations of
-- one region share a server, so files store the organization's id and a digest of the
-- OAuth client's id, each if it is known.

local client = require "extcontacts.client"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"
local outcome = require "extcontacts.api.outcome"

local identity = {}

---@class extcontacts.fix.Identity
---@field server string the server's address, without a path
---@field organization string|nil its id, if known
---@field organization_unknown string|nil why the server did not say it
---@field client string|nil digest of the OAuth client's id; nil for a bare access token

-- Bytes of a digest that messages show.
local SHOWN = 8

-- Keeps the digest of a client's id apart from digests of the same text elsewhere.
local LABEL = "extcontacts OAuth client\n"

--- The identity of a client's organization without asking the server.
---@param connected extcontacts.Client
---@return extcontacts.fix.Identity
function identity.credentials(connected)
  local request = assert(connected:plan("contacts.get", "x"))
  local id = client.oauth_client(connected)
  return {
    server = (request.url:gsub("/api/v2/.*$", "")),
    client = id and core.hash.sha256(LABEL .. id:lower()) or nil,
  }
end

-- Kinds of failures that say nothing about the endpoint.
local FAILED = { transport = true, timeout = true, cancelled = true, closed = true }

-- Whether the server may say it later.
local function is_passing(err)
  local is_rejected = err.kind == "auth" and (err.status ~= 403 or err.operation == "oauth.token")
  return is_rejected or FAILED[err.kind] or outcome.is_temporary(err)
end

-- The organization's id, or why the server does not say it; or nil, nil and the
-- error if it may say so later.
local function read_organization(connected)
  local found, err = connected:request("GET", "/api/v2/organizations/me")
  if err and is_passing(err) then
    return nil, nil, err
  elseif err then
    return nil, err.status and ("HTTP %d%s"):format(err.status, err.code and " " .. err.code or "") or err.kind
  elseif type(found) ~= "table" or type(found.id) ~= "string" or found.id == "" then
    return nil, "an answer without an id"
  end
  return found.id:lower()
end

-- Client → what `read_organization` found: a client's organization does not change.
local organizations = setmetatable({}, { __mode = "k" })

--- The identity of what a client is connected to.  Asks the server for the
-- organization once.  An OAuth client belongs to one organization, so its digest is
-- enough where the server refuses to answer.
---@param connected extcontacts.Client
---@return extcontacts.fix.Identity|nil
---@return extcontacts.Error|nil
function identity.of(connected)
  local known = organizations[connected]
  if not known then
    local id, unknown, err = read_organization(connected)
    if err then
      return nil, err
    end
    known = { id = id, unknown = unknown }
    organizations[connected] = known
  end
  local found = identity.credentials(connected)
  found.organization, found.organization_unknown = known.id, known.unknown
  return found
end

--- Puts the identity of a client into a file's header.
---@param header table
---@param connected extcontacts.Client
---@return true|nil
---@return extcontacts.Error|nil
function identity.stamp(header, connected)
  local found, err = identity.of(connected)
  if not found then
    return nil, err
  end
  for name, value in pairs(found) do
    header[name] = value
  end
  return true
end

--- A digest as messages show it.
---@param digest string|nil
---@return string|nil
function identity.short(digest)
  return digest and digest:sub(1, SHOWN)
end

--- The organization of a file for people: its id, or the OAuth client; nil if
-- neither is known.
---@param header extcontacts.fix.Identity
---@return string|nil
function identity.text(header)
  if header.organization then
    return "organization " .. header.organization
  end
  return header.client and "OAuth client " .. identity.short(header.client) or nil
end

local REMEDY = "; if both belong to the same organization, pass same_organization = true (--same-organization)"

-- Why the OAuth clients of a file and of a connection differ; nil if they are the
-- same one.
local function client_problem(file, connection)
  if not connection.client then
    return "but an access token alone does not show its organization; use the OAuth client" .. REMEDY
  elseif file.client ~= connection.client then
    return ("but the client is connected as OAuth client %s; use the credentials of that organization%s"):format(
      identity.short(connection.client), REMEDY)
  end
end

--- Why a file must not be used with a connection; nil if it may.  Ids of
-- organizations decide if both are known.
---@param path string
---@param file extcontacts.fix.Identity the file's header
---@param connection extcontacts.fix.Identity
---@param same_organization boolean|nil the caller vouches for it
---@return string|nil problem
---@return string|nil code
function identity.problem(path, file, connection, same_organization)
  if file.server ~= connection.server then
    return ("%s belongs to %s, but the client is connected to %s; connect to that server (--region, --base-url)")
      :format(path, tostring(file.server), connection.server), "server"
  elseif file.organization and connection.organization then
    return file.organization ~= connection.organization and ("%s belongs to the organization %s, but the client is "
      .. "connected to the organization %s; use the credentials of that organization"):format(path, file.organization,
      connection.organization) or nil, "organization"
  elseif same_organization then
    return nil
  elseif not file.client then
    return ("%s was made with an access token, which does not show its organization; make it again with an OAuth "
      .. "client%s"):format(path, REMEDY), "organization"
  end
  local problem = client_problem(file, connection)
  return problem and ("%s belongs to OAuth client %s, %s"):format(path, identity.short(file.client), problem),
    "organization"
end

--- The error if a file must not be used with a client.  Nothing but the question
-- for the organization is sent, and that only if the answer can matter.
---@param path string
---@param header extcontacts.fix.Identity
---@param connected extcontacts.Client
---@param same_organization boolean|nil
---@return true|nil
---@return extcontacts.Error|nil
function identity.check(path, header, connected, same_organization)
  local connection = identity.credentials(connected)
  if header.organization and header.server == connection.server then
    local found, err = identity.of(connected)
    if not found then
      return nil, err
    end
    connection = found
  end
  local problem, code = identity.problem(path, header, connection, same_organization)
  if problem then
    return errors.invalid(problem, code)
  end
  return true
end

--- Whether a file is known to belong to a client's organization; the caller's word
-- for it does not count.
---@param header extcontacts.fix.Identity
---@param connection extcontacts.fix.Identity
---@return boolean
function identity.is_known(header, connection)
  return identity.problem("", header, connection) == nil
end

return identity
