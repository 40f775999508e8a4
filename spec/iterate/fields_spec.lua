-- The option `fields` of scans, listings and `get_many`, against the sandbox.
local ec = require "extcontacts"
local record = require "extcontacts.record"
local sandbox = require "spec.support.sandbox"

describe("the option fields", function()
  local server, session, client

  sandbox.around({ contacts = 450, rate = 0 }, function(given, of)
    server, session = given, of
    client = ec.new { base_url = server.base_url, login_url = server.login_url, client_id = server.client_id,
      client_secret = server.client_secret, rate = false }
  end, setup, teardown, before_each)

  after_each(function()
    client:close()
  end)

  it("gives the same records and the same requests as without it", function()
    local count, fields = 0, { "workPhone.e164", "modifyDate" }
    local partial = client:scan_contacts { fields = fields }
    for whole in client:scan_contacts() do
      local part = partial:next()
      local expected = { id = whole.id, modifyDate = whole.modifyDate,
        workPhone = whole.workPhone and { e164 = whole.workPhone.e164 } }
      assert.same(expected, require "cjson".decode(ec.json.encode(part)))
      assert.is_true(record.is_partial(part))
      count = count + 1
    end
    assert.is_nil(partial:next())
    assert.equal(450, count)
  end)

  it("continues from a resume token", function()
    local first = client:scan_contacts { fields = { "lastName" } }
    for _ = 1, 250 do
      first:next()
    end
    local rest = client:scan_contacts { fields = { "lastName" }, from = first:resume_token() }
    local count = 0
    for contact in rest do
      assert.is_true(record.is_partial(contact))
      count = count + 1
    end
    assert.equal(200, count)
  end)

  it("applies to get_many, whose items may be partial records", function()
    local ids = {}
    for contact in client:scan_contacts { fields = { "id" }, max_items = 60 } do
      ids[#ids + 1] = contact
    end
    local count = 0
    for item, contact, err in client.contacts:get_many(ids, { fields = { "lastName" } }) do
      assert.is_nil(err)
      assert.equal(item.id, contact.id)
      assert.equal(session:must("GET", "/contacts/" .. item.id).lastName, contact.lastName)
      assert.is_nil(contact.modifyDate)
      count = count + 1
    end
    assert.equal(60, count)
    for item, done, err in client.contacts:delete_many { ids[1] } do
      assert.same({ ids[1], true }, { item, done }, err)
    end
  end)

  it("never leads to a write of what was left out", function()
    local contact = client:scan_contacts { fields = { "lastName" } }:next()
    contact.lastName = "Changed"
    for _, done, err in client.contacts:update_many { contact } do
      assert.is_nil(done)
      assert.equal("item 1: cannot encode the value: it has only the fields that were selected when it was read; "
        .. "read the whole record first", err.message)
    end
    assert.error_matches(function() client.contacts:update(contact.id, contact) end, "read the whole record first")
    assert.is_nil(client.contacts:update(contact.id, { lastName = "Changed", address = contact }))
  end)

  it("is refused by fixes", function()
    local fix = require "extcontacts.fix"
    local ok, err = pcall(function()
      local plan, problem = fix.plan(client, fix.define {
        name = "t", source = fix.scan("contacts", { fields = { "id" } }),
        change = function(contact) contact.title = "x" return contact end,
      }, os.tmpname())
      error(plan and "planned" or problem, 0)
    end)
    assert.is_false(ok)
    assert.matches("a fix needs whole records", tostring(err))
    for _, raw in ipairs { true, "lines" } do
      local plan, problem = fix.plan(client, fix.define {
        name = "t", source = fix.scan("contacts", { raw = raw }), change = function() end,
      })
      assert.is_nil(plan)
      assert.matches("a fix needs whole records: remove the option 'fields' or 'raw'", problem.message, 1, true)
    end
  end)

  it("with completable lets the records of the current page be decoded in full", function()
    local scan = client:scan_contacts { fields = { "address.countryCode" }, completable = true, limit = 100 }
    local first, count
    for part in scan do
      first, count = first or part, (count or 0) + 1
      if count % 7 == 1 then
        local whole = scan:whole(part)
        assert.same(session:must("GET", "/contacts/" .. part.id), require "cjson".decode(ec.json.encode(whole)))
        assert.is_false(record.is_partial(whole))
      end
    end
    assert.equal(450, count)
    local ok, message = pcall(scan.whole, scan, first)
    assert.is_false(ok)
    assert.matches("whole() takes a record of the current page; call it before the next page is read", message, 1, true)
  end)

  it("keeps at most the texts of two pages, and none after the end", function()
    local replies = require "extcontacts.transport.reply"
    local kept, count, most = {}, 0, 0
    local take, release = replies.take, replies.release
    finally(function()
      replies.take, replies.release = take, release
    end)
    function replies.take(transfer)
      local reply, failure = take(transfer)
      if reply and rawget(reply, "transfer") then
        kept[reply], count = true, count + 1
      end
      return reply, failure
    end
    function replies.release(reply)
      kept[reply] = nil
      return release(reply)
    end
    local function kept_now()
      local found = 0
      for _ in pairs(kept) do
        found = found + 1
      end
      return found
    end
    local scan = client:scan_contacts { fields = { "id" }, completable = true, limit = 50 }
    for _ in scan do
      most = math.max(most, kept_now())
    end
    assert.is_true(count >= 9)
    assert.is_true(most == 1 or most == 2)
    assert.equal(0, kept_now())
    scan = client:scan_contacts { fields = { "id" }, completable = true }
    scan:next()
    scan:close()
    assert.is_false(pcall(scan.whole, scan, {}))
  end)

  it("refuses to complete what was not kept", function()
    local scan = client:scan_contacts { fields = { "id" } }
    local ok, message = pcall(scan.whole, scan, scan:next())
    assert.is_false(ok)
    assert.matches("whole() requires the options fields and completable", message, 1, true)
    ok, message = pcall(client.scan_contacts, client, { completable = true })
    assert.is_false(ok)
    assert.matches("option 'completable' requires 'fields': without it, all fields are decoded", message, 1, true)
    scan:close()
  end)
end)
