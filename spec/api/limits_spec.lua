-- The documented limits, against which bound arguments are checked.
local errors = require "extcontacts.base.errors"
local limits = require "extcontacts.api.limits"
local operations = require "extcontacts.api.operations"
local params = require "extcontacts.api.params"

local function check(short, arguments)
  local row = operations.by_short[short]
  return limits.check(row, assert(params.bind(row, #arguments, arguments)))
end

local function values(count)
  local list = {}
  for index = 1, count do
    list[index] = "id" .. index
  end
  return list
end

describe("limits.check", function()
  for _, row in ipairs(operations.list) do
    it("accepts the limits of " .. row.short .. ", and nothing beyond them", function()
      local function check_option(param, value)
        local arguments = {}
        for index, name in ipairs(row.positional) do
          arguments[index] = row.by_name[name].place == "body" and {} or "x"
        end
        arguments[#arguments + 1] = { [param.name] = value }
        return limits.check(row, assert(params.bind(row, #arguments, arguments)))
      end
      local function beyond(param, value)
        local ok, err = check_option(param, value)
        assert.is_nil(ok)
        assert.is_true(errors.is_error(err))
        assert.same({ "limit", row.name, row.method, param.name },
          { err.kind, err.operation, err.method, err.limit.argument })
        assert.matches("'" .. param.name .. "' ", err.message, 1, true)
      end
      for _, param in ipairs(row.params) do
        if param.also == "integer" then
          assert.is_true(check_option(param, tostring(param.max)))
          assert.is_true(check_option(param, "a size that only the server knows"))
          beyond(param, tostring(param.max + 1))
        end
        if param.also == "string" then
          assert.is_true(check_option(param, param.enum[1]))
        end
        if param.min then
          assert.is_true(check_option(param, param.min))
          beyond(param, param.min - 1)
        end
        if param.max then
          assert.is_true(check_option(param, param.max))
          beyond(param, param.max + 1)
        end
        if param.max_length then
          assert.is_true(check_option(param, ("é"):rep(param.max_length)))
          beyond(param, ("é"):rep(param.max_length + 1))
        end
        if param.max_items then
          assert.is_true(check_option(param, values(param.max_items)))
          beyond(param, values(param.max_items + 1))
        end
        if param.enum then
          local list = param.type == "array"
          assert.is_true(check_option(param, list and param.enum or param.enum[1]))
          assert.is_true(check_option(param, list and { param.enum[1], "*nothing*" } or "*nothing*"))
          local misspelled = param.enum[1] .. "x"
          local ok, err = check_option(param, list and { param.enum[1], misspelled } or misspelled)
          assert.is_nil(ok)
          assert.same({ "invalid", param.name }, { err.kind, err.details.argument })
          assert.matches(("did you mean '%s'?"):format(param.enum[1]), err.message, 1, true)
        end
      end
    end)
  end

  -- page_size and page_number (nil for the default), and whether they are in
  -- the window of 1000 records.
  for _, case in ipairs {
    { 100, 10, true }, { 100, 11, false }, { 1000, 1, true }, { 1001, 1, false }, { nil, 50, true },
    { nil, 51, false }, { 1000, nil, true }, { 1001, nil, false }, { 1, 1000, true }, { nil, nil, true },
  } do
    it(("%s page_size %s and page_number %s"):format(case[3] and "accepts" or "rejects", tostring(case[1]),
        tostring(case[2])), function()
      local ok, err = check("contacts.list", { { page_size = case[1], page_number = case[2] } })
      assert.equal(case[3], ok == true)
      if not case[3] then
        assert.same({ "limit", "page_number", 1000 }, { err.kind, err.limit.argument, err.limit.limit })
        assert.matches("client:scan_contacts", err.message, 1, true)
      end
    end)
  end

  it("knows the window of a search, whose page is in its body", function()
    local function search(size, number)
      return check("contacts.search", { { pageSize = size, pageNumber = number } })
    end
    assert.is_true(search(100, 10))
    assert.is_true(search(nil, nil))
    assert.is_true(search(nil, 2000)) -- the server's size is not documented
    local ok, err = search(100, 11)
    assert.is_nil(ok)
    assert.same({ "limit", "pageNumber", 1000 }, { err.kind, err.limit.argument, err.limit.limit })
    assert.matches("'pageNumber' * 'pageSize' must be at most 1000, got 11 * 100", err.message, 1, true)
  end)

  it("knows how many items a bulk operation takes, where that is documented", function()
    local function items(count)
      local list = {}
      for index = 1, count do
        list[index] = {}
      end
      return { entities = list }
    end
    for _, short in ipairs { "contacts.bulk.enrich", "organizations.bulk.enrich" } do
      assert.is_true(check(short, { items(10) }))
      local ok, err = check(short, { items(11) })
      assert.is_nil(ok)
      assert.same({ "limit", "entities", 10 }, { err.kind, err.limit.argument, err.limit.limit })
    end
    assert.is_true(check("contacts.bulk.get", { items(1000) }))
    assert.is_true(check("contacts.bulk.enrich", { {} }))
  end)

  it("suggests the nearest allowed value", function()
    local _, err = check("contacts.get", { "x", { expand = { "externalOrganisation" } } })
    assert.matches("'expand' must be one of externalOrganization, externalDataSources, identifiers, "
      .. "externalSources, division, did you mean 'externalOrganization'?", err.message, 1, true)
  end)

  it("accepts only UTF-8, in ids and options", function()
    for _, case in ipairs {
      { "contacts.get", { "M\252ller" }, "contact_id" },
      { "contacts.list", { { q = "M\252ller" } }, "q" },
      { "lookup.reverse", { "m\252ller@example.com" }, "lookup_val" },
    } do
      local ok, err = check(case[1], case[2])
      assert.is_nil(ok)
      assert.same({ "invalid", case[3] }, { err.kind, err.details.argument })
    end
  end)

  it("checks neither the body nor undocumented fields to sort by", function()
    assert.is_true(check("contacts.create", { { lastName = "M\252ller", page_size = 0 } }))
    assert.is_true(check("contacts.list", { { sort_order = "shoeSize:asc" } }))
  end)

  it("names the value and the limit, but does not show a text", function()
    local _, err = check("contacts.scan", { { limit = 201 } })
    assert.matches("'limit' must be 10 to 200, got 201", err.message, 1, true)
    _, err = check("contacts.list", { { q = ("secret "):rep(40) } })
    assert.matches("'q' may have at most 256 characters, has 280", err.message, 1, true)
    assert.is_nil(tostring(err):find("secret", 1, true))
  end)
end)
