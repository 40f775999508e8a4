-- What a server, gateway or proxy repeats of a request reaches no error and no log.
local base64 = require "extcontacts.base.base64"
local fake = require "spec.support.fake"
local json = require "extcontacts.base.json"
local log = require "extcontacts.transport.log"
local oauth = require "extcontacts.auth.oauth"
local response = require "extcontacts.api.response"
local secrets = require "extcontacts.api.secrets"
local transport = require "extcontacts.transport"

local TOKEN, SECRET = "tok3n-abc/def+ghi_JKL.mno", "s3cret/of+the=client"
local BASIC = base64.encode("the-client:" .. SECRET)

-- All texts in a value, at any depth, but not what the request had.
local function texts_in(value, into, seen)
  if type(value) == "string" then
    into[#into + 1] = value
  elseif type(value) == "table" and not seen[value] then
    seen[value] = true
    for name, item in pairs(value) do
      texts_in(name, into, seen)
      texts_in(item, into, seen)
    end
  end
  return into
end

local function assert_concealed(...)
  local all = table.concat(texts_in({ ... }, {}, {}), "\n")
  for _, secret in ipairs { TOKEN, SECRET, BASIC, "abc/def", "abc\\/def", "tok3n", "s3cret" } do
    assert.is_nil(all:find(secret, 1, true), all)
  end
end

local ECHOES = {
  "token " .. TOKEN .. " is wrong", "Authorization: Bearer " .. TOKEN, "Bearer " .. TOKEN:sub(1, 20),
  "Basic " .. BASIC, "secret=" .. SECRET, TOKEN, ("x"):rep(490) .. TOKEN, TOKEN .. TOKEN,
}

describe("secrets", function()
  local function send(status, body, headers, options)
    options.log_bodies, options.on_request = true, function() end
    local self = fake.context({ { status = status, headers = headers, body = body, bytes_sent = 1,
      bytes_received = 1 } }, options)
    local call = fake.call(self, "contacts.get", "a", {})
    local authorization = { "Authorization", "Bearer " .. TOKEN }
    local _, err, reply, entry = transport.send(call, call.row, call.request, authorization, response.classify)
    log.add_bodies(self.ctx.config, entry, nil, reply, authorization)
    entry.time, entry.level = "", "warn"
    return err, reply, entry, log.line(entry), log.json_line(entry)
  end

  local function check(status, body, headers)
    local err, reply, entry, line, json_line = send(status, body, headers, {
      client_id = "the-client", client_secret = SECRET, access_token = function()
        return TOKEN
      end,
    })
    assert.truthy(err)
    assert_concealed(err, tostring(err), reply.headers, entry, line, json_line)
  end

  it("are masked in whatever an error has of the API's answer", function()
    for _, status in ipairs { 400, 401, 403, 404, 409, 429, 500, 503 } do
      for _, echo in ipairs(ECHOES) do
        local body = json.encode { status = status, code = echo, message = echo, contextId = echo,
          details = { { message = echo, [echo] = { echo } } } }
        for _, text in ipairs { body, (body:gsub("/", "\\/")) } do
          check(status, text, { ["inin-correlation-id"] = TOKEN, ["x-echo"] = echo, ["content-type"] = echo })
        end
      end
    end
  end)

  it("are masked in an answer that is not the API's", function()
    for _, echo in ipairs(ECHOES) do
      for _, status in ipairs { 200, 302, 403, 407, 502 } do
        check(status, "<html>" .. echo, { ["content-type"] = echo, location = echo })
      end
    end
  end)

  it("are masked in the failure of a request for a token", function()
    local config = { client_id = "the-client", client_secret = SECRET }
    for _, echo in ipairs(ECHOES) do
      for _, status in ipairs { 400, 401, 403, 500 } do
        local reply = { status = status, headers = { ["content-type"] = echo }, body = json.encode {
          error = echo, error_description = echo } }
        secrets.conceal_reply(reply, secrets.of(config))
        local _, err = oauth.classify(oauth.row, reply)
        assert.is_nil(tostring(err):find(SECRET, 1, true))
        assert.is_nil(tostring(err):find(BASIC, 1, true))
      end
    end
  end)

  it("leave other texts as they are", function()
    local list = secrets.of { access_token = TOKEN }
    for _, text in ipairs { "the bearer token expired", "basic auth is off", "", "tok3n" } do
      assert.equal(text, secrets.conceal(text, list))
    end
  end)
end)

describe("the texts of an error", function()
  it("are one line without control and hidden characters, and not long", function()
    local evil = "a\27[31m\r\n\194\155\226\128\174b" .. ("x"):rep(100000)
    local err = response.failure(fake.call(fake.context {}, "contacts.get", "a", {}).row, { status = 400, headers = {},
      body = json.encode { status = 400, code = evil, message = evil, contextId = "c" } })
    assert.is_nil(tostring(err):find "%c")
    assert.is_nil(tostring(err):find("\226\128\174", 1, true))
    assert.is_nil(tostring(err):find("\194\155", 1, true))
    assert.is_true(#tostring(err) < 1000)
    assert.truthy(err.code:find("a\\u001b[31m\\r\\n\\u009b\\u202eb", 1, true))
  end)
end)
