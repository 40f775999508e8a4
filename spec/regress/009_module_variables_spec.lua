-- A sandbox died with a segmentation fault, once in many runs.  LuaJIT before September
-- 2023 compiles an assignment to a variable of an enclosing function without a write
-- barrier if the enclosing function runs at that moment (LuaJIT issue 1085).  When it has
-- returned, the compiled code stores tables that the collector then frees.  `reset` of the
-- request log assigned variables of its module, and the module called it while it loaded.
-- So no module may call such a function while it loads.
local luajit = require "spec.support.luajit"

-- Reports the functions that assign a variable of a file whose main chunk is running.
local WATCH = [[
  local bit, util = require "bit", require "jit.util"
  local names = require("jit.vmdef").bcnames
  local ASSIGNS = { USETV = true, USETS = true }
  local found = {}

  local function assigned(fn)
    for position = 1, util.funcinfo(fn).bytecodes - 1 do
      local code = util.funcbc(fn, position)
      local name = names:sub(bit.band(code, 255) * 6 + 1, bit.band(code, 255) * 6 + 6):gsub(" ", "")
      if ASSIGNS[name] then
        return util.funcuvname(fn, bit.band(bit.rshift(code, 8), 255))
      end
    end
  end

  local function is_loading(source)
    local level = 3
    while true do
      local info = debug.getinfo(level, "S")
      if not info then
        return false
      elseif info.what == "main" and info.source == source then
        return true
      end
      level = level + 1
    end
  end

  local function watch()
    local info = debug.getinfo(2, "Sf")
    if info.what == "Lua" and is_loading(info.source) then
      local variable = assigned(info.func)
      if variable then
        found[#found + 1] = ("%s:%d assigns %s"):format(info.short_src, info.linedefined, variable)
      end
    end
  end

  local function load_all(loaders)
    jit.off()
    debug.sethook(watch, "c")
    for _, load_one in ipairs(loaders) do
      load_one()
    end
    debug.sethook()
    return found
  end
]]

describe("a module's variables", function()
  it("are not assigned by functions that the module calls while it loads", function()
    local result = luajit(WATCH .. [[
      local loaders = {}
      for file in io.popen("find lua/extcontacts -name '*.lua' ! -name main.lua | LC_ALL=C sort"):lines() do
        local name = file:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")
        loaders[#loaders + 1] = function()
          require(name)
        end
      end
      return { modules = #loaders, problems = load_all(loaders) }
    ]])
    assert.is_true(result.modules > 0)
    assert.same({}, result.problems)
  end)

  it("are watched", function()
    local code = [[
      local list, count
      local function reset() list = {} end
      local function read() return list, count end
      return function() reset() end, %s
    ]]
    local body = ("return load_all { function() load(%q, '@calls')() end, function() load(%q, '@later')()() end }")
      :format(code:format "reset(), read()", code:format "read()")
    assert.same({ "calls:2 assigns list" }, luajit(WATCH .. body))
  end)
end)
