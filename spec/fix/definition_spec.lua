-- Fixes: the table that a fix file returns, and its options.
local fix = require "extcontacts.fix"
local fixes = require "spec.support.fixes"

describe("fix.define", function()
  local function problem(fields)
    local made, err = fix.define(fields)
    assert.is_nil(made)
    assert.equal("fix", err.code)
    return err.message
  end

  it("names a field that is missing, mistyped or of the wrong type", function()
    local source = fix.scan "contacts"
    assert.matches("a fix must be a table", problem(1), 1, true)
    assert.matches("source is missing", problem { name = "x", change = print }, 1, true)
    assert.matches("change is missing", problem { name = "x", source = source }, 1, true)
    assert.matches("did you mean 'change'", problem { name = "x", chnage = print }, 1, true)
    assert.matches("source must be a source", problem { name = "x", source = {}, change = print }, 1, true)
    assert.matches("name must be a string", problem { name = 1, source = source, change = print }, 1, true)
    assert.matches("options must map names to defaults",
      problem { name = "x", source = source, change = print, options = { a = {} } }, 1, true)
  end)

  it("does not change its argument", function()
    local fields = { name = "x", source = fix.scan "contacts", change = print, options = { a = 1 } }
    local made = assert(fix.define(fields))
    made.options.a, made.name = 2, "y"
    assert.same({ "x", 1 }, { fields.name, fields.options.a })
  end)
end)

describe("fix.load", function()
  local place = fixes.fresh_place(before_each, after_each)

  it("loads a file, with a first line for the shell", function()
    local path = place:write("f.lua", "\239\187\191" .. [[#!/usr/bin/env extcontacts plan
      local fix = require "extcontacts.fix"
      return { name = "f", source = fix.scan "contacts", change = function() end }
    ]])
    local made = assert(fix.load(path))
    assert.equal("f", made.name)
    assert.equal(path, made.path)
    assert.equal(64, #made.sha256)
  end)

  it("names the file and the line of a mistake", function()
    local function problem(text)
      local made, err = fix.load(place:write("f.lua", text))
      assert.is_nil(made)
      return err.message
    end
    assert.matches("f.lua:1:", problem "return {", 1, true)
    assert.matches("f.lua failed: .*f.lua:2: no", problem "\nerror 'no'")
    assert.matches("f.lua: invalid fix: a fix must be a table", problem "return 1", 1, true)
    assert.matches("compiled Lua", problem "\27Lua", 1, true)
    local made, err = fix.load(place:path "none.lua")
    assert.is_nil(made)
    assert.equal("io", err.kind)
  end)
end)

describe("the options of a fix", function()
  local place = fixes.fresh_place(before_each, after_each)

  it("can be set, and texts are converted to the type of the default", function()
    local got
    local fields = {
      source = function(options) return fix.ids(place:ids(options.count)) end,
      options = { count = 1, word = "a", on = false },
      change = function(_, ctx) got = ctx.options end,
    }
    assert.equal(2, place:plan(fields, "p", { set = { count = "2", on = "yes" } }).totals.records)
    assert.same({ count = 2, word = "a", on = true }, got)
    assert.same({ count = 2, word = "a", on = true }, place:objects "p"[1].options)
    assert.matches("did you mean 'count'", place:plan_problem(fields, { set = { cont = 1 } }), 1, true)
    assert.matches("must be a number", place:plan_problem(fields, { set = { count = "x" } }), 1, true)
    assert.matches("has no options", place:plan_problem({}, { set = { count = "x" } }), 1, true)
  end)
end)
