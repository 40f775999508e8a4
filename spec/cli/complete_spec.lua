-- The words that complete a command line.
local commands = require "extcontacts.cli.commands"
local complete = require "extcontacts.cli.complete"
local operations = require "extcontacts.api.operations"
local parser = require "extcontacts.cli.parser"

-- The words for a command line whose last word is to be completed.
local function words(...)
  local list, by_word = {}, {}
  for index, word in ipairs(complete.words { ... }) do
    list[index] = word[1]
    by_word[word[1]] = word[2]
  end
  return list, by_word
end

describe("completion", function()
  it("knows the commands and their summaries", function()
    local list, about = words ""
    assert.same(commands.names(), list)
    assert.equal(commands.find("scan").summary, about.scan)
    assert.same({ "search" }, (words "sea"))
    assert.same({ "--profile" }, (words "--pro"))
    assert.same(commands.names(), (words("--profile", "x", "")))
  end)

  it("knows every option of every command", function()
    for _, name in ipairs(commands.names()) do
      local _, options = parser.describe((parser.make(commands.find(name), {})))
      local _, known = words(name, "-")
      for _, option in ipairs(options) do
        assert.is_string(known[option.name], name .. " " .. option.name)
      end
    end
  end)

  it("knows every operation, and its options and their values", function()
    local _, about = words("call", "")
    for _, row in ipairs(operations.list) do
      assert.equal(row.summary, about[row.short])
      local _, known = words("call", row.short, "--")
      for _, param in ipairs(row.params) do
        if not param.required then
          assert.is_string(known["--" .. param.name:gsub("_", "-")], row.short .. " " .. param.name)
          local _, values = words("call", row.short, "--" .. param.name:gsub("_", "-"), "")
          for _, value in ipairs(param.enum or {}) do
            assert.is_string(values[value])
          end
        end
      end
    end
    assert.same({ "contacts", "organizations", "relationships", "notes" },
      { (words("scan", "c"))[1], (words("scan", "o"))[1], (words("scan", "r"))[1], (words("scan", "n"))[1] })
  end)

  it("knows the fields of the records", function()
    assert.same({ "id,workPhone.e164" }, (words("scan", "contacts", "--fields", "id,workPhone.e1")))
    assert.same({ "title=" }, (words("update", "contacts", "x", "--set", "tit")))
    assert.same({ "title" }, (words("update", "contacts", "x", "--clear", "tit")))
    assert.same({}, (words("update", "contacts", "x", "--set", "self")))
  end)

  it("offers an option once, unless it can be repeated", function()
    local _, known = words("get", "contacts", "x", "--csv", "--fields", "id", "--")
    assert.is_nil(known["--csv"])
    assert.is_string(known["--fields"])
  end)

  it("asks the shell for files, and offers nothing for an id", function()
    assert.same({ ":files" }, (words("create", "contacts", "--body", "")))
    assert.same({ ":files" }, (words("get", "contacts", "x", "--config", "")))
    assert.same({}, (words("get", "contacts", "5b4a")))
    assert.same({}, (words("scan", "contacts", "--limit", "")))
    assert.same({}, (words("nonsense", "x")))
  end)

  it("completes --option=value, also as bash splits it", function()
    assert.same({ "--region=eu_west_1", "--region=eu_west_2" }, (words("doctor", "--region=eu_west")))
    assert.same({ "eu_west_1", "eu_west_2" }, (words("doctor", "--region", "=", "eu_west")))
    assert.same({ "object", "blank", "null", "absent" }, (words("sandbox", "--cursor-end", "=")))
    assert.same({ "name:asc" }, (words("list", "organizations", "--sort-order", "name", ":", "a")))
    assert.same({}, (words("update", "contacts", "x", "--set", "title", "=", "t")))
  end)
end)
