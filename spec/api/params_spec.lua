-- Binding a call's arguments to a row of the operation table.
local cancel_token = require "extcontacts.base.cancel_token"
local errors = require "extcontacts.base.errors"
local operations = require "extcontacts.api.operations"
local params = require "extcontacts.api.params"

local function bind(short, ...)
  return params.bind(operations.by_short[short], select("#", ...), { ... })
end

local function bind_list(short, arguments)
  return params.bind(operations.by_short[short], #arguments, arguments)
end

-- A value of the parameter's type.
local VALUES = { string = "x", integer = 20, boolean = false, array = { "x", "y" }, object = { a = 1 } }

describe("params.bind", function()
  for _, row in ipairs(operations.list) do
    describe(row.short, function()
      local function arguments()
        local list, options = {}, {}
        for index, name in ipairs(row.positional) do
          list[index] = VALUES[row.by_name[name].type]
        end
        for _, param in ipairs(row.params) do
          if not param.required then
            options[param.name] = VALUES[param.type]
          end
        end
        return list, options
      end

      it("accepts its arguments in the specified order, then its options", function()
        local list, options = arguments()
        list[#list + 1] = options
        local args = assert(params.bind(row, #list, list))
        local query = {}
        for _, param in ipairs(row.params) do
          assert.equal(VALUES[param.type], args.values[param.name])
          if param.place == "path" then
            assert.equal("x", args.path[param.wire])
          elseif param.place == "body" then
            assert.equal(VALUES.object, args.body)
          else
            query[#query + 1] = { param.wire, VALUES[param.type] }
          end
        end
        assert.same(query, args.query)
        assert.same({}, args.options)
      end)

      it("does not require options", function()
        local list = arguments()
        local args = assert(params.bind(row, #list, list))
        local has_body = false
        for _, name in ipairs(row.positional) do
          has_body = has_body or row.by_name[name].place == "body"
        end
        assert.equal(has_body, args.body ~= nil)
      end)

      for index, name in ipairs(row.positional) do
        it("names a missing " .. name, function()
          local list = arguments()
          local count = #list
          list[index] = nil
          local args, misuse = params.bind(row, count, list)
          assert.is_nil(args)
          assert.matches(("%s: argument #%d (%s) is missing: %s("):format(row.name, index, name, row.name),
            misuse, 1, true)
        end)
      end
    end)
  end

  it("accepts an integer as an id, and keeps all of its digits", function()
    assert.equal("7", bind("contacts.get", 7).path.contactId)
    assert.equal("9007199254740991", bind("contacts.get", 2 ^ 53 - 1).path.contactId)
    assert.equal("2", bind("contacts.schemas.version", "s", 2).path.versionId)
  end)

  it("accepts the body of an association first", function()
    local body = { mediaType = "CALL" }
    local args = bind("conversations.associate", body, "conversation")
    assert.equal(body, args.body)
    assert.same({ conversationId = "conversation" }, args.path)
  end)

  it("orders the query as specified, then the further parameters by name", function()
    local args = bind("contacts.list", {
      sort_order = "title:asc", q = "", page_number = 2, page_size = 5, query = { b = { "1", "2" }, a = true },
    })
    assert.same({
      { "pageSize", 5 }, { "pageNumber", 2 }, { "q", "" }, { "sortOrder", "title:asc" }, { "a", true },
      { "b", { "1", "2" } },
    }, args.query)
  end)

  it("accepts an option by its wire name only if it is an enumeration and not set already", function()
    assert.same({ { "expand", "division" } }, bind("contacts.get", "x", { query = { expand = "division" } }).query)
    assert.is_nil((bind("contacts.list", { query = { pageSize = 5 } })))
    assert.is_nil((bind("contacts.get", "x", { expand = { "externalOrganization" }, query = { expand = "x" } })))
  end)

  it("keeps the options of a call separate from those of the operation", function()
    local options = {
      timeout = 1.5, deadline = 60, headers = { a = "b" }, retry = false, max_attempts = 1, max_retry_after = 1,
      on_ambiguous = "error", check_time = 5, marker = "customFields.key_text", maybe_sent_at = 0, except_ids = {},
    }
    local args = bind("contacts.create", {}, options)
    assert.same(options, args.options)
    assert.same({}, args.query)
  end)

  it("accepts an iterator's options only from an iterator", function()
    local row = operations.by_short["contacts.scan"]
    local args = assert(params.bind(row, 1, { { limit = 10, max_items = 3 } }, { max_items = "number" }))
    assert.same({ { "limit", 10 } }, args.query)
    assert.is_nil(args.options.max_items)
    assert.is_nil((params.bind(row, 1, { { max_items = 3 } })))
  end)

  it("does not change the caller's tables", function()
    local body, expand, further = { a = { b = 1 } }, { "externalOrganization" }, { z = 1 }
    local options = { expand = expand, query = further }
    bind("contacts.get", "x", options)
    bind("contacts.create", body, { query = further })
    assert.same({ { a = { b = 1 } }, { "externalOrganization" }, { z = 1 } }, { body, expand, further })
    assert.same({ expand = expand, query = further }, options)
  end)

  local an_error = errors.new { kind = "http", message = "it failed" }
  -- Operation, its arguments, what the misuse says.
  local cases = {
    { "contacts.get", { "x", {}, {} },
      "takes at most 2 arguments, got 3: get_externalcontacts_contact(contact_id [, opts])" },
    { "contacts.list", { {}, {} }, "got 2: get_externalcontacts_contacts([opts])" },
    { "contacts.get", { "x", "y" }, "argument #2 (opts) must be a table, got string" },
    { "contacts.get", { { id = "x" } }, "argument #1 (contact_id) must be a string, got table; pass the record's id" },
    { "contacts.get", { 1.5 }, "argument #1 (contact_id) must be a string, got number" },
    { "contacts.get", { 1 / 0 }, "argument #1 (contact_id) must be a string, got number" },
    { "contacts.get", { true }, "argument #1 (contact_id) must be a string, got boolean" },
    { "lookup.reverse", { 5550100 }, "argument #1 (lookup_val) must be a string, got number" },
    { "lookup.reverse", { "x", { lookup_val = "y" } }, "'lookup_val' is a positional argument, not an option" },
    { "contacts.create", { "{}" }, "argument #1 (body) must be an object, got string; pass the record as a table" },
    { "contacts.create", { an_error }, "argument #1 (body) must be an object, got table" },
    { "contacts.list", { { page_size = "25" } }, "option 'page_size' must be an integer, got string; use tonumber" },
    { "contacts.list", { { page_size = 2.5 } }, "option 'page_size' must be an integer, got number" },
    { "contacts.list", { { page_size = 0 / 0 } }, "option 'page_size' must be an integer, got number" },
    { "contacts.list", { { q = { "a" } } }, "option 'q' must be a string, got table" },
    { "contacts.list", { { q = 7 } }, "option 'q' must be a string, got number" },
    { "contacts.get", { "x", { expand = "y" } }, "option 'expand' must be an array, got string; write { value }" },
    { "contacts.get", { "x", { expand = { 1 } } }, "option 'expand' must be an array, got table" },
    { "contacts.get", { "x", { expand = { a = "b" } } }, "option 'expand' must be an array, got table" },
    { "contacts.get", { "x", { expand = { "a", nil, "c" } } }, "option 'expand' must be an array, got table" },
    { "organizations.get", { "x", { include_trustors = "true" } },
      "option 'include_trustors' must be a boolean, got string" },
    { "contacts.list", { { pagesize = 5 } }, "unknown option 'pagesize', did you mean 'page_size'?" },
    { "contacts.list", { { timeuot = 5 } }, "unknown option 'timeuot', did you mean 'timeout'?" },
    { "contacts.list", { { [1] = 5 } }, "unknown option of type number" },
    { "contacts.list", { { headers = { authorization = "x" } } },
      "option 'headers' contains 'authorization', which the client sends itself; use access_token" },
    { "contacts.list", { { headers = { ["X-A"] = "a\nb" } } },
      "option 'headers': the value of 'X-A' contains a line end or another control character; remove it" },
    { "contacts.list", { { timeout = 0 } }, "option 'timeout' must be a number of seconds above 0" },
    { "contacts.list", { { deadline = "1" } }, "option 'deadline' must be a number of seconds above 0" },
    { "contacts.list", { { max_attempts = 1.5 } }, "option 'max_attempts' must be a whole number above 0" },
    { "contacts.list", { { headers = "a: b" } }, "option 'headers' must be a table of names and values, got string" },
    { "contacts.list", { { retry = 1 } }, "option 'retry' must be a boolean, got number" },
    { "contacts.create", { {}, { on_ambiguous = "chekc" } },
      "option 'on_ambiguous': unknown value 'chekc', did you mean 'check'?" },
    { "contacts.list", { { cancel = {} } }, "option 'cancel' must come from ec." },
    { "contacts.list", { { query = { "a" } } }, "option 'query' must " },
    { "contacts.list", { { query = { pageSize = 5 } } }, "'pageSize' has an option of its own: 'page_size'" },
    { "contacts.scan", { { division_id = "d", query = { divisionId = "d" } } },
      "'divisionId' has an option of its own: 'division_id'" },
    { "organizations.get", { "x", { expand = 1 } },
      "option 'expand' must be an array or a string, got number" },
    { "imports.jobs.list", { { page_size = true } },
      "option 'page_size' must be a string or an integer, got boolean" },
    { "settings.update", { {}, {} }, "takes at most 1 argument, got 2: put_externalcontacts_settings([opts])" },
    { "settings.update", { { body = "{}" } }, "option 'body' must be an object, got string" },
    { "lookup.contact", { "+1317" },
      "argument #1 (identifier) must be an object, got string" },
  }
  for _, case in ipairs(cases) do
    it(("rejects %s(%s)"):format(case[1], case[3]), function()
      local args, misuse = bind_list(case[1], case[2])
      assert.is_nil(args)
      assert.matches(case[3], misuse, 1, true)
      assert.equal(operations.by_short[case[1]].name, misuse:match "^[%w_]+")
    end)
  end

  it("accepts both types of an option whose type has changed", function()
    for _, expand in ipairs { "division", { "division", "identifiers" } } do
      assert.same({ { "expand", expand } }, bind("organizations.get", "x", { expand = expand }).query)
    end
    for _, size in ipairs { 50, "50" } do
      assert.same({ { "pageSize", size } }, bind("imports.jobs.list", { page_size = size }).query)
    end
  end)

  it("accepts parameters that are newer than the specification also in the option query", function()
    assert.same({ { "divisionId", "d" } }, bind("contacts.scan", { query = { divisionId = "d" } }).query)
    assert.same({ { "divisionId", "d" } }, bind("contacts.scan", { division_id = "d" }).query)
    assert.same({ { "divisionIds", { "a", "b" } } }, bind("contacts.list", { division_ids = { "a", "b" } }).query)
  end)

  it("accepts an optional body as an option", function()
    local body = { manuallyAssignDivisionsToContacts = true }
    local args = bind("settings.update", { body = body })
    assert.equal(body, args.body)
    assert.same({}, args.query)
    assert.is_nil(bind("settings.update").body)
  end)

  it("accepts a cancel token", function()
    local token = cancel_token.new()
    assert.equal(token, bind("contacts.list", { cancel = token }).options.cancel)
  end)
end)

describe("params.with", function()
  local row = operations.by_short["contacts.list"]
  local body = { q = "x" }

  it("places the values as a call with them would", function()
    local options = { page_size = 10, query = { b = "2" }, timeout = 5 }
    local args = assert(bind("contacts.list", options))
    options.page_number = 3
    local expected = assert(bind("contacts.list", options))
    assert.same(expected, assert(params.with(row, args, { page_number = 3 })))
    assert.is_nil(args.values.page_number)
    assert.equal(2, #args.query)
  end)

  it("replaces the body", function()
    for _, other in ipairs(operations.list) do
      if other.paged_in == "body" then
        local args = assert(bind(other.short, body))
        local copy = assert(params.with(other, args, { [other.positional[1]] = { q = "y" } }))
        assert.same({ { q = "y" }, { q = "x" } }, { copy.body, args.body })
      end
    end
  end)

  it("refuses a value of another type", function()
    local args = assert(bind("contacts.list", {}))
    local copy, misuse = params.with(row, args, { page_number = "3" })
    assert.is_nil(copy)
    assert.matches("option 'page_number' must be an integer, got string; use tonumber", misuse, 1, true)
  end)
end)
