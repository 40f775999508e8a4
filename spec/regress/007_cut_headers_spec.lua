-- A server or a proxy in front of it died while it sent the headers.  libcurl
-- reported success, so a create, an update and a delete returned `true` without
-- having been confirmed; a fix recorded them as applied.

local ec = require "extcontacts"
local peer = require "spec.support.peer"

describe("an answer whose headers are cut off", function()
  local server, client
  before_each(function()
    server = peer.start { { { "read" }, { "send", "HTTP/1.1 200 OK\r\nContent-Ty" } } }
    client = ec.new { base_url = server.url, login_url = server.url, access_token = "t", retry = false }
  end)
  after_each(function()
    client:close()
    server:stop()
  end)

  it("confirms no write", function()
    for _, result in ipairs {
      { client.contacts:create { firstName = "Ann" } },
      { client.contacts:update("a", { firstName = "Ann" }) },
      { client.contacts:delete "a" },
      { client.organizations.trustor:clear "a" },
    } do
      assert.is_nil(result[1])
      assert.is_true(result[2].ambiguous)
    end
  end)

  it("is no answer to a read", function()
    local value, err = client.contacts:get "a"
    assert.is_nil(value)
    assert.is_true(err.retryable)
  end)
end)
