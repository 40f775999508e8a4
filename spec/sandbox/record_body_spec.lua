local api = require "spec.support.api"
local sandbox = require "spec.support.sandbox"

describe("the sandbox, given a record", function()
  local server, session
  sandbox.around({ contacts = 200, rate = 0 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  local function read(id)
    return session:must("GET", "/contacts/" .. id)
  end

  it("names the field that breaks a rule", function()
    local cases = {
      firstName = { "", "   ", ("x"):rep(1001) },
      lastName = { "" },
      middleName = { "", ("é"):rep(1001) },
      title = { "" },
      salutation = { "" },
      externalSystemUrl = { "", ("x"):rep(1001) },
      workEmail = { "", "nobody", "a@b", "a b@example.com", "@example.com", "a@@example.com", "a@example..com",
        ("x"):rep(60) .. "@" .. ("y."):rep(100) .. "com" },
      personalEmail = { "name at example.com" },
      otherEmail = { "x@" },
    }
    for field, values in pairs(cases) do
      for _, value in ipairs(values) do
        local reply = session:call("POST", "/contacts", api.contact { [field] = value })
        assert.equal(422, reply.status, field .. "=" .. value)
        assert.equal(field, reply.body.details[1].fieldName)
        assert.equal(422, reply.body.status)
      end
    end
    assert.equal(200, session:call("POST", "/contacts", api.contact { title = ("é"):rep(1000) }).status)
    server:control("POST", "/sandbox/settings", { invalid_status = 400 })
    assert.equal(400, session:call("POST", "/contacts", api.contact { workEmail = "nobody" }).status)
    assert.equal(200, server:control("GET", "/sandbox/counters").records.contact - 1)
  end)

  it("rejects values of the wrong type", function()
    local cases = {
      '"firstName":7', '"surveyOptOut":"yes"', '"workPhone":"+1 317 555 0123"', '"address":[]', '"workPhone":[]',
      '"workPhone":{"extension":1.5}', '"workPhone":{"display":7}', '"twitterId":{"screenName":{}}',
      '"lineId":{"ids":{"a":1}}', '"lineId":{"ids":[null]}', '"externalOrganization":"x"', '"customFields":[1]',
    }
    for _, case in ipairs(cases) do
      local reply = session:call("POST", "/contacts", '{"firstName":"A","lastName":"B",' .. case .. "}")
      assert.equal(400, reply.status, case)
      assert.equal("bad.request", reply.body.code)
    end
  end)

  it("rejects an invalid date", function()
    local reply = session:call("POST", "/contacts", api.contact { createDate = "yesterday" })
    assert.equal(400, reply.status)
    assert.equal("invalid.date", reply.body.code)
    assert.equal(400, session:call("POST", "/contacts", api.contact { modifyDate = "2024-13-01T00:00:00Z" }).status)
    assert.equal(200, session:call("POST", "/contacts", api.contact { modifyDate = "2024-12-01T00:00:00Z" }).status)
  end)

  it("ignores unknown fields, or rejects them with --unknown-fields", function()
    assert.is_nil(session:create { shoeSize = 43 }.shoeSize)
    server:control("POST", "/sandbox/settings", { unknown_fields = "reject" })
    local reply = session:call("POST", "/contacts", api.contact { shoeSize = 43 })
    assert.equal(400, reply.status)
    assert.equal("invalid.property", reply.body.code)
  end)

  it("needs no name of a contact, unless --names-required", function()
    for _, body in ipairs { '{"firstName":"A"}', '{"lastName":"B"}', "{}", '{"firstName":null}' } do
      assert.equal(200, session:call("POST", "/contacts", body).status, body)
    end
    server:control("POST", "/sandbox/settings", { names_required = true })
    for field, body in pairs { lastName = '{"firstName":"A"}', firstName = '{"lastName":"B"}' } do
      local reply = session:call("POST", "/contacts", body)
      assert.same({ 422, field }, { reply.status, reply.body.details[1].fieldName })
    end
    assert.equal(200, session:call("POST", "/contacts", '{"firstName":"A","lastName":"B"}').status)
  end)

  it("trims strings", function()
    local created = session:create { firstName = "  Ada ", title = "Countess\t" }
    assert.equal("Ada", created.firstName)
    assert.equal("Countess", created.title)
  end)

  it("keeps empty arrays and objects apart", function()
    local _, reply = session:must("POST", "/contacts",
      '{"firstName":"A","lastName":"B","lineId":{"ids":[]},"facebookId":{},"address":{}}')
    assert.matches('"lineId":{"ids":%[%]}', reply.text)
    assert.matches('"facebookId":{}', reply.text)
    assert.matches('"address":{}', reply.text)
  end)

  it("removes fields that are missing or null in a PUT", function()
    local created = session:create { title = "Countess", middleName = "King", workEmail = "ada@example.com" }
    server:control("POST", "/sandbox/clock", { advance = 10 })
    local text = '{"firstName":"Ada","lastName":"Byron","title":null}'
    local updated = session:must("PUT", "/contacts/" .. created.id, text)
    assert.equal("Byron", updated.lastName)
    for _, field in ipairs { "title", "middleName", "workEmail" } do
      assert.is_nil(updated[field])
    end
    assert.equal(created.createDate, updated.createDate)
    assert.is_true(updated.modifyDate > created.modifyDate)
    assert.equal(created.id, updated.id)
    assert.same(updated, read(created.id))
  end)

  it("keeps integers that a double cannot hold", function()
    local _, reply = session:must("POST", "/organizations",
      '{"name":"X","revenue":9007199254740993,"employeeCount":-9223372036854775808}')
    assert.matches('"revenue":9007199254740993', reply.text, 1, true)
    local id = reply.body.id
    _, reply = session:must("GET", "/organizations/" .. id)
    assert.matches('"revenue":9007199254740993', reply.text, 1, true)
    assert.matches('"employeeCount":-9223372036854775808', reply.text, 1, true)
    _, reply = session:must("GET", "/organizations/" .. id .. "?expand=externalDataSources")
    assert.matches('"revenue":9007199254740993', reply.text, 1, true)
  end)

  it("checks the fields of organizations", function()
    assert.equal(422, session:call("POST", "/organizations", { name = " " }).status)
    local reply = session:call("POST", "/organizations", { name = "X", tickers = { { symbol = "X" } } })
    assert.equal(422, reply.status)
    assert.equal("tickers[1].exchange", reply.body.details[1].fieldName)
    assert.equal(400, session:call("POST", "/organizations", { name = "X", tags = "a" }).status)
    assert.equal(400, session:call("POST", "/organizations", { name = "X", tags = { 1 } }).status)
    assert.equal(400, session:call("POST", "/organizations", { name = "X", revenue = "1" }).status)
  end)

  it("keeps random texts unchanged", function()
    local random = 12345
    local function below(n)
      random = (random * 1103515245 + 12345) % 2147483648
      return math.floor(random / 65536) % n
    end
    local letters = {
      "a", "Z", "é", "ß", "漢", "😀", '"', "\\", "/", "\1", "\127", "<", "&", "'", "%", "\226\128\168", " ",
    }
    for _ = 1, 100 do
      local parts = { "x" }
      for _ = 1, below(20) do
        parts[#parts + 1] = letters[1 + below(#letters)]
      end
      parts[#parts + 1] = "y"
      local text = table.concat(parts)
      assert.equal(text, read(session:create { title = text }.id).title)
    end
  end)
end)
