-- Fixes: the table that a fix file returns, and its options.
local blame = require "extcontacts.fix.blame"
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
    assert.matches("^/.*f.lua:2: no$", problem "\nerror 'no'")
    assert.matches("f.lua: invalid fix: a fix must be a table", problem "return 1", 1, true)
    assert.matches("compiled Lua", problem "\27Lua", 1, true)
    assert.matches("f.lua: invalid fix: the file returns nothing; end it with return {", problem "local x = 1", 1, true)
    assert.matches("f.lua: the file is empty", problem " \n", 1, true)
    local made, err = fix.load(place:path "none.lua")
    assert.is_nil(made)
    assert.equal("io", err.kind)
  end)
end)

describe("a mistake in a fix file", function()
  local place = fixes.fresh_place(before_each, after_each)

  local function problem(text)
    local made, err = fix.load(place:write("f.lua", 'local fix = require "extcontacts.fix"\n' .. text))
    assert.is_nil(made)
    assert.is_nil(err.message:find "traceback" or err.message:find "\n", err.message)
    return (err.message:gsub("^.*/", ""))
  end

  it("is reported with its line, what is known, and without the stack", function()
    for text, expected in pairs {
      ['return { source = fix.scan "contact" }'] = "f.lua:2: unknown listing 'contact', did you mean 'contacts'?",
      ['return { source = fix.scan("people") }'] =
        "f.lua:2: unknown listing 'people' (known: contacts, notes, organizations, relationships)",
      ['return {\n source = fix.scann "contacts" }'] =
        "f.lua:3: unknown function or action of extcontacts.fix 'scann', did you mean 'scan'?",
      ['return { source = fix.csv("a.csv", { kye = "id" }) }'] = "f.lua:2: unknown option 'kye', did you mean 'key'?",
      ['return { source = fix.csv("a.csv", { kind = "contacts" }) }'] =
        "f.lua:2: option 'kind': unknown value 'contacts', did you mean 'contact'?",
      ['return { source = fix.csv() }'] = "f.lua:2: fix.csv takes the path of a file, got nil",
      ['return { source = fix.ids(5) }'] = "f.lua:2: fix.ids takes an array of ids or the path of a file, got number",
      ['require "extcontact.tidy.names"'] = "f.lua:2: there is no module 'extcontact.tidy.names', did you mean "
        .. "'extcontacts.tidy.names'?",
      ['fix = nil\nlocal x = fix.scan'] = "attempt to index",
      ['local c = { }\nreturn c.address.city'] = "; a record can lack a field; test it first, or read it with "
        .. 'fix.get(record, "address.city")',
      ['return { source = fix.scan \226\128\156contacts\226\128\157 }'] = '; write " instead of \226\128\156',
    } do
      assert.matches(expected, problem(text), 1, true)
    end
    local _, err = fix.load(place:write("g.lua", 'return { source = fix.scan "contacts" }'))
    assert.matches('g.lua:1: .*global \'fix\'.*; write local fix = require "extcontacts.fix" at the top', err.message)
  end)

  it("says what a file is that is no fix", function()
    for name, text in pairs {
      ["CSV"] = "id,lastName\n1,Lee\n", ["JSON"] = '{"id":"1"}\n', ["an Excel workbook (XLSX) or another ZIP file"] =
      "PK\3\4....", ["a PDF document"] = "%PDF-1.4\n",
    } do
      local _, err = fix.load(place:write("f.csv", text))
      assert.matches("f.csv: a fix is a Lua file, and this file is " .. name, err.message, 1, true)
    end
    local _, err = fix.load(place.dir)
    assert.matches(": is a folder; name the Lua file in it", err.message, 1, true)
  end)

  it("in a function names the place, also where the function returns another one's result", function()
    local function planned(text)
      local made = assert(fix.load(place:write("f.lua", 'local fix = require "extcontacts.fix"\n' .. text)))
      local _, err = fix.plan(place.client, made)
      assert.is_nil(err.message:find "traceback" or err.message:find "\n", err.message)
      return err.message
    end
    local head = 'return { name = "f", source = fix.scan "contacts",\nchange = '
    assert.matches("^'change' of the fix failed for contact [%x-]+: /[^ ]*/f.lua:3: unknown function or action of "
      .. "extcontacts.fix 'delet', did you mean 'delete'%?$", planned(head .. "function() return fix.delet end }"))
    assert.matches("^'change' of the fix failed for contact [%x-]+: unknown record type 'x' %(known: .*%) %(in the "
      .. "function at /[^ ]*/f.lua:3%)$", planned(head .. 'function() return fix.create("x", {}) end }'))
    assert.matches("^'change' of the fix failed for contact [%x-]+: /[^ ]*/f.lua:4: fix.update takes the changed "
      .. "record, got nil$", planned(head .. "function()\nlocal a = fix.update()\nreturn a end }"))
    assert.matches("^'source' of the fix failed: get_externalcontacts_scan_contacts: unknown option 'limt', did you "
      .. "mean 'limit'%?$",
      planned('return { name = "f", source = fix.scan("contacts", { limt = 5 }), change = print }'))
  end)

  it("names the file in full, and no file of ours, also where Lua shortens its name", function()
    local long = ("x"):rep(80)
    local source = debug.getinfo(blame.handler, "S").source:gsub("blame%.lua$", "source/" .. long .. ".lua")
    local ours = assert(load('error("not this way", 0 + ...)', source))
    local theirs = assert(load("local ours = ...\nours(1)", "@/home/" .. long .. "/f.lua"))
    local ok, message = xpcall(theirs, blame.handler, ours)
    assert.is_false(ok)
    assert.equal("/home/" .. long .. "/f.lua:2: not this way", message)
    message = select(2, xpcall(assert(load("error 'no'", "@/home/" .. long .. "/f.lua")), blame.handler))
    assert.equal("/home/" .. long .. "/f.lua:1: no", message)
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
