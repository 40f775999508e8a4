-- `*_many` over real HTTP, against the sandbox, whose results come in another order.
local ec = require "extcontacts"
local sandbox = require "spec.support.sandbox"

local server

local function connect(options)
  local settings = {
    base_url = server.base_url, login_url = server.login_url,
    client_id = server.client_id, client_secret = server.client_secret, rate = false, check_time = 1, max_attempts = 10,
  }
  for name, value in pairs(options or {}) do
    settings[name] = value
  end
  return ec.new(settings)
end

local function people(count)
  local records = {}
  for n = 1, count do
    records[n] = {
      firstName = "Many " .. n % 7, lastName = "Person " .. n, workEmail = ("many%d@example.com"):format(n),
      workPhone = { display = ("+49 (0)30 55%05d"):format(n) },
    }
  end
  return records
end

-- The contacts of the sandbox that `people` describes, by e-mail address.
local function stored(client)
  local by_email, count = {}, 0
  for contact in client:scan_contacts() do
    if (contact.workEmail or ""):find "^many%d+@" then
      assert.is_nil(by_email[contact.workEmail], "there are two of " .. contact.workEmail)
      by_email[contact.workEmail] = contact
      count = count + 1
    end
  end
  return by_email, count
end

-- Creates, changes and deletes `count` contacts; every reply may get lost.
local function whole_life(client, count)
  local records, changed = people(count), {}
  local seen = {}
  for record, contact, err in client.contacts:create_many(records) do
    assert.is_nil(err, tostring(err))
    assert.equal(record.workEmail, contact.workEmail)
    assert.is_nil(seen[contact.id])
    seen[contact.id] = true
    changed[#changed + 1] = ec.writable("ExternalContact", contact)
    changed[#changed].id, changed[#changed].title = contact.id, "Changed " .. #changed
  end
  local _, found = stored(client)
  assert.equal(count, found)

  for record, contact, err in client.contacts:update_many(changed) do
    assert.is_nil(err, tostring(err))
    assert.equal(record.id, contact.id)
  end
  local index = 0
  for record, contact, err in client.contacts:get_many(changed) do
    index = index + 1
    assert.is_nil(err, tostring(err))
    assert.equal(record.id, contact.id)
    assert.equal("Changed " .. index, contact.title)
  end

  for _, deleted, err in client.contacts:delete_many(changed) do
    assert.is_nil(err, tostring(err))
    assert.is_true(deleted)
  end
  _, found = stored(client)
  assert.equal(0, found)
end

describe("bulk requests to the sandbox", function()
  sandbox.around({ contacts = 120, organizations = 10, rate = 0 }, function(started)
    server = started
  end, setup, teardown, before_each)

  it("create, change, read and delete contacts", function()
    local client = connect()
    whole_life(client, 230)
    local stats = client:stats()
    assert.is_true(stats.requests < 4 * 230 / 12, stats.requests)
    assert.equal(4 * 230, stats.items)
  end)

  it("whose replies get lost have the same result", function()
    server:control("POST", "/sandbox/faults", {
      { operation = "contacts.bulk.*", rate = 0.3, seed = 1, drop = "after" },
    })
    local client = connect()
    whole_life(client, 230)
    assert.is_true(client:stats().recovered > 0)
  end)

  it("that get lost on their way have the same result", function()
    server:control("POST", "/sandbox/faults", {
      { operation = "contacts.bulk.*", rate = 0.3, seed = 3, drop = "before" },
    })
    -- Each record of a lost batch takes this long: the sandbox's searches do not lag.
    whole_life(connect { check_time = 0.2 }, 120)
  end)

  it("with items that fail for a while have the same result", function()
    server:control("POST", "/sandbox/faults", {
      { operation = "contacts.bulk.*", item_rate = 0.05, item_status = 503, times = 8 },
    })
    whole_life(connect(), 120)
  end)

  it("with items that fail after they were carried out have the same result", function()
    server:control("POST", "/sandbox/faults", {
      { operation = "contacts.bulk.*", item_rate = 0.05, item_status = 503, item_after = true, times = 12 },
    })
    whole_life(connect(), 120)
  end)

  it("to a server with another maximum adapt to it", function()
    server:control("POST", "/sandbox/settings", { bulk_max = 25 })
    local client = connect()
    whole_life(client, 150)
    assert.is_true(client:stats().requests < 4 * 150 / 8, client:stats().requests)
  end)

  it("to a server that marks as little as it may are matched all the same", function()
    server:control("POST", "/sandbox/settings", {
      bulk_statuses = "none", bulk_add_status = 201, bulk_failed_status = 207, bulk_result_id = "entity",
    })
    whole_life(connect(), 120)
  end)

  it("give way to single calls where bulk is forbidden", function()
    server:control("POST", "/sandbox/faults", { { operation = "contacts.bulk.*", status = 403 } })
    local client = connect()
    whole_life(client, 60)
    local operation = client:stats().operations["post_externalcontacts_bulk_contacts_update"]
    assert.is_nil(operation.items)
    assert.matches("403", operation.refused, 1, true)
  end)

  it("whose replies get lost find contacts by their external ids alone", function()
    local client = connect()
    local source = assert(client.external_sources:create { name = "CRM", active = true })
    assert(client:server_time())
    server:control("POST", "/sandbox/faults", { { operation = "contacts.bulk.create", nth = 1, drop = "after" } })
    local records = {}
    for n = 1, 8 do
      records[n] = { lastName = "External " .. n,
        externalIds = { { value = "row-" .. n, externalSource = { id = source.id } } } }
    end
    for record, contact, err, response in client.contacts:create_many(records) do
      assert.is_nil(err, tostring(err))
      assert.equal(record.lastName, contact.lastName)
      assert.is_true(response.recovered)
    end
  end)

  it("read merged contacts under the ids that were asked for", function()
    for _, result_id in ipairs { "asked", "entity" } do
      server:reset()
      server:control("POST", "/sandbox/settings", { bulk_result_id = result_id })
      local client = connect()
      local ids = {}
      for contact in client:scan_contacts { max_items = 5 } do
        ids[#ids + 1] = contact.id
      end
      local merged = assert(client.contacts:merge { contactIds = { ids[2], ids[4] } })
      local index = 0
      for id, contact, err, response in client.contacts:get_many(ids) do
        index = index + 1
        assert.equal(ids[index], id)
        assert.is_nil(err, tostring(err))
        local is_merged = index == 2 or index == 4
        assert.equal(is_merged and merged.id or id, contact.id)
        assert.equal(is_merged and merged.id or nil, response.resolved_id)
      end
      assert.equal(5, index)
    end
  end)

  -- The items of 25 records of another resource; `owners` are ids of contacts and organizations.
  local OTHERS = {
    organizations = function(n)
      return { name = "Organization " .. n, industry = "Harbour" }
    end,
    notes = function(n, owners)
      local owner = n % 2 == 0 and "contact" or "organization"
      return { noteText = "Note " .. n, entityType = owner, entityId = owners[owner],
        createdBy = { id = "6f1a2c3e-0d5b-4a51-9a36-000000000001" } }
    end,
    relationships = function(n, owners)
      return { relationship = "Manager " .. n, externalOrganization = { id = owners.organization },
        user = { id = ("6f1a2c3e-0d5b-4a51-9a36-%012d"):format(n) } }
    end,
  }
  local TEXTS = { organizations = "industry", notes = "noteText", relationships = "relationship" }

  -- The owners for new records.
  local function first_owners(client)
    local owners = {}
    for contact in client:scan_contacts { max_items = 1 } do
      owners.contact = contact.id
    end
    for organization in client:scan_organizations { max_items = 1 } do
      owners.organization = organization.id
    end
    return owners
  end

  for space, item in pairs(OTHERS) do
    it("whose replies get lost create " .. space .. " once", function()
      local client, items, seen = connect(), {}, {}
      local owners = first_owners(client)
      server:control("POST", "/sandbox/faults", { { operation = space .. ".bulk.create", nth = 2, drop = "after" } })
      for n = 1, 25 do
        items[n] = item(n, owners)
      end
      local recovered = 0
      for sent, record, err, response in client[space]:create_many(items, { concurrency = 1 }) do
        assert.is_nil(err, tostring(err))
        assert.equal(sent[TEXTS[space]], record[TEXTS[space]])
        assert.is_nil(seen[record.id])
        seen[record.id] = true
        recovered = recovered + (response.recovered and 1 or 0)
      end
      assert.equal(15, recovered)
    end)

    for _, status in ipairs { 200, 403 } do
      it(("create, change, read and delete %s%s"):format(space, status == 403 and " by single calls" or ""), function()
        local client, items = connect(), {}
        local owners = first_owners(client)
        if status == 403 then
          server:control("POST", "/sandbox/faults", { { operation = space .. ".bulk.*", status = 403 } })
        end
        for n = 1, 25 do
          items[n] = item(n, owners)
        end
        local field, changed, index = TEXTS[space], {}, 0
        for sent, record, err in client[space]:create_many(items) do
          index = index + 1
          assert.is_nil(err, tostring(err))
          assert.equal(items[index], sent)
          assert.equal(sent[field], record[field])
          record[field] = "Changed " .. index
          record.entityType, record.entityId = sent.entityType, sent.entityId
          changed[index] = record
        end
        for _, verb in ipairs { "update_many", "get_many" } do
          index = 0
          for sent, record, err in client[space][verb](client[space], changed) do
            index = index + 1
            assert.is_nil(err, tostring(err))
            assert.equal(sent.id, record.id)
            assert.equal("Changed " .. index, record[field])
          end
          assert.equal(25, index)
        end
        for _, deleted, err in client[space]:delete_many(changed) do
          assert.is_true(deleted, tostring(err))
        end
        for _, record, err in client[space]:get_many(changed) do
          assert.is_nil(record)
          assert.equal(404, err.status)
        end
      end)
    end
  end

  it("read other records as well", function()
    local client = connect()
    local ids = {}
    for organization in client:scan_organizations() do
      ids[#ids + 1] = organization.id
    end
    for id, organization, err in client.organizations:get_many(ids) do
      assert.is_nil(err, tostring(err))
      assert.equal(id, organization.id)
    end
  end)

  it("work inside client:map and ec.run", function()
    local client = connect()
    local ids = {}
    for contact in client:scan_contacts() do
      ids[#ids + 1] = contact.id
    end
    local function count()
      local found = 0
      for id, contact in client.contacts:get_many(ids) do
        assert.equal(id, contact.id)
        found = found + 1
      end
      return found
    end
    for _, found, err in client:map({ 1, 2, 3 }, count) do
      assert.equal(#ids, found, err)
    end
    assert.equal(#ids, ec.run(count))
  end)
end)
