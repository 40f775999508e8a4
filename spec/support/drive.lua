-- Sends requests to a scripted peer and steps the engine until they have finished:
-- shared by the engine's specs.
local core = require "extcontacts.core"
local peer = require "spec.support.peer"

local drive = {}

--- Steps the engine until the transfers have finished.
function drive.finish(engine, ...)
  local ends_at = core.engine.now() + 90
  for _, transfer in ipairs { ... } do
    while not transfer:done() do
      assert(core.engine.now() < ends_at, "the transfer did not finish in time")
      engine:step(1)
    end
  end
end

--- Sends `request` (default GET) and returns its reply, or nil and the failure;
-- `deadline_in` is in seconds from now (default 60).
function drive.send(engine, request)
  local copy = { method = "GET" }
  for name, value in pairs(request) do
    copy[name] = value
  end
  copy.deadline = core.engine.now() + (copy.deadline_in or 60)
  copy.deadline_in = nil
  local transfer, failure = engine:submit(copy)
  if not transfer then
    return nil, failure
  end
  drive.finish(engine, transfer)
  return transfer:result()
end

--- For a describe block: `start(script)` starts a peer and `new` an engine, which a
-- thread drives if `drive.threaded` is set; `clear` ends all of them after a spec.
function drive.fixture()
  local peers, engines = {}, {}
  local fixture = {}
  function fixture.start(script)
    local p = peer.start(script)
    peers[#peers + 1] = p
    return p
  end
  function fixture.new(options)
    local copy = { threaded = drive.threaded }
    for name, value in pairs(options or {}) do
      copy[name] = value
    end
    local engine = core.engine.new(copy)
    engines[#engines + 1] = engine
    return engine
  end
  function fixture.clear()
    for _, engine in ipairs(engines) do
      engine:close()
    end
    for _, p in ipairs(peers) do
      p:stop()
    end
    peers, engines = {}, {}
  end
  return fixture
end

return drive
