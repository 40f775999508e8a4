--- A plain HTTP client for specs of the sandbox.  It uses luasocket and
-- lua-cjson, so that extcontacts does not test itself.

local cjson = require "cjson"
local conforms = require "spec.support.conforms"
local http = require "socket.http"
local ltn12 = require "ltn12"
local mime = require "mime"

local api = {
  base = "/api/v2/externalcontacts",
  --- The id of no record.
  NOBODY = "11111111-2222-4333-8444-555555555555",
}

--- A valid contact.
---@param fields table|nil further or other fields
---@return table
function api.contact(fields)
  local record = { firstName = "Ada", lastName = "Lovelace" }
  for name, value in pairs(fields or {}) do
    record[name] = value
  end
  return record
end

--- The ids of records, in their order.
---@param records table[]
---@return string[]
function api.ids(records)
  local ids = {}
  for index, record in ipairs(records) do
    ids[index] = record.id
  end
  return ids
end

--- Records by id; fails if an id occurs twice.
---@param records table[]
---@return table<string, table>
---@return integer count
function api.set(records)
  local set = {}
  for _, record in ipairs(records) do
    assert(not set[record.id], "twice: " .. record.id)
    set[record.id] = record
  end
  return set, #records
end

--- Percent-encodes everything that is not unreserved.
function api.escape(text)
  return (tostring(text):gsub("[^%w%-._~]", function(character)
    return ("%%%02X"):format(character:byte())
  end))
end

--- Sends a request.
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
  -- For https it must be absent.
  local redirect
  if url:find "^http:" then
    redirect = false
  end
  local chunks = {}
  local request = url:find("^https") and require("ssl.https").request or http.request
  local ok, status, reply_headers = request {
    method = options.method or "GET",
    url = url,
    headers = headers,
    source = options.body and ltn12.source.string(options.body) or nil,
    sink = ltn12.sink.table(chunks),
    redirect = redirect,
  }
  local text = table.concat(chunks)
  if not ok then
    return { failure = status, text = text, headers = {} }
  end
  local decoded, body = pcall(cjson.decode, text)
  return { status = status, headers = reply_headers, text = text, body = decoded and body or nil }
end

--- Requests a token.
---@param form string
---@param headers table|nil default: the credentials of the server's client as Basic
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

--- A client with a new token.
---@param server table
---@param id string|nil OAuth client; default: the server's own
---@param secret string|nil
function api.session(server, id, secret)
  local reply = api.post_token(server, "grant_type=client_credentials", id and {
    authorization = "Basic " .. mime.b64(id .. ":" .. secret),
  })
  assert(reply.status == 200, reply.text)
  return setmetatable({ server = server, token = reply.body.access_token }, Session)
end

--- Sends a request under /api/v2/externalcontacts.
---@param method string
---@param path string from /contacts on
---@param body table|string|nil a table is sent as JSON
---@param headers table|nil further headers; false removes one
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

--- The same for a request that must succeed; returns the decoded body and the reply.
-- The answer must be what the operation's model says.
function Session:must(method, path, body)
  local reply = self:call(method, path, body)
  if not reply.status or reply.status >= 300 then
    error(("%s %s: %s %s"):format(method, path, tostring(reply.status or reply.failure), reply.text), 2)
  end
  local problems = conforms.check(method, api.base .. path:match "^[^?]*", reply.text)
  if #problems > 0 then
    error(("%s %s: %s"):format(method, path, table.concat(problems, "; ")), 2)
  end
  return reply.body, reply
end

--- Creates a contact.
---@param fields table|nil as in `api.contact`
---@return table record
function Session:create(fields)
  return (self:must("POST", "/contacts", api.contact(fields)))
end

--- All records of a scan, and the number of its pages.
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
