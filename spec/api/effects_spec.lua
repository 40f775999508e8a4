-- Calls whose arguments decide what they do.
local effects = require "extcontacts.api.effects"
local operations = require "extcontacts.api.operations"
local params = require "extcontacts.api.params"

-- The effect of a call, and whether it is repeatable.
local function of(short, ...)
  local row = operations.find(short)
  local list = {}
  for index, name in ipairs(row.positional) do
    list[index] = row.by_name[name].place == "path" and "id" or nil
  end
  for _, argument in ipairs { ... } do
    list[#list + 1] = argument
  end
  local found = effects.row_of(row, assert(params.bind(row, #list, list)))
  assert.equal(row.name, found.name)
  assert.equal(row.permissions, found.permissions)
  return found.effect .. (found.repeatable and ", repeatable" or "")
end

describe("a PATCH", function()
  local function patch(...)
    local changes = {}
    for index, action in ipairs { ... } do
      changes[index] = { field = "$.title", action = action, value = "x" }
    end
    return of("contacts.patch", { changes = changes })
  end

  it("is repeatable unless it appends", function()
    assert.equal("update, repeatable", patch("Update", "UpdateIfEmpty", "UpdateIfExists", "Remove",
      "RemoveFromCollection"))
    assert.equal("update", patch("Update", "AppendToCollection"))
  end)

  it("is not repeatable if an action is unknown, or there is none", function()
    assert.equal("update", patch "Increment")
    assert.equal("update", patch())
    assert.equal("update", of("contacts.patch", {}))
    assert.equal("update", of("contacts.patch", { changes = { "x" } }))
    assert.equal("update", of("contacts.patch", { changes = "x" }))
  end)

  it("has this rule for each type of record", function()
    local count = 0
    for _, row in ipairs(operations.list) do
      if row.body_model == "ExternalContactsPatchRequest" then
        count = count + 1
        assert.equal("update, repeatable", of(row.short, { changes = { { field = "$.a", action = "Remove" } } }))
      end
    end
    assert.equal(5, count)
  end)
end)

describe("an enrich", function()
  local IDENTIFIERS = { { type = "Email", value = "a@example.com" } }

  local function request(action, fields)
    local body = { action = action, matchingIdentifiers = IDENTIFIERS, contact = {} }
    for name, value in pairs(fields or {}) do
      body[name] = value
    end
    return body
  end

  it("does what its action says, and is repeatable if identifiers find the record again", function()
    for action, effect in pairs { Upsert = "update", Update = "update", Merge = "merge" } do
      for _, short in ipairs { "contacts.enrich", "organizations.enrich" } do
        assert.equal(effect .. ", repeatable", of(short, request(action)))
        assert.equal(effect, of(short, request(action, { matchingIdentifiers = {} })))
      end
    end
    assert.equal("create", of("contacts.enrich", request "Insert"))
    assert.equal("merge", of("contacts.enrich", request "Replace"))
    assert.equal("update", of("organizations.enrich", {}))
  end)

  it("is not repeatable if it extends lists", function()
    assert.equal("update", of("contacts.enrich", request("Upsert", {
      fieldRules = { defaultArrayAction = "Extend" },
    })))
    assert.equal("update", of("contacts.enrich", request("Upsert", {
      fieldRules = { rules = { { field = "$.externalIds", arrayAction = "Extend" } } },
    })))
    assert.equal("update, repeatable", of("contacts.enrich", request("Upsert", {
      fieldRules = { defaultArrayAction = "Fill", rules = { { field = "$.title", action = "PreferExisting" } } },
    })))
  end)

  it("only reads with dry_run", function()
    assert.equal("read, repeatable", of("contacts.enrich", request "Insert", { dry_run = true }))
    assert.equal("create", of("contacts.enrich", request "Insert", { dry_run = false }))
    assert.equal("read, repeatable", of("organizations.bulk.enrich", { entities = {} }, { dry_run = true }))
  end)

  it("in bulk is what each item is", function()
    local upsert, insert = request "Upsert", request "Insert"
    assert.equal("update, repeatable", of("contacts.bulk.enrich", { entities = { upsert, upsert } }))
    assert.equal("update", of("contacts.bulk.enrich", {
      entities = { upsert, request("Update", { matchingIdentifiers = {} }) },
    }))
    assert.equal("create", of("contacts.bulk.enrich", { entities = { insert, insert } }))
    assert.equal("merge", of("contacts.bulk.enrich", { entities = { upsert, insert } }))
    assert.equal("merge", of("contacts.bulk.enrich", { entities = {} }))
  end)
end)
