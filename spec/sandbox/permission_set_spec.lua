local permission_set = require "extcontacts.sandbox.permission_set"

local VIEW, EDIT = "externalContacts:contact:view", "externalContacts:contact:edit"

describe("permission_set", function()
  it("contains the permissions of roles, single ones and patterns", function()
    local function has(list, permission)
      return (permission_set.parse(list)):has(permission)
    end
    assert.is_true(has("admin", "any:thing:at all"))
    assert.is_true(has("viewer", VIEW))
    assert.is_false(has("viewer", EDIT))
    assert.is_false(has("none", VIEW))
    assert.is_true(has("none, " .. EDIT, EDIT))
    assert.is_true(has("externalContacts:*:edit", EDIT))
    assert.is_false(has("externalContacts:*:edit", VIEW))
    assert.is_false(has("externalContacts:contact:vie.", VIEW))
  end)

  it("returns the first word that is neither a role nor a permission", function()
    local _, unknown = permission_set.parse("viewer,editr,nobody")
    assert.equal("editr", unknown)
    _, unknown = permission_set.parse("viewer,*")
    assert.is_nil(unknown)
  end)

  it("knows which permissions of an operation are missing", function()
    local viewer, none = permission_set.parse("viewer"), permission_set.parse("none")
    assert.is_nil(viewer:missing({ EDIT, VIEW }))
    assert.is_nil(viewer:missing({ EDIT, VIEW }, "any"))
    assert.same({ EDIT }, viewer:missing({ EDIT, VIEW }, "all"))
    assert.same({ EDIT, VIEW }, none:missing({ EDIT, VIEW }, "any"))
    assert.is_nil(viewer:missing({ VIEW }, "all"))
  end)
end)
