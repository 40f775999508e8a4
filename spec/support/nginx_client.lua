-- A client inside nginx: a server whose workers have the global `client`, which
-- talks to a scripted peer.

local nginx = require "spec.support.nginx"
local peer = require "spec.support.peer"

local fixture = {}

local HTTP = [[
  init_by_lua_block {
    ec = require "extcontacts"
    base = "%s"
    client = ec.new { base_url = base, login_url = base, access_token = "token", retry = false, rate = false }
  }
]]

-- `/get?timeout=1` answers with the contact's name or the failure's kind.
local GET = [[
  location = /get {
    content_by_lua_block {
      local timeout = tonumber(ngx.var.arg_timeout)
      local contact, err = client.contacts:get("1", { timeout = timeout, deadline = timeout })
      ngx.print(contact and contact.firstName or err.kind)
    }
  }
]]

local CONTACT = peer.reply('{"id":"1","firstName":"Ann"}', "Content-Type: application/json\r\n")

--- Scripts of the peer: each connection gets one contact, or no answer.
fixture.answering = { { { "read" }, { "send", CONTACT } } }
fixture.hanging = { { { "read" }, { "hang" } } }
fixture.contact = CONTACT

--- Starts the server and the peer; `options` as for `nginx.start`.
---@return table server with `server.peer`
function fixture.start(script, options)
  local p = peer.start(script)
  local copy = { http = HTTP:format(p.url), server = GET }
  for name, value in pairs(options or {}) do
    copy[name] = copy[name] and copy[name] .. value or value
  end
  fixture.server = nginx.start(copy)
  fixture.server.peer = p
  return fixture.server
end

--- Stops both and returns nginx's log.  Raises if a worker crashed.
---@param signal string|nil QUIT: after its requests are answered
function fixture.stop(signal)
  local server = fixture.server
  if not server then
    return
  end
  fixture.server = nil
  local log = server:stop(signal)
  server.peer:stop()
  assert(not log:find("exited on signal"), log)
  return log
end

return fixture
