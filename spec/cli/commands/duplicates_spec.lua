-- extcontacts duplicates, against the sandbox and with files.
local account_files = require "extcontacts.fix.account_files"
local command = require "spec.support.command"
local csv = require "extcontacts.base.csv"
local files = require "extcontacts.base.files"
local json = require "extcontacts.base.json"

local session = command.around({ contacts = 0, client = { "reader:secret:externalContacts:contact:view" } }, setup,
  teardown, before_each)

describe("extcontacts duplicates", function()
  local folder

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
    session.environment.XDG_STATE_HOME = folder .. "/state"
  end)

  after_each(function()
    os.execute("rm -rf " .. folder)
  end)

  local function path(name)
    return folder .. "/" .. name
  end

  local function write(name, text)
    local handle = assert(io.open(path(name), "wb"))
    handle:write(text)
    handle:close()
    return path(name)
  end

  local function rows(name, raw)
    local handle = assert(io.open(path(name), "rb"))
    local out = {}
    for row in assert(csv.rows(handle, { raw = raw })) do
      out[#out + 1] = row
    end
    handle:close()
    return out
  end

  -- Runs it with output files in the folder.
  local function run(words, ...)
    local line = { "duplicates" }
    for word in (words .. " --clusters " .. path "clusters.csv"):gmatch "%S+" do
      line[#line + 1] = word
    end
    return session:run(line, ...)
  end

  -- Two contacts of one person, and one of somebody else.
  local function people()
    local phone = { display = "+49 170 1234567" }
    return session:contact({ firstName = "Joanna", lastName = "Quux", cellPhone = phone, title = "=1+1",
        workEmail = "jo.quux@acme.example" }).id,
      session:contact({ firstName = "Joanna", lastName = "QUUX", cellPhone = phone,
        workEmail = "Jo.Quux@acme.example", salutation = "Ms", homePhone = { display = "+49 30 555123" } }).id,
      session:contact({ firstName = "Max", lastName = "Muster", workEmail = "max@other.example" }).id
  end

  local function lines(list)
    local texts = {}
    for index, record in ipairs(list) do
      texts[index] = json.encode(record)
    end
    return table.concat(texts, "\n") .. "\n"
  end

  it("compares the records for which a condition holds, of a scan and of a file", function()
    local a, b = people()
    session:contact { firstName = "Joanna", lastName = "Quux", workEmail = "jo.quux@acme.example", title = "Buyer" }
    session:contact { firstName = "Joanna", lastName = "Quux", workEmail = "jo.quux@acme.example", title = "Buyer" }
    local code, output = session:run { "scan", "contacts", "--ndjson" }
    assert.equal(0, code)
    local file = write("all.ndjson", output)
    -- One that requires a text, one that requires none, and one for all.
    for condition, count in pairs { ['firstName == "Joanna" and title ~= "Buyer"'] = 2, ['lastName > "N"'] = 4,
      ["not empty(id)"] = 5, ['lastName == "Nobody"'] = 0 } do
      local found = {}
      for _, source in ipairs { "contacts", file } do
        local result, _, errors = session:run { "duplicates", source, "--where", condition, "--clusters",
          path "clusters.csv" }
        assert.equal(0, result, errors)
        assert.matches(("%d contacts compared: "):format(count), errors, 1, true)
        found[#found + 1] = files.read(path "clusters.csv")
      end
      assert.equal(found[2], found[1])
      assert.equal(count >= 2, found[1]:find(a, 1, true) ~= nil and found[1]:find(b, 1, true) ~= nil)
    end
    local result, _, errors = session:run { "duplicates", "--where", 'lastNam == "x"' }
    assert.equal(2, result)
    assert.matches("--where: column 1: unknown field 'lastNam', did you mean 'lastName'?", errors, 1, true)
  end)

  it("writes the clusters and pairs of a scan, for their owner only", function()
    local a, b = people()
    local writes = session:writes()
    local code, output, errors = run("--pairs " .. path "pairs.csv")
    assert.equal(0, code, errors)
    assert.equal(("merge   1 cluster, 2 records\nreview  0 clusters, 0 records\nclusters: %s\npairs: %s\n"):format(
      path "clusters.csv", path "pairs.csv"), output)
    assert.matches("3 contacts compared: ", errors, 1, true)
    assert.equal(writes, session:writes())
    local text = files.read(path "clusters.csv")
    assert.equal("\239\187\191cluster,id,probability,decision,survivor,reason,firstName", text:sub(1, 60))
    local found = rows "clusters.csv"
    assert.same({ 2, "1", "merge", "1" }, { #found, found[1].cluster, found[1].decision, found[2].cluster })
    assert.same({ a, b, "no", "yes" }, { found[1].id, found[2].id, found[1].survivor, found[2].survivor })
    assert.is_true(tonumber(found[1].probability) >= 0.99)
    assert.matches("phone", found[1].reason, 1, true)
    assert.equal("'=1+1", rows("clusters.csv", true)[1].title)
    local pair = rows("pairs.csv")[1]
    assert.same({ a, b, "merge" }, { pair.id_a, pair.id_b, pair.decision })
    assert.is_true(tonumber(pair.phone_weight) > 0 and pair.phone ~= "")
    for _, name in ipairs { "clusters.csv", "pairs.csv" } do
      local pipe = io.popen("stat -c %a " .. path(name))
      assert.equal("600\n", pipe:read "*a")
      pipe:close()
    end
  end)

  it("reads a snapshot and a file of JSON lines, without a connection, and finds the same", function()
    people()
    run ""
    local live = files.read(path "clusters.csv")
    session:must { "export", path "all.snapshot" }
    local _, text = session:run { "scan", "contacts", "--ndjson" }
    write("all.ndjson", text)
    session.server:control("DELETE", "/sandbox/ledger")
    for _, name in ipairs { "all.snapshot", "all.ndjson" } do
      assert.equal(0, (run(path(name))))
      assert.equal(live, files.read(path "clusters.csv"))
    end
    assert.equal(0, #session.server:control("GET", "/sandbox/ledger"))
  end)

  it("finds organizations", function()
    local ids = {}
    for index = 1, 2 do
      ids[index] = session.api:must("POST", "/organizations", { name = "Acme Holding GmbH",
        websites = { "https://acme-holding.example" }, phoneNumber = { display = "+49 30 1234567" } }).id
    end
    local code, output = run "organizations"
    assert.same({ 0, "merge   1 cluster, 2 records" }, { code, output:match "^[^\n]*" })
    assert.same({ ids[1], ids[2], "Acme Holding GmbH" },
      { rows("clusters.csv")[1].id, rows("clusters.csv")[2].id, rows("clusters.csv")[1].name })
    session:must { "export", path "all.snapshot" }
    code, output = run(path "all.snapshot" .. " --kind organization")
    assert.same({ 0, "merge   1 cluster, 2 records" }, { code, output:match "^[^\n]*" })
  end)

  it("writes one JSON object", function()
    people()
    local _, output = run "--json"
    local found = json.decode(output)
    assert.same({ 3, { clusters = 1, records = 2 }, { clusters = 0, records = 0 }, { clusters = path "clusters.csv" } },
      { found.records, found.merge, found.review, found.files })
    assert.is_number(found.pairs)
    assert.same({}, found.skipped)
  end)

  it("proposes nothing that a list rules out: the one that is named, or the account's own", function()
    local a, b = people()
    write("never.csv", "Decision;IDS\r\nNever;" .. b .. " " .. a:upper() .. "\r\nmerge;x y\r\n")
    local code, output, errors = run("--never " .. path "never.csv")
    assert.same({ 0, "merge   0 clusters, 0 records" }, { code, output:match "^[^\n]*" })
    assert.matches("ruled out by " .. path "never.csv", errors, 1, true)
    write("decisions.csv", "ids,decision,survivor\n" .. a .. " " .. b .. ",never,\n")
    run ""
    session:must { "plan", "merge_duplicates", "--set", "clusters=" .. path "clusters.csv", "--set",
      "decisions=" .. path "decisions.csv", "-o", path "p" }
    code, output, errors = run ""
    assert.same({ 0, "merge   0 clusters, 0 records" }, { code, output:match "^[^\n]*" }, errors)
    assert.matches("/state/extcontacts/accounts/", errors, 1, true)
    session:must { "export", path "all.snapshot" }
    code, output = run(path "all.snapshot")
    assert.same({ 0, "merge   0 clusters, 0 records" }, { code, output:match "^[^\n]*" })
    -- Another list replaces it.
    write("empty.csv", "ids\n")
    code, output = run("--never " .. path "empty.csv")
    assert.same({ 0, "merge   1 cluster, 2 records" }, { code, output:match "^[^\n]*" })
  end)

  it("takes thresholds that fit together", function()
    write("all.ndjson", lines { { id = "a", firstName = "Ann", lastName = "Lee", workEmail = "ann.lee@a.example" },
      { id = "b", firstName = "Ann", lastName = "Lee", workEmail = "ann.lee@a.example" } })
    local name = path "all.ndjson"
    for words, text in pairs {
      ["--threshold 1.5"] = "--threshold: '1.5' is not",
      ["--review x"] = "--review: 'x' is not",
      ["--threshold 0.5 --review 0.6"] = "--review 0.6 is above --threshold 0.5",
      ["--review 0.999"] = "--review 0.999 is above --threshold 0.99",
      ["--threshold 0.3"] = "--review 0.4 is above --threshold 0.3",
    } do
      session:refused(2, "duplicates " .. name .. " " .. words, text)
    end
    local code, output = run(name .. " --threshold 1 --review 1%")
    assert.equal(0, code)
    assert.matches("review  1 cluster", output, 1, true)
  end)

  it("finds nothing in nothing", function()
    local code, output = run(write("empty.ndjson", "\n\n"))
    assert.same({ 0, "merge   0 clusters, 0 records" }, { code, output:match "^[^\n]*" })
    assert.equal(0, #rows "clusters.csv")
    assert.equal(0, (run ""))
  end)

  it("names what it can't read, and keeps an earlier file", function()
    write("clusters.csv", "old")
    for text, problem in pairs {
      ['{"id":"a"}\n[1'] = "all.ndjson: line 2 is not a JSON object",
      ['{"id":"a"}\n\n{"x":1}'] = "all.ndjson: line 3 has no id",
      ["\255\254"] = "all.ndjson: the file is UTF-16; save the file as UTF-8",
    } do
      local code, output, errors = run(write("all.ndjson", text))
      assert.same({ 2, "" }, { code, output }, errors)
      assert.matches(problem, errors, 1, true)
    end
    for words, problem in pairs {
      ["duplicates missing.ndjson"] = "cannot read missing.ndjson; expected contacts, organizations, or the path",
      ["duplicates contacts --kind organization"] = "--kind is for the records of a file",
      ["duplicates organizations --from server"] = "the platform has clusters of contacts only",
      ["duplicates contacts --from here"] = "server",
    } do
      session:refused(2, words, problem)
    end
    write("never.csv", "ids,decision\n,never\n")
    local code, output, errors = run(write("all.ndjson", '{"id":"a"}') .. " --never " .. path "never.csv")
    assert.same({ 2, "" }, { code, output })
    assert.matches("never.csv: 1 invalid cell: row 2, column ids: empty", errors, 1, true)
    write("never.csv", "records\na b\n")
    code, output, errors = run(path "all.ndjson" .. " --never " .. path "never.csv")
    assert.same({ 2, "" }, { code, output })
    assert.matches("never.csv: the column 'ids' is missing; the header has: records", errors, 1, true)
    assert.equal("old", files.read(path "clusters.csv"))
  end)

  it("fails when a file can't be written", function()
    write("all.ndjson", lines { { id = "a" } })
    local code, output, errors = session:run { "duplicates", path "all.ndjson", "--clusters", "/dev/full" }
    assert.same({ 1, "" }, { code, output })
    assert.matches("/dev/full", errors, 1, true)
    code, output, errors = session:run { "duplicates", path "all.ndjson", "--clusters", path "none/clusters.csv" }
    assert.same({ 2, "" }, { code, output })
    assert.matches("none/clusters.csv", errors, 1, true)
  end)

  it("reviews the clusters of the platform's own scan", function()
    local a, b = people()
    -- One number and two people: the platform joins them.
    local c = session:contact({ firstName = "Peter", lastName = "Pan", homePhone = { display = "+49 40 7654321" } }).id
    local d = session:contact({ firstName = "Wendy", lastName = "Darling",
      homePhone = { display = "+49 40 7654321" } }).id
    session.server:control("POST", "/sandbox/clusterscans")
    local code, output, errors = run "--from server"
    assert.equal(0, code, errors)
    assert.matches("the platform's scan of %d+%-.*: 2 clusters, 0 of them merged or in the queue", errors)
    assert.equal("merge   1 cluster, 2 records\nreview  1 cluster, 2 records", output:match "^[^\n]*\n[^\n]*")
    local by_id = {}
    for _, row in ipairs(rows "clusters.csv") do
      by_id[row.id] = row
    end
    assert.same({ "merge", "merge", "review", "review" },
      { by_id[a].decision, by_id[b].decision, by_id[c].decision, by_id[d].decision })
    assert.matches("different first names", by_id[c].reason, 1, true)
    -- Clusters that the platform has merged are left out.
    local scan = session.api:must("GET", "/graphs/clusterscans/latest")
    for _, cluster in ipairs(session.api:must("GET", "/graphs/clusterscans/" .. scan.id .. "/clusters").entities) do
      session.api:must("PUT", cluster.selfUri:match "/graphs/.*" .. "/merge")
    end
    code, output, errors = run "--from server"
    assert.equal(0, code)
    assert.matches("2 clusters, 2 of them merged or in the queue", errors, 1, true)
    assert.equal("merge   0 clusters, 0 records\nreview  0 clusters, 0 records", output:match "^[^\n]*\n[^\n]*")
  end)

  it("says which permission the platform's clusters need", function()
    people()
    session.environment.GENESYSCLOUD_OAUTHCLIENT_ID = "reader"
    session.environment.GENESYSCLOUD_OAUTHCLIENT_SECRET = "secret"
    local code, _, errors = run "--from server"
    assert.equal(3, code)
    assert.matches("the permission externalContacts:graphCluster:view is missing", errors, 1, true)
    assert.equal(0, (run ""))
  end)

  it("keeps the lists of accounts apart", function()
    local function getenv(name)
      return ({ HOME = "/home/ann" })[name]
    end
    assert.equal("/home/ann/.local/state/extcontacts/accounts/o-1.never.csv",
      (account_files.path({ organization = "o-1", client = ("a"):rep(64) }, "never.csv", getenv)))
    assert.equal("/home/ann/.local/state/extcontacts/accounts/client-aaaaaaaaaaaaaaaa.never.csv",
      (account_files.path({ client = ("a"):rep(64) }, "never.csv", getenv)))
    assert.is_nil(account_files.path({}, "never.csv", getenv))
    assert.is_nil(account_files.path({ organization = "o" }, "never.csv", function() end))
  end)

  it("takes settings from the file of --rules; options come before them", function()
    people()
    local rules = write("rules.json", '{"threshold": 1, "review": 0.3}')
    assert.matches("merge   0 clusters", (select(2, run("--rules " .. rules))), 1, true)
    assert.matches("merge   1 cluster", (select(2, run("--rules " .. rules .. " --threshold 0.9"))), 1, true)
    local code, _, errors = run("--rules " .. write("bad.json", '{"review": 2}'))
    assert.equal(2, code)
    assert.matches("bad.json: setting 'review' must be at most 1", errors, 1, true)
    code, _, errors = run("--rules " .. rules .. " --threshold 0.2")
    assert.equal(2, code)
    assert.matches("--review 0.3 is above --threshold 0.2", errors, 1, true)
  end)
end)
