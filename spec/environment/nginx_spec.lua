-- The environment inside nginx: what init_by_lua reads, what a worker no longer has,
-- and developing with the code cache off.
local nginx = require "spec.support.nginx"
local peer = require "spec.support.peer"

local GRANT = peer.reply('{"access_token":"t1","token_type":"Bearer","expires_in":3600}')
local CONTACT = peer.reply('{"id":"1","firstName":"Ann"}')

-- Answers a request for a token, then one for a contact, on each connection.
local ANSWERING = { { { "read" }, { "send", GRANT }, { "read" }, { "send", CONTACT }, { "close" } } }

local INIT = [[
  init_by_lua_block {
    ec = require "extcontacts"
    client = ec.connect { retry = false }
  }
]]

local GET = [[
  location = /get {
    content_by_lua_block {
      local contact, err = client.contacts:get "1"
      ngx.print(contact and contact.firstName or tostring(err))
    }
  }
  location = /late {
    content_by_lua_block {
      local ok, made = pcall(require("extcontacts").connect)
      ngx.print(ok and tostring(made) or made)
    }
  }
]]

local SECRETS = "GENESYSCLOUD_OAUTHCLIENT_ID=a GENESYSCLOUD_OAUTHCLIENT_SECRET=b"

describe("the environment inside nginx", function()
  local server, api

  before_each(function()
    api = peer.start(ANSWERING)
  end)

  after_each(function()
    if server then
      local log = server:stop()
      server = nil
      assert.is_nil(log:match "exited on signal[^\n]*")
    end
    api:stop()
  end)

  local function start(options)
    server = nginx.start {
      environment = (options.variables or SECRETS) .. (" EXTCONTACTS_BASE_URL=%s EXTCONTACTS_LOGIN_URL=%s")
        :format(api.url, api.url),
      main = options.main,
      http = (options.http or "") .. (options.init or INIT),
      server = GET,
    }
    return server
  end

  for name, http in pairs { ["with the code cache"] = "", ["without it"] = "lua_code_cache off;" } do
    it("is read by init_by_lua " .. name, function()
      start { http = http }
      for _ = 1, http == "" and 1 or 3 do -- each Lua state asks for its own token
        assert.equal("Ann", server:must "/get")
      end
    end)

    it("is still known to a worker that reads it, " .. name, function()
      start { http = http, init = 'init_by_lua_block { require "extcontacts" client = {} }' }
      assert.equal("extcontacts.client (" .. api.url .. ")", server:must "/late")
    end)

    it("is gone where the module is not loaded in init_by_lua, and the error shows the lines, " .. name, function()
      start { http = http, init = " " }
      assert.matches("`env GENESYSCLOUD_OAUTHCLIENT_ID; env GENESYSCLOUD_OAUTHCLIENT_SECRET;` to nginx.conf",
        server:must "/late", 1, true)
    end)

    it("is complete with these lines, " .. name, function()
      start { http = http, init = " ", main = "env GENESYSCLOUD_OAUTHCLIENT_ID; env GENESYSCLOUD_OAUTHCLIENT_SECRET;"
        .. "env EXTCONTACTS_BASE_URL; env EXTCONTACTS_LOGIN_URL;" }
      assert.equal("extcontacts.client (" .. api.url .. ")", server:must "/late")
    end)
  end

  it("leaves nothing behind in a worker that loads the code for each request", function()
    start { http = "lua_code_cache off;" }
    assert.equal("Ann", server:must "/get")
    local pid = server:workers()[1]
    local descriptors, threads = nginx.holdings(pid)
    for _ = 1, 30 do
      assert.equal("Ann", server:must "/get")
    end
    nginx.eventually(function()
      local now_descriptors, now_threads = nginx.holdings(pid)
      return now_descriptors <= descriptors and now_threads <= threads
    end)
  end)
end)
