-- Exports write the records as received.
local fake = require "spec.support.fake"
local files = require "extcontacts.base.files"
local json = require "extcontacts.base.json"
local snapshot = require "extcontacts.snapshot"

local CONTACT = '{"lastName":"\\u00c9milie \\"\\n\\\\ \\ud83d\\ude00 é",\n\r  "id" : "c1", "big":12345678901234567890,'
  .. '"exact":9007199254740993,"real":1.0,\t"zero":-0,"long":0.10000000000000000000001,"none":[],"empty":{ },'
  .. '"unknown":{"b":[null,true],"a":""}}'
local NOTE = '{"id":"n1","noteText":"x","selfUri":"/api/v2/externalcontacts/contacts/c\\u0031/notes/n1"}'

describe("a record in a snapshot", function()
  local path

  before_each(function()
    path = os.tmpname()
    os.remove(path)
  end)

  after_each(function()
    for _, ending in ipairs { "", ".partial", ".partial.state" } do
      os.remove(path .. ending)
    end
  end)

  local function page(...)
    return { status = 200, headers = { ["content-type"] = "application/json" },
      body = '{"entities":[' .. table.concat({ ... }, " ,\n") .. "]}" }
  end

  local function export(replies, only)
    table.insert(replies, 1, fake.json(200, { id = "organization" }))
    return snapshot.export(fake.client(replies).client, path, { only = only })
  end

  it("is what the server sent, on one line, and reads back as the same record", function()
    assert(export({ page(CONTACT, '{"id":"c2"}'), page(NOTE) }, { "contacts", "notes" }))
    local lines = {}
    for line in files.read(path):gmatch "[^\n]+" do
      lines[#lines + 1] = (line:gsub(',"crc":"%x+"}$', "}"))
    end
    assert.equal('{"kind":"contact","record":' .. CONTACT:gsub("[\r\n]", "") .. "}", lines[2])
    assert.equal('{"kind":"contact","record":{"id":"c2"}}', lines[3])
    assert.equal('{"kind":"contact_note","owner":"c1","record":' .. NOTE .. "}", lines[4])
    assert.equal(4, #lines)
    local reader = assert(snapshot.open(path))
    local texts = { CONTACT, '{"id":"c2"}' }
    for entry in reader:entries "contacts" do
      assert.equal(json.encode(json.decode(table.remove(texts, 1)), { sort_keys = true }),
        json.encode(entry.record, { sort_keys = true }))
    end
    assert.equal(0, #texts)
    reader:close()
  end)

  it("is refused if it could not be read again", function()
    for text, message in pairs {
      ['{"id":"c1","x":{"a":1,"a":2}}'] = "has this field already",
      ['{"id":"c1","x":"\237\160\128"}'] = "invalid UTF-8",
      ['{"id":"c1","x":01}'] = "malformed number",
      ["{}"] = "a record without an id",
      ['{"id":""}'] = "a record without an id",
      ['{"id":7}'] = "a record without an id",
    } do
      local header, err = export({ page('{"id":"c0"}', text) }, { "contacts" })
      assert.is_nil(header)
      assert.matches(message, err.message, 1, true)
      assert.is_nil(files.read(path))
      os.remove(path .. ".partial")
      os.remove(path .. ".partial.state")
    end
    local header, err = export({ page '{"id":"n1","selfUri":"/somewhere"}' }, { "notes" })
    assert.is_nil(header)
    assert.matches("names neither a contact nor an organization", err.message, 1, true)
  end)
end)
