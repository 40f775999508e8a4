-- A fix in small: 2,000 records are decoded, one field is changed, they are
-- encoded and compared, byte by byte, with texts that no codec made.
local json = require "extcontacts.core".json
local records = require "spec.support.json_records"

local changes = {
  title = { "Dr.", '"Dr."' },
  surveyOptOut = { true, "true" },
  version = { 12345678, "12345678" },
  workEmail = { json.null, "null" },
  externalDataSources = { json.array {}, "[]" },
  address = { { city = "Z\195\188rich\n" }, '{"city":"Z\195\188rich\\n"}' },
  nickname = { "\0", '"\\u0000"' },
}

local names = {}
for name in pairs(changes) do
  names[#names + 1] = name
end
table.sort(names)

-- The fields with one replaced or added.
local function replaced(fields, name, canonical)
  local copy = { { name, { canonical, canonical } } }
  for _, field in ipairs(fields) do
    if field[1] ~= name then
      copy[#copy + 1] = field
    end
  end
  return copy
end

describe("json with 2,000 records", function()
  it("writes each one unchanged except for the changed field", function()
    local random = records.random(20240229)
    local bytes, changed = 0, 0
    for i = 1, 2000 do
      local fields = records.contact(random, i % 20 + 1)
      local before = records.object(random, fields)
      local name = names[i % #names + 1]
      local change = changes[name]
      local after = records.object(random, replaced(fields, name, change[2]))

      local record = assert(json.decode(before[1]))
      assert.equal(before[2], json.encode(record, { sort_keys = true }))
      record[name] = change[1]
      local text = json.encode(record, { sort_keys = true })
      assert.equal(after[2], text)
      changed = changed + (text == before[2] and 0 or 1)
      bytes = bytes + #text
    end
    assert(changed > 1500, "most changes must change something")
    assert(bytes > 2000 * 500, "the records are too small to tell anything")
  end)
end)
