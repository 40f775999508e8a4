-- Which files a new plan may replace.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"
local core = require "extcontacts.core"

describe("a new plan", function()
  local place = fixes.fresh_place(before_each, after_each)

  local function try(options)
    options = options or {}
    options.force = options.force or false
    return place:try_plan({
      source = fix.ids(place:ids(2)),
      change = options.change or function(contact)
        contact.title = "Pilot"
        return contact
      end,
    }, "p", options)
  end

  it("does not replace a plan that waits for its approval, except by force", function()
    assert(try { by = "ann" })
    local before, requests = place:read "p", place:requests "contacts.get"
    local plan, err = try()
    assert.is_nil(plan)
    assert.equal("exists", err.code)
    assert.matches('^%S+/p exists: the plan "a fix" of %S+Z by ann with 2 changes, which has not been applied; '
      .. "apply it, choose another name, or replace it with force = true %(%-%-force%)$", err.message)
    assert.equal(before, place:read "p")
    assert.equal(requests, place:requests "contacts.get")
    assert(try { force = true })
    assert.not_equal(before, place:read "p")
  end)

  it("never replaces one that has been applied", function()
    assert(try())
    assert(place:apply())
    local _, err = try { force = true }
    assert.equal("applied", err.code)
  end)

  it("replaces a plan without changes and an empty file, but no other file", function()
    place:write("p", "")
    assert(try { change = function() end })
    assert(try())
    place:write("p", "id,title\n")
    for _, force in ipairs { true, false } do
      local _, err = try { force = force }
      assert.matches("/p exists and is not a plan; choose another name, or remove it", err.message, 1, true)
    end
    assert.equal("id,title\n", place:read "p")
  end)

  it("replaces a damaged plan by force only, and repeats no text that could act on a terminal", function()
    assert(try { by = "\27[2J\n" })
    assert.matches("by \\u001b[2J\\n with", select(2, try()).message, 1, true)
    place:write("p", place:read("p"):sub(1, -20))
    assert.matches("exists: a damaged plan; ", select(2, try()).message, 1, true)
    assert(try { force = true })
  end)

  it("is written by one process at a time", function()
    local other = assert(core.file.open(place:path "p.tmp", "update"))
    assert.is_true(other:lock())
    local _, err = try()
    assert.matches("another process is writing this file", err.message, 1, true)
    other:close()
    assert(try())
  end)

  it("does not replace one that another process has completed in the meantime", function()
    local before
    local plan, err = try { change = function(contact)
      if not before then
        -- What another process wrote between the start and the end of this one.
        before = '{"extcontacts_plan":2,"name":"other"}\n{"end":{"changes":1}}\n'
        place:write("p", before)
        place:write("p.skipped.csv", "of the other plan")
      end
      contact.title = "Cook"
      return contact
    end }
    assert.is_nil(plan)
    assert.equal("exists", err.code)
    assert.equal(before, place:read "p")
    assert.equal("of the other plan", place:read "p.skipped.csv")
    assert.is_nil(place:read "p.tmp")
  end)
end)
