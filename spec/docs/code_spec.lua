-- The Lua code in the documentation: every block compiles, and the blocks of
-- the pages below run, in order, as one script against the sandbox.  Where a
-- line ends in `--> result`, its values are compared with that.

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

local real_print = print
function print() end

local same = require "extcontacts.base.is_equal"

local function show(value)
  return type(value) == "table" and ec.json.encode(value) or tostring(value)
end

local function pack(...)
  return { n = select("#", ...), ... }
end

local function check(line, expected, ...)
  local actual = pack(...)
  for index = 1, math.max(expected.n, actual.n) do
    if not same(expected[index], actual[index]) then
      error(("line %d: value %d is %s"):format(line, index, show(actual[index])), 0)
    end
  end
end
]]

local PAGES = {
  "auth", "calls", "concurrency", "configuration", "csv", "engine", "errors", "event-loops", "file", "iterators",
  "json", "main", "rate-limits", "raw-requests", "records", "retries", "snapshot", "tidy", "url",
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

local function is_expression(text)
  return text:find "%S" ~= nil and compat.load_text("return " .. text, "=line") ~= nil
end

-- A line with its check: `print(x) --> text`, or `x --> values`.
local function checked(line, number)
  local left, right = line:match "^(.-)%s*%-%-> ?(.*)$"
  if not left then
    return line
  end
  local printed = left:match "^print(%b())$"
  if printed then
    left, right = "tostring" .. printed, ("%q"):format(right)
  elseif not is_expression(left) then
    return line
  end
  if right:find "…" or not is_expression(right) then
    return ("pack(%s)"):format(left)
  end
  return ("check(%d, pack(%s), %s)"):format(number, right, left)
end

-- The code of a block with its checks.
local function code_of(block)
  local lines, number = {}, block.line
  for line in (block.text .. "\n"):gmatch "(.-)\n" do
    lines[#lines + 1] = checked(line, number)
    number = number + 1
  end
  return shared(runnable(table.concat(lines, "\n")))
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
        -- The blocks of the generated reference are signatures.
        if block.language == "lua" and path ~= "docs/operations.md" then
          local chunk, problem = compat.load_text(code_of(block), "@" .. path .. ":" .. block.line)
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
        parts[#parts + 1] = ("real_print(%q)\ndo local function block(...)%s\nend block() end\n"):format(
          "line " .. block.line, code_of(block))
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
    local pipe = assert(io.popen(("cd %s && %s %s page.lua 2>&1"):format(place,
      server:environment("HOME=" .. place), quoted(script.interpreter)), "r"))
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
