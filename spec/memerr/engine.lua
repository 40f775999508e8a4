-- Run by memerr, which lets every allocation fail in turn: requests to its own
-- server, one cancelled, one pending when the engine closes; then one more,
-- which must be complete if it is sent.
local core = require("extcontacts.core")
local port = ...

local function request(engine, path, body)
  return engine:submit {
    method = body and "POST" or "GET",
    url = "http://127.0.0.1:" .. math.floor(port) .. path,
    headers = { { "Accept", "application/json" }, { "X-Long", ("h"):rep(500) } },
    body = body,
    deadline = core.engine.now() + 5,
  }
end

local engine = core.engine.new({ user_agent = "memerr" })

local function exchange()
  local first, failure = request(engine, "/plain")
  if not first then
    return nil, failure
  end
  local second, third
  second, failure = request(engine, "/gzip", '{"a":1}')
  if not second then
    return nil, failure
  end
  third, failure = request(engine, "/cancelled")
  if not third then
    return nil, failure
  end
  third:cancel()
  local left = 2
  while left > 0 do
    for _, transfer in ipairs(engine:step(1)) do
      if transfer == first or transfer == second then
        left = left - 1
      end
    end
  end
  for _, transfer in ipairs { first, second } do
    local keep = transfer == second
    local result, problem = transfer:result(keep)
    if not result then
      return nil, problem
    end
    local body = keep and transfer:body() or result.body
    assert(result.status == 200 and body == '{"id":"some"}')
    assert(not keep or core.json.decode(transfer).id == "some")
    transfer:release()
  end
  return request(engine, "/in-flight")
end

local ok, done, failure = pcall(exchange)

-- A handle that lacks an option, because memory ran out, is not used again.
pcall(function()
  local last = request(engine, "/agent")
  while last and not last:done() do
    engine:step(1)
  end
  local reply = last and last:result()
  if reply and reply.status ~= 200 then
    ok, done = false, "a request went out without the engine's user agent"
  end
end)

engine:close()
if not ok then
  error(done, 0)
end
return done and true, failure
