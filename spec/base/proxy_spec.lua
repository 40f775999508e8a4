local proxy = require "extcontacts.base.proxy"

describe("the URL of a proxy", function()
  for url, shown in pairs {
    ["http://proxy:3128"] = "http://proxy:3128",
    ["http://proxy:3128/"] = "http://proxy:3128",
    ["proxy:3128"] = "http://proxy:3128",
    ["proxy"] = "http://proxy",
    ["ann:secret@proxy:3128"] = "http://proxy:3128",
    ["http://ann:secret@proxy:3128/"] = "http://proxy:3128",
    ["http://ann:s/e:c@ret@proxy:3128"] = "http://proxy:3128",
    ["https://proxy.example.com"] = "https://proxy.example.com",
    ["SOCKS5H://ann@127.0.0.1:1080"] = "SOCKS5H://127.0.0.1:1080",
    ["socks4://[::1]:1080"] = "socks4://[::1]:1080",
    ["http://ann:secret@[fe80::1%25eth0]:3128"] = false,
  } do
    it("is " .. (shown and "accepted, and shown without a password: " or "refused: ") .. url, function()
      local problem = proxy.problem(url, "x")
      assert.equal(shown and true or false, problem == nil)
      assert.is_nil(proxy.shown(url):find("secret", 1, true))
      assert.equal(shown or proxy.shown(url), proxy.shown(url))
    end)
  end

  for _, url in ipairs { "", "http://", "http:///x", "ftp://proxy", "http://proxy:port", "http://a b", "http://a\nb",
    "http://proxy?x", "://proxy", "http://@" } do
    it(("is not %q"):format(url), function()
      assert.equal("x must be the URL of a proxy, such as http://proxy.example.com:3128", proxy.problem(url, "x"))
    end)
  end
end)
