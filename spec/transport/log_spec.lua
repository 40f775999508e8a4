-- Log entries, their text, and what they must not contain.
local ec = require "extcontacts"
local fake = require "spec.support.fake"
local log = require "extcontacts.transport.log"

-- A list, and a function that appends to it.
local function collector()
  local entries = {}
  return entries, function(entry)
    entries[#entries + 1] = entry
  end
end

describe("log entries", function()
  it("describe every request, without ids, query values, bodies or tokens", function()
    local entries, add = collector()
    local lines = {}
    local self = fake.client({
      fake.grant "the-token", fake.json(503), fake.json(200, {}, { ["inin-correlation-id"] = "c-1" }),
      fake.json(200, {}),
    }, fake.with_credentials {
      on_request = add,
      log = function(entry)
        lines[#lines + 1] = log.line(entry)
      end,
    })
    self.client.contacts:get("the-contact")
    self.client.lookup:reverse("ann@x.org")
    local seen = {}
    for index, entry in ipairs(entries) do
      seen[index] = ("%s %s %s"):format(entry.operation, entry.status, entry.attempt)
    end
    assert.same({
      "oauth.token 200 0", "get_externalcontacts_contact 503 1", "get_externalcontacts_contact 200 2",
      "get_externalcontacts_reversewhitepageslookup 200 1",
    }, seen)
    assert.equal("/api/v2/externalcontacts/contacts/{contactId}", entries[2].path)
    assert.equal(0.25, entries[2].wait)
    assert.equal("c-1", entries[3].correlation_id)
    local all = table.concat(lines, "\n")
    for _, secret in ipairs { "the-token", "the-secret", "the-id", "the-contact", "ann@x.org" } do
      assert.is_nil(all:find(secret, 1, true))
    end
  end)

  it("have a warning level if the request failed", function()
    local entries, add = collector()
    local self = fake.client({ fake.json(404, {}), fake.json(200, { id = "a" }) }, { log = add })
    self.client.contacts:get("a")
    self.client.contacts:get("a")
    assert.same({ "warn", "info" }, { entries[1].level, entries[2].level })
    assert.matches("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d", entries[1].time)
  end)

  it("contain bodies only with log_bodies, and then masked", function()
    local entries, add = collector()
    local reply = fake.json(200, {
      id = "c1", firstName = "Ann", customFields = { shoe = 42, id = "x" },
      workPhone = { e164 = "+13175550100", extension = 7 }, createDate = "2026-01-01T00:00:00Z",
    })
    fake.client({ reply }, { log = add }).client.contacts:create { firstName = "Ann" }
    assert.is_nil(entries[1].request_body)
    fake.client({ reply }, { log = add, log_bodies = true }).client.contacts:create { firstName = "Ann", type = "x" }
    assert.equal('{"firstName":"…","type":"x"}', entries[2].request_body)
    assert.equal('{"createDate":"2026-01-01T00:00:00Z","customFields":{"id":"…","shoe":"…"},"firstName":"…",'
      .. '"id":"c1","workPhone":{"e164":"…","extension":"…"}}', entries[2].response_body)
  end)

  it("have only the size of a body that is not JSON, and at most 4 KiB of any", function()
    local entry = {}
    log.add_bodies({ log_bodies = true }, entry, "not json", { body = "" })
    assert.equal("(8 bytes)", entry.request_body)
    assert.is_nil(entry.response_body)
    local long = {}
    for index = 1, 1000 do
      long[index] = { id = "record-" .. index }
    end
    log.add_bodies({ log_bodies = true }, entry, ec.json.encode(long), nil)
    assert.is_true(#entry.request_body <= 4096 + 3, #entry.request_body)
  end)
end)

describe("the text of a log entry", function()
  local ENTRY = {
    time = "2026-01-01T00:00:00Z", level = "warn", operation = "get", method = "GET", path = "/a/{id}",
    elapsed = 0.1234, status = 503, kind = "http", attempt = 1, wait = 1.5, bytes_sent = 1, bytes_received = 2,
  }

  it("is one line with the fields in a fixed order", function()
    assert.equal("2026-01-01T00:00:00Z warn get GET /a/{id} 123ms status=503 kind=http attempt=1 wait=1.5s "
      .. "bytes_sent=1 bytes_received=2", log.line(ENTRY))
  end)

  it("is one line of JSON", function()
    local line = log.json_line(ENTRY)
    assert.same(ENTRY, ec.json.decode(line))
    assert.is_nil(line:find("\n", 1, true))
  end)
end)

describe("the log option", function()
  it("is off without a log and a hook", function()
    assert.is_false(log.is_enabled {})
    assert.is_true(log.is_enabled { log = "json" })
    assert.is_true(log.is_enabled { on_request = print })
  end)

  it("and the hook both receive the entry", function()
    local entries, add = collector()
    log.report({ log = add, on_request = add }, { operation = "x", elapsed = 0 }, 3)
    assert.equal(entries[1], entries[2])
    assert.equal(3, entries[1].wait)
    log.report({ log = add }, nil, 3)
    assert.equal(2, #entries)
  end)
end)
