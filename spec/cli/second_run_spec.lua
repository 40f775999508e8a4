-- A second run of a command changes nothing more.  A command that is in neither of
-- the tables below fails.
local fix = require "extcontacts.fix"
local plan_command = require "spec.support.plan_command"
local registry = require "extcontacts.cli.registry"
require "extcontacts.cli.commands"

local world = plan_command.around(before_each, after_each)

-- Commands that write neither records nor plans, and those that send just what they
-- are told: each `create` is another record.
local OTHERS = {}
for name in ("list scan search get each export diff verify status pause ops call request create init completion help "
  .. "doctor sandbox fixes lint duplicates profile show history"):gmatch "%S+" do
  OTHERS[name] = true
end

describe("a second run of the command", function()
  -- The content of all contacts.
  local function contents()
    return world.place:contacts()
  end

  local function run(line, expected)
    local code, output, errors = world.run(line)
    assert.equal(expected or 0, code, line .. "\n" .. errors)
    return output, errors
  end

  -- Runs once, which changes something, and again, which does not.
  local function twice(first, second)
    local before = contents()
    first()
    local after = contents()
    assert.not_same(before, after)
    second()
    assert.same(after, contents())
  end

  local CASES = {
    plan = function()
      run(("plan %s -o %s"):format(world.write_fix(3), world.p))
      local bytes = world.place:read "p":match "\n(.*)$"
      local _, errors = run(("plan %s -o %s"):format(world.write_fix(3), world.p), 2)
      assert.matches("which has not been applied", errors, 1, true)
      run(("plan %s -o %s --force"):format(world.write_fix(3), world.p))
      assert.equal(bytes, world.place:read "p":match "\n(.*)$")
    end,
    apply = function()
      world.planned(3)
      twice(function()
        run("apply -y " .. world.p)
      end, function()
        run("apply -y " .. world.p, 2)
        run(("plan %s -o %s"):format(world.write_fix(3), world.q))
        assert.matches("the plan contains no changes", select(2, run("apply -y " .. world.q)), 1, true)
      end)
    end,
    resume = function()
      world.planned(3)
      run("apply -y --limit 1 " .. world.p)
      twice(function()
        run("resume " .. world.p)
      end, function()
        run("resume " .. world.p)
        run("resume --retry-failed " .. world.p)
      end)
    end,
    undo = function()
      world.planned(3)
      run("apply -y " .. world.p)
      run("undo " .. world.p)
      twice(function()
        run("apply -y " .. world.p .. ".undo")
      end, function()
        local output = run(("undo %s -o %s"):format(world.p, world.q))
        assert.matches("0 changes (3 records read)", output, 1, true)
      end)
      -- An undone delete is undone once, too.
      local definition = assert(fix.define { name = "x", source = fix.ids(world.place:ids(1)), change = function()
        return fix.delete
      end })
      local path = world.place:path "delete"
      assert(fix.plan(world.place.client, definition, { output = path }))
      run("apply -y " .. path)
      run("undo " .. path)
      run("apply -y " .. path .. ".undo")
      local count = 0
      for _ in pairs(contents()) do
        count = count + 1
      end
      local output = run(("undo %s -o %s"):format(path, world.place:path "again"))
      assert.matches("0 changes (1 record read)", output, 1, true)
      assert.is_true(count > 0)
    end,
    forget = function()
      local id = world.place:ids(1)[1]
      world.planned(2)
      run("apply -y " .. world.p)
      local line = ("forget %s --in %s -y"):format(id, world.place:path "")
      run(line)
      local bytes = world.place:read "p" .. world.place:read "p.journal"
      run(line)
      assert.equal(bytes, world.place:read "p" .. world.place:read "p.journal")
    end,
    restore = function()
      local before = world.place:path "before"
      run("export " .. before)
      world.place:edit(world.place:ids(1)[1], { title = "Changed" })
      assert(world.place.direct.contacts:delete(world.place:ids(2)[2]))
      run(("restore %s -o %s"):format(before, world.p))
      twice(function()
        run("apply -y " .. world.p)
      end, function()
        local _, errors = run(("restore %s -o %s --delete-created"):format(before, world.q))
        assert.matches("no changes", errors, 1, true)
        run(("diff %s --detailed-exitcode"):format(before))
      end)
    end,
    update = function()
      local line = "update contacts " .. world.place:ids(1)[1] .. " --set title=Cook --set workPhone=+49-30-1234567"
      twice(function()
        run(line)
      end, function()
        local _, errors = run(line)
        assert.matches("no changes; nothing was sent", errors, 1, true)
      end)
    end,
    move = function()
      local division = "a1b2c3d4-0000-4000-8000-000000000001"
      world.place.server:control("POST", "/sandbox/settings", { division_lookup = "refuse" })
      local ids = world.place:ids(2)
      local list = world.place:write("ids.txt", table.concat(ids, "\n"))
      local line = ("move %s --allow-loss all --to-division %s -o "):format(list, division)
      run(line .. world.p)
      twice(function()
        run("apply -y " .. world.p)
      end, function()
        local output = run(line .. world.q)
        assert.matches("0 changes (2 records read)", output, 1, true)
        output = run(("move contacts --from-division %s --to-division %s -o %s"):format(division, division, world.q))
        assert.matches("0 changes (2 records read)", output, 1, true)
      end)
    end,
    import = function()
      local list = world.place:write("list.csv", "email,lastName,phone,company\n"
        .. "new@example.com,New,0171 2345678,New Co\n")
      local line = ("import %s --create --create-organizations --region DE -o "):format(list)
      run(line .. world.p)
      twice(function()
        run("apply -y " .. world.p)
      end, function()
        assert.matches("0 changes (1 record read)", run(line .. world.q), 1, true)
      end)
    end,
    delete = function()
      local line = "delete contacts --yes " .. world.place:ids(1)[1]
      twice(function()
        run(line)
      end, function()
        run(line, 1)
      end)
    end,
  }

  for _, name in ipairs(registry.names()) do
    if not OTHERS[name] then
      it(name .. " changes nothing more", function()
        assert(CASES[name], "no case for the command " .. name)()
      end)
    end
  end
end)
