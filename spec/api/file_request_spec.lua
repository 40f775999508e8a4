-- Where a file's URL leads, and whether the token may go there.
local file_request = require "extcontacts.api.file_request"

describe("the URL of a file", function()
  local BASE = "https://api.mypurecloud.de"

  local function foreign(url, base)
    local target, problem = file_request.target(url, base or BASE)
    assert(target, problem)
    return target.is_foreign
  end

  it("is the API's own only with its scheme, host and port", function()
    for _, url in ipairs { "https://api.mypurecloud.de/x", "https://API.MyPureCloud.de:443/x?y=z",
      "/api/v2/downloads/1", "https://api.mypurecloud.de", "HTTPS://api.mypurecloud.de:0443/" } do
      assert.is_false(foreign(url), url)
    end
    for _, url in ipairs { "https://mypurecloud.de/x", "https://api.mypurecloud.de:444/x", "https://files.example.com/",
      "https://api.mypurecloud.de.example.com/", "https://api.mypurecloud.de./x", "https://xapi.mypurecloud.de/",
      "https://[2001:db8::1]/x" } do
      assert.is_true(foreign(url), url)
    end
    assert.is_true(foreign("http://127.0.0.1:8081/x", "http://127.0.0.1:8080"))
    assert.is_true(foreign("http://localhost:8080/x", "http://127.0.0.1:8080"))
    assert.is_false(foreign("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/gateway"))
    assert.is_true(foreign("https://127.0.0.1:8080/x", "http://127.0.0.1:8080"))
  end)

  it("is refused where readers of URLs disagree about the host, or others could listen", function()
    for _, url in ipairs {
      "https://api.mypurecloud.de@files.example.com/", "https://files.example.com\\@api/", "//host/x", "https://",
      "https:///x", "https://a b/", "https://%61pi.mypurecloud.de/", "https://host:80:80/", "x.csv", "",
      "http://files.example.com/x", "http://127.0.0.1.example.com/", "http://0.0.0.0/", "ftp://host/",
      "file:///etc/passwd", "https://h\195\182st/", "https://host/\n", "javascript:alert(1)", "https://[::1",
      "https://host/" .. ("x"):rep(20000),
    } do
      local target, problem = file_request.target(url, BASE)
      assert.is_nil(target, url)
      assert.is_string(problem)
    end
    assert.is_nil((file_request.target(nil, BASE)))
    assert.is_nil((file_request.target(7, BASE)))
  end)

  it("may be http on this machine", function()
    for _, host in ipairs { "localhost", "127.0.0.1", "127.9.9.9:81", "[::1]:80" } do
      assert.is_true(foreign("http://" .. host .. "/x"), host)
    end
  end)
end)

describe("the headers of an upload", function()
  it("are those of the answer, without what the engine sends", function()
    assert.same({ { "Content-Type", "text/csv" }, { "x-amz-acl", "" } }, file_request.headers {
      { name = "Host", value = "x" }, { name = "Content-Type", value = "text/csv" },
      { name = "content-length", value = "7" }, { name = "x-amz-acl", value = "" },
    })
    assert.same({}, file_request.headers(nil))
  end)

  it("are refused if they can't be sent", function()
    for _, header in ipairs { { name = "a b", value = "x" }, { name = "a", value = "x\r\ny" },
      { name = "", value = "x" }, { name = "a" }, { value = "x" } } do
      assert.is_nil((file_request.headers { header }))
    end
  end)
end)
