-- `enrich_many` over real HTTP, against the sandbox.
local ec = require "extcontacts"
local sandbox = require "spec.support.sandbox"

describe("enrich_many against the sandbox", function()
  local server

  sandbox.around({ contacts = 30, organizations = 10, rate = 0 }, function(started)
    server = started
  end, setup, teardown, before_each)

  local function connect()
    return ec.new {
      base_url = server.base_url, login_url = server.login_url, client_id = server.client_id,
      client_secret = server.client_secret, rate = false, check_time = 1, max_attempts = 10,
    }
  end

  local function requests(count, action, title)
    local list = {}
    for n = 1, count do
      local email = ("enrich%d@example.com"):format(n)
      list[n] = {
        action = action, matchingIdentifiers = { { type = "Email", value = email } },
        contact = { lastName = "Enriched " .. n, workEmail = email, title = title },
      }
    end
    return list
  end

  -- The number of contacts that `requests` describes; fails if there are two for one.
  local function stored(client)
    local seen, count = {}, 0
    for contact in client:scan_contacts() do
      local email = contact.workEmail or ""
      if email:find "^enrich%d+@" then
        assert.is_nil(seen[email], email)
        seen[email] = contact
        count = count + 1
      end
    end
    return count, seen
  end

  -- Enriches, and counts the statuses.
  local function enrich(client, list, options)
    local statuses, index = {}, 0
    for request, contact, err, response in client.contacts:enrich_many(list, options) do
      index = index + 1
      assert.equal(list[index], request)
      assert.is_nil(err, tostring(err))
      assert.equal(request.contact.lastName, contact.lastName)
      statuses[response.status] = (statuses[response.status] or 0) + 1
    end
    assert.equal(#list, index)
    return statuses
  end

  it("creates and updates contacts, and says which", function()
    local client = connect()
    assert.same({ [201] = 35 }, enrich(client, requests(35, "Upsert", "a"), { dry_run = true }))
    assert.equal(0, (stored(client)))
    assert.same({ [201] = 35 }, enrich(client, requests(35, "Upsert", "a")))
    assert.same({ [200] = 35 }, enrich(client, requests(35, "Upsert", "b")))
    local count, contacts = stored(client)
    assert.equal(35, count)
    assert.equal("b", contacts["enrich35@example.com"].title)
  end)

  it("creates each contact once although replies get lost", function()
    server:control("POST", "/sandbox/faults", {
      { operation = "contacts.bulk.enrich", rate = 0.4, seed = 2, drop = "after" },
    })
    local client = connect()
    enrich(client, requests(60, "Upsert", "a"))
    assert.equal(60, (stored(client)))
  end)

  it("asks again for a result without a tracker", function()
    server:control("POST", "/sandbox/settings", { enrich_tracker = "failures" })
    local client = connect()
    enrich(client, requests(12, "Upsert", "a"))
    assert.equal(12, (stored(client)))
  end)

  it("inserts nothing twice", function()
    server:control("POST", "/sandbox/faults", { { operation = "contacts.bulk.enrich", nth = 1, drop = "after" } })
    local client = connect()
    local created, ambiguous = 0, 0
    for _, contact, err in client.contacts:enrich_many(requests(15, "Insert", "a")) do
      created = created + (contact and 1 or 0)
      ambiguous = ambiguous + (err and err.ambiguous and 1 or 0)
    end
    assert.equal(5, created)
    assert.equal(10, ambiguous)
    assert.equal(15, (stored(client)))
  end)
end)
