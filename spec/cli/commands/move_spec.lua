local command = require "spec.support.command"
local fixes = require "spec.support.fixes"
local sandbox = require "spec.support.sandbox"

-- 60 contacts in two divisions and in none, in turn.
describe("extcontacts move", function()
  local server, environment, divisions, dir, client

  setup(function()
    server = sandbox.start { contacts = 60, rate = 0, divisions = 2 }
    environment = command.environment(server)
    environment.EXTCONTACTS_RATE = "off"
    client = fixes.client(server)
    divisions = server:control("GET", "/sandbox/divisions")
    dir = os.tmpname()
    os.remove(dir)
    os.execute("mkdir " .. dir)
  end)

  teardown(function()
    client:close()
    server:stop()
    os.execute("rm -rf " .. dir)
  end)

  local function run(line, expected, input)
    local code, output, errors = command.run(line, { environment = environment, input = input })
    assert.equal(expected or 0, code, line .. "\n" .. output .. errors)
    return output, errors
  end

  local function path(name)
    return dir .. "/" .. name
  end

  local function write(name, text)
    local handle = assert(io.open(path(name), "wb"))
    handle:write(text)
    handle:close()
    return path(name)
  end

  -- The first contacts of a division.
  local function contacts(division, count)
    local list = {}
    for contact in client:scan_contacts { division_id = division.id, max_items = count } do
      list[#list + 1] = contact
    end
    return list
  end

  local function move(source, name, more, expected, input)
    return run(("move %s --to-division %s --allow-loss all -o %s %s"):format(source, divisions[1].id, path(name),
      more or ""), expected, input)
  end

  it("plans a division's contacts, which apply moves, verify checks and undo plans to move back", function()
    local output, errors = move("contacts", "p", "--from-division " .. divisions[2].id .. " --limit 3")
    assert.matches("+ create contact (copy of ", output, 1, true)
    assert.matches("3 contacts are moved to another division: a copy with a new id is created there", output, 1, true)
    assert.matches("It cannot\nrestore their ids", output, 1, true)
    assert.matches("nothing has changed on the server\nApply: extcontacts apply " .. path "p", errors, 1, true)
    local before = #contacts(divisions[1])
    run("apply -y " .. path "p")
    assert.equal(before + 3, #contacts(divisions[1]))
    assert.matches("0 differ, 0 not applied", run("verify " .. path "p"), 1, true)
    run("undo " .. path "p")
    run("apply -y " .. path "p.undo")
    assert.equal(before, #contacts(divisions[1]))
  end)

  it("takes ids, CSV, NDJSON, a snapshot and standard input", function()
    local list = contacts(divisions[2], 2)
    local ids = list[1].id .. "\n" .. list[2].id .. "\n"
    local snapshot = path "snapshot"
    run("export " .. snapshot .. " --only contacts")
    for name, source in pairs {
      ids = write("ids.txt", ids), csv = write("list.csv", "id,name\n" .. ids:gsub("\n", ",x\n")),
      ndjson = write("list.ndjson", ('{"id":"%s"}\n{"id":"%s"}\n'):format(list[1].id, list[2].id)),
      snapshot = snapshot,
    } do
      local output = move(source, name .. ".plan", "--show 0")
      assert.matches(name == "snapshot" and "60 records read" or "2 records read", output, 1, true)
      assert.matches(name == "snapshot" and "create 40 contacts" or "create 2 contacts", output, 1, true)
    end
    assert.matches("create 2 contacts", move("-", "input", "--show 0", 0, ids), 1, true)
    assert.matches("create 1 organization", move("organizations", "o", "--limit 1"), 1, true)
  end)

  it("skips what is there already, and exits with 5 for changes if asked", function()
    local list = write("mixed.txt", contacts(divisions[1], 1)[1].id .. "\n" .. contacts(divisions[2], 1)[1].id)
    local output = move(list, "mixed", "--detailed-exitcode", 5)
    assert.matches("1  already in the division", output, 1, true)
    move("contacts", "none", "--from-division " .. divisions[1].id .. " --detailed-exitcode", 0)
  end)

  it("names what is missing or wrong", function()
    for line, message in pairs {
      ["move contacts"] = "--to-division is required: the id of a division",
      ["move contacts --to-division home"] = "--to-division: 'home' is not a valid id",
      ["move nothing --to-division " .. divisions[1].id] =
        "cannot read nothing; expected contacts, organizations, a file, or -",
      ["move - --search x --to-division " .. divisions[1].id] = "--from-division and --search need contacts or "
        .. "organizations as the source",
      ["move contacts --kind organization --to-division " .. divisions[1].id] =
        "--kind organization contradicts contacts",
      ["move contacts -o " .. path "x" .. " --to-division a1b2c3d4-0000-4000-8000-000000000001"] =
        "there is no division a1b2c3d4-0000-4000-8000-000000000001; check its id",
    } do
      assert.matches(message, select(2, run(line, 2)), 1, true)
    end
  end)
end)
