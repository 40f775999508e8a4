--- A plain HTTP client for specs of the sandbox: luasocket and lua-cjson, so
-- that nothing of extcontacts tests itself.

local cjson = require "cjson"
local http = require "socket.http"
local ltn12 = require "ltn12"
local mime = require "mime"

local api = { base = "/api/v2/externalcontacts" }

--- Percent-encodes everything that is not unreserved.
function api.escape(text)
  return (tostring(text):gsub("[^%w%-._~]", function(character)
    return ("%%%02X"):format(character:byte())
  end))
end

--- One request.
---@param url string
---@param options { method: string, headers: table, body: string|nil }|nil
---@return { status: integer|nil, headers: table, text: string, body: any, failure: string|nil }
function api.request(url, options)
  options = options or {}
  local headers = {}
  for name, value in pairs(options.headers or {}) do
    headers[name] = value
  end
  if options.body then
    headers["content-length"] = #options.body
  end
  local chunks = {}
  local request = url:find("^https") and require("ssl.https").request or http.request
  local ok, status, reply_headers = request {
    method = options.method or "GET",
    url = url,
    headers = headers,
    source = options.body and ltn12.source.string(options.body) or nil,
    sink = ltn12.sink.table(chunks),
    redirect = url:find("^http:") and false or nil,
  }
  local text = table.concat(chunks)
  if not ok then
    return { failure = status, text = text, headers = {} }
  end
  local decoded, body = pcall(cjson.decode, text)
  return { status = status, headers = reply_headers, text = text, body = decoded and body or nil }
end

--- A request of a token.
---@param form string
---@param headers table|nil without it the client's id and secret go as Basic
function api.post_token(server, form, headers, path)
  headers = headers or {
    authorization = "Basic " .. mime.b64(server.client_id .. ":" .. server.client_secret),
  }
  headers["content-type"] = "application/x-www-form-urlencoded"
  return api.request(server.login_url .. (path or "/oauth/token"), {
    method = "POST",
    headers = headers,
    body = form,
  })
end

local Session = {}
Session.__index = Session

--- A client with a token of its own.
---@param server table
---@param id string|nil OAuth client; the server's own when left out
---@param secret string|nil
function api.session(server, id, secret)
  local reply = api.post_token(server, "grant_type=client_credentials", id and {
    authorization = "Basic " .. mime.b64(id .. ":" .. secret),
  })
  assert(reply.status == 200, reply.text)
  return setmetatable({ server = server, token = reply.body.access_token }, Session)
end

--- A request under /api/v2/externalcontacts; a table as body goes as JSON.
---@param method string
---@param path string from /contacts on
---@param body table|string|nil
---@param headers table|nil more headers
function Session:call(method, path, body, headers)
  local all = { authorization = "Bearer " .. self.token, accept = "application/json" }
  if body then
    all["content-type"] = "application/json"
  end
  for name, value in pairs(headers or {}) do
    all[name] = value or nil
  end
  if type(body) == "table" then
    body = cjson.encode(body)
  end
  return api.request(self.server.base_url .. api.base .. path, { method = method, headers = all, body = body })
end

--- The same, of which success is expected; gives the decoded body.
function Session:must(method, path, body)
  local reply = self:call(method, path, body)
  if not reply.status or reply.status >= 300 then
    error(("%s %s: %s %s"):format(method, path, tostring(reply.status or reply.failure), reply.text), 2)
  end
  return reply.body, reply
end

--- All records of a scan, and how many pages they took.
---@param what string contacts, notes, organizations, relationships
---@param on_page fun(body: table)|nil
function Session:scan(what, limit, on_page)
  local records, pages, cursor = {}, 0, nil
  repeat
    local body = self:must("GET", ("/scan/%s?limit=%d%s"):format(what, limit or 200,
      cursor and "&cursor=" .. api.escape(cursor) or ""))
    for _, record in ipairs(body.entities) do
      records[#records + 1] = record
    end
    pages = pages + 1
    if on_page then
      on_page(body)
    end
    cursor = body.cursors and body.cursors ~= cjson.null and body.cursors.after
  until not cursor or cursor == ""
  return records, pages
end

return api
