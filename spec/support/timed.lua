-- A client over an engine whose answers take time, with a clock that advances only
-- during waits: for specs of concurrent calls.
--
--   local self = timed.client(function(request, number)
--     return fake.json(200, {}), 0.02          -- the answer, and its duration in seconds
--   end)
--   self.client, self.time, self.events       -- "sent 1", "answered 1", …
local client = require "extcontacts.client"
local config = require "extcontacts.config"
local fake = require "spec.support.fake"

local timed = {}

local Transfer = {}
Transfer.__index = Transfer

function Transfer:done()
  return self.over
end

function Transfer:cancel(reason)
  if not self.over then
    self.over = true
    self.answer = { failure = { kind = "cancelled", code = reason or "cancelled", sent = "all",
      message = "the transfer was cancelled" } }
    self.record("cancelled", self)
  end
end

function Transfer:result()
  assert(self.over, "not finished")
  if self.answer.failure then
    return nil, self.answer.failure
  end
  return self.answer
end

-- The engine; `self` is the result of `timed.client`.
local function new_engine(self, answer)
  local engine = { pending = {}, submitted = {} }
  local function record(what, transfer)
    self.events[#self.events + 1] = what .. " " .. transfer.number
  end
  function engine.usable()
    return not engine.closed
  end
  function engine.submit(_, wire, authorization)
    local request = fake.sent(wire, authorization)
    self.requests[#self.requests + 1] = request
    local transfer = setmetatable({ number = #self.requests, record = record, request = request }, Transfer)
    engine.submitted[#engine.submitted + 1] = transfer
    return transfer
  end
  -- Requests are sent in `step`, as by the real engine.
  local function send()
    for _, transfer in ipairs(engine.submitted) do
      if not transfer.over then
        record("sent", transfer)
        local seconds
        transfer.answer, seconds = answer(transfer.request, transfer.number)
        transfer.due = self.time + (seconds or 0)
        engine.pending[#engine.pending + 1] = transfer
      end
    end
    engine.submitted = {}
  end
  local function collect()
    local finished, left, next_due = {}, {}, nil
    for _, transfer in ipairs(engine.pending) do
      if transfer.over then -- cancelled
        finished[#finished + 1] = transfer
      elseif transfer.due <= self.time then
        transfer.over = true
        record("answered", transfer)
        finished[#finished + 1] = transfer
      else
        left[#left + 1] = transfer
        next_due = math.min(next_due or transfer.due, transfer.due)
      end
    end
    engine.pending = left
    self.most = math.max(self.most, #left)
    return finished, next_due
  end
  function engine.step(_, seconds)
    send()
    local finished, next_due = collect()
    if #finished == 0 and seconds > 0 then
      self.time = math.min(self.time + seconds, next_due or math.huge)
      finished = collect()
    end
    return finished
  end
  function engine.close()
    engine.closed = true
    for _, list in ipairs { engine.pending, engine.submitted } do
      for _, transfer in ipairs(list) do
        transfer.over, transfer.answer = true, { failure = { kind = "closed", message = "closed" } }
      end
    end
  end
  return engine
end

--- A client; `answer(request, number)` returns the reply to the n-th request and its
-- duration in seconds.
function timed.client(answer, options)
  local self = { requests = {}, events = {}, time = 1000, most = 0 }
  local settings = {
    base_url = "https://api.example.test", login_url = "https://login.example.test",
    access_token = "given-token",
  }
  for name, value in pairs(options or {}) do
    settings[name] = value
  end
  settings.access_token = settings.access_token or nil -- false: none
  self.engine = new_engine(self, answer)
  self.client = assert(client.new(assert(config.resolve(settings)), {
    engine = self.engine,
    store = fake.store(),
    now = function()
      return self.time
    end,
    random = function()
      return 0.5
    end,
    time = function()
      return math.floor(self.time)
    end,
  }))
  return self
end

--- The same with tokens from the token endpoint, each after 20 ms; `self.tokens` is
-- their number.
function timed.with_tokens(answer)
  local self
  self = timed.client(function(request, number)
    if not request.url:find("/oauth/token", 1, true) then
      return answer(request, number)
    end
    self.tokens = self.tokens + 1
    return fake.json(200, { access_token = "t" .. self.tokens, token_type = "bearer", expires_in = 86400 }), 0.02
  end, { access_token = false, client_id = "id", client_secret = "secret" })
  self.tokens = 0
  return self
end

return timed
