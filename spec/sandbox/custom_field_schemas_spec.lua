local api = require "spec.support.api"
local sandbox = require "spec.support.sandbox"

local ISO = "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%dZ$"

describe("the sandbox, given a schema of custom fields", function()
  local server, session
  sandbox.around({ contacts = 10, rate = 0 }, function(...)
    server, session = ...
  end, setup, teardown, before_each)

  local function schema(properties)
    return {
      name = "Sizes",
      version = 0,
      jsonSchema = { ["$schema"] = "http://json-schema.org/draft-04/schema#", title = "Sizes",
        properties = properties },
    }
  end

  local function property(type_name, fields)
    local p = { title = type_name, allOf = { { ["$ref"] = "#/definitions/" .. type_name } } }
    for key, value in pairs(fields or {}) do
      p[key] = value
    end
    return p
  end

  it("counts versions, and rejects a stale one", function()
    local created = session:must("POST", "/contacts/schemas", schema { size_integer = property "integer" })
    assert.equal(1, created.version)
    assert.same({ "CONTACT" }, created.appliesTo)
    assert.is_true(created.enabled)
    assert.matches(ISO, created.dateCreated)
    local path = "/contacts/schemas/" .. created.id
    created.jsonSchema.properties.colour_text = property "text"
    local second = session:must("PUT", path, created)
    assert.equal(2, second.version)
    local stale = session:call("PUT", path, created)
    assert.equal(409, stale.status)
    assert.equal("general.conflict", stale.body.code)
    second.name = "Sizes and colours"
    assert.equal(3, session:must("PUT", path, second).version)
    local versions = session:must("GET", path .. "/versions")
    assert.equal(3, versions.total)
    assert.equal(3, versions.entities[1].version)
    assert.is_nil(session:must("GET", path .. "/versions/1").jsonSchema.properties.colour_text)
    assert.is_table(session:must("GET", path .. "/versions/2").jsonSchema.properties.colour_text)
    for _, version in ipairs { "0", "4", "x", "1.5", "-1" } do
      assert.equal(404, session:call("GET", path .. "/versions/" .. version).status, version)
    end
  end)

  it("rejects a name that is taken", function()
    session:must("POST", "/organizations/schemas", schema {})
    assert.equal(409, session:call("POST", "/organizations/schemas", schema {}).status)
  end)

  it("checks the properties of a schema", function()
    local bad = {
      { size = property "integer" },
      { size_metres = property "metres" },
      { size_integer = property "text" },
      { size_integer = { title = "no type" } },
      { size_enum = property "enum" },
      { size_integer = "text" },
    }
    for _, properties in ipairs(bad) do
      assert.equal(400, session:call("POST", "/contacts/schemas", schema(properties)).status)
    end
  end)

  it("keeps a deleted schema readable, unless --schema-delete is hard", function()
    local created = session:must("POST", "/contacts/schemas", schema {})
    local path = "/contacts/schemas/" .. created.id
    assert.equal(204, session:call("DELETE", path).status)
    assert.is_true(session:call("GET", path).body.deleted)
    assert.equal(404, session:call("DELETE", path).status)
    assert.equal(404, session:call("PUT", path, created).status)
    assert.equal(1, session:must("GET", "/contacts/schemas").total)
    server:control("POST", "/sandbox/settings", { schema_delete = "hard" })
    created = session:must("POST", "/contacts/schemas", schema {})
    assert.equal(204, session:call("DELETE", "/contacts/schemas/" .. created.id).status)
    assert.equal(404, session:call("GET", "/contacts/schemas/" .. created.id).status)
  end)

  it("checks custom fields against their schema", function()
    local created = session:must("POST", "/contacts/schemas", schema {
      a_text = property("text", { maxLength = 5 }),
      b_longtext = property "longtext",
      c_url = property "url",
      d_identifier = property "identifier",
      e_enum = property("enum", { enum = { "red" }, _enumProperties = { red = { title = "Red" } } }),
      f_date = property "date",
      g_datetime = property "datetime",
      h_integer = property("integer", { minimum = 1, maximum = 10 }),
      i_number = property "number",
      j_checkbox = property "checkbox",
      k_tag = property "tag",
    })
    local reference = { id = created.id, version = 1 }
    local good = {
      a_text = "abcde", b_longtext = "long", c_url = "https://example.com", d_identifier = "1", e_enum = "red",
      f_date = "2024-02-29", g_datetime = "2024-02-29T10:00:00.000Z", h_integer = 10, i_number = 1.5,
      j_checkbox = true, k_tag = { "x" },
    }
    local record = session:create { schema = reference, customFields = good }
    assert.same(good, record.customFields)
    assert.same(reference, record.schema)
    local bad = {
      a_text = { "abcdef", 5 }, c_url = { "nowhere" }, e_enum = { "blue" }, f_date = { "2024-02-30x", "tomorrow" },
      g_datetime = { "2024-02-29" }, h_integer = { 0, 11, 1.5, "5" }, i_number = { "1" }, j_checkbox = { "true" },
      k_tag = { "x" }, z_text = { "unknown" },
    }
    for field, values in pairs(bad) do
      for _, value in ipairs(values) do
        local reply = session:call("POST", "/contacts",
          api.contact { schema = reference, customFields = { [field] = value } })
        assert.equal(422, reply.status, field)
        assert.equal("customFields." .. field, reply.body.details[1].fieldName)
      end
    end
    assert.equal(422, session:call("POST", "/contacts", api.contact { customFields = good }).status)
    assert.equal(422, session:call("POST", "/contacts",
      api.contact { schema = { id = created.id, version = 2 }, customFields = good }).status)
    assert.equal(422, session:call("POST", "/contacts",
      api.contact { schema = { id = api.NOBODY, version = 1 }, customFields = good }).status)
  end)
end)
