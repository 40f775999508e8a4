--- The files of exports and imports, which are on another origin than the API,
-- and the signed links to them.
--
-- A link is all that is needed to read or write its file for as long as it is
-- valid, as with the storage services that such links usually lead to.

local record_ids = require "extcontacts.sandbox.state.record_ids"
local server_clock = require "extcontacts.sandbox.state.server_clock"

local file_links = {}

---@class extcontacts.sandbox.File
---@field id string
---@field name string
---@field text string|nil nil before the upload
---@field size integer|nil of an upload: the bytes that were announced
---@field headers { name: string, value: string }[]|nil of an upload: those that it must have

local secret, files = "", {}

--- Forgets all files; the links to them are no longer valid.
function file_links.reset()
  secret, files = record_ids.random() .. record_ids.random(), {}
end

--- The scheme, host and port of a server of the sandbox.
---@param settings table tls
---@param port integer
---@return string
function file_links.origin(settings, port)
  return ("%s://127.0.0.1:%d"):format(settings.tls and "https" or "http", port)
end

--- Adds a file.
---@param file table name, text, size, headers
---@return extcontacts.sandbox.File
function file_links.add(file)
  file.id = record_ids.random()
  files[file.id] = file
  return file
end

local function sign(method, id, expires)
  return (ngx.hmac_sha1(secret, ("%s:%s:%d"):format(method, id, expires)):gsub(".", function(byte)
    return ("%02x"):format(byte:byte())
  end))
end

--- A link to a file.
---@param settings table tls, files_port, link_ttl
---@param method "GET"|"PUT"|"POST" what the link allows
---@param file extcontacts.sandbox.File
---@return string url
function file_links.url(settings, method, file)
  local expires = math.floor(server_clock.now() + settings.link_ttl)
  return ("%s/files/%s/%s?expires=%d&signature=%s"):format(
    file_links.origin(settings, settings.files_port), file.id, ngx.escape_uri(file.name), expires,
    sign(method, file.id, expires))
end

--- The file of a link.
---@param method string
---@param id string
---@param expires integer
---@param signature string
---@return extcontacts.sandbox.File|nil
---@return "forged"|"expired"|"missing"|nil problem
function file_links.find(method, id, expires, signature)
  if sign(method, id, expires) ~= signature then
    return nil, "forged"
  elseif server_clock.now() >= expires then
    return nil, "expired"
  end
  return files[id], not files[id] and "missing" or nil
end

return file_links
