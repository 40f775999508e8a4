-- URLs of Redis servers.

local address = require "extcontacts.rate.store.redis.address"

describe("the URL of a Redis server", function()
  it("may be short or complete", function()
    assert.same({
      is_tls = true, host = "redis.internal", port = 6379, database = 0, timeout = 0.25, machines = 2,
    }, address.read "rediss://redis.internal")
    assert.same({
      is_tls = true, host = "redis.internal", port = 6380, database = 3, user = "ext", password = "p@ss:word",
      timeout = 1.5, machines = 12,
    }, address.read "rediss://ext:p%40ss%3Aword@Redis.Internal:6380/3?timeout=1.5&machines=12")
    assert.same({ "[2001:db8::1]", 6380, nil, "word" }, (function(place)
      return { place.host, place.port, place.user, place.password }
    end)(address.read "rediss://:word@[2001:db8::1]:6380/"))
  end)

  it("is for TLS, except on this machine", function()
    for _, host in ipairs { "localhost", "127.0.0.1", "127.1.2.3", "[::1]" } do
      assert.is_false(assert(address.read("redis://" .. host .. ":7000")).is_tls)
    end
    for _, host in ipairs { "redis.internal", "10.0.0.1", "127.0.0.1.example.com", "[::2]" } do
      local place, problem = address.read("redis://" .. host)
      assert.is_nil(place)
      assert.matches("use rediss://", problem, 1, true)
    end
  end)

  it("shows host and port only", function()
    assert.equal("redis.internal:6380", tostring(address.read "rediss://ext:secret@redis.internal:6380/0"))
  end)

  for url, words in pairs {
    ["rediss://"] = "no valid host and port",
    ["rediss://host:0"] = "no valid host and port",
    ["rediss://host:65536"] = "no valid host and port",
    ["rediss://ho st"] = "not a URL of Redis",
    ["redisx://host"] = "not a URL of Redis",
    ["rediss://secret@host"] = "user:password@",
    ["rediss://u:@host"] = "encode special characters",
    ["rediss://u:secret%zz@host"] = "encode special characters",
    ["rediss://u:p@host:6380/0#secret"] = "not a URL of Redis",
    ["rediss://u:p#secret@host"] = "encode special characters",
    ["rediss://u:p?secret@host"] = "encode special characters",
    ["rediss://u:1?secret=2@host"] = "encode special characters",
    ["rediss://host?timeout"] = "timeout must be a number from 0.01 to 60",
    ["rediss://host?time_out=1"] = "'time_out', did you mean 'timeout'",
    ["rediss://host/first"] = "the number of a database",
    ["rediss://host/5000"] = "the number of a database",
    ["rediss://host?timeout=0"] = "timeout must be a number from 0.01 to 60",
    ["rediss://host?timeout=1e3"] = "timeout must be",
    ["rediss://host?machines=1.5"] = "machines must be a whole number",
    ["rediss://u:secret@host?timeuot=1"] = "did you mean",
  } do
    it("is rejected without its password: " .. url:gsub("secret", "…"), function()
      local place, problem = address.read(url)
      assert.is_nil(place)
      assert.matches(words, problem, 1, true)
      assert.is_nil(problem:find("secret", 1, true))
    end)
  end
end)
