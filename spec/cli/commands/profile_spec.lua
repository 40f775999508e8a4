-- extcontacts profile, against the sandbox and on files.
local command = require "spec.support.command"
local json = require "extcontacts.base.json"
local script = require "spec.support.script"
local socket = require "socket"
local tempfile = require "spec.support.tempfile"

local session = command.around({ contacts = 60, organizations = 20 }, setup, teardown, before_each)

local function fields_of(profile)
  local by_name = {}
  for _, field in ipairs(profile.fields) do
    by_name[field.field] = field
  end
  return by_name
end

-- Requests that the server has answered.
local function requests()
  return session.server:control("GET", "/sandbox/counters").requests
end

-- Scans of contacts that it has answered.
local function scans()
  local count = 0
  for _, number in pairs(session.server:control("GET", "/sandbox/counters").by_operation["contacts.scan"] or {}) do
    count = count + number
  end
  return count
end

local function read(path)
  local handle = assert(io.open(path, "rb"))
  local text = handle:read "*a"
  handle:close()
  return text
end

describe("extcontacts profile", function()
  local create = tempfile.creator(after_each)

  it("shows what the contacts contain, and writes nothing on the server", function()
    local writes = session:writes()
    local output, errors = session:must "profile"
    assert.matches("^Data profile of 60 contacts\n\nFields\n", output)
    assert.matches("\n  lastName +100%.0 %%", output)
    assert.matches("\nPhone numbers: %d+\n", output)
    assert.matches("\nE%-mail addresses: %d+", output)
    assert.matches("\nReady%-made fixes that would help\n", output)
    assert.matches("extcontacts plan tidy_names_emails\n", output)
    assert.equal("", errors)
    assert.equal(writes, session:writes())
    assert.matches("^Data profile of 20 organizations\n", session:must "profile organizations")
  end)

  it("counts what the plans of the fixes then contain", function()
    local profile = json.decode((session:must "profile --json --phone-region DE"))
    local counted = 0
    for _, entry in ipairs(profile.fixes) do
      if entry.exact then
        local words = {}
        for word in (entry.command .. " -o " .. create()):gmatch "%S+" do
          words[#words + 1] = word
        end
        table.remove(words, 1)
        local _, output = session:run(words)
        assert.matches(("^%d changes? "):format(entry.records), (output:match "%d+ changes? .*"), entry.command)
        counted = counted + 1
      end
    end
    assert.is_true(counted >= 2)
  end)

  it("reads only the first records for --sample, and says what that means", function()
    local before = scans()
    local profile = json.decode((session:must "profile --sample 20 --json"))
    assert.same({ 20, "first", 20, false }, { profile.records, profile.sample.method, profile.sample.size,
      profile.sample.complete })
    assert.is_true(fields_of(profile).lastName.interval[1] < 1)
    assert.is_true(scans() - before <= 2)
    local output = session:must "profile --sample 20"
    assert.matches("The first records of the scan. If their order were random, shares would be within", output, 1, true)
    assert.matches("The sample has all records", session:must "profile --sample 100", 1, true)
  end)

  it("chooses a sample of a file at random", function()
    local lines = {}
    for index = 1, 200 do
      lines[index] = ('{"id":"%d","lastName":"%s"}'):format(index, index <= 100 and "early" or "late")
    end
    local path = create(table.concat(lines, "\n"))
    local _, output = command.run { "profile", path, "--sample", "50", "--json" }
    local profile = json.decode(output)
    assert.same({ 50, "random", 200 }, { profile.records, profile.sample.method, profile.sample.of })
    local values = fields_of(profile).lastName.values
    assert.is_true(values[1].count < 40 and values[2].count > 10)
    -- A condition counts before the choice.
    _, output = command.run { "profile", path, "--sample", "150", "--json", "--where", 'lastName == "late"' }
    assert.same({ 100, true }, { json.decode(output).records, json.decode(output).sample.complete })
  end)

  it("selects by --where, and names a mistake in it", function()
    local profile = json.decode((session:must { "profile", "--json", "--where", "not workEmail" }))
    assert.is_true(profile.records > 0 and profile.records < 60)
    assert.equal(0, fields_of(profile).workEmail.filled)
    assert.equal("not workEmail", profile.where)
    session:refused(2, { "profile", "--where", "adress == nil" }, "did you mean 'address'?")
    session:refused(2, { "profile", "organizations", "--where", "lastName" }, "unknown field 'lastName'")
  end)

  it("reads a snapshot and NDJSON without a connection, and records without an id", function()
    local path = create()
    session:must { "export", path, "--overwrite" }
    local code, output = command.run { "profile", path, "--json" }
    assert.same({ 0, 60 }, { code, json.decode(output).records })
    code, output = command.run { "profile", path, "--kind", "organization", "--json" }
    assert.same({ 0, 20 }, { code, json.decode(output).records })
    code, output = command.run { "profile", create '{"lastName":"Lee"}\n{"lastName":null}\n', "--json" }
    assert.same({ 0, 2, 1 }, { code, json.decode(output).records, fields_of(json.decode(output)).lastName.null })
  end)

  it("reads a spreadsheet: cells of fields by their type, other columns as they are", function()
    local path = create("\239\187\191Kundennummer;lastName;workPhone;address.city;surveyOptOut;workPhone.extension\r\n"
      .. "007;MÜLLER;030/1234567;\"Köln; Süd\";yes;12\r\n008;;+49 30 1234568;;perhaps;x\r\n")
    local code, output, errors = command.run { "profile", path, "--json" }
    assert.equal(0, code, errors)
    local fields = fields_of(json.decode(output))
    assert.same({ 2, false, { "007", "008" } }, { fields.Kundennummer.filled, fields.Kundennummer.known,
      fields.Kundennummer.examples })
    assert.same({ 1, 1 }, { fields.lastName.filled, fields.lastName.absent })
    assert.same({ 2, { "Köln; Süd" } }, { fields["workPhone.display"].filled, fields["address.city"].examples })
    assert.same({ { type = 1 }, { type = 1 } }, { fields.surveyOptOut.invalid, fields["workPhone.extension"].invalid })
    assert.matches("The commands read the records of the account.", (select(2, command.run { "profile", path })), 1,
      true)
  end)

  it("reads a spreadsheet in another encoding, or in UTF-16 with a byte order mark", function()
    local path = create "lastName;title\nM\252ller;\128\n"
    local code, output, errors = command.run { "profile", path, "--json", "--encoding", "windows-1252" }
    assert.equal(0, code, errors)
    local fields = fields_of(json.decode(output))
    assert.same({ { "Müller" }, { "€" } }, { fields.lastName.examples, fields.title.examples })
    local wide = create("\255\254" .. ("lastName\nOst\n"):gsub(".", "%0\0"))
    output = select(2, command.run { "profile", wide, "--json" })
    assert.same({ "Ost" }, fields_of(json.decode(output)).lastName.examples)
    session:refused(2, { "profile", path }, "name its encoding with --encoding, such as windows-1252")
    session:refused(2, { "profile", "--encoding", "UTF-16" }, "--encoding is for CSV files and workbooks, and contacts "
      .. "are read from the server; omit it")
    session:refused(2, { "profile", create '{"id":"a"}', "--separator", "tab" }, "is neither; omit it")
  end)

  it("writes a page for its owner only, and none over what it reads", function()
    local page = create()
    local _, errors = session:must { "profile", "--html", page }
    assert.equal(("extcontacts profile: wrote the page %s; open it in a browser\n"):format(page), errors)
    local pipe = io.popen("stat -c %a " .. page)
    assert.equal("600\n", pipe:read "*a")
    pipe:close()
    assert.matches("Data profile", read(page), 1, true)
    local source = create '{"id":"a"}'
    session:refused(2, { "profile", source, "--html", source }, "--html names the file that is read")
    session:refused(1, { "profile", source, "--html", source .. "/x" }, "Not a directory")
    assert.equal('{"id":"a"}', read(source))
  end)

  it("shows no profile of a scan that ends early, and keeps an earlier page", function()
    session.server:control("POST", "/sandbox/faults", { { operation = "contacts.scan", status = 400 } })
    local page = create "earlier"
    local code, output = session:run { "profile", "--html", page }
    assert.same({ 1, "" }, { code, output })
    assert.equal("earlier", read(page))
    session.server:control("DELETE", "/sandbox/faults")
    code, output = command.run { "profile", create '{"id":"a"}\n{"id":' }
    assert.same({ 2, "" }, { code, output })
  end)

  it("says which custom fields it can't check", function()
    session.server:control("POST", "/sandbox/faults", { { operation = "contacts.schemas.version", status = 403 } })
    local profile = json.decode((session:must "profile --json"))
    session.server:control("DELETE", "/sandbox/faults")
    assert.equal(1, #profile.rejected.unchecked)
    assert.matches("its schema can't be read", profile.rejected.unchecked[1].value, 1, true)
    assert.same({}, json.decode((session:must "profile --json")).rejected.unchecked)
  end)

  it("shows nothing at Ctrl-C", function()
    session.server:control("POST", "/sandbox/faults", { { operation = "contacts.scan", delay = 60 } })
    local before = requests()
    local running = script.start([[
      os.exit(require("extcontacts.cli").run({ "profile" }, {
        getenv = function(name)
          return ({ EXTCONTACTS_BASE_URL = arg[1], EXTCONTACTS_LOGIN_URL = arg[1],
            GENESYSCLOUD_OAUTHCLIENT_ID = arg[2], GENESYSCLOUD_OAUTHCLIENT_SECRET = arg[3] })[name]
        end,
      }), true)
    ]], table.concat({ session.server.base_url, session.server.client_id, session.server.client_secret }, " "))
    repeat
      socket.sleep(0.02)
    until requests() > before -- its token, before the scan that does not end
    running:signal "INT"
    local code, output, errors = running:finish()
    session.server:control("DELETE", "/sandbox/faults")
    assert.same({ 130, "" }, { code, output })
    assert.matches("interrupted\n$", errors)
  end)

  it("says what is empty", function()
    assert.equal("Data profile of 0 contacts where lastName == nil and firstName == nil\n", (session:must {
      "profile", "--where", "lastName == nil and firstName == nil" }))
    local page = create()
    session:must { "profile", "--where", "lastName == nil and firstName == nil", "--html", page }
    assert.matches("There are no records.", read(page), 1, true)
  end)

  it("rejects arguments that it can't use", function()
    session:refused(2, { "profile", "--sample", "0" }, "--sample")
    session:refused(2, { "profile", "--phone-region", "ZZ" }, "--phone-region: unknown region 'ZZ'")
    session:refused(2, { "profile", "contacts", "--kind", "contact", "--json" , "--kind", "note" }, "--kind")
    session:refused(2, { "profile", "nothing.ndjson" }, "cannot read nothing.ndjson")
  end)

  it("takes --profile, which names a section of the configuration file", function()
    local config = create "[OTHER]\nclient_id = none\n"
    local code, _, errors = session:run { "profile", "--config", config, "--profile", "MISSING" }
    assert.equal(2, code)
    assert.matches("MISSING", errors, 1, true)
  end)

  it("knows the columns that an import knows, and names rows that can't be read", function()
    local path = create("Vorname;Name;Telefon;Firma;PLZ;Nummer\nAnn;Lee;030 1;Acme;01099;7\n"
      .. "Bob;Roe;1;2;3;4;5;6\n;Ost;;;;\n", ".csv")
    local code, output, errors = session:run { "profile", path, "--json" }
    assert.equal(0, code)
    assert.matches("1 row is not counted: line 3: 8 fields, but the header has 6", errors, 1, true)
    local filled = {}
    for _, field in ipairs(json.decode(output).fields) do
      filled[field.field] = field.filled > 0 and field.filled or nil
    end
    assert.same({ firstName = 1, lastName = 2, ["workPhone.display"] = 1, Firma = 1, ["address.postalCode"] = 1,
      Nummer = 1 }, filled)
  end)
end)
