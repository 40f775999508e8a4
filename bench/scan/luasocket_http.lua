-- The loop as most people write it: LuaSocket's http.request and lua-cjson.
local cjson = require "cjson"
local http = require "socket.http"
local ltn12 = require "ltn12"
local mime = require "mime"

local base, login = os.getenv "EXTCONTACTS_BASE_URL", os.getenv "EXTCONTACTS_LOGIN_URL"

local function call(url, headers, form)
  local chunks = {}
  local ok, status = http.request {
    url = url,
    method = form and "POST" or "GET",
    headers = headers,
    source = form and ltn12.source.string(form) or nil,
    sink = ltn12.sink.table(chunks),
  }
  assert(ok and status == 200, status)
  return cjson.decode(table.concat(chunks))
end

local form = "grant_type=client_credentials"
local token = call(login .. "/oauth/token", {
  authorization = "Basic " .. mime.b64(os.getenv "GENESYSCLOUD_OAUTHCLIENT_ID" .. ":"
    .. os.getenv "GENESYSCLOUD_OAUTHCLIENT_SECRET"),
  ["content-type"] = "application/x-www-form-urlencoded",
  ["content-length"] = #form,
}, form).access_token

local count, bytes, cursor = 0, 0, nil
repeat
  local url = base .. "/api/v2/externalcontacts/scan/contacts?limit=200"
  if cursor then
    url = url .. "&cursor=" .. cursor:gsub("[^%w]", function(c)
      return ("%%%02X"):format(c:byte())
    end)
  end
  local page = call(url, { authorization = "Bearer " .. token })
  for _, contact in ipairs(page.entities) do
    count = count + 1
    bytes = bytes + #contact.id + #(contact.lastName or "")
  end
  cursor = page.cursors and page.cursors.after
until not cursor
print(count, bytes)
