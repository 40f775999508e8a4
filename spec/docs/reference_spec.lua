-- The reference and the annotations that are generated from the operation table.
local client_of = require("spec.support.fake").client
local operations = require "extcontacts.api.operations"

local function read(path)
  local file = assert(io.open(path, "r"))
  local text = file:read("*a")
  file:close()
  return text
end

local function lines_of(text)
  return (text .. "\n"):gmatch("(.-)\n")
end

describe("docs/operations.md", function()
  local text = read "docs/operations.md"

  it("has a section for each operation, with its effect, permissions and parameters", function()
    for _, row in ipairs(operations.list) do
      local heading = "\n### client." .. row.short:gsub("%.([%w_]+)$", ":%1") .. "\n"
      local from = assert(text:find(heading, 1, true), row.short)
      local section = text:sub(from, (text:find("\n##", from + #heading, true)))
      local function has(expected)
        assert.is_truthy(section:find(expected, 1, true), row.short .. ": " .. expected)
      end
      has("client:" .. row.name .. "(" .. table.concat(row.positional, ", "))
      has("`" .. row.method .. " " .. row.path .. "`")
      has("| Effect | " .. row.effect .. ", " .. (row.repeatable and "" or "not ") .. "safe to retry |")
      for _, permission in ipairs(row.permissions) do
        has("`" .. permission .. "`")
      end
      if #row.permissions > 1 then
        has("| Permissions | " .. row.permissions_mode .. " of `")
      end
      for _, param in ipairs(row.params) do
        has("| `" .. param.name .. "` | ")
        has(" | " .. param.doc .. " |")
      end
      if row.iterator then
        has("`client:" .. row.iterator .. "(")
      end
    end
  end)

  it("links to its own headings, each of which is unique", function()
    local anchors, links = {}, 0
    for line in lines_of(text) do
      local heading = line:match "^##+ (.*)$"
      if heading then
        local anchor = heading:lower():gsub("[^%w%-_ ]", ""):gsub(" ", "-")
        assert.is_nil(anchors[anchor], heading)
        anchors[anchor] = true
      end
    end
    for anchor in text:gmatch "%]%(#([^)]*)%)" do
      assert.is_true(anchors[anchor], anchor)
      links = links + 1
    end
    assert.is_true(links > #operations.list)
  end)
end)

describe("lua/extcontacts/meta.lua", function()
  it("is Lua, and annotates methods that the client has", function()
    assert.is_function(loadfile "lua/extcontacts/meta.lua")
    local client, count = client_of({}).client, 0
    for line in lines_of(read "lua/extcontacts/meta.lua") do
      local name, arguments = line:match "^function client:([%w_]+)%((.*)%) end$"
      if name then
        count = count + 1
        assert.is_function(client[name], name)
        local row = operations.by_name[name]
        if row then
          local names = table.concat(row.positional, ", ")
          assert.equal(names == "" and "opts" or names .. ", opts", arguments)
        end
      end
    end
    assert.is_true(count > #operations.list)
  end)
end)

describe("the annotations of all modules", function()
  -- Type → where it is declared and where it is used, "file:line".
  local declared, used = {}, {}

  local files = assert(io.popen "find lua -name '*.lua'")
  for path in files:lines() do
    local number = 0
    for line in lines_of(read(path)) do
      number = number + 1
      local place = path .. ":" .. number
      local tag, rest = line:match "^%s*%-%-%-@(%w+)%s+(.*)$"
      local name = (tag == "class" or tag == "alias") and rest:match "^[%w_.]+"
      if name then
        declared[name] = declared[name] or {}
        table.insert(declared[name], place)
      end
      -- A class starts with a capital, a class of options with `opts`.
      for type_name in (rest or ""):gmatch "extcontacts%.[%w_.]*%w" do
        if type_name:match "^extcontacts%.%u" or type_name:match "^extcontacts%.opts%." then
          used[type_name] = used[type_name] or place
        end
      end
    end
  end
  files:close()

  it("use only types that are declared", function()
    for name, place in pairs(used) do
      assert.is_truthy(declared[name], name .. " is not declared, used in " .. place)
    end
  end)

  it("declare each type once, but the client, whose methods are generated", function()
    for name, places in pairs(declared) do
      assert.equal(name == "extcontacts.Client" and 2 or 1, #places, name .. ": " .. table.concat(places, ", "))
    end
  end)
end)
