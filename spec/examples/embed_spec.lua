--- examples/embed: an application with a Lua state inside, built for the VM
-- that runs this spec and run against the sandbox.

local api = require "spec.support.api"
local files = require "extcontacts.base.files"
local markdown = require "spec.support.markdown"
local sandbox = require "spec.support.sandbox"
local vm = require "spec.support.vm"


-- With sanitizers in the module, the program that loads it must have them too.
local SANITIZERS = "-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g"

local function quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function shell(command)
  local pipe = assert(io.popen("{ " .. command .. "\n} 2>&1; echo \"exit $?\"", "r"))
  local output = pipe:read "*a"
  pipe:close()
  local text, code = output:match "^(.*)exit (%d+)\n$"
  return tonumber(code), text
end

-- Where the module that this process uses was built.
local function core_directory()
  for template in package.cpath:gmatch "[^;]+" do
    local directory = template:match "^(/.*)/%?%.so$"
    if directory and files.exists(directory .. "/extcontacts/core.so") then
      return directory
    end
  end
  error "the build is in no absolute directory of package.cpath"
end

describe("the embedding example", function()
  local server, session, host, scratch

  setup(function()
    host = os.tmpname()
    os.remove(host)
    local code, output = shell(("env -u MAKEFLAGS -u MFLAGS %s -s -C examples/embed LUA=%s CORE=%s OUTPUT=%s "
      .. "CFLAGS=%s"):format(os.getenv "MAKE" or "make", vm, quoted(core_directory()), host,
      quoted("-Werror -Wpedantic " .. (os.getenv "EXTCONTACTS_SANITIZED" and SANITIZERS or "-O2 -g"))))
    assert.equal(0, code, output)
    assert.equal("", output)
  end)

  teardown(function()
    os.remove(host)
  end)

  before_each(function()
    server = sandbox.shared { resets = false }
    server:reset()
    session = api.session(server)
    scratch = os.tmpname()
  end)

  after_each(function()
    os.remove(scratch)
  end)

  -- Runs the host without Lua's own search paths in the environment.
  local function run(script, secret, ...)
    local words = { host, script }
    for index, word in ipairs { ... } do
      words[index + 2] = quoted(word)
    end
    local settings = "-u LUA_PATH -u LUA_CPATH -u LUA_INIT"
    if secret then
      settings = settings .. " GENESYSCLOUD_OAUTHCLIENT_SECRET=" .. secret
    end
    return shell(server:environment("env " .. settings) .. " " .. table.concat(words, " "))
  end

  local function run_text(text, ...)
    local file = assert(io.open(scratch, "w"))
    file:write(text)
    file:close()
    return run(scratch, nil, ...)
  end

  it("finds contacts", function()
    session:must("POST", "/contacts", {
      firstName = "Ines", lastName = "Okafor", workEmail = "ines@example.com",
      workPhone = { display = "+49 30 901820" },
    })
    local code, output = run("examples/embed/lookup.lua", nil, "ines@example.com", "+4930901820")
    assert.equal("ines@example.com: Ines Okafor\n+4930901820: Ines Okafor\n", output)
    assert.equal(0, code)
    code, output = run("examples/embed/lookup.lua", nil, "nobody@example.com")
    assert.equal("nobody@example.com: unknown\n", output)
    assert.equal(1, code)
  end)

  it("reports failures as a sentence", function()
    local code, output = run("examples/embed/lookup.lua", "wrong", "ines@example.com")
    assert.equal(1, code)
    assert.matches("^host: oauth%.token: [^\n]+%(auth, HTTP 401[^\n]*%)\n$", output)
    code, output = run_text("error(setmetatable({}, { __tostring = function() return 'a sentence' end }))", "x")
    assert.same({ 1, "host: a sentence\n" }, { code, output })
    code, output = run_text("error({})", "x")
    assert.same({ 1, "host: an error of type table\n" }, { code, output })
    code, output = run_text("return 1", "x")
    assert.same({ 1, "host: " .. scratch .. " returns no table\n" }, { code, output })
  end)

  it("gets no globals, signal handlers or threads from the module, before and after a call", function()
    local code, output = run_text([[
      local function facts()
        local list = {}
        for line in io.lines "/proc/self/status" do
          local name, value = line:match "^(%a+):%s*(%S+)"
          if name == "SigCgt" or name == "SigIgn" or name == "SigBlk" or name == "Threads" then
            list[#list + 1] = name .. value
          end
        end
        for name in pairs(_G) do
          list[#list + 1] = tostring(name)
        end
        table.sort(list)
        return table.concat(list, " ")
      end
      local before = facts()
      local ec = require "extcontacts"
      assert(facts() == before, "loading: " .. facts())
      local client = ec.connect()
      return {
        find = function()
          assert(client:scan_contacts({ max_items = 1 }):next())
          assert(facts() == before, "a call: " .. facts())
          return "the same"
        end,
        close = function() end, -- closing the state is enough
      }
    ]], "x")
    assert.same({ 0, "x: the same\n" }, { code, output })
  end)

  it("is what docs/embedding.md shows", function()
    local source, count = assert(files.read "examples/embed/host.c"), 0
    for _, block in ipairs(markdown.blocks "docs/embedding.md") do
      if block.language == "c" then
        count = count + 1
        assert.truthy(source:find(block.text, 1, true), "not in host.c:\n" .. block.text)
      end
    end
    assert.is_true(count > 0)
  end)
end)
