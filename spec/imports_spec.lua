-- The import check of spec/support/imports.lua, on small trees.
local imports = require "spec.support.imports"

-- The problems of a tree: text by path below lua/extcontacts, without ".lua".
local function problems_of(tree)
  local paths, sources = {}, {}
  for name, source in pairs(tree) do
    local path = "lua/extcontacts/" .. name .. ".lua"
    paths[#paths + 1] = path
    sources[path] = source
  end
  table.sort(paths)
  return (imports.check(paths, function(path) return sources[path] end))
end

-- What the check says about one module, base/a.lua, in a tree with cli/b.lua.
local function problem_of(source)
  local problems = problems_of { ["base/a"] = source, ["cli/b"] = "", ["init"] = "" }
  assert.is_true(#problems <= 1, table.concat(problems, "\n"))
  return problems[1]
end

local UPWARD = "base is below cli and must not require extcontacts.cli.b"
local COMPUTED = "the argument of require must be a literal"

describe("the import check", function()
  for name, source in pairs {
    ["a require"] = 'local b = require "extcontacts.cli.b"',
    ["parentheses"] = 'local b = require("extcontacts.cli.b")',
    ["single quotes"] = "local b = require 'extcontacts.cli.b'",
    ["a long string"] = "local b = require [[extcontacts.cli.b]]",
    ["a lazy require"] = 'return function() return require("extcontacts.cli.b").run() end',
    ["pcall"] = 'local ok, b = pcall(require, "extcontacts.cli.b")',
    ["a require after two hyphens in a string"] = 'local x, b = "--", require "extcontacts.cli.b"',
    ["a require between apostrophes"] = [[local x, b, y = "it's", require "extcontacts.cli.b", "it's"]],
    ["a require after a block comment"] = 'local b = --[[ a\n]] require "extcontacts.cli.b"',
    ["code in a string"] = [==[local code = [[return require("extcontacts.cli.b")]]]==],
    ["code in a quoted string"] = [==[local code = "return require 'extcontacts.cli.b'"]==],
    ["a field of the global table"] = 'local b = _G.require "extcontacts.cli.b"',
  } do
    it("finds an upward import through " .. name, function()
      local line = source:find "\n" and 2 or 1
      assert.equal(("lua/extcontacts/base/a.lua:%d: %s"):format(line, UPWARD), problem_of(source))
    end)
  end

  it("finds an upward import whose arguments are on another line", function()
    assert.equal("lua/extcontacts/base/a.lua:1: " .. UPWARD, problem_of 'local b = require(\n  "extcontacts.cli.b"\n)')
  end)

  for name, source in pairs {
    ["a variable"] = 'local name = "x"\nreturn require(name)',
    ["a concatenation"] = '\nreturn require("extcontacts." .. "cli.b")',
    ["a concatenation in pcall"] = '\nreturn pcall(require, "extcontacts." .. name)',
    ["another name for require"] = '\nlocal load = require\nload "extcontacts.cli.b"',
  } do
    it("rejects " .. name .. " as the argument", function()
      assert.equal("lua/extcontacts/base/a.lua:2: " .. COMPUTED, problem_of(source))
    end)
  end

  it("rejects package and _G['require']", function()
    assert.matches("'package' hides", problem_of 'return package.loaded["extcontacts.cli.b"]')
    assert.matches("'require' hides", problem_of 'return _G["require"]("extcontacts.cli.b")')
  end)

  it("ignores comments and modules of others", function()
    assert.is_nil(problem_of '-- require "extcontacts.cli.b"\n--[[ require "extcontacts.cli.b" ]]\nrequire "cjson"')
  end)

  it("finds a cycle, lazy requires included, and a module that is missing", function()
    assert.same({ "lua/extcontacts/base/b.lua:1: cycle: base.a → base.b → base.a" }, problems_of {
      ["base/a"] = 'local b = require "extcontacts.base.b"',
      ["base/b"] = 'return function() return require "extcontacts.base.a" end',
    })
    assert.same({ "lua/extcontacts/base/a.lua:1: there is no module extcontacts.base.b" }, problems_of {
      ["base/a"] = 'local b = require "extcontacts.base.b"',
    })
  end)

  it("knows each folder as a room, the root and store as the public face", function()
    assert.same({}, problems_of { init = 'require "extcontacts.call"', ["call/init"] = "", ["store/nginx"] = "" })
    assert.matches("base is below public and must not require extcontacts$", problem_of 'require "extcontacts"')
    assert.matches("^lua/extcontacts/util/x%.lua:1: the folder is not a room", problems_of { ["util/x"] = "" }[1])
  end)

  it("restricts ready fixes and the window that runs inside Redis", function()
    assert.same({
      "lua/extcontacts/fixes/a.lua:2: must not require extcontacts.base.files: a ready fix must work as a copy",
      "lua/extcontacts/rate/window.lua:1: must not require extcontacts.base.files: it also runs inside Redis",
    }, problems_of {
      ["base/files"] = "",
      ["fix/init"] = "",
      ["fixes/a"] = 'require "extcontacts.fix"\nrequire "extcontacts.base.files"',
      ["rate/window"] = 'require "extcontacts.base.files"',
    })
  end)

  it("requires sorted blocks", function()
    assert.same({ "lua/extcontacts/base/c.lua:2: 'a' is required after 'b'; sort the block" }, problems_of {
      ["base/a"] = "", ["base/b"] = "",
      ["base/c"] = 'local b = require "extcontacts.base.b"\nlocal a = require "extcontacts.base.a"',
    })
  end)
end)
