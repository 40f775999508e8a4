-- extcontacts duplicates --html.
local command = require "spec.support.command"
local core = require "extcontacts.core"
local tempfile = require "spec.support.tempfile"

describe("extcontacts duplicates --html", function()
  local create = tempfile.creator(after_each)

  it("writes the page of a review beside the clusters, for its owner only", function()
    local lines = {}
    for index = 1, 2 do
      lines[index] = core.json.encode { id = ("00000000-0000-4000-8000-%012d"):format(index), firstName = "Ann",
        lastName = "Lee", workEmail = "ann.lee@acme.example", cellPhone = { e164 = "+491701234567" } }
    end
    local source, clusters, page = create(table.concat(lines, "\n")), create(), create()
    local code, output = command.run { "duplicates", source, "--clusters", clusters, "--html", page }
    assert.same({ 0, "merge   1 cluster, 2 records\nreview  0 clusters, 0 records\nclusters: " .. clusters
      .. "\nhtml: " .. page .. "\n" }, { code, output })
    local pipe = io.popen("stat -c %a " .. page)
    assert.equal("600\n", pipe:read "*a")
    pipe:close()
    local handle = assert(io.open(page, "rb"))
    local text = handle:read "*a"
    handle:close()
    assert.matches("Duplicate contacts", text, 1, true)
    assert.matches('data-ids="00000000-0000-4000-8000-000000000001 00000000-0000-4000-8000-000000000002"', text, 1,
      true)
    -- The same records give the same page.
    command.run { "duplicates", source, "--clusters", clusters, "--html", page }
    handle = assert(io.open(page, "rb"))
    assert.equal(text, handle:read "*a")
    handle:close()
  end)

  it("says that there are no duplicates", function()
    local source, clusters, page = create '{"id":"a","lastName":"Lee"}', create(), create()
    assert.equal(0, (command.run { "duplicates", source, "--clusters", clusters, "--html", page }))
    local handle = assert(io.open(page, "rb"))
    local text = handle:read "*a"
    handle:close()
    assert.matches("There are no duplicates to decide", text, 1, true)
    assert.not_matches("id=\"filters\"", text, 1, true)
  end)

  it("writes no two files to one path, and none to what it reads, and says so before it reads", function()
    local source, clusters = create "no JSON", create()
    local code, _, problem = command.run { "duplicates", source, "--clusters", clusters, "--html", clusters }
    assert.equal(2, code)
    assert.matches("--html: " .. clusters .. " is also the file of --clusters", problem, 1, true)
    code, _, problem = command.run { "duplicates", source, "--clusters", source }
    assert.equal(2, code)
    assert.matches("--clusters: " .. source .. " is also what is read", problem, 1, true)
    code, _, problem = command.run { "duplicates", source, "--clusters", clusters, "--html", clusters .. "/page" }
    assert.equal(2, code)
    assert.matches("No such file or directory", problem, 1, true)
  end)

  it("takes lists with other values than texts, and names a line that is a list", function()
    local source = create('{"id":"a","name":"Acme","websites":["x.example",null,{}]}\n'
      .. '{"id":"b","name":"Acme","websites":["x.example",1],"tags":{"a":1},"address":7}')
    local clusters, page = create(), create()
    assert.equal(0, (command.run { "duplicates", source, "--kind", "organization", "--clusters", clusters, "--html",
      page }))
    local code, _, problem = command.run { "duplicates", create '[{"id":"a"}]', "--clusters", clusters }
    assert.equal(2, code)
    assert.matches("line 1 is not a JSON object", problem, 1, true)
  end)

  it("keeps the page of an earlier run if it fails", function()
    local page = create "earlier"
    local code = command.run { "duplicates", create "no JSON", "--clusters", create(), "--html", page }
    assert.equal(2, code)
    local handle = assert(io.open(page, "rb"))
    assert.equal("earlier", handle:read "*a")
    handle:close()
  end)
end)
