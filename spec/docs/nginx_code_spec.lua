-- The nginx configurations in docs/nginx.md and docs/resty.md, run as printed:
-- what stands before the first location belongs to `http`, the rest to `server`;
-- `env` lines belong at the top.
local markdown = require "spec.support.markdown"
local nginx = require "spec.support.nginx"
local sandbox = require "spec.support.sandbox"

-- The environment that a page assumes: this process's own cannot be set.
local ENVIRONMENT = [[
init_by_lua_block {
    local settings, getenv = { EXTCONTACTS_BASE_URL = %q, EXTCONTACTS_LOGIN_URL = %q, EXTCONTACTS_RATE = "off",
      GENESYSCLOUD_OAUTHCLIENT_ID = %q, GENESYSCLOUD_OAUTHCLIENT_SECRET = %q, HOME = "/nowhere" }, os.getenv
    function os.getenv(name)
      return settings[name] or not name:find "^GENESYS" and getenv(name) or nil
    end]]

-- What the reader's code does with the result.
local SHOW = "ngx.say(contact and contact.id or err and tostring(err) or 'nobody')"

-- For a block without a location.
local LOCATION = [[
location = /contact {
  content_by_lua_block {
    local contact, err = client.contacts:get(ngx.var.arg_id)
    ]] .. SHOW .. [[

  }
}]]

describe("the nginx configuration", function()
  local api, contact, server

  before_each(function()
    api = sandbox.shared { resets = false }
    api:reset()
    contact = require("spec.support.api").session(api):must("POST", "/contacts", {
      firstName = "Ann", lastName = "Lee", workPhone = { display = "+1 317 555 0142" },
    })
  end)

  after_each(function()
    if server then
      server:stop()
      server = nil
    end
  end)

  local function start(block)
    local settings = ENVIRONMENT:format(api.base_url, api.login_url, api.client_id, api.client_secret)
    local main = block.text:match "^env .*"
    local http = main and "init_by_lua_block { client = require('extcontacts').connect() }" or block.text
    local text = ("\n" .. http):gsub("init_by_lua_block {", function()
      return settings
    end):gsub("…", SHOW)
    local before, locations = text:match "^(.-)(\nlocation.*)$"
    server = nginx.start { main = main, http = before or text, server = locations or LOCATION }
  end

  local requests = {
    ["docs/nginx.md"] = function()
      return "/contact?id=" .. contact.id
    end,
    ["docs/resty.md"] = function()
      return "/caller?number=%2B13175550142"
    end,
  }

  for path, request in pairs(requests) do
    for _, block in ipairs(markdown.blocks(path)) do
      if block.language == "nginx" then
        it(("runs: %s, line %d"):format(path, block.line), function()
          start(block)
          assert.equal(contact.id .. "\n", server:must(request()))
        end)
      end
    end
  end

  it("is in the pages", function()
    for path in pairs(requests) do
      local found = false
      for _, block in ipairs(markdown.blocks(path)) do
        found = found or block.language == "nginx"
      end
      assert.is_true(found, path)
    end
  end)
end)
