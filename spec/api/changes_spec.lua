-- The changes of a PATCH, checked before they are sent.
local changes = require "extcontacts.api.changes"
local errors = require "extcontacts.base.errors"
local fake = require "spec.support.fake"
local limits = require "extcontacts.api.limits"
local operations = require "extcontacts.api.operations"
local params = require "extcontacts.api.params"

local function check(body, short)
  local row = operations.find(short or "contacts.patch")
  local arguments = {}
  for index, name in ipairs(row.positional) do
    arguments[index] = row.by_name[name].place == "body" and body or "id"
  end
  return limits.check(row, assert(params.bind(row, #arguments, arguments)))
end

local function message_of(...)
  local ok, err = check { changes = { ... } }
  assert.is_nil(ok)
  assert.is_true(errors.is_error(err))
  assert.same({ "invalid", "patch_externalcontacts_contact" }, { err.kind, err.operation })
  return err.message
end

local function update(field, value)
  return { field = field, action = "Update", value = value == nil and "x" or value }
end

describe("the changes of a PATCH", function()
  it("may have any action, and values of any type", function()
    for action in pairs(changes.actions) do
      assert.is_true(check { changes = { { field = "$.title", action = action, value = "x" } } })
    end
    for _, value in ipairs { "", 7, 1.5, false, {}, { a = 1 } } do
      assert.is_true(check { changes = { update("$.customFields.size", value) } })
    end
    assert.is_true(check { changes = { { field = "$.title", action = "Remove" } } })
  end)

  it("may name nested fields, those of custom fields, and fields newer than this module", function()
    for _, field in ipairs {
      "$.firstName", "$.address.city", "$.workPhone.e164", "$.customFields.import_id_text", "$.customFields.größe",
      "$.externalIds", "$.zzzzzzzz", "$.division.id",
    } do
      assert.is_true(check { changes = { update(field) } }, field)
    end
  end)

  it("may change one field twice, and fields whose names begin alike", function()
    assert.is_true(check { changes = {
      { field = "$.externalIds", action = "RemoveFromCollection", value = {} },
      { field = "$.externalIds", action = "AppendToCollection", value = {} },
      update "$.address", update "$.addressBookEntry",
    } })
  end)

  it("are checked for each type of record, by its model", function()
    for short, field in pairs {
      ["organizations.patch"] = "$.industry", ["contacts.notes.patch"] = "$.noteText",
      ["organizations.notes.patch"] = "$.noteText", ["relationships.patch"] = "$.relationship",
    } do
      assert.is_true(check({ changes = { update(field) } }, short))
      local ok, err = check({ changes = { update(field .. "x") } }, short)
      assert.is_nil(ok)
      assert.matches(("did you mean '%s'?"):format(field:sub(3)), err.message, 1, true)
    end
  end)

  for message, change in pairs {
    ["changes[2] has the field 'title', which must begin with '$.'; write '$.title'"] = update "title",
    ["changes[2] has the field '$title', which must begin with '$.'; write '$.title'"] = update "$title",
    ["changes[2] has the field '.title', which must begin with '$.'; write '$.title'"] = update ".title",
    ["changes[2] has no 'field'; name one, such as '$.address.city'"] = { action = "Update", value = 1 },
    ["changes[2] has the field '$.externalIds[0]', which must be names with dots between them; elements of a list "
      .. "can't be named"] = update "$.externalIds[0]",
    ["changes[2] has the field '$.*', which must be names"] = update "$.*",
    ["changes[2] has the field '$..title', which must be names"] = update "$..title",
    ["changes[2] has the field '$.', which must be names"] = update "$.",
    ["changes[2] has the field '$.address.', which must be names"] = update "$.address.",
    ["changes[2] has the field '$.adress.city': unknown name 'adress', did you mean 'address'?"] =
      update "$.adress.city",
    ["changes[2] has the field '$.address.ctiy': unknown name 'ctiy', did you mean 'city'?"] = update "$.address.ctiy",
    ["changes[2] has the field '$.middleName', but no 'action'; expected one of AppendToCollection, Remove, "
      .. "RemoveFromCollection, Update, UpdateIfEmpty, UpdateIfExists"] = { field = "$.middleName", value = 1 },
    ["changes[2] has the field '$.middleName', but unknown action 'update', did you mean 'Update'?"] =
      { field = "$.middleName", action = "update", value = 1 },
    ["changes[2] has the field '$.middleName', but unknown action 'Increment'"] =
      { field = "$.middleName", action = "Increment", value = 1 },
    ["changes[2] has the field '$.middleName', but unknown action of type boolean"] =
      { field = "$.middleName", action = true, value = 1 },
    ["changes[2] has the field '$.middleName', but no 'value'; to clear the field, use the action Remove"] =
      { field = "$.middleName", action = "Update" },
    ["changes[2] must be an object with field, action and value, got string"] = "$.middleName",
  } do
    it("are rejected: " .. message, function()
      assert.matches(message, message_of(update "$.lastName", change), 1, true)
    end)
  end

  it("are rejected if a field contains another one, by name", function()
    for _, fields in ipairs { { "$.address", "$.address.city" }, { "$.address.city", "$.address" } } do
      assert.equal("'$.address' and '$.address.city' can't be changed in one request, because the first contains the "
        .. "second; change '$.address' alone, or the fields within it",
        message_of(update "$.title", update(fields[1]), update(fields[2])))
    end
  end)

  it("must be a list that is not empty", function()
    for _, body in ipairs { {}, { changes = {} }, { changes = "x" }, { changes = update "$.title" } } do
      local ok, err = check(body)
      assert.is_nil(ok)
      assert.matches("a list of at least one change", err.message, 1, true)
    end
  end)

  it("are not sent if they are wrong, and are sent unchecked without validation", function()
    local self = fake.client { fake.json(200, { id = "x" }) }
    local value, err = self.client.contacts:patch("x", { changes = { update "title" } })
    assert.is_nil(value)
    assert.equal("invalid", err.kind)
    assert.equal(0, #self.requests)
    self.client.validate = false
    assert.is_table(self.client.contacts:patch("x", { changes = { update "title" } }))
    assert.equal('{"changes":[{"action":"Update","field":"title","value":"x"}]}',
      (self.requests[1].body:gsub('{"[^{}]*}', function()
        return '{"action":"Update","field":"title","value":"x"}'
      end)))
  end)
end)
