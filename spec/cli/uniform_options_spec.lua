-- Options that mean the same in every command.
local command = require "spec.support.command"
local json = require "extcontacts.base.json"
local parser = require "extcontacts.cli.parser"
local plan_command = require "spec.support.plan_command"
local registry = require "extcontacts.cli.registry"
require "extcontacts.cli.commands"

local world = plan_command.around(before_each, after_each)

-- What these print is neither records nor a result.
local TEXTS = { sandbox = true, completion = true }

-- The options of a command by each of their names.
local function options_of(name)
  local by_name = {}
  for _, option in ipairs((select(2, parser.describe((parser.make(registry.find(name), {})))))) do
    for _, each in ipairs(option.names) do
      by_name[each] = option
    end
  end
  return by_name
end

describe("every command", function()
  for _, name in ipairs(registry.names()) do
    it("has the options that all have: " .. name, function()
      local options = options_of(name)
      if not TEXTS[name] then
        assert.equal("FORMAT", options["--output"].value)
        assert.equal(options["--quiet"], options["-q"])
        assert.truthy(options["--quiet"])
        assert.truthy(options["--json"])
      end
      assert.equal(options["--yes"], options["-y"])
      if options["--plan-file"] then
        assert.equal(options["--plan-file"], options["-o"])
      end
      if options["--limit"] then
        assert.matches("^stop after N ", options["--limit"].doc:gsub("^with %-%-server: ", ""))
      end
    end)
  end

  it("refuses an unknown format and two formats, and suggests", function()
    local code, _, errors = command.run "ops --output jsn"
    assert.equal(2, code)
    assert.matches("--output: unknown format 'jsn', did you mean 'json'?", errors, 1, true)
    assert.equal(2, (command.run "ops --output text --json"))
    code, _, errors = command.run "ops --quite"
    assert.equal(2, code)
    assert.matches("unknown option '--quite', did you mean '--quiet'?", errors, 1, true)
  end)
end)

describe("--output json", function()
  local function document(line, expected)
    local code, output, errors = world.run(line)
    assert.equal(expected or 0, code, errors)
    return assert(json.decode(output), output)
  end

  it("is one document of the result, from plan to undo", function()
    local fix = world.write_fix(3)
    local planned = document(("plan %s -o %s --output json"):format(fix, world.p))
    assert.equal(world.p, planned.plan)
    assert.equal(3, planned.totals.changes)
    assert.equal(3, document("apply --dry-run --json " .. world.p).totals.changes)
    local applied = document("apply -y --json --limit 2 " .. world.p)
    assert.same({ 3, 2, 1, "limit" }, { applied.total, applied.applied, applied.not_started, applied.stopped })
    assert.equal(3, document("resume --json " .. world.p).applied)
    assert.equal("complete", document("status --json " .. world.p).state)
    world.place:edit(world.place:ids(1)[1], { title = "Captain" })
    local verified = document("verify --output json " .. world.p, 1)
    assert.same({ 2, 1, 0 }, { verified.match, verified.differ, verified.not_applied })
    assert.same({ field = "title", planned = "Pilot", found = "Captain" }, verified.differences[1].fields[1])
    assert.equal(1, document("verify --json --limit 1 " .. world.p, 1).differ)
    assert.equal(2, document("undo --json " .. world.p).totals.changes)
    assert.equal(1, document("undo --json --force --limit 1 " .. world.p).totals.changes)
  end)

  it("is one document of the others", function()
    local snapshot, ids = world.place:path "snapshot", world.place:ids(3)
    assert.equal(snapshot, document("export --json --only contacts " .. snapshot).file)
    for index = 1, 3 do
      world.place:edit(ids[index], { title = "Captain" })
    end
    assert.equal(3, #document("diff --output json " .. snapshot))
    assert.equal(1, #document("diff --output json --limit 1 " .. snapshot))
    assert.equal(3, document(("restore --json -o %s %s"):format(world.p, snapshot)).totals.changes)
    assert.same({ deleted = 2, errors = {}, failed = 0, unreadable = 0 },
      document(("delete contacts --json -y --limit 2 %s"):format(table.concat(ids, " "))))
    assert.equal("set_fields", document "fixes --json set_fields".name)
    assert.is_true(#document "fixes --output json" > 3)
    assert.is_true(#document "ops --output json" > 100)
  end)
end)

describe("--quiet", function()
  it("leaves only problems on standard error", function()
    local code, _, errors = world.run(("plan -q %s -o %s"):format(world.write_fix(2), world.p))
    assert.equal("", errors)
    assert.equal(0, code)
    assert.equal("", select(3, world.run("apply -y --quiet " .. world.p, { terminals = { stderr = true } })))
    local output
    code, output, errors = world.run "get contacts -q nowhere"
    assert.equal("", output)
    assert.matches("^extcontacts get: [^\n]+\n$", errors)
    assert.is_true(code ~= 0)
  end)
end)

describe("the option for the plan's file", function()
  it("is --plan-file or -o, and was --output", function()
    local fix = world.write_fix(2)
    local code, _, errors = world.run(("plan %s --output %s"):format(fix, world.p))
    assert.equal(0, code)
    assert.matches("pass the plan's file with --plan-file or -o: -o " .. world.p, errors, 1, true)
    assert.truthy(world.place:read "p")
    assert.equal(0, (world.run(("plan %s --plan-file %s --output text"):format(fix, world.q))))
    assert.truthy(world.place:read "q")
  end)

  it("does not take a mistyped format for a file", function()
    local code, _, errors = world.run(("plan %s --output jso"):format(world.write_fix(2)))
    assert.equal(2, code)
    assert.matches("unknown format 'jso', did you mean 'json'? To write the plan to this file, pass --plan-file jso",
      errors, 1, true)
    assert.equal(2, (world.run(("plan x --output %s -o %s"):format(world.p, world.q))))
  end)
end)
