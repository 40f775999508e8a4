-- Tokens that are renewed in the background.
local core = require "extcontacts.core"
local fake = require "spec.support.fake"
local timed = require "spec.support.timed"

local header = fake.header

-- A client with tasks that run when `self:run_tasks()` is called.
local function client(script)
  local self = fake.context(script, fake.with_credentials())
  self.queue = {}
  local runtime = self.ctx.runtime
  function runtime.detach(fn, ...)
    local task = { arguments = { ... }, finished = false }
    function task.done()
      return task.finished
    end
    self.queue[#self.queue + 1] = function()
      fn(fake.unpack(task.arguments))
      task.finished = true
    end
    return task
  end
  function runtime.awaits()
    return false
  end
  function runtime.wait_until(_, waitable)
    self:run_tasks()
    return waitable:done()
  end
  function self.run_tasks()
    local queue = self.queue
    self.queue = {}
    for _, run in ipairs(queue) do
      run()
    end
  end
  return self
end

-- The token that a call is sent with.
local function token_of(self)
  local gate = require "extcontacts.call.gate"
  return assert(gate.pass((fake.call(self, "contacts.get", "a")))).token
end

describe("the renewal of tokens", function()
  it("begins with a call near their end, which uses the old token", function()
    local self = client { fake.grant("t1", 3600), fake.grant("t2", 3600) }
    assert.equal("t1", token_of(self))
    self.time = self.time + 2999
    assert.equal("t1", token_of(self))
    assert.equal(0, #self.queue)
    self.time = self.time + 2
    assert.equal("t1", token_of(self))
    assert.equal("t1", token_of(self))
    assert.equal(1, #self.queue, "one request for all calls")
    self:run_tasks()
    assert.equal("t2", token_of(self))
    assert.equal(2, #self.requests)
  end)

  it("is tried again if it fails, and no call learns of it", function()
    local self = client { fake.grant("t1", 3600), fake.json(503), fake.grant("t2", 3600) }
    token_of(self)
    self.time = self.time + 3001
    assert.equal("t1", token_of(self))
    self:run_tasks()
    assert.equal("t1", token_of(self))
    assert.equal(0, #self.queue)
    self.time = self.time + 31
    assert.equal("t1", token_of(self))
    self:run_tasks()
    assert.equal("t2", token_of(self))
  end)

  it("that fails after the token's end makes the call request a token itself", function()
    local self = client { fake.grant("t1", 3600), fake.json(503), fake.grant("t2", 3600) }
    token_of(self)
    self.time = self.time + 3001
    token_of(self)
    self.time = self.time + 600
    assert.equal("t2", token_of(self))
    assert.equal(3, #self.requests)
  end)

  it("takes no call's time", function()
    local tokens = 0
    local self = timed.client(function(request)
      if request.url:find("/oauth/token", 1, true) then
        tokens = tokens + 1
        return fake.grant("t" .. tokens, 3600), 1
      end
      return fake.json(200, { id = "a" }), 0.25
    end, fake.with_credentials { access_token = false })
    assert(self.client.contacts:get("a"))
    self.time = self.time + 3001
    for _ = 1, 6 do
      local _, _, response = self.client.contacts:get("a")
      assert.equal(0.25, response.elapsed)
    end
    assert.equal(2, tokens)
    assert.equal("Bearer t2", header(self.requests[#self.requests], "Authorization"))
  end)

  it("inside nginx is due at a time, for a token that is in use", function()
    local runtime = require "extcontacts.runtime"
    local after, now = runtime.after, core.engine.now
    local self = client { fake.grant("t1", 3600), fake.grant("t2", 3600) }
    finally(function()
      runtime.after, core.engine.now = after, now
    end)
    function core.engine.now()
      return self.time
    end
    local planned = {}
    function runtime.after(seconds, fn)
      planned[#planned + 1] = { at = self.time + seconds, fn = fn }
      return true
    end
    self.ctx.runtime.after = runtime.after
    token_of(self)
    assert.equal(0, #planned, "a Lua state of one request has no timer")
    self.time = self.time + 11
    token_of(self)
    assert.same({ 1, 4000 }, { #planned, planned[1].at })
    self.time = 4000
    planned[1].fn(false)
    self:run_tasks()
    assert.equal(2, #self.requests)
    assert.equal("t2", token_of(self))
    assert.equal(2, #planned, "and then for the new token")
    self.time = planned[2].at
    planned[2].fn(true) -- the worker exits
    assert.equal(0, #self.queue)
  end)
end)
