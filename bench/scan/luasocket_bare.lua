-- A hand-written loop on LuaSocket and lua-cjson: one kept-alive connection, no
-- checks but the status.
local cjson = require "cjson"
local http = require "socket.http"
local ltn12 = require "ltn12"
local mime = require "mime"
local socket = require "socket"

local base, login = os.getenv "EXTCONTACTS_BASE_URL", os.getenv "EXTCONTACTS_LOGIN_URL"
local credentials = os.getenv "GENESYSCLOUD_OAUTHCLIENT_ID" .. ":"
  .. os.getenv "GENESYSCLOUD_OAUTHCLIENT_SECRET"

local form = "grant_type=client_credentials"
local chunks = {}
assert(http.request {
  url = login .. "/oauth/token",
  method = "POST",
  headers = {
    authorization = "Basic " .. mime.b64(credentials),
    ["content-type"] = "application/x-www-form-urlencoded",
    ["content-length"] = #form,
  },
  source = ltn12.source.string(form),
  sink = ltn12.sink.table(chunks),
})
local token = cjson.decode(table.concat(chunks)).access_token

-- socket.http closes after every request; keeping the connection is fairer.
local host, port = base:match "//([^:]+):(%d+)"
local connection = assert(socket.connect(host, tonumber(port)))
connection:setoption("tcp-nodelay", true)

local function get(path)
  connection:send("GET " .. path .. " HTTP/1.1\r\nHost: " .. host .. "\r\nAuthorization: Bearer "
    .. token .. "\r\nAccept: application/json\r\n\r\n")
  local status = assert(connection:receive "*l")
  assert(status:find(" 200 ", 1, true), status)
  local length, chunked
  while true do
    local line = assert(connection:receive "*l"):lower()
    if line == "" then
      break
    end
    length = length or line:match "^content%-length:%s*(%d+)"
    chunked = chunked or line:find("^transfer%-encoding:%s*chunked")
  end
  if not chunked then
    return (assert(connection:receive(tonumber(length))))
  end
  local parts = {}
  while true do
    local size = tonumber(assert(connection:receive "*l"):match "%x+", 16)
    if size > 0 then
      parts[#parts + 1] = (assert(connection:receive(size)))
    end
    connection:receive "*l"
    if size == 0 then
      return table.concat(parts)
    end
  end
end

local count, bytes, cursor = 0, 0, nil
repeat
  local path = "/api/v2/externalcontacts/scan/contacts?limit=200"
  local page = cjson.decode(get(cursor and path .. "&cursor=" .. (cursor:gsub("[^%w]", function(c)
    return ("%%%02X"):format(c:byte())
  end)) or path))
  for _, contact in ipairs(page.entities) do
    count = count + 1
    bytes = bytes + #contact.id + #(contact.lastName or "")
  end
  cursor = page.cursors and page.cursors.after
until not cursor
print(count, bytes)
