-- ec.main, and Ctrl-C with and without it, in real processes.
local core = require "extcontacts.core"
local ec = require "extcontacts"
local fake = require "spec.support.fake"
local main = require "extcontacts.main"
local peer = require "spec.support.peer"
local script = require "spec.support.script"

local CLIENT = [[
local ec = require "extcontacts"
local client = ec.new { base_url = arg[1], access_token = "t", max_attempts = 5, rate = false }
]]

local server

-- Starts a script with a peer that answers so many requests and then
-- nothing, and waits until the next request has reached it.
local function start(text, answers)
  local actions = {}
  for _ = 1, answers or 0 do
    actions[#actions + 1] = { "read" }
    actions[#actions + 1] = { "send", peer.reply('{"id":"x"}') }
  end
  actions[#actions + 1] = { "read" }
  actions[#actions + 1] = { "hang" }
  server = peer.start { actions }
  local running = script.start(CLIENT .. text, server.url)
  script.wait_until(function()
    return server:counts().requests > (answers or 0)
  end, "the request")
  return running
end

local function stop()
  if server then
    server:stop()
    server = nil
  end
end

describe("ec.main", function()
  after_each(stop)

  it("ends the call in progress at the first Ctrl-C and exits with 130", function()
    local running = start [[
      ec.main(function()
        io.write("a whole line\n")
        local contact, err = client.contacts:get("1")
        io.write(tostring(contact), " ", err.kind, " ", err.code, " ", ec.interrupted(), "\n")
        error(err)
      end)
      print "not reached"
    ]]
    running:signal "INT"
    local code, output, errors = running:finish()
    assert.equal(130, code, errors)
    assert.equal("a whole line\nnil cancelled interrupted INT\n", output)
    assert.matches("^[^\n]+: interrupted\n$", errors)
  end)

  it("ends every later call too, even if the script continues", function()
    local running = start [[
      ec.main(function()
        local kinds = {}
        for number = 1, 3 do
          local _, err = client.contacts:get(tostring(number))
          kinds[number] = err.code
        end
        print(table.concat(kinds, " "))
      end)
    ]]
    running:signal "INT"
    local code, output, errors = running:finish()
    assert.equal(130, code, errors)
    assert.equal("interrupted interrupted interrupted\n", output)
    assert.equal(1, server:counts().requests)
  end)

  it("ends the wait before the next attempt", function()
    server = peer.start { { { "read" }, { "send", peer.reply("{}", "Retry-After: 100\r\n",
      "429 Too Many Requests") }, { "hang" } } }
    local running = script.start(CLIENT .. [[
      ec.main(function()
        client = ec.new { base_url = arg[1], access_token = "t", log = function(entry)
          if entry.wait then
            io.write("waiting\n")
            io.stdout:flush()
          end
        end }
        assert(client.contacts:get("1"))
      end)
    ]], server.url)
    assert.equal("waiting", running:line())
    running:signal "INT"
    local code, _, errors = running:finish()
    assert.equal(130, code, errors)
    assert.equal(1, server:counts().requests)
  end)

  it("makes an iterator raise while it waits", function()
    local running = start([[
      ec.main(function()
        for _ = 1, 200 do
          assert(client.contacts:get("1"))
        end
        for _ in client:scan_contacts() do
          print "nothing comes"
        end
      end)
    ]], 200)
    running:signal "INT"
    local code, output, errors = running:finish()
    assert.equal(130, code, errors)
    assert.equal("", output)
    assert.matches("^[^\n]+: interrupted\n$", errors)
  end)

  it("treats SIGTERM the same way, with 143", function()
    local running = start "ec.main(function() assert(client.contacts:get '1') end)"
    running:signal "TERM"
    local code, _, errors = running:finish()
    assert.equal(143, code, errors)
    assert.matches("^[^\n]+: interrupted\n$", errors)
  end)

  it("ends the process at the second Ctrl-C", function()
    local running = script.start [[
      local ec = require "extcontacts"
      ec.main(function()
        io.write("ready\n")
        io.stdout:flush()
        while not ec.interrupted() do end
        io.write("noted\n")
        io.stdout:flush()
        while true do end
      end)
    ]]
    assert.equal("ready", running:line())
    running:signal "INT"
    assert.equal("noted", running:line())
    running:signal "INT"
    local code, _, errors = running:finish()
    assert.equal(130, code) -- of the shell: ended by the signal
    assert.equal("", errors)
  end)

  it("ignores a signal that the parent process ignores", function()
    local handle = assert(io.popen(("trap '' INT; '%s' -e '%s'"):format(script.interpreter, [[
      local ec = require "extcontacts"
      ec.main(function()
        os.execute("kill -INT $PPID")
        print(ec.interrupted())
      end)
    ]]), "r"))
    assert.equal("nil\n", handle:read("*a"))
    handle:close()
  end)

  it("prints an error object as one line and exits with 1", function()
    local running = script.start [[
      local ec = require "extcontacts"
      local client = ec.new { base_url = "http://127.0.0.1:1", access_token = "t", retry = false }
      ec.main(function() assert(client.contacts:get "1") end)
    ]]
    local code, output, errors = running:finish()
    assert.equal(1, code)
    assert.equal("", output)
    assert.matches("^[^\n]+: get_externalcontacts_contact: [^\n]+%(transport, refused%)\n$", errors)
  end)

  it("prints a programming error with its position and the stack", function()
    local running = script.start [[
      local ec = require "extcontacts"
      local function inner() return nil + 1 end
      ec.main(function() inner() end)
    ]]
    local code, _, errors = running:finish()
    assert.equal(1, code)
    assert.matches("attempt to perform arithmetic", errors)
    assert.matches("stack traceback:", errors)
  end)

  it("passes the arguments to the function and returns its results", function()
    local function gather(...)
      return select("#", ...), ...
    end
    assert.equal("4 3 1 nil nil", table.concat({ (function(...)
      local texts = {}
      for index = 1, select("#", ...) do
        texts[index] = tostring((select(index, ...)))
      end
      return table.concat(texts, " ")
    end)(gather(ec.main(gather, 1, nil, nil))) }))
  end)

  it("counts nil and a message as a failure", function()
    local running = script.start [[
      local ec = require "extcontacts"
      ec.main(function() return nil, "the file is empty" end)
    ]]
    local code, _, errors = running:finish()
    assert.equal(1, code)
    assert.matches("^[^\n]+: the file is empty\n$", errors)
  end)

  it("reports output that could not be written", function()
    local running = script.start([[
      local ec = require "extcontacts"
      io.stdout:setvbuf "full"
      ec.main(function() io.write("a result") end)
    ]], ">/dev/full")
    local code, _, errors = running:finish()
    assert.equal(1, code)
    assert.matches("^[^\n]+: the output could not be written: ", errors)
  end)

  it("requires a function", function()
    assert.matches("ec.main takes a function", fake.misuse(ec.main))
  end)

  it("can be nested; the outer one handles the signals", function()
    local code, results = main.protect(function()
      return (main.protect(function()
        return 7
      end))
    end)
    assert.equal(0, code)
    assert.equal(0, results[1])
  end)
end)

describe("core.signal", function()
  it("has one guard at a time, and does nothing before", function()
    assert.is_nil(core.signal.caught())
    local guard = core.signal.catch()
    assert.is_nil(core.signal.catch())
    assert.is_nil(core.signal.caught())
    guard:release()
    guard:release()
    guard = core.signal.catch()
    assert.is_truthy(guard)
    guard:release()
  end)
end)

describe("a plain script", function()
  after_each(stop)

  -- 300: also from code that LuaJIT has compiled, where hooks get no turn
  for _, answers in ipairs { 0, 300 } do
    it("is ended by Lua's own handler while the engine waits, after calls: " .. answers, function()
      local running = start([[
        while true do
          assert(client.contacts:get "1")
        end
      ]], answers)
      running:signal "INT"
      local code, _, errors = running:finish()
      assert.equal(1, code)
      assert.matches("interrupted!", errors)
      assert.matches("stack traceback:", errors)
    end)
  end
end)
