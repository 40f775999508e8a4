-- extcontacts delete, against the sandbox.
local command = require "spec.support.command"

local session = command.around(nil, setup, teardown, before_each)

describe("extcontacts delete", function()
  local ids
  before_each(function()
    ids = {}
    for index = 1, 3 do
      ids[index] = session:contact({ firstName = "Ann", lastName = "Lee" .. index }).id
    end
  end)

  it("deletes after confirmation, or with --yes", function()
    session:refused(2, { "delete", "contacts", ids[1] },
      "Delete 1 record (contacts)? There is no terminal to confirm on; pass --yes")
    local terminals = { stdin = true, stderr = true }
    local code, _, errors = session:run({ "delete", "contacts", ids[1] }, { terminals = terminals, input = "n\n" })
    assert.equal(1, code)
    assert.matches("cancelled; nothing was deleted", errors, 1, true)
    assert.equal(200, session.api:call("GET", "/contacts/" .. ids[1]).status)
    session:must({ "delete", "contacts", ids[1] }, { terminals = terminals, input = "y\n" })
    session:must({ "delete", "contacts", "-", ids[3], "--yes" }, { input = ids[2] .. "\n" .. ids[2] .. "\n" })
    for _, id in ipairs(ids) do
      assert.equal(404, session.api:call("GET", "/contacts/" .. id).status)
    end
  end)

  it("continues after a record that does not exist", function()
    local code, _, errors = session:run { "delete", "contacts", "00000000-0000-4000-8000-000000000000", ids[2],
      "--yes" }
    assert.equal(1, code)
    assert.matches("deleted 1 of 2 records\n$", errors)
  end)

  it("deletes a record once that is named in two spellings, and skips what is no id", function()
    local code, _, errors = session:run({ "delete", "contacts", "-", "--yes" },
      { input = ids[1] .. "\n" .. ids[1]:upper() .. "\n\"" .. ids[2] .. "\";\nann@example.com\n" })
    assert.equal(1, code)
    assert.matches("standard input: line 4: not a valid id; skipped", errors, 1, true)
    assert.matches("deleted 2 of 2 records\n$", errors)
  end)

  it("prints the requests", function()
    local output = session:must { "delete", "contacts", ids[1], ids[2], "--dry-run" }
    assert.equal(2, select(2, output:gsub("DELETE http", "")))
    assert.equal(200, session.api:call("GET", "/contacts/" .. ids[1]).status)
  end)
end)
