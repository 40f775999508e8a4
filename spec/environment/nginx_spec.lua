-- The environment inside nginx: what init_by_lua reads, what a worker no longer has,
-- and developing with the code cache off.
local files = require "extcontacts.base.files"
local nginx = require "spec.support.nginx"
local peer = require "spec.support.peer"

local GRANT = peer.reply('{"access_token":"t1","token_type":"Bearer","expires_in":3600}')
local CONTACT = peer.reply('{"id":"1","firstName":"Ann"}')

-- Answers a request for a token, then one for a contact, on each connection.
local ANSWERING = { { { "read" }, { "send", GRANT }, { "read" }, { "send", CONTACT }, { "close" } } }

-- A token, a contact, and then a failure.
local FAILING = { { { "read" }, { "send", GRANT }, { "read" }, { "send", CONTACT },
  { "read" }, { "send", peer.reply('{"status":404,"code":"not.found"}', nil, "404 Not Found") }, { "close" } } }

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
  location = /loaded {
    content_by_lua_block {
      ngx.print(tostring(package.loaded[ngx.var.arg_module] ~= nil))
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
      root = options.root,
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

  describe("whose files the workers can't read", function()
    local root

    -- The modules below the fixes that a function requires: `require` is not at the
    -- start of its line.
    local function required_by_functions()
      local pipe = assert(io.popen("find lua/extcontacts -name '*.lua' | grep -vE "
        .. "'/(fix|fixes|data_profile|snapshot|tidy|doctor|sandbox|cli)/|/meta.lua' | xargs grep -hE '^ .*require'"))
      local modules = {}
      for line in pipe:lines() do
        modules[#modules + 1] = line:match 'require[ (]*"(extcontacts[%w_.]*)"'
      end
      pipe:close()
      return modules
    end

    before_each(function()
      api:stop()
      api = peer.start(FAILING)
      root = os.tmpname()
      os.remove(root)
      os.execute(("mkdir %s && cp -R lua %s && ln -s \"$PWD/build\" %s/build"):format(root, root, root))
      start { root = root, variables = "-u LUA_PATH -u LUA_PATH_5_1 " .. SECRETS }
      -- A file that nobody has cannot be read by root either.
      os.execute(("rm -r %s/lua"):format(root))
    end)

    after_each(function()
      os.execute("rm -r " .. root)
    end)

    it("has loaded in init_by_lua what its functions require", function()
      local modules = required_by_functions()
      assert.is_true(#modules > 5)
      for _, module in ipairs(modules) do
        assert.equal("true", server:must("/loaded?module=" .. module), module)
      end
    end)

    it("understands a failed answer", function()
      assert.is_nil(files.read(root .. "/lua/extcontacts/init.lua"))
      assert.equal("Ann", server:must "/get")
      assert.matches("404", server:must "/get", 1, true)
    end)
  end)

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
