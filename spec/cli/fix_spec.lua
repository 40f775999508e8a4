-- plan, apply, resume, pause, status, verify and undo as commands.
local command = require "spec.support.command"
local fixes = require "spec.support.fixes"

local place, environment

local function set_place(given)
  place = given
  environment = command.environment(given.server)
  environment.EXTCONTACTS_RATE = "off"
  environment.USER = "ann"
  environment.P = given:path "p"
end

-- A fix that sets the title of the first contacts.
local function write_fix(count, title)
  local ids = {}
  for index, id in ipairs(place:ids(count)) do
    ids[index] = ("%q"):format(id)
  end
  return place:write("titles.lua", ([[
    local fix = require "extcontacts.fix"
    return {
      name = "titles",
      source = fix.ids { %s },
      options = { title = %q },
      change = function(contact, ctx)
        contact.title = ctx.options.title
        return contact
      end,
      verify = function(contact)
        return contact.title ~= "Boss", "no bosses"
      end,
    }
  ]]):format(table.concat(ids, ", "), title or "Pilot"))
end

local function run(line, world)
  world = world or {}
  world.environment = environment
  return command.run(line, world)
end

local function planned(count)
  local code, _, err = run(("plan %s -o %s"):format(write_fix(count), place:path "p"))
  assert.equal(0, code, err)
end

describe("extcontacts fixes", function()
  local ready = require "extcontacts.fixes"

  it("lists the files there are, and says what each does", function()
    local pipe = io.popen("ls lua/extcontacts/fixes/*_*.lua", "r")
    local count = 0
    for path in pipe:lines() do
      local name = path:match "([%w_]+)%.lua$"
      local code, output = command.run("fixes " .. name)
      assert.equal(0, code, name)
      assert.matches("extcontacts plan " .. name, output, 1, true)
      assert.matches("/" .. path:gsub("%.", "%%.") .. "\n$", output)
      count = count + 1
    end
    pipe:close()
    assert.equal(count, #ready.names)
    local _, output = command.run "fixes"
    for _, name in ipairs(ready.names) do
      assert.matches("\n" .. name .. " +%u[^\n]+%w\n", "\n" .. output)
    end
  end)

  it("suggests for a mistyped name", function()
    local code, _, errors = command.run "fixes set_field"
    assert.equal(2, code)
    assert.matches("did you mean 'set_fields'?", errors, 1, true)
  end)
end)

describe("extcontacts plan", function()
  fixes.around(set_place, before_each, after_each)

  it("takes the name of a ready fix, unless there is a file of that name", function()
    local code, output = run("plan tidy_names_emails -o " .. place:path "p")
    assert.equal(0, code)
    assert.matches("contact.firstName", output, 1, true)
    assert.matches("/lua/extcontacts/fixes/tidy_names_emails.lua", place:objects "p"[1].fix.path, 1, true)
    for word, problem in pairs {
      tidy_names = "there is no file of that name, and unknown ready fix 'tidy_names'",
      ["nothing.lua"] = "nothing.lua: can't be read",
    } do
      local _, errors
      code, _, errors = run("plan " .. word)
      assert.equal(2, code)
      assert.matches(problem, errors, 1, true)
    end
  end)

  it("shows the changes and the totals, and says what to do next", function()
    local code, output, err = run(("plan %s -o %s --show 2"):format(write_fix(5), place:path "p"))
    assert.equal(0, code, err)
    assert.matches("^~ update contact [%x-]+\n    title\n[^~]*      %+ Pilot\n[^~]*~ update", output)
    assert.matches("… and 3 more\n\n5 changes to 5 records read\n", output, 1, true)
    assert.matches("         5  contact.title\n", output, 1, true)
    assert.matches("to do it:  extcontacts apply " .. place:path "p", err, 1, true)
    assert.equal("ann", place:objects "p"[1].by)
    assert.equal(0, place:requests "contacts.update")
  end)

  it("tells by its exit code whether there is something to change", function()
    local line = ("plan %s -o %s --detailed-exitcode"):format(write_fix(3), place:path "p")
    assert.equal(5, (run(line)))
    assert.equal(5, (run(line .. " --limit 1")))
    assert.equal(1, place:objects "p"[3]["end"].changes)
    assert.equal(5, (run(line .. " --set title=Cook")))
    assert.equal("Cook", place:objects "p"[2].after.title)
    assert.equal(0, (run("apply -y " .. place:path "p")))
    assert.equal(0, (run(("plan %s -o %s --set title=Cook --detailed-exitcode"):format(
      place:path "titles.lua", place:path "q"))))
  end)

  it("writes the page to approve from", function()
    local code, _, err = run(("plan %s -o %s --html %s"):format(write_fix(3), place:path "p", place:path "p.html"))
    assert.equal(0, code, err)
    assert.matches("Pilot", place:read "p.html", 1, true)
  end)

  it("names the plan after the fix", function()
    write_fix(1)
    local code = command.shell(("root=$PWD; cd %s && $root/bin/extcontacts plan titles.lua"):format(place.dir),
      environment)
    assert.equal(0, code)
    assert.is_string(place:read "titles.plan")
  end)

  it("says in one line what is wrong", function()
    for line, message in pairs {
      ["plan none.lua"] = "extcontacts plan: none.lua: can't be read",
      ["plan " .. place:write("bad.lua", "return {")] = "bad.lua:1:",
      ["plan x --limit 0"] = "'0' is not a whole number above 0",
      ["plan x --set title"] = "'title' is not NAME=VALUE",
      ["plan " .. write_fix(1) .. " -o " .. place:path "p" .. " --set titel=x"] = "did you mean 'title'?",
    } do
      local code, output, err = run(line)
      assert.equal(2, code)
      assert.equal("", output)
      assert.matches(message, err, 1, true)
    end
  end)
end)

describe("extcontacts apply", function()
  fixes.around(set_place, before_each, after_each, { resets = false }) -- it counts requests

  it("asks at a terminal, and without one wants --yes", function()
    planned(2)
    local line = "apply " .. place:path "p"
    local code, _, err = run(line)
    assert.equal(2, code)
    assert.matches("Apply 2 changes to http://127.0.0.1:%d+%? Pass %-%-yes", err)
    code, _, err = run(line, { terminals = { stdin = true, stderr = true }, input = "n\n" })
    assert.equal(0, code)
    assert.matches("nothing was done", err, 1, true)
    assert.equal(0, place:requests "contacts.update")
    assert.equal(0, (run(line, { terminals = { stdin = true, stderr = true }, input = "y\n" })))
    assert.equal(2, place:requests "contacts.update")
  end)

  it("goes the whole way: apply, status, verify, undo, and back", function()
    planned(4)
    local p = place:path "p"
    local before = place:contacts()
    local code, output, err = run("apply -y " .. p)
    assert.equal(0, code, err)
    assert.matches("4 changes in the plan\n       4  done\n", output, 1, true)
    assert.matches("extcontacts undo", err, 1, true)
    output = select(2, run("status " .. p))
    assert.matches(": complete\n", output, 1, true)
    assert.matches('"state":"complete"', select(2, run("status --json " .. p)), 1, true)
    code, output = run("verify " .. p)
    assert.equal(0, code)
    assert.equal("4 of 4 as planned, 0 not, 0 were not done\n", output)
    code, output = run("undo " .. p)
    assert.equal(0, code)
    assert.matches("4 changes to 4 records read\n", output, 1, true)
    assert.equal(0, (run("apply -y " .. p .. ".undo")))
    for _, id in ipairs(place:ids(4)) do
      assert.equal(before[id].title, assert(place.client.contacts:get(id)).title)
    end
    code, output = run("verify " .. p)
    assert.equal(1, code)
    assert.matches("the record has the values from before the plan (title)\n", output, 1, true)
    assert.matches("0 of 4 as planned, 4 not, 0 were not done\n", output, 1, true)
  end)

  it("ends with the code of what happened", function()
    planned(3)
    place:edit(place:ids(1)[1], { title = "Cook" })
    local p = place:path "p"
    assert.equal(4, (run("apply -y " .. p)))
    assert.equal(2, (run("apply -y " .. p)))
    assert.equal(4, (run("resume " .. p)))
    assert.equal(2, (run("resume " .. place:path "none")))
    run(("plan %s -o %s --set title=Cook"):format(place:path "titles.lua", place:path "q"))
    place.server:control("POST", "/sandbox/faults", { { operation = "contacts.update", status = 422 } })
    local code, _, err = run("apply -y --max-errors 1 --concurrency 1 " .. place:path "q")
    assert.equal(1, code)
    assert.matches("too many have failed", err, 1, true)
    assert.matches("q.errors.csv has the reasons", err, 1, true)
    place.server:control("POST", "/sandbox/faults", { { operation = "contacts.update", status = 403 } })
    assert.equal(3, (run("resume " .. place:path "q")))
  end)

  it("wants to be told that it can't be undone", function()
    local path = place:write("erase.lua", ([[
      local fix = require "extcontacts.fix"
      return { name = "erase", source = fix.ids { %q }, change = function() return fix.erase end }
    ]]):format(place:ids(1)[1]))
    assert.equal(0, (run(("plan %s -o %s"):format(path, place:path "p"))))
    local code, _, err = run("apply -y " .. place:path "p")
    assert.equal(2, code)
    assert.matches("pass --allow-irreversible", err, 1, true)
    assert.equal(0, (run("apply -y --allow-irreversible " .. place:path "p")))
    code, _, err = run("verify " .. place:path "p")
    assert.equal(0, code)
    assert.matches("p.proof.csv proves the erasures", err, 1, true)
  end)

  it("asks the fix's own verify", function()
    local path = write_fix(1, "Boss")
    assert.equal(0, (run(("plan %s -o %s"):format(path, place:path "p"))))
    assert.equal(0, (run("apply -y " .. place:path "p")))
    local code, output = run("verify " .. place:path "p")
    assert.equal(1, code)
    assert.matches(": no bosses\n", output, 1, true)
  end)

  it("moves a line on a terminal", function()
    planned(3)
    local _, _, err = run("apply -y " .. place:path "p", { terminals = { stderr = true } })
    assert.matches("\r[........................]   0% 0 of 3, ", err, 1, true)
    assert.matches("\r\27[K", err, 1, true)
  end)
end)

describe("a process that applies a plan", function()
  fixes.around(set_place, before_each, after_each, { resets = false }) -- it counts requests

  -- Starts it, slowed down, and waits for the first change to be noted.
  local START = [[
    env --default-signal=INT,TERM bin/extcontacts apply -y --concurrency 1 $P >$P.out 2>$P.err &
    pid=$!
    for i in $(seq 250); do grep -q '"t":"intent"' $P.journal 2>/dev/null && break; sleep 0.02; done
  ]]

  local function slow()
    planned(40)
    place.server:control("POST", "/sandbox/faults", { { operation = "contacts.update", delay = 0.05 } })
  end

  local function outcomes()
    local intents, done = 0, 0
    for _, line in ipairs(place:objects "p.journal") do
      intents = intents + (line.t == "intent" and 1 or 0)
      done = done + (line.t == "applied" and 1 or 0)
    end
    return intents, done
  end

  it("finishes what is in flight at Ctrl-C and says how to go on", function()
    slow()
    local code, output = command.shell(START .. "kill -INT $pid; wait $pid; echo $?; cat $P.err", environment)
    assert.equal(0, code)
    assert.matches("^130\n", output)
    assert.matches("finishing what is in flight", output, 1, true)
    assert.matches("go on with:  extcontacts resume", output, 1, true)
    assert.matches("extcontacts apply: interrupted\n$", output)
    local intents, done = outcomes()
    assert.equal(intents, done)
    assert.is_true(done > 0 and done < 40, done)
    place.server:control("POST", "/sandbox/faults", {})
    assert.equal(0, (run("resume " .. place:path "p")))
    assert.equal(40, place:requests "contacts.update")
  end)

  it("is held by extcontacts pause and by SIGUSR1, and goes on", function()
    slow()
    local code, output = command.shell(START .. [[
      held() { for i in $(seq 250); do extcontacts status $P | grep -q ": held" && return; sleep 0.02; done; }
      still() {
        for i in $(seq 250); do
          before=$(wc -c <$P.journal); sleep 0.3; after=$(wc -c <$P.journal)
          [ $before = $after ] && echo still && return
        done
      }
      extcontacts pause $P; held; still
      extcontacts resume $P
      kill -USR1 $pid; held; still
      kill -USR1 $pid
      wait $pid; echo $?
    ]], environment)
    assert.equal(0, code)
    assert.matches("held; go on with.*still.*goes on.*still\n0\n$", output)
    assert.equal(40, place:requests "contacts.update")
  end)

  it("is not disturbed by a second one", function()
    slow()
    local code, output = command.shell(START .. "extcontacts resume $P; echo $?; wait $pid; echo $?", environment)
    assert.equal(0, code)
    assert.matches("another process is applying this plan[^\n]*\n75\n0\n$", output)
    assert.equal(40, place:requests "contacts.update")
  end)

  -- Without the right that lets root write where nobody may.
  it("sends nothing more once its journal is read-only", function()
    planned(3)
    assert.equal(0, (run("apply -y --limit 1 " .. place:path "p")))
    local sent, journal = place:requests "contacts.update", place:read "p.journal"
    local code, output = command.shell([[
      chmod 0400 $P.journal
      [ $(id -u) != 0 ] || drop="setpriv --bounding-set=-dac_override --inh-caps=-dac_override"
      for command in resume "apply -y"; do $drop bin/extcontacts $command $P; echo $?; done
    ]], environment)
    assert.equal(0, code)
    local line = "extcontacts %s: [^\n]*p%%.journal: Permission denied %%(io, EACCES%%)\n1\n"
    assert.matches("^" .. line:format "resume" .. line:format "apply" .. "$", output)
    assert.equal(1, sent)
    assert.equal(sent, place:requests "contacts.update")
    assert.equal(journal, place:read "p.journal")
  end)
end)
