--- Which organization a plan, a journal or a snapshot belongs to.  Organizations of
-- one region share a server, so files store the organization's id and a digest of the
-- OAuth client's id, each if it is known.

local client = require "extcontacts.client"
local core = require "extcontacts.core"
local errors = require "extcontacts.base.errors"

local identity = {}

---@class extcontacts.fix.Identity
---@field server string the server's address, without a path
---@field organization string|nil its id, if known
---@field client string|nil digest of the OAuth client's id; nil for a bare access token

-- Bytes of a digest that messages show.
local SHOWN = 8

-- Keeps the digest of a client's id apart from digests of the same text elsewhere.
local LABEL = "extcontacts OAuth client\n"

--- The identity of what a client is connected to.
---@param connected extcontacts.Client
---@return extcontacts.fix.Identity
function identity.of(connected)
  local request = assert(connected:plan("contacts.get", "x"))
  local id = client.oauth_client(connected)
  return {
    server = (request.url:gsub("/api/v2/.*$", "")),
    client = id and core.hash.sha256(LABEL .. id:lower()) or nil,
  }
end

--- Puts the identity of a client into a file's header.
---@param header table
---@param connected extcontacts.Client
function identity.stamp(header, connected)
  for name, value in pairs(identity.of(connected)) do
    header[name] = value
  end
end

--- A digest as messages show it.
---@param digest string|nil
---@return string|nil
function identity.short(digest)
  return digest and digest:sub(1, SHOWN)
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

--- The error if a file must not be used with a client.
---@param path string
---@param header extcontacts.fix.Identity
---@param connected extcontacts.Client
---@param same_organization boolean|nil
---@return true|nil
---@return extcontacts.Error|nil
function identity.check(path, header, connected, same_organization)
  local problem, code = identity.problem(path, header, identity.of(connected), same_organization)
  if problem then
    return errors.invalid(problem, code)
  end
  return true
end

return identity
