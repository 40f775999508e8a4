-- A plan for the records with some ids.
local by_ids = require "extcontacts.fix.source.by_ids"
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

local NOBODY = "00000000-0000-0000-0000-00000000abcd"

describe("the ids of a plan", function()
  local place = fixes.fresh_place(before_each, after_each)

  local function title(contact)
    contact.title = "Chief"
    return contact
  end

  local function planned(name)
    local ids = {}
    for _, object in ipairs(place:objects(name or "p")) do
      ids[#ids + 1] = object.op and object.id
    end
    return ids
  end

  it("are read by bulk requests instead of a scan, each once, and together with a condition", function()
    local ids = place:ids(60)
    local before = place:requests "contacts.scan"
    local list = { ids[1]:upper() }
    for index, id in ipairs(ids) do
      list[index + 1] = id
    end
    list[#list + 1] = NOBODY
    local plan = place:plan({ change = title }, "p", { ids = list })
    assert.same(ids, planned())
    assert.same({ NOBODY }, plan.absent)
    assert.same({ ["no such record"] = 1 }, plan.totals.skipped)
    assert.equal(before, place:requests "contacts.scan")
    assert.is_true(place:requests "contacts.bulk.get" > 0)
    assert.equal(61, place:objects("p")[1].source.chosen)
    plan = place:plan({ change = title }, "q", { ids = ids, where = 'lastName < "M"' })
    assert.equal(60, plan.totals.records)
    assert.equal(60 - plan.changes, plan.totals.unselected)
    assert.is_true(plan.changes > 0 and plan.changes < 60)
    assert.same({}, plan.absent)
  end)

  it("filter other sources, and name what these lack", function()
    local ids = place:ids(4)
    local path = place:write("f.csv", ("id,title\n%s,A\n%s,B\nzz,C\n,D\n"):format(ids[1], ids[2]))
    for _, source in ipairs { fix.csv(path), fix.each("contact", function(client)
      return client.contacts:get_many { ids[1], ids[2] } and coroutine.wrap(function()
        for _, record in client.contacts:get_many { ids[1], ids[2] } do
          coroutine.yield(record)
        end
      end)
    end), fix.scan("contacts", { division_id = NOBODY }) } do
      local plan = place:plan({ source = source, change = title }, "p", { ids = { ids[2], ids[3] } })
      assert.same(source.method and {} or { ids[2] }, planned())
      assert.same(source.method and { ids[2], ids[3] } or { ids[3] }, plan.absent)
      assert.equal(#plan.absent, plan.totals.skipped["not among the records of the fix's source"])
    end
  end)

  it("must be ids, and are read before anything else", function()
    local _, err = place:try_plan({ change = title }, "p", { ids = { NOBODY, "a/b" } })
    assert.equal("option 'ids': item 2 is not a valid id", err.message)
    assert.same({ 0, 0 }, { place:requests "contacts.scan", place:requests "contacts.bulk.get" })
  end)

  it("and the condition are tested on all records of a cluster", function()
    local ids, clusters = place:ids(4), { "cluster,decision,survivor,id" }
    for index, id in ipairs(ids) do
      place:edit(id, { title = index <= 3 and "Boss" or "Cook", lastName = "Lee", firstName = "Ann" })
      clusters[#clusters + 1] = ("%d,merge,%s,%s"):format(index <= 2 and 1 or 2, index % 2 == 1 and "yes" or "", id)
    end
    local merge = assert(fix.load(assert(require("extcontacts.fixes").path "merge_duplicates")))
    local path = place:write("clusters.csv", table.concat(clusters, "\n") .. "\n")
    local function skipped(options)
      options.output, options.set = place:path "p", { clusters = path, allow_loss = "yes", kind = "contact" }
      local plan = assert(fix.plan(place.client, merge, options))
      local _, count = place:read("p.skipped.csv"):gsub("not all records of the cluster are selected", "")
      return count, plan.absent
    end
    assert.equal(1, (skipped { where = 'title == "Boss"' }))
    assert.equal(2, (skipped { where = 'title == "Cook"' }))
    assert.same({ 1, {} }, { skipped { ids = { ids[1], ids[2] } } })
    assert.same({ 2, { NOBODY } }, { skipped { ids = { ids[1], NOBODY } } })
  end)

  it("are read by a scan if they are more than a quarter of the records", function()
    assert.equal("bulk", by_ids.cheaper(5000, nil))
    assert.equal("bulk", by_ids.cheaper(250, 1000))
    assert.equal("scan", by_ids.cheaper(251, 1000))
    local total, fields
    local fake = { contacts = { list = function() return { total = total } end } }
    function fake.scan_contacts(_, options)
      fields = options.fields
      return place.client:scan_contacts(options)
    end
    local ids = place:ids(500)
    for index = 501, 1001 do
      ids[index] = ("00000000-0000-0000-0000-%012d"):format(index)
    end
    fake.contacts.get_many = function(_, source) return place.client.contacts:get_many(source) end
    -- The records are decoded by their ids first if most of them are left out.
    for of_total, first in pairs { [1500] = false, [2100] = { "id" } } do
      total = of_total
      local reader, count = by_ids.open(fake, "contacts", ids), 0
      for record in function() return reader:next() end do
        count = count + 1
        assert.is_string(record.lastName)
        assert.is_false(require("extcontacts.record").is_partial(record))
      end
      reader:close()
      assert.same({ "scan", 500, 501 }, { reader.by, count, #reader.absent })
      assert.same(first, fields or false)
    end
  end)
end)
