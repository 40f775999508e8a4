-- The Lua code in the documentation: every block compiles, and the blocks of
-- the pages below run, in order, as one script against the sandbox.

local compat = require "extcontacts.base.compat"
local files = require "extcontacts.base.files"
local markdown = require "spec.support.markdown"
local sandbox = require "spec.support.sandbox"
local script = require "spec.support.script"

-- Names that the pages use without introducing them.
local PRELUDE = [[
local ec = require "extcontacts"
client = ec.connect()
contacts, ids = {}, {}
for contact in client:scan_contacts { max_items = 5 } do
  contacts[#contacts + 1], ids[#ids + 1] = contact, contact.id
end
contact, id, contact_id = contacts[1], ids[1], ids[1]
record = ec.writable("ExternalContact", contact)
organization_id = client:scan_organizations({ max_items = 1 }):next().id
local print, real_print = function() end, print
]]

local PAGES = {
  "auth", "calls", "concurrency", "configuration", "engine", "errors", "iterators", "json", "main", "rate-limits",
  "raw-requests", "records", "retries", "tidy", "url",
}

-- Later blocks of a page use the variables of earlier ones.
local function shared(code)
  code = ("\n" .. code):gsub("\nlocal function ", "\nfunction ")
  code = code:gsub("\nlocal ([%w_, ]+)\n", "\n%1 = nil\n")
  return (code:gsub("\nlocal ", "\n"))
end

-- An ellipsis stands for code of the reader's.
local function runnable(code)
  return (code:gsub("…", ""))
end

local function quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

describe("the Lua code of the documentation", function()
  local server

  before_each(function()
    server = sandbox.shared { resets = false }
    server:reset()
  end)

  for _, path in ipairs(markdown.pages()) do
    it("compiles: " .. path, function()
      for _, block in ipairs(markdown.blocks(path)) do
        if block.language == "lua" then
          local chunk, problem = compat.load_text(runnable(block.text), "@" .. path .. ":" .. block.line)
          assert.is_function(chunk, problem)
        end
      end
    end)
  end

  local function run(path)
    local parts, count = { PRELUDE }, 0
    for _, block in ipairs(markdown.blocks(path)) do
      if block.language == "lua" then
        count = count + 1
        parts[#parts + 1] = ("real_print(%q)\n(function()%s\nend)()\n"):format(
          "line " .. block.line, shared(runnable(block.text)))
      end
    end
    assert.is_true(count > 0, path .. " has no Lua code")
    local place = os.tmpname()
    os.remove(place)
    assert(os.execute("mkdir " .. place))
    local name = place .. "/page.lua"
    assert(os.execute("mkdir " .. place .. "/.gc && echo '[DEFAULT]' >" .. place .. "/.gc/config.toml"))
    local file = assert(io.open(name, "w"))
    file:write(table.concat(parts, "\n"), "\nclient:close()\nreal_print 'end of the page'\n")
    file:close()
    local pipe = assert(io.popen(("cd %s && HOME=%s EXTCONTACTS_RATE=off EXTCONTACTS_BASE_URL=%s "
      .. "EXTCONTACTS_LOGIN_URL=%s GENESYSCLOUD_OAUTHCLIENT_ID=%s GENESYSCLOUD_OAUTHCLIENT_SECRET=%s %s page.lua 2>&1")
      :format(place, place, server.base_url, server.login_url, server.client_id, server.client_secret,
        quoted(script.interpreter)), "r"))
    local output = pipe:read "*a"
    pipe:close()
    os.execute("rm -rf " .. place)
    return output
  end

  for _, name in ipairs(PAGES) do
    it("runs: docs/" .. name .. ".md", function()
      local path = "docs/" .. name .. ".md"
      assert.is_string(files.read(path))
      local output = run(path)
      assert.truthy(output:find("end of the page\n$"), path .. ":\n" .. output)
    end)
  end
end)
