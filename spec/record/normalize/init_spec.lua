local normalize = require "extcontacts.record.normalize"
local growth = require "spec.support.growth"

local ID = "5b4ab8d4-2b1c-4b3e-9d5a-6f0a4c1f0b11"

-- Texts that a pattern with two open ends would read in quadratic time.
local HOSTILE = {
  growth.text("x", " ", "x"), growth.text("", "\194\160", "x"), growth.text("=\"", "x"), growth.text("e", "\204\129"),
}
for _, unit in ipairs { "a ", "\226\128\139", "@", "<", "+49 ", "e\204\129", "'", "1", "\"", ";", ".", "(", "2026-" } do
  HOSTILE[#HOSTILE + 1] = growth.text("", unit)
end

describe("record.normalize", function()
  it("tells addresses apart", function()
    assert.same({ kind = "email", value = "ann@example.com", key = "ann@example.com" },
      normalize.address "Ann <ANN@example.com>")
    assert.same({ kind = "phone", value = "+491711234567", key = "+491711234567" },
      normalize.address "+49 (0)171 1234567")
    assert.same({ kind = "phone", value = "+49301234567", extension = 12, key = "+49301234567;ext=12" },
      normalize.address "+49 30 1234567 ext. 12")
    for _, key in ipairs { "ann@example.com", "+491711234567", "+49301234567;ext=12" } do
      assert.equal(key, normalize.address(key).key)
    end
  end)

  it("says why a text is no address", function()
    for text, reason in pairs {
      ["ann@example"] = "unreadable e-mail address: not an e-mail address",
      ["a@example.com, b@example.com"] = "unreadable e-mail address: more than one address",
      ["0171 1234567"] = "unreadable phone number: no country code",
      ["4.93E+11"] = "unreadable phone number: a spreadsheet turned these digits into a number",
      ["Ann Lee"] = "not an e-mail address or a phone number in E.164",
      ["\194\160"] = "no e-mail address or phone number",
    } do
      assert.same({ nil, reason }, { normalize.address(text) }, text)
    end
  end)

  it("reads an id or an address", function()
    assert.equal(ID, (normalize.id_or_address("{" .. ID:upper() .. "}")))
    assert.equal("ann@example.com", select(2, normalize.id_or_address "ann@example.com").key)
    assert.same({ nil, nil, "unreadable id: not a valid id" }, { normalize.id_or_address(ID:sub(1, -2)) })
    assert.same({ nil, nil, "unreadable phone number: no country code" }, { normalize.id_or_address "0171 1234567" })
  end)

  it("compares the values of identifiers", function()
    for _, case in ipairs {
      { "Phone", "+491711234567", "+49 (0)171 1234567", "tel:+49-171-1234567", "0049 171 1234567" },
      { "Phone", "01711234567", "0171 123-4567" }, { "Email", "a@x.example", " A@X.example", "Ann <a@x.example>" },
      { "Email", "a@b\195\188cher.example", "a@xn--bcher-kva.example" }, { "ExternalId", "c-7", " C-7 " },
    } do
      for index = 2, #case do
        assert.equal(case[2], normalize.identifier(case[1], case[index]), case[index])
      end
    end
    assert.are_not.equal(normalize.identifier("ExternalId", "0012"), normalize.identifier("ExternalId", "12"))
  end)

  it("reads cells of nothing but punctuation", function()
    local readers = { normalize.address, normalize.id_or_address }
    for _, name in ipairs { "id", "email", "phone", "date" } do
      readers[#readers + 1] = require("extcontacts.record.normalize." .. name).read
    end
    for _, cell in ipairs { ";", ",", " ; ", ";;", "\";\"", "';,'", "<;>", "{;}", "=\";\"" } do
      for _, read in ipairs(readers) do
        assert.is_nil((read(cell)), cell)
      end
    end
  end)

  it("takes linear time for any text", function()
    local readers = { address = normalize.address, id_or_address = normalize.id_or_address }
    for _, name in ipairs { "id", "email", "phone", "date", "name" } do
      readers[name] = require("extcontacts.record.normalize." .. name).read
    end
    readers.key = require("extcontacts.record.normalize.name").key
    readers.damage = require("extcontacts.record.normalize.damage").of
    readers.blank = require("extcontacts.record.normalize.blank").is
    readers.trimmed = require("extcontacts.record.normalize.blank").trimmed
    readers.composed = require("extcontacts.record.normalize.composition").composed
    readers.decomposed = require("extcontacts.record.normalize.composition").decomposed
    readers.email_key = require("extcontacts.record.normalize.email").key
    for name, read in pairs(readers) do
      for index, text in ipairs(HOSTILE) do
        growth.assert_linear(("%s of text %d"):format(name, index), read, text)
      end
    end
  end)
end)
