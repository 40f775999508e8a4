-- A hot reload: the module is loaded again while objects of the earlier copy are
-- in use.

-- Loads another copy of the module, the C core included; returns the earlier
-- modules' names and values.
local function reload()
  local before = {}
  for name, value in pairs(package.loaded) do
    if name:find "^extcontacts" then
      before[name] = value
    end
  end
  for name in pairs(before) do
    package.loaded[name] = nil
  end
  return before
end

describe("two copies of the module", function()
  local old, new, old_fix, new_fix, before

  setup(function()
    before = reload()
    old, old_fix = require "extcontacts", require "extcontacts.fix"
    reload()
    new, new_fix = require "extcontacts", require "extcontacts.fix"
    assert.not_equal(old, new)
    assert.not_equal(old.json, new.json)
  end)

  teardown(function()
    reload()
    for name, value in pairs(before) do
      package.loaded[name] = value
    end
  end)

  it("write each other's records unchanged", function()
    local text = '{"big":12345678901234567890123,"empty":{},"list":[[],[1]],"none":null,"tags":[]}'
    for _, pair in ipairs { { old, new }, { new, old } } do
      local record = assert(pair[1].json.decode(text))
      assert.equal(text, pair[2].json.encode(record, { sort_keys = true }))
      record.tags = pair[1].array()
      assert.equal(text, pair[2].json.encode(record, { sort_keys = true }))
      assert.equal("[[]]", pair[2].json.encode(pair[2].array { pair[1].array() }))
    end
  end)

  it("know each other's null, arrays and exact numbers", function()
    assert.equal(old.null, new.null)
    local list, number = old.array(), assert(old.json.number "12345678901234567890123")
    assert.equal(list, new.array(list))
    assert.is_true(new.json.is_number(number))
    assert.is_true(number == new.json.number "12345678901234567890123")
    assert.is_true(number < new.json.number "12345678901234567890124")
  end)

  it("know each other's errors", function()
    local client = old.new { base_url = "http://127.0.0.1:1", access_token = "t", login_url = "http://127.0.0.1:1",
      retry = false }
    local _, err = client.contacts:get "1"
    assert.equal("refused", err.code)
    assert.is_true(old.is_error(err))
    assert.is_true(new.is_error(err))
    assert.matches("refused", tostring(err), 1, true)
    client:close()
  end)

  it("accept each other's cancel tokens", function()
    local client = new.new { base_url = "http://127.0.0.1:1", access_token = "t", login_url = "http://127.0.0.1:1" }
    local token = old.cancel_token()
    token:cancel()
    local _, err = client.contacts:get("1", { cancel = token })
    assert.equal("cancelled", err.kind)
    client:close()
  end)

  it("keep their clients working, side by side", function()
    for _, ec in ipairs { old, new } do
      local client = ec.new { base_url = "http://127.0.0.1:1", access_token = "t", login_url = "http://127.0.0.1:1",
        retry = false }
      local codes = {}
      for _, _, err in client:map({ 1, 2 }, function(id) return client.contacts:get(tostring(id)) end) do
        codes[#codes + 1] = err.code
      end
      assert.same({ "refused", "refused" }, codes)
      client:close()
    end
  end)

  it("accept each other's clients where they take one", function()
    local client = old.new { base_url = "http://127.0.0.1:1", access_token = "t", login_url = "http://127.0.0.1:1",
      retry = false }
    assert.is_true(require "extcontacts.client".sleep(client, 0))
    client:close()
  end)

  it("accept each other's fix actions and sources", function()
    assert(new_fix.define { name = "x", source = old_fix.scan "contacts", change = function() end })
    assert(old_fix.define { name = "x", source = new_fix.scan "contacts", change = function() end })
    assert.not_equal(old_fix.delete, new_fix.delete)
    assert.equal(getmetatable(old_fix.delete), getmetatable(new_fix.delete))
  end)
end)
