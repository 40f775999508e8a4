-- Reading the records of a list ahead, and bulk operations on any kind of record.
local bulk_api = require "extcontacts.fix.bulk_api"
local errors = require "extcontacts.base.errors"
local fixes = require "spec.support.fixes"

local USER = { id = "11111111-1111-4111-8111-111111111111" }
local MISSING = "00000000-0000-0000-0000-000000000000"

describe("reading ahead", function()
  local place = fixes.fresh_place(before_each, after_each, { resets = false }) -- it counts requests

  local function of(list)
    local index = 0
    return function()
      index = index + 1
      if list[index] == "failure" then
        error("the list ends here", 0)
      end
      return list[index]
    end
  end

  it("returns the items in their order with their records, each of which is read once", function()
    local ids = place:ids(60)
    local list = { { name = "none" } }
    for _, id in ipairs(ids) do
      list[#list + 1] = { id = id }
    end
    list[#list + 1], list[#list + 2] = { id = ids[60] }, { id = MISSING }
    local got = {}
    for item, record in bulk_api.reader(place.client, of(list), function(item)
      return item.id and { kind = "contact", id = item.id }
    end) do
      got[#got + 1] = item
      assert.equal(item.id ~= MISSING and item.id or nil, record and record.id)
    end
    assert.same(list, got)
    assert.equal(0, place:requests "contacts.get")
    assert.equal(4, place:requests "contacts.bulk.get") -- 10, 20, 19; and 12, since the size has grown
  end)

  it("passes on an error of the function that takes the records, also of the last one", function()
    local items = {}
    for index, id in ipairs(place:ids(3)) do
      items[index] = { reference = { kind = "contact", id = id } }
    end
    for last = 1, 3 do
      local count = 0
      local _, err = errors.catch(bulk_api.read, place.client, items, 50, function()
        count = count + 1
        if count == last then
          errors.raise_invalid "no room"
        end
      end)
      assert.same({ "no room", last }, { err.message, count })
    end
  end)

  it("reads notes of both kinds with one request, by single calls where bulk is not permitted", function()
    local contact = place:ids(1)[1]
    local organization = assert(place.direct.organizations:create { name = "New Ltd" }).id
    local text = { noteText = "called", createdBy = USER }
    local list = {
      { kind = "contact_note", owner = contact, id = assert(place.direct.contacts.notes:create(contact, text)).id },
      { kind = "organization_note", owner = organization,
        id = assert(place.direct.organizations.notes:create(organization, text)).id },
    }
    for _, status in ipairs { 200, 403 } do
      if status ~= 200 then
        place:faults { operation = "notes.bulk.get", status = status }
      end
      local count = 0
      for item, record in bulk_api.reader(place.client, of(list), function(item) return item end) do
        count = count + 1
        assert.same({ item.id, "called" }, { record.id, record.noteText })
      end
      assert.equal(2, count)
    end
    assert.same({ 2, 1, 1 }, { place:requests "notes.bulk.get", place:requests "contacts.notes.get",
      place:requests "organizations.notes.get" })
  end)

  it("raises what the list raises, or a failure, after the items before it", function()
    local ids = place:ids(3)
    for _, case in ipairs { { list = { ids[1], ids[2], "failure" } },
      { list = ids, fault = { operation = "contacts.bulk.get", item = 3, item_status = 400 } } } do
      if case.fault then
        place:faults(case.fault)
      end
      local next_record = bulk_api.reader(place.client, of(case.list), function(id)
        return { kind = "contact", id = id }
      end)
      assert.same({ ids[1], ids[2] }, { (next_record()), (next_record()) })
      local _, raised = pcall(next_record)
      assert.equal(case.fault and 400 or "the list ends here", case.fault and raised.status or raised)
    end
  end)
end)
