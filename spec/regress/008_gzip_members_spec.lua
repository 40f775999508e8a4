-- libcurl decodes one gzip member.  An answer of two, which is valid, failed as
-- "the transfer failed" at every retry.
local ec = require "extcontacts"
local peer = require "spec.support.peer"

describe("an answer of two gzip members", function()
  it("is asked for again without compression", function()
    local first = "\31\139\8\0\0\0\0\0\2\3\171\86\74\84\178\50\212\1\0\205\205\119\74\7\0\0\0"
    local second = "\31\139\8\0\0\0\0\0\2\3\83\74\82\178\50\170\5\0\176\127\87\248\6\0\0\0"
    local p = peer.start {
      { { "read" }, { "send", peer.reply(first .. second, "Content-Encoding: gzip\r\n") } },
      { { "read" }, { "send", peer.reply '{"id":"a","title":"whole"}' } },
    }
    local client = ec.new { base_url = p.url, login_url = p.url, access_token = "t", compress = true, rate = false }
    local contact, err, response = client.contacts:get "a"
    client:close()
    p:stop()
    assert.is_nil(err)
    assert.equal("whole", contact.title)
    assert.equal(2, response.attempts)
  end)
end)
