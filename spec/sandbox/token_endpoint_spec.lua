local api = require "spec.support.api"
local mime = require "mime"
local sandbox = require "spec.support.sandbox"

local GRANT = "grant_type=client_credentials"

describe("the token endpoint of the sandbox", function()
  local server
  sandbox.around({ contacts = 1, rate = 0 }, function(...)
    server = ...
  end, setup, teardown, before_each)

  it("issues a token for Basic credentials and for form fields, on both paths", function()
    for _, path in ipairs { "/oauth/token", "/token" } do
      local reply = api.post_token(server, GRANT, nil, path)
      assert.equal(200, reply.status)
      assert.equal("bearer", reply.body.token_type:lower())
      assert.equal(86400, reply.body.expires_in)
      assert.is_nil(reply.body.refresh_token)
    end
    local form = ("%s&client_id=%s&client_secret=%s"):format(GRANT, server.client_id, api.escape(server.client_secret))
    assert.equal(200, api.post_token(server, form, {}).status)
  end)

  it("reports errors in its own shape", function()
    local wrong = "Basic " .. mime.b64(server.client_id .. ":wrong")
    local cases = {
      { 401, "invalid_client", GRANT, { authorization = wrong } },
      { 401, "invalid_client", GRANT, { authorization = "Basic " .. mime.b64("nobody:x") } },
      { 401, "invalid_client", GRANT, { authorization = "Basic ###" } },
      { 401, "invalid_client", GRANT, {} },
      { 400, "unsupported_grant_type", "grant_type=password" },
      { 400, "invalid_request", "" },
      { 400, "invalid_request", "grant_type=" },
    }
    for _, case in ipairs(cases) do
      local reply = api.post_token(server, case[3], case[4])
      assert.equal(case[1], reply.status)
      assert.equal(case[2], reply.body.error)
      assert.is_string(reply.body.description)
      assert.is_string(reply.body.error_description)
      assert.is_nil(reply.body.code)
      assert.is_string(reply.headers["inin-correlation-id"])
    end
    assert.equal(405, api.request(server.login_url .. "/oauth/token").status)
  end)
end)
