-- `extcontacts import`.
local files = require "extcontacts.base.files"
local plan_command = require "spec.support.plan_command"

local world = plan_command.around(before_each, after_each)

describe("extcontacts import", function()
  local function write(text, name)
    return world.place:write(name or "list.csv", text)
  end

  local function refused(line, pattern)
    local code, output, errors = world.run("import " .. line)
    assert.equal(2, code, errors)
    assert.matches(pattern, errors, 1, true)
    return output
  end

  it("shows the mapping, then the plan, the way of matching and the rejected rows", function()
    local path = write("Vorname;E-Mail;Größe\nJürgen-Maximilian-Alexander Ö;j@example.com;XL\nB;not an address;M\n"
      .. "C;;\n")
    local code, output, errors = world.run { "import", path, "--create", "--map", "größe=title", "-o", world.p }
    assert.equal(0, code, errors)
    assert.equal("Column   Field      First values\n"
      .. "Vorname  firstName  Jürgen-Maximilian-Alexa… | B | C\n"
      .. "E-Mail   workEmail  j@example.com | not an address\n"
      .. "Größe    title      XL | M\n\n", output:match "^.-\n\n")
    assert.matches("+ create contact (new)", output, 1, true)
    assert.matches("1 change (3 records read)", output, 1, true)
    assert.matches("3 rows, matched by one scan of %d+ contacts %(e%-mail address%)", errors)
    assert.matches("2 rejected rows; correct and import them: " .. path .. ".rejected.csv", errors, 1, true)
    assert.matches('"by":"scan"', files.read(world.p), 1, true)
    world.run { "show", world.p, "--html", world.q }
    assert.matches("<dt>Matched by</dt><dd>one scan of %d+ contacts %(e%-mail address%)</dd>", files.read(world.q))
    output = select(2, world.run { "show", world.p })
    assert.matches("\n3 rows, matched by one scan of %d+ contacts %(e%-mail address%)\n", output)
  end)

  it("names all unknown columns and the options for them", function()
    local path = write "Name;Notiz a;email\n"
    local output = refused(path, "no field is known for columns 'Name' (a full name is not split; name the columns of "
      .. "the first and the last name), 'Notiz a'; map each, as in --map Name=FIELD, or add --ignore-column Name "
      .. "--ignore-column 'Notiz a'")
    assert.matches("Notiz a  ?", output, 1, true)
    assert.is_nil(files.read(path .. ".rejected.csv"))
    local code = world.run { "import", path, "--ignore-column", "name", "--ignore-column", "Notiz a", "-o", world.p }
    assert.equal(0, code)
  end)

  it("reads a file of fields, and names of columns that contain an equals sign", function()
    local path = write "a=b;Notiz;Nr\nx@example.com;n;1\n"
    local map = write("\239\187\191a=b=workEmail\r\n\r\nnotiz=\nNr = title\n", "map.txt")
    local code, output, errors = world.run(("import %s --map-file %s --create -o %s"):format(path, map, world.p))
    assert.equal(0, code, errors)
    assert.matches("a=b     workEmail", output, 1, true)
    assert.matches("Notiz   (ignored)", output, 1, true)
    refused(path .. " --map-file none", "cannot read none")
    refused(path .. " --map foo", "--map 'foo': expected COLUMN=FIELD")
  end)

  it("refuses the files of other commands, and options that contradict each other", function()
    local path = write "email\n"
    refused(world.none, "cannot read " .. world.none)
    refused(write('{"extcontacts_snapshot":1}\n', "s"), "use `extcontacts restore`")
    refused(write('{"id":"x"}\n', "n"), "contains JSON objects, not a table")
    refused(path .. " --only-fill --clear-empty", "--clear-empty")
    refused(path .. " --update --create", "--create")
    refused(path .. " --match emial", "did you mean 'email'?")
    refused(path .. " --region ZZ", "--region must be a country's two letters, such as DE, not 'ZZ'")
    refused(path .. " --external-source x", "--external-source must be an id, not 'x'")
    refused(path .. " --separator ab", "--separator must be one character")
  end)

  it("takes the country of numbers and the region of the server by one option", function()
    local path = write "email,phone,lastName\nx@example.com,030 1234567,X\n"
    for _, options in ipairs { "--region de", "--region=DE --region eu_central_1" } do
      local code, output, errors = world.run(("import %s --create --force %s -o %s"):format(path, options, world.p))
      assert.equal(0, code, errors)
      assert.matches("+ +49301234567", output, 1, true)
    end
  end)

  it("changes only the records of a condition", function()
    local id = world.place:ids(1)[1]
    local path = write("id,title\n" .. id .. ",Boss\n")
    local code, output = world.run { "import", path, "--where", 'title == "nothing"', "-o", world.p }
    assert.equal(0, code)
    assert.matches("0 changes", output, 1, true)
  end)
end)
