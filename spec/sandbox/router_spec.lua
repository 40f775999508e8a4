local router = require "extcontacts.sandbox.http.router"

local BASE = "/api/v2/externalcontacts"

describe("router.find", function()
  it("finds the operation and decodes its path arguments", function()
    local row, arguments = router.find("GET", BASE .. "/contacts/a%2Fb+c/notes/7")
    assert.equal("contacts.notes.get", row.short)
    assert.same({ contactId = "a/b+c", noteId = "7" }, arguments)
  end)

  it("prefers a literal segment to an argument", function()
    assert.equal("contacts.schemas.list", router.find("GET", BASE .. "/contacts/schemas").short)
    assert.equal("contacts.get", router.find("GET", BASE .. "/contacts/schema").short)
  end)

  it("returns the methods of a path that lacks the method", function()
    local row, methods = router.find("PATCH", BASE .. "/contacts")
    assert.is_nil(row)
    assert.same({ "GET", "POST" }, methods)
  end)

  it("finds nothing for other paths", function()
    for _, path in ipairs { "", "/", "/nothing", "/contacts/", "/contacts/x/y" } do
      local row, methods = router.find("GET", BASE .. path)
      assert.is_nil(row)
      assert.same({}, methods)
    end
  end)
end)
