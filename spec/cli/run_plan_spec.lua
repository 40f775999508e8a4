-- The process that applies a plan: signals, pause and resume, locks.
local command = require "spec.support.command"
local plan_command = require "spec.support.plan_command"

local world = plan_command.around(before_each, after_each, { resets = false }) -- it counts requests

describe("a process that applies a plan", function()
  -- Starts it, slowed down, and waits for the first change to be noted.
  local START = [[
    env --default-signal=INT,TERM bin/extcontacts apply -y --write bulk --batch ${BATCH:-1} \
      --concurrency 1 $P >$P.out 2>$P.err &
    pid=$!
    for i in $(seq 1500); do grep -q '"t":"intent"' $P.journal 2>/dev/null && break; sleep 0.02; done
    fast() { # the rest of its requests
      "$EXTCONTACTS_LUA" -e 'local url = os.getenv "EXTCONTACTS_BASE_URL" .. "/sandbox/faults"
        assert(select(2, require("socket.http").request(url, "[]")) == 200)'
    }
  ]]

  -- All changes together take so long that what follows meets a running process on any machine.
  local function slow(delay)
    world.planned(40)
    world.place.server:control("POST", "/sandbox/faults", {
      { operation = "contacts.update", delay = delay or 0.5 }, { operation = "contacts.bulk.update", delay = 2 },
    })
  end

  local function outcomes()
    local intents, done = 0, 0
    for _, line in ipairs(world.place:objects "p.journal") do
      intents = intents + (line.t == "intent" and 1 or 0)
      done = done + (line.t == "applied" and 1 or 0)
    end
    return intents, done
  end

  for _, batch in ipairs { 1, 5 } do
    it(("finishes its requests at Ctrl-C and names how to resume, with a batch of %d"):format(batch), function()
      slow()
      local code, output = command.shell(("BATCH=%d\n"):format(batch) .. START
        .. "kill -INT $pid; wait $pid; echo $?; cat $P.err", world.environment)
      assert.equal(0, code)
      assert.matches("^130\n", output)
      assert.matches("finishing the current requests; press Ctrl-C again to stop now", output, 1, true)
      assert.matches("\nResume: extcontacts resume", output, 1, true)
      assert.matches("extcontacts apply: interrupted\n$", output)
      local intents, done = outcomes()
      assert.equal(intents, done)
      assert.is_true(done > 0 and done < 40, done)
      assert.equal(0, done % batch)
      world.place.server:control("POST", "/sandbox/faults", {})
      assert.equal(0, (world.run(("resume --write bulk --batch %d %s"):format(batch, world.p))))
      intents, done = outcomes()
      assert.same({ 40, 40 }, { intents, done })
      assert.equal(40 / batch, world.place:requests(batch == 1 and "contacts.update" or "contacts.bulk.update"))
    end)
  end

  it("is paused by extcontacts pause and by SIGUSR1, and resumed", function()
    slow(0.2)
    local code, output = command.shell(START .. [[
      paused() { for i in $(seq 250); do extcontacts status $P | grep -q ": paused" && return; sleep 0.02; done; }
      still() {
        for i in $(seq 250); do
          before=$(wc -c <$P.journal); sleep 0.5; after=$(wc -c <$P.journal)
          [ $before = $after ] && echo still && return
        done
      }
      extcontacts pause $P; paused; still
      extcontacts resume $P
      kill -USR1 $pid; paused; still
      fast
      kill -USR1 $pid
      wait $pid; echo $?
    ]], world.environment)
    assert.equal(0, code)
    assert.matches("pause: paused; .*Resume: .*still.*resumed the paused apply\n.*still\n0\n$", output)
    assert.equal(40, world.place:requests "contacts.update")
  end)

  it("locks out a second process", function()
    slow()
    local code, output = command.shell(START
      .. "extcontacts resume $P; echo $?; fast; wait $pid; echo $?", world.environment)
    assert.equal(0, code)
    assert.matches("another process is applying this plan[^\n]*\n75\n0\n$", output)
    assert.equal(40, world.place:requests "contacts.update")
  end)

  -- Without the capability that lets root write any file.
  it("sends nothing once its journal is read-only", function()
    world.planned(3)
    assert.equal(0, (world.run("apply -y --limit 1 " .. world.p)))
    local sent, journal = world.place:requests "contacts.update", world.place:read "p.journal"
    local code, output = command.shell([[
      chmod 0400 $P.journal
      [ $(id -u) != 0 ] || drop="setpriv --bounding-set=-dac_override --inh-caps=-dac_override"
      for command in resume "apply -y"; do $drop bin/extcontacts $command $P; echo $?; done
    ]], world.environment)
    assert.equal(0, code)
    local line = "extcontacts %s: [^\n]*p%%.journal: Permission denied %%(io, EACCES%%)\n1\n"
    assert.matches("^" .. line:format "resume" .. line:format "apply" .. "$", output)
    assert.equal(1, sent)
    assert.equal(sent, world.place:requests "contacts.update")
    assert.equal(journal, world.place:read "p.journal")
  end)
end)
