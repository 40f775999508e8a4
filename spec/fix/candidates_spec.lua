-- Plans with a condition whose constants are in the JSON of the records for which it
-- holds: the others are not decoded.
local core = require "extcontacts.core"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

describe("the records of a scan for which a condition can hold", function()
  local place = fixes.fresh_place(before_each, after_each)
  local decode, decoded = core.json.decode, 0

  before_each(function()
    decoded = 0
    function core.json.decode(text, ...)
      if type(text) == "string" and text:find '"selfUri"' and not text:find '"entities"' then
        decoded = decoded + 1
      end
      return decode(text, ...)
    end
  end)

  after_each(function()
    core.json.decode = decode
  end)

  local function title(contact)
    assert(contact.id and contact.selfUri, "not a whole record")
    contact.title = "Chief"
    return contact
  end

  -- Plans by a condition, and by one that means the same and is tested on each record.
  local function compare(options, condition, same)
    local results = {}
    for index, source in ipairs { condition, same } do
      decoded = 0
      local name = "p" .. index
      local plan = place:plan({ source = fix.scan("contacts", options), change = title }, name, { where = source })
      results.decoded = results.decoded or decoded
      local ids = {}
      for _, object in ipairs(place:objects(name)) do
        ids[#ids + 1] = object.op and object.id or nil
      end
      results[index] = { plan.changes, plan.totals.records, plan.totals.unselected, table.concat(ids, " ") }
    end
    assert.same(results[2], results[1])
    return results[1][1], results.decoded
  end

  local BERLIN = 'address.city == "Berlin"'

  local function in_berlin(count)
    for index = 1, count do
      assert(place.client.contacts:create { lastName = "Müller" .. index, address = { city = "Berlin" } })
    end
  end

  it("alone are decoded", function()
    in_berlin(3)
    local changes, candidates = compare({ limit = 50 }, BERLIN, "not (address.city ~= 'Berlin')")
    assert.is_true(changes >= 3)
    assert.equal(changes, candidates)
    changes, candidates = compare(nil, 'starts(lastName, "Müller") and ' .. BERLIN, 'lower(lastName) == "müller1" '
      .. 'or lower(lastName) == "müller2" or lower(lastName) == "müller3"')
    assert.equal(3, changes)
    assert.is_true(candidates >= 3 and candidates < 40)
    assert.equal(0, (compare(nil, 'lastName == "Nobody at all"', "lower(lastName) == 'nobody at all'")))
  end)

  it("are found in a scan with a limit, and in one that starts again", function()
    in_berlin(5)
    local same = "not (address.city ~= 'Berlin')"
    compare({ max_items = 120 }, BERLIN, same)
    for _ = 1, 2 do
      place.server:control("POST", "/sandbox/faults", { { operation = "contacts.scan", nth = 3, status = 400 } })
    end
    assert.is_true(compare({ limit = 50, on_expired = "restart" }, BERLIN, same) >= 5)
  end)

  it("are decoded page by page once most records turn out to be some", function()
    local changes, candidates = compare({ limit = 10 }, 'contains(selfUri, "externalcontacts")', "not empty(id)")
    assert.is_true(changes > 430)
    assert.is_true(candidates >= 400 and candidates < 430) -- those of pages that were requested already
  end)

  it("are those of a condition, not of the records that a caller has chosen or of a file", function()
    in_berlin(2)
    local ids = place:ids(4)
    local where = 'title ~= "x" and contains(selfUri, "externalcontacts")'
    local plan = place:plan({ change = title }, "p", { where = where, ids = ids })
    assert.equal(4, plan.changes)
    plan = place:plan({ source = fix.ids(ids), change = title }, "q", { where = where })
    assert.equal(4, plan.changes)
    assert.is_true(decoded < 20)
  end)
end)
