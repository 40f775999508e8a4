-- Files of another kind than a command takes, and other mix-ups of the command line.
local command = require "spec.support.command"
local tempfile = require "spec.support.tempfile"

local create = tempfile.creator(after_each)

local PLAN, JOURNAL, SNAPSHOT = '{"by":"ann","extcontacts_plan":2}\n', '{"extcontacts_journal":2}\n',
  '{"created":"x","extcontacts_snapshot":2}\n'
local FIX, CSV = 'local fix = require "extcontacts.fix"\nreturn {}\n', "id,lastName\n1,Lee\n"

-- The message about a command with a file of this text.
local function problem(words, text)
  local path = create(text)
  local line = {}
  for word in words:gmatch "%S+" do
    line[#line + 1] = word == "FILE" and path or word
  end
  local code, output, errors = command.run(line)
  assert.same({ 2, "" }, { code, output })
  return (errors:gsub("^extcontacts [^:]*: ", ""):gsub(path, "FILE"):gsub(" %(see `.*$", ""):gsub("\n$", ""))
end

describe("a file of another kind", function()
  for _, name in ipairs { "apply", "resume", "status", "verify", "undo", "pause" } do
    it("is named by " .. name, function()
      local words = name .. " FILE"
      assert.equal("FILE is a fix, not a plan; plan it first: extcontacts plan FILE", problem(words, FIX))
      assert.equal("FILE is a CSV file, not a plan; import it: extcontacts import FILE", problem(words, CSV))
      assert.equal("FILE is a snapshot, not a plan; plan to restore it: extcontacts restore FILE",
        problem(words, SNAPSHOT))
      assert.equal(("FILE is the journal of a plan, not a plan; name the plan: extcontacts %s FILE"):format(name),
        problem(words, JOURNAL))
      assert.equal(name .. " takes a plan, and the file FILE is an Excel workbook (XLSX) or another ZIP file",
        problem(words, "PK\3\4"))
      assert.equal(("phones_e164 is a ready-made fix, and %s takes a plan; plan it first: extcontacts plan phones_e164")
        :format(name), problem(name .. " phones_e164", ""))
      assert.equal(("there is no file contacts; %s takes the path of a plan"):format(name),
        problem(name .. " contacts", ""))
    end)
  end

  it("is named by plan, diff and restore", function()
    assert.equal("FILE is a plan, not a fix; apply it: extcontacts apply FILE", problem("plan FILE", PLAN))
    assert.equal("FILE is a CSV file, not a fix; import it: extcontacts import FILE", problem("plan FILE", CSV))
    assert.equal("FILE is a file of JSON, not a fix", problem("plan FILE", '{"id":"1"}\n'))
    for _, name in ipairs { "diff", "restore" } do
      assert.equal("FILE is a plan, not a snapshot; apply it: extcontacts apply FILE", problem(name .. " FILE", PLAN))
      assert.equal("FILE is a file of JSON, not a snapshot", problem(name .. " FILE", '{"id":"1"}\n'))
    end
  end)
end)

describe("a mix-up", function()
  it("of export and import, or of a file and a resource, is named", function()
    assert.equal("export takes the file to write: extcontacts export contacts.ndjson --only contacts",
      problem("export contacts", ""))
    assert.equal("export writes a snapshot, one JSON object per line: name it none.ndjson; to write CSV, use --server, "
      .. "or extcontacts scan contacts --csv >none.csv", problem("export none.csv", ""))
    local path = os.tmpname()
    os.remove(path)
    assert(io.open(path .. ".csv", "w")):close()
    assert.equal(("%s.csv exists; did you mean import? extcontacts import %s.csv"):format(path, path),
      problem(("export %s.csv"):format(path), ""))
    os.remove(path .. ".csv")
    assert.equal("FILE is a file, and scan takes a resource, such as contacts", problem("scan FILE", CSV))
  end)

  it("of quotes, blanks and tildes is named", function()
    assert.equal("too many arguments; write lists without blanks after commas: id,lastName",
      problem("scan contacts --fields id, lastName", ""))
    assert.equal("too many arguments; put the condition in quotes: --where 'lastName == \"Lee\"'",
      problem("scan contacts --where lastName == x", ""))
    assert.matches("the shell does not expand ~ in quotes or after =, write $HOME instead",
      problem("plan ~/none.lua", ""), 1, true)
  end)
end)
