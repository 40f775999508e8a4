-- Programs that guard their globals: reading an undeclared name raises an error.
local globals = require "spec.support.globals"
local script = require "spec.support.script"

-- What programs put around their globals, each as a statement.
local GUARDS = {
  ["that raises for every absent name"] = [[
    setmetatable(_G, { __index = function(_, name) error("undeclared global " .. tostring(name), 2) end })
  ]],
  ["that also refuses new names, unless C or the main chunk sets them"] = [[
    local declared = {}
    setmetatable(_G, {
      __newindex = function(globals, name, value)
        local what = debug.getinfo(2, "S").what
        if what ~= "main" and what ~= "C" then
          error("assignment to undeclared global " .. tostring(name), 2)
        end
        declared[name] = true
        rawset(globals, name, value)
      end,
      __index = function(_, name)
        if not declared[name] then
          error("undeclared global " .. tostring(name), 2)
        end
      end,
    })
  ]],
  ["that hides itself and the arguments"] = [[
    arg = nil
    setmetatable(_G, {
      __index = function(_, name) error("undeclared global " .. tostring(name), 2) end,
      __newindex = function(_, name) error("new global " .. tostring(name), 2) end,
      __metatable = false,
    })
  ]],
}
-- Lua 5.1's own way: the functions run with another table of globals.
if rawget(_G, "setfenv") then
  GUARDS["of a function's own environment"] = [[
    setfenv(1, setmetatable({
      require = require, pcall = pcall, io = io, tostring = tostring, assert = assert, select = select,
      table = table,
    }, { __index = function(_, name) error("undeclared global " .. tostring(name), 2) end }))
  ]]
  GUARDS["of the whole thread's environment"] = [[
    local real = _G
    setfenv(0, setmetatable({}, {
      __index = function(_, name)
        local value = real[name]
        if value == nil then
          error("undeclared global " .. tostring(name), 2)
        end
        return value
      end,
    }))
  ]]
end

-- What a program does with the module: a call, several at once, an iterator, a
-- fix from a file, JSON, a script's main function.
local PROGRAM = [[
  local ec = require "extcontacts"
  local text = assert(ec.json.encode(ec.json.decode '{"tags":[],"big":12345678901234567890123}', { sort_keys = true }))
  local closed = "http://127.0.0.1:1"
  local client = ec.new { base_url = closed, login_url = closed, client_id = "a", client_secret = "b", retry = false }
  local _, err = client.contacts:get "11111111-2222-4333-8444-555555555555"
  local seen = { err.code }
  for _, _, problem in client:map({ 1, 2, 3 }, function(id) return client.contacts:get(id) end) do
    seen[#seen + 1] = problem.code
  end
  ec.run(function()
    ec.spawn(function() seen[#seen + 1] = select(2, client.contacts:get "1").code end)
  end)
  local ok, raised = pcall(function() for _ in client:scan_contacts() do return end end)
  seen[#seen + 1] = not ok and raised.code or "none"
  local fix = require "extcontacts.fix"
  local loaded, problem = fix.load "lua/extcontacts/fixes/set_fields.lua"
  ec.main(function() seen[#seen + 1] = loaded and "fix" or tostring(problem) end)
  client:close()
  io.write(text, " ", table.concat(seen, " "), "\n")
]]

local EXPECTED = '{"big":12345678901234567890123,"tags":[]} refused refused refused refused refused refused fix\n'

-- Every module but those that only the sandbox's nginx loads, and the command's
-- last line.
local function module_names()
  local pipe = io.popen "cd lua && find extcontacts -name '*.lua' ! -name meta.lua | LC_ALL=C sort"
  local names = {}
  for path in pipe:lines() do
    local name = path:gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")
    local nginx_only = name:find "^extcontacts%.sandbox%." and not name:find "%.launch" and not name:find "_options$"
    if not nginx_only and name ~= "extcontacts.cli.main" then
      names[#names + 1] = name
    end
  end
  pipe:close()
  return names
end

describe("a program that guards its globals", function()
  for name, guard in pairs(GUARDS) do
    it("with a guard " .. name .. " can use the module", function()
      local code, output, errors = script.start(guard .. PROGRAM):finish()
      assert.equal("", errors)
      assert.equal(EXPECTED, output)
      assert.equal(0, code)
    end)
  end

  it("can load each module alone", function()
    local lines = { GUARDS["that raises for every absent name"] }
    for _, name in ipairs(module_names()) do
      lines[#lines + 1] = ("for loaded in pairs(package.loaded) do if loaded:find '^extcontacts' then "
        .. "package.loaded[loaded] = nil end end\nrequire %q"):format(name)
    end
    lines[#lines + 1] = "io.write 'all'"
    local code, output, errors = script.start(table.concat(lines, "\n")):finish()
    assert.equal("", errors)
    assert.equal("all", output)
    assert.equal(0, code)
  end)

  for name, code in pairs {
    ['extcontacts.resty").lookup { client = {}, dict = "x" }'] = "resty.lookup works inside nginx only",
    ['extcontacts.store.nginx").new "x"'] = "works inside nginx only",
  } do
    it("is told what only nginx has: " .. name, function()
      local _, output = script.start(GUARDS["that raises for every absent name"]
        .. 'print(pcall(function() return require("' .. name .. " end))"):finish()
      assert.matches(code, output, 1, true)
    end)
  end
end)

describe("the check of global names", function()
  it("finds none in the modules that may be absent", function()
    local problems, reads = globals.check_tree()
    assert.same({}, problems)
    assert.is_true(reads > 1000)
  end)

  for listing, expected in pairs {
    ['\t1\t[7]\tGETTABUP \t0 0 0\t; _ENV "jit"'] = "x.lua:7: reads the global 'jit', which one of the VMs may lack; "
      .. 'use rawget(_G, "jit")',
    ['\t1\t[8]\tSETTABUP \t0 0 0\t; _ENV "x" 1'] = "x.lua:8: writes the global 'x'",
    ['\t1\t[9]\tGETTABUP \t0 0 0\t; _ENV "pairs"'] = false,
  } do
    it("judges " .. listing:match "%a+TABUP.*", function()
      assert.same({ expected or nil }, globals.check("x.lua", listing))
    end)
  end
end)
