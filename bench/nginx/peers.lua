-- The handlers of the nginx under test: each does one reverse lookup of a number
-- and answers with the id of the contact.
local ec = require "extcontacts"
local resty = require "extcontacts.resty"

local PATH = "/api/v2/externalcontacts/reversewhitepageslookup?lookupVal="

local peers = {}

--- A client on nginx's own sockets, written for a single purpose: it keeps
-- connections, trusts the answer, and finds the id in its text.
---@param api { host: string, port: integer, tls: boolean }
function peers.cosocket(api)
  local socket = ngx.socket.tcp()
  socket:settimeout(5000)
  assert(socket:connect(api.host, api.port, { pool_size = 256 }))
  if api.tls and socket:getreusedtimes() == 0 then
    assert(socket:sslhandshake(nil, api.host, false))
  end
  assert(socket:send("GET " .. PATH .. ngx.escape_uri(ngx.unescape_uri(ngx.var.arg_n))
    .. " HTTP/1.1\r\nHost: " .. api.host .. "\r\nAuthorization: Bearer token\r\nAccept: application/json\r\n\r\n"))
  local status = assert(socket:receive "*l")
  assert(status:find(" 200 ", 1, true), status)
  local length
  repeat
    local line = assert(socket:receive "*l")
    length = length or line:match "^[Cc]ontent%-[Ll]ength: (%d+)"
  until line == ""
  local body = assert(socket:receive(tonumber(length)))
  socket:setkeepalive(60000, 256)
  ngx.say(body:match '"id":"([^"]+)"')
end

--- A general HTTP client on nginx's own sockets, and lua-cjson.
---@param api { url: string }
function peers.resty_http_like(api)
  local http = require "bench.nginx.resty_http_like"
  local found = http.get_json(api.url .. PATH .. ngx.escape_uri(ngx.unescape_uri(ngx.var.arg_n)),
    { Authorization = "Bearer token", Accept = "application/json" })
  ngx.say(found.contacts[1].id)
end

--- The bare engine: this module without checks, decoding, rate limit and retries.
---@param api { url: string, ca_file: string|nil }
---@return fun()
function peers.engine(api)
  local env = require "extcontacts.runtime.nginx"
  local headers = { { "Authorization", "Bearer token" }, { "Accept", "application/json" } }
  local engine
  return function()
    engine = engine or env.engine { ca_file = api.ca_file }
    local transfer = assert(engine:submit {
      method = "GET", url = api.url .. PATH .. ngx.escape_uri(ngx.unescape_uri(ngx.var.arg_n)), headers = headers,
    })
    env.wait(engine, transfer)
    ngx.say(assert(transfer:result()).body:match '"id":"([^"]+)"')
  end
end

--- This module's client.
---@param api { url: string, ca_file: string|nil }
---@return fun()
function peers.client(api)
  local client = ec.new {
    base_url = api.url, login_url = api.url, access_token = "token", ca_file = api.ca_file, rate = false,
  }
  return function()
    local found = assert(client:get_externalcontacts_reversewhitepageslookup(ngx.unescape_uri(ngx.var.arg_n)))
    ngx.say(found.contacts[1].id)
  end
end

--- This module's caller lookup, extcontacts.resty.
---@param api { url: string, ca_file: string|nil }
---@param options table|nil of the lookup, and `store`, the client's
---@return fun()
function peers.kit(api, options)
  local all = { dict = "lookups" }
  for name, value in pairs(options or {}) do
    all[name] = value
  end
  all.client = ec.new {
    base_url = api.url, login_url = api.url, access_token = "token", ca_file = api.ca_file, rate = false,
    store = all.store,
  }
  all.store = nil
  local lookup = resty.lookup(all)
  return function()
    local contact, err, answer = lookup:caller((ngx.unescape_uri(ngx.var.arg_n)))
    if err then
      ngx.status = 502
      ngx.say(tostring(err))
      ngx.log(ngx.ERR, tostring(err))
    else
      ngx.say(contact.id, answer and answer.stale and " stale" or "")
    end
  end
end

return peers
