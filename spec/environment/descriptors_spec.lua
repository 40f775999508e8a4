-- A process that runs out of file descriptors: calls fail with an error, and succeed
-- again when there are some.
local peer = require "spec.support.peer"
local script = require "spec.support.script"

local DESCRIPTORS = 40

-- Answers every request with a page of one contact.
local PAGE = '{"id":"1","entities":[{"id":"1"}],"cursors":{}}'
local ANSWERING = { { { "read" }, { "send", peer.reply(PAGE) }, { "close" } } }

-- Uses all descriptors but so many, and prints how each use of a new client ends.
local PROGRAM = [[
  local ec = require "extcontacts"
  local base = "%s"
  local function client(options)
    local all = { base_url = base, login_url = base, access_token = "t", retry = false, rate = false }
    for name, value in pairs(options or {}) do
      all[name] = value
    end
    return ec.new(all)
  end
  local held = {}
  local function hold_all()
    repeat
      local file = io.open "/dev/null"
      held[#held + 1] = file
    until not file
  end
  local uses = {
    { "a call", function(c) return c.contacts:get "1" end },
    { "a call that is retried", function()
      return client { retry = true, max_attempts = 2, deadline = 20 }.contacts:get "1"
    end },
    { "an iterator", function(c)
      local ok, first = pcall(function() for contact in c:scan_contacts() do return contact end end)
      return ok and first or nil, first
    end },
    { "a map", function(c)
      local result, err
      for _, got, failed in c:map({ 1, 2, 3 }, function(id) return assert(c.contacts:get(tostring(id))) end) do
        result, err = got, failed
      end
      return result, err
    end },
    { "ec.run", function(c)
      return ec.run(function()
        ec.spawn(function() c.contacts:get "2" end)
        return c.contacts:get "1"
      end)
    end },
    { "a pause", function(c) return require "extcontacts.client".sleep(c, 0.001) end },
  }
  for index, use in ipairs(uses) do
    for left = 0, %d do
      hold_all()
      for _ = 1, left do
        table.remove(held):close()
      end
      local c = client()
      local ok, value, err = pcall(use[2], c)
      print(("%%s; %%d left; %%s"):format(use[1], left,
        not ok and "raised " .. tostring(value) or value and "ok" or err.kind .. " " .. tostring(err.code)))
      c:close()
      collectgarbage()
      collectgarbage()
    end
  end
]]

local MOST_LEFT = 10

describe("without file descriptors", function()
  for name, host in pairs { ["an address"] = "127.0.0.1", ["a name that is looked up"] = "localhost" } do
    it("each use of a client returns an error, and works with some more: " .. name, function()
      local server = peer.start(ANSWERING)
      local code, output, errors = script.start(PROGRAM:format(server.url:gsub("127%.0%.0%.1", host), MOST_LEFT), nil,
        "prlimit --nofile=" .. DESCRIPTORS):finish()
      server:stop()
      assert.equal("", errors)
      assert.equal(0, code)
      local uses = 0
      for use, left, result in output:gmatch "([^\n;]+); (%d+) left; ([^\n]+)" do
        local what = ("%s with %s left: %s"):format(use, left, result)
        assert.is_true(result == "ok" or result == "transport descriptors", what)
        if use ~= "a pause" and left == "0" then
          assert.equal("transport descriptors", result, what)
        elseif use == "a pause" or tonumber(left) == MOST_LEFT then
          assert.equal("ok", result, what)
        end
        uses = uses + 1
      end
      assert.equal(6 * (MOST_LEFT + 1), uses)
    end)
  end

  -- A refused connection has had an engine and a socket.  The call that finds no
  -- descriptor for its socket fails, and makes room for the next one.
  it("a client that nobody uses any more gives its own back", function()
    local code, output, errors = script.start([[
      local ec = require "extcontacts"
      local url, count = "http://127.0.0.1:1", 0
      for _ = 1, 200 do
        local client = ec.new { base_url = url, login_url = url, access_token = "t", rate = false, retry = false }
        count = count + (select(2, client.contacts:get "1").code == "refused" and 1 or 0)
      end
      io.write(count)
    ]], nil, "prlimit --nofile=" .. DESCRIPTORS):finish()
    assert.equal("", errors)
    assert.equal(0, code)
    assert.is_true(tonumber(output) >= 150, output)
  end)

  it("a background engine is refused with the same failure", function()
    local code, output, errors = script.start([[
      local core = require "extcontacts.core"
      local held, results = {}, {}
      repeat
        local file = io.open "/dev/null"
        held[#held + 1] = file
      until not file
      for left = 0, 12 do
        local e, failure = core.engine.new { threaded = left % 2 == 0 }
        results[#results + 1] = e and "ok" or failure.code
        if e then
          e:close()
        end
        local file = table.remove(held)
        if file then
          file:close()
        end
      end
      io.write(results[1], " ", results[#results])
    ]], nil, "prlimit --nofile=" .. DESCRIPTORS):finish()
    assert.equal("", errors)
    assert.equal(0, code)
    assert.equal("descriptors ok", output)
  end)
end)
