-- The option `raw` of iterators, against the sandbox.
local ec = require "extcontacts"
local record = require "extcontacts.record"
local sandbox = require "spec.support.sandbox"

describe("the option raw", function()
  local server, session, client

  sandbox.around({ contacts = 450, rate = 0, resets = false }, function(given, of)
    server, session = given, of
    client = ec.new { base_url = server.base_url, login_url = server.login_url, client_id = server.client_id,
      client_secret = server.client_secret, rate = false }
  end, setup, teardown, before_each)

  after_each(function()
    server:control("DELETE", "/sandbox/faults")
    client:close()
  end)

  local function canonical(value)
    return assert(ec.json.encode(value, { sort_keys = true }))
  end

  it("returns the id and the selected fields, and the text that has the whole record", function()
    local count, raw = 0, client:scan_contacts { raw = true, fields = { "lastName" } }
    for whole in client:scan_contacts() do
      local part, text = raw()
      assert.equal(canonical(whole), canonical(ec.json.decode(text)))
      assert.equal(canonical { id = whole.id, lastName = whole.lastName }, canonical(part))
      assert.is_true(record.is_partial(part))
      count = count + 1
    end
    assert.is_nil(raw())
    assert.equal(450, count)
    count = 0
    for part, text in client:each_contact { q = "a", raw = true, allow_partial = true } do
      assert.equal(canonical { id = ec.json.decode(text).id }, canonical(part))
      count = count + 1
    end
    assert.is_true(count > 0)
  end)

  it("returns one value without it", function()
    assert.equal(1, select("#", client:scan_contacts():next()))
    assert.equal(1, select("#", client:scan_contacts()()))
    assert.equal(2, select("#", client:scan_contacts({ raw = true }):next()))
  end)

  it("returns the texts of pages beside their records, in the same order", function()
    local raw = client:scan_contacts { raw = true, limit = 100, max_items = 350 }
    raw:next()
    local counts = {}
    for page in raw:pages() do
      assert.equal(#page.entities, #page.raw)
      for index, text in ipairs(page.raw) do
        assert.equal(page.entities[index].id, ec.json.decode(text).id)
      end
      counts[#counts + 1] = #page.raw
    end
    assert.same({ 99, 100, 100, 50 }, counts)
  end)

  it("continues from a resume token, and restarts after an expired cursor without repeating records", function()
    local first, seen = client:scan_contacts { raw = true }, {}
    for _ = 1, 250 do
      seen[select(2, first:next())] = true
    end
    local count = 250
    for _, text in client:scan_contacts { raw = true, from = first:resume_token() } do
      assert.is_nil(seen[text])
      count = count + 1
    end
    assert.equal(450, count)
    server:control("POST", "/sandbox/faults", { { operation = "contacts.scan", nth = 3, status = 400 } })
    seen, count = {}, 0
    for contact, text in client:scan_contacts { raw = true, on_expired = "restart", prefetch = false } do
      assert.is_nil(seen[contact.id])
      seen[contact.id] = text
      assert.equal(contact.id, ec.json.decode(text).id)
      count = count + 1
    end
    assert.equal(450, count)
  end)

  it("returns the records of a page as lines, without tables for them", function()
    local texts = {}
    for _, text in client:scan_contacts { raw = true } do
      texts[#texts + 1] = text .. "\n"
    end
    for _, prefetch in ipairs { true, false } do
      local it, parts, counts, earlier = client:scan_contacts { raw = "lines", prefetch = prefetch }, {}, {}, nil
      for page in it:pages() do
        assert.same({}, page.entities)
        assert.is_nil(page.raw)
        if earlier then
          assert.error_matches(function() earlier:text() end, "the lines were released")
        end
        parts[#parts + 1], counts[#counts + 1], earlier = page.lines:text(), #page.lines, page.lines
      end
      assert.equal(table.concat(texts), table.concat(parts))
      assert.same({ 200, 200, 50 }, counts)
      assert.equal(450, it.count)
    end
  end)

  it("continues after any page of lines, and in the middle of one with texts", function()
    local texts = {}
    for _, text in client:scan_contacts { raw = true } do
      texts[#texts + 1] = text .. "\n"
    end
    local function rest(token)
      local parts = {}
      for page in client:scan_contacts({ raw = "lines", from = token }):pages() do
        parts[#parts + 1] = page.lines and page.lines:text() or table.concat(page.raw, "\n") .. "\n"
      end
      return table.concat(parts)
    end
    local it = client:scan_contacts { raw = "lines" }
    assert.equal(table.concat(texts), rest(it:resume_token()))
    local count = 0
    for page in it:pages() do
      count = count + #page.lines
      assert.equal(table.concat(texts, "", count + 1), rest(it:resume_token()))
    end
    assert.equal(450, count)
    assert.equal("", rest(it:resume_token()))
    it = client:scan_contacts { raw = true }
    for _ = 1, 250 do
      it:next()
    end
    assert.equal(table.concat(texts, "", 251), rest(it:resume_token()))
    it = client:scan_contacts { raw = "lines" }
    it:pages()()
    it:close()
    assert.equal(table.concat(texts, "", 201), rest(it:resume_token()))
  end)

  it("returns texts instead of lines where records have to be told apart", function()
    local count = 0
    for page in client:scan_contacts({ raw = "lines", max_items = 250 }):pages() do
      assert.is_nil(page.lines)
      count = count + #page.raw
    end
    assert.equal(250, count)
    server:control("POST", "/sandbox/faults", { { operation = "contacts.scan", nth = 3, status = 400 } })
    local seen = {}
    for page in client:scan_contacts({ raw = "lines", on_expired = "restart", prefetch = false }):pages() do
      for _, text in ipairs(page.raw) do
        assert.is_nil(seen[text])
        seen[text], count = true, count + 1
      end
    end
    assert.equal(700, count)
  end)

  it("reads lines by pages of scans only", function()
    local it = client:scan_contacts { raw = "lines" }
    assert.error_matches(function() it:next() end, "are returned by pages%(%)")
    assert.error_matches(function() for _ in it do error "a record" end end, "are returned by pages%(%)")
    assert.error_matches(function() client:scan_contacts { raw = "lines", fields = { "id" } } end,
      'raw = "lines" is for scans without \'fields\'; use raw = true', 1, true)
    assert.error_matches(function() client:each_contact { raw = "lines" } end, 'raw = "lines" is for scans', 1, true)
  end)

  it("gives map the partial record as its item", function()
    local ids = {}
    for contact, id in client:map(client:scan_contacts { raw = true, max_items = 5 }, function(item)
      return item.id
    end) do
      assert.equal(contact.id, id)
      ids[#ids + 1] = id
    end
    assert.equal(5, #ids)
    assert.is_table(session:must("GET", "/contacts/" .. ids[1]))
  end)

  it("is an option of iterators alone", function()
    assert.error_matches(function() client:scan_contacts { raw = "line" } end,
      "option 'raw' must be a boolean or \"lines\", got string", 1, true)
    assert.error_matches(function() client.contacts:get("x", { raw = true }) end, "unknown option 'raw'")
    assert.equal(2, select("#", client:scan_contacts({ raw = true, fields = { "id" } }):next()))
  end)
end)
