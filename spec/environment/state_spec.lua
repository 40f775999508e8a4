-- Runs of the command share a token, whatever the server says about its life, and
-- wherever the state directory is.
local command = require "spec.support.command"
local peer = require "spec.support.peer"

local CONTACT = peer.reply('{"id":"11111111-2222-4333-8444-555555555555","firstName":"Ann"}')
local RUN = "extcontacts get contacts 11111111-2222-4333-8444-555555555555 >/dev/null || echo failed\n"

local function grant(expires)
  return peer.reply(('{"access_token":"t1","token_type":"Bearer"%s}'):format(expires))
end

-- What two runs print; and how many of their requests asked for a token.
local function two_runs(script, state, before)
  local server = peer.start(script)
  local environment = {
    EXTCONTACTS_BASE_URL = server.url, EXTCONTACTS_LOGIN_URL = server.url,
    GENESYSCLOUD_OAUTHCLIENT_ID = "a", GENESYSCLOUD_OAUTHCLIENT_SECRET = "b",
  }
  local code, output = command.shell((before or "") .. "\n" .. (state or "") .. "\n" .. RUN .. RUN
    .. '[ ! -d "$XDG_STATE_HOME" ] || stat -c %a "$XDG_STATE_HOME" "$XDG_STATE_HOME/extcontacts"', environment)
  local tokens = 0
  for _, request in ipairs(select(2, server:log())) do
    tokens = tokens + (request.path == "/oauth/token" and 1 or 0)
  end
  server:stop()
  assert.equal(0, code, output)
  return output, tokens
end

describe("a token", function()
  -- The second run finds the token of the first one: it asks for the contact only.
  local function shared(expires)
    return { { { "read" }, { "send", grant(expires) }, { "read" }, { "send", CONTACT }, { "close" } },
      { { "read" }, { "send", CONTACT } } }
  end

  local unshared = {
    { { "read" }, { "send", grant ',"expires_in":3600' }, { "read" }, { "send", CONTACT }, { "close" } },
  }

  for _, expires in ipairs { ',"expires_in":86400', "", ',"expires_in":"3600"', ',"expires_in":0', ',"expires_in":-1',
    ',"expires_in":null', ',"expires_in":123456789012345678901234567890' } do
    it("is shared between runs with these words of the server: {…" .. expires .. "}", function()
      local output, tokens = two_runs(shared(expires))
      assert.same({ "", 1 }, { output, tokens })
    end)
  end

  it("is shared in a state directory that did not exist, and that only its user can read", function()
    local output, tokens = two_runs(shared(',"expires_in":3600'), 'export XDG_STATE_HOME="$HOME/not/yet/there"')
    assert.same({ "700\n700\n", 1 }, { output, tokens })
  end)

  for name, case in pairs {
    ["a file is in the way"] = { 'touch "$HOME/file"', 'export XDG_STATE_HOME="$HOME/file"' },
    ["a file is further up"] = { 'touch "$HOME/file"', 'export XDG_STATE_HOME="$HOME/file/state"' },
    ["the place can't be written to"] = { "", "export XDG_STATE_HOME=/proc/extcontacts" },
  } do
    it("is not shared, with a message, if the state directory can't be created: " .. name, function()
      local output, tokens = two_runs(unshared, case[2], case[1])
      assert.equal(2, tokens)
      local told = select(2, output:gsub("extcontacts: this run shares no token with others: [^\n]+; set XDG", ""))
      assert.equal(2, told, output)
      assert.is_nil(output:find("failed", 1, true), output)
    end)
  end

  it("is not shared, without a word, by a user without a home directory", function()
    local output, tokens = two_runs(unshared, 'trap "rm -rf $HOME" EXIT; export HOME="$HOME/nobody"')
    assert.same({ "", 2 }, { output, tokens })
  end)
end)
