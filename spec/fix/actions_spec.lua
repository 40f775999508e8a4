-- The values that `change` may return.
local ec = require "extcontacts"
local actions = require "extcontacts.fix.actions"

describe("the actions of a fix", function()
  local CONTACT = { kind = "contact", id = "c" }

  local function ops(result, reference)
    local out = {}
    for index, action in ipairs(assert(actions.of(result, reference))) do
      out[index] = action.op
    end
    return out
  end

  it("come from nil, a record, an action or an array of actions", function()
    assert.same({}, ops(nil, CONTACT))
    assert.same({}, ops({}, CONTACT))
    assert.same({ "update" }, ops({ title = "x" }, CONTACT))
    assert.same({ "delete" }, ops(actions.delete, CONTACT))
    assert.same({ "erase", "update" }, ops({ actions.erase, actions.update {} }, CONTACT))
    assert.same({ "promote" }, ops(actions.promote, CONTACT))
  end)

  it("put a note on the record at hand", function()
    local note = assert(actions.of({ actions.add_note { noteText = "n" } }, CONTACT))[1]
    assert.same({ "create", "contact_note", "c", "n" }, { note.op, note.kind, note.owner, note.body.noteText })
  end)

  it("are rejected when they can't belong to the record", function()
    for expected, case in pairs {
      ["not a boolean"] = { true, CONTACT },
      ["made by fix.update, fix.create, fix.add_note"] = { { { title = "x" } }, CONTACT },
      ["works for contacts and organizations only"] = { { actions.add_note {} }, { kind = "relationship", id = "r" } },
      ["the row has no record to delete"] = { { actions.delete }, nil },
      ["the row has no record to promote"] = { { actions.promote }, nil },
      ["fix.promote works for contacts only"] = { { actions.promote }, { kind = "organization", id = "o" } },
      ["the row has no record to update"] = { { title = "x" }, nil },
    } do
      local list, misuse = actions.of(case[1], case[2])
      assert.is_nil(list)
      assert.matches(expected, misuse, 1, true)
    end
  end)

  it("change no other record", function()
    local one, other = "5b4ab8d4-2b1c-4b3e-9d5a-6f0a4c1f0b11", "00000000-0000-4000-8000-000000000000"
    local reference = { kind = "contact", id = one }
    for _, id in ipairs { other, "{" .. other .. "}", "", 7, true, one .. "0" } do
      for name, result in pairs {
        record = { id = id, title = "x" }, action = actions.update { id = id }, list = { actions.update { id = id } },
        second = { actions.update { id = one }, actions.update { id = id } },
      } do
        local list, misuse = actions.of(result, reference)
        assert.is_nil(list, name)
        assert.equal(("it is another record, with the id %s; change the record that 'change' received")
          :format(tostring(id)), misuse)
      end
    end
    for _, id in ipairs { one, one:upper(), "{" .. one:upper() .. "}", one:gsub("%-", ""), ec.null, false } do
      assert.same({ "update" }, ops({ id = id or nil, title = "x" }, reference))
      assert.same({ "update" }, ops({ actions.update { id = id or nil } }, reference))
    end
    assert.same({ "create" }, ops({ actions.create("contact", { id = other }) }, reference))
  end)

  it("say at the caller's line what their arguments must be", function()
    for expected, misuse in pairs {
      ["takes the changed record, got nil"] = function() actions.update() end,
      ["did you mean 'contact'"] = function() actions.create("contcat", {}) end,
      ["takes the record's fields as a table, got nil"] = function() actions.create("contact") end,
      ["needs the id of the contact as third argument to create a contact note"] = function()
        actions.create("contact_note", {})
      end,
      ["takes the note's fields as a table"] = function() actions.add_note "n" end,
    } do
      local _, message = pcall(misuse)
      assert.matches(expected, message, 1, true)
      assert.matches("actions_spec.lua", message, 1, true)
    end
    for _, address in ipairs { "nobody", 5 } do
      assert.error_matches(function()
        actions.create("contact", {}, nil, address)
      end, "must be an e-mail address or a phone number in E.164", 1, true)
    end
  end)
end)
