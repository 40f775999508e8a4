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
      assert.matches("only the fields that were selected", err.message)
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
  end)
end)
