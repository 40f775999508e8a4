-- Tables in the documentation that repeat what the code knows.
local doctor_problems = require "extcontacts.doctor.problems"
local files = require "extcontacts.base.files"
local models = require "extcontacts.api.models"
local operations = require "extcontacts.api.operations"
local settings = require "extcontacts.api.settings"
local suggest = require "extcontacts.base.suggest"

local function read(path)
  return assert(files.read(path), path)
end

-- The cells of each row of a page's tables.
local function rows_of(path)
  local rows = {}
  for line in read(path):gmatch "[^\n]+" do
    if line:find "^|" and not line:find "^|%-" then
      local cells = {}
      for cell in line:sub(2):gmatch "%s*(.-)%s*|" do
        cells[#cells + 1] = cell
      end
      rows[#rows + 1] = cells
    end
  end
  return rows
end

-- What a pattern captures in a text, sorted.
local function all(text, pattern)
  local list = {}
  for match in text:gmatch(pattern) do
    list[#list + 1] = match
  end
  table.sort(list)
  return list
end

describe("the documentation agrees with the code:", function()
  it("the README has the resources with their methods and iterators, and names the others", function()
    local expected = {}
    for _, row in ipairs(operations.list) do
      local resource, method = row.short:match "^(.*)%.([%w_]+)$"
      local entry = expected[resource] or { methods = {}, iterators = {} }
      expected[resource] = entry
      table.insert(entry.methods, method)
      if row.iterator then
        table.insert(entry.iterators, row.iterator)
      end
    end
    local found = 0
    for _, cells in ipairs(rows_of "README.md") do
      local resource = cells[1]:match "^%[`client%.([%w_.]+)`%]"
      local entry = expected[resource or ""]
      if entry then
        table.sort(entry.methods)
        table.sort(entry.iterators)
        assert.same(entry, { methods = all(cells[2], "[%w_]+"), iterators = all(cells[3], "[%w_]+") })
        expected[resource], found = nil, found + 1
      end
    end
    assert.equal(11, found)
    local text = read "README.md"
    for resource in pairs(expected) do
      local first, last = resource:match "^[%w_]+", resource:match "[%w_]+$"
      assert.is_truthy(text:find("`" .. first .. "`", 1, true) or text:find("`" .. last .. "`", 1, true), resource)
    end
  end)

  it("permissions are those of operations", function()
    local known = {}
    for _, row in ipairs(operations.list) do
      for _, permission in ipairs(row.permissions) do
        known[permission] = true
      end
    end
    for _, path in ipairs { "README.md", "docs/auth.md" } do
      local named = all(read(path), "externalContacts:%a+:%a+")
      assert.is_true(#named > 5, path)
      for _, permission in ipairs(named) do
        assert.is_true(known[permission], path .. ": " .. permission)
      end
    end
  end)

  it("docs/records.md has the fields that only the server sets", function()
    local count = 0
    for _, cells in ipairs(rows_of "docs/records.md") do
      local model = models[cells[1]:match "^`(%w+)`$"]
      if model and #cells == 3 then
        count = count + 1
        local expected = {}
        for _, field in ipairs(model.fields) do
          if field.read_only then
            expected[#expected + 1] = field.wire
          end
        end
        table.sort(expected)
        assert.same(expected, all(cells[3], "`(%w+)`"), cells[1])
      end
    end
    assert.equal(5, count)
  end)

  it("docs/configuration.md has exactly the options", function()
    local found = {}
    for _, cells in ipairs(rows_of "docs/configuration.md") do
      for name in cells[1]:gmatch "`([%l_]+)`" do
        found[name] = true
      end
    end
    for name in pairs(settings.list) do
      assert.is_true(found[name], name .. " is missing")
    end
    for name in pairs(found) do
      assert.is_truthy(settings.list[name], name .. " is no option")
    end
  end)

  it("docs/auth.md and docs/configuration.md have the environment variables", function()
    local config = read "lua/extcontacts/config.lua"
    local variables = all(config:match "ENVIRONMENT = (%b{})", '"([%u_]+)"')
    local text = read "docs/auth.md" .. read "docs/configuration.md"
    assert.is_true(#variables > 5)
    for _, name in ipairs(variables) do
      assert.truthy(text:find("`" .. name .. "`", 1, true), name)
    end
  end)

  it("docs/errors.md has every kind, and the codes of calls", function()
    local source = read "lua/extcontacts/base/errors.lua"
    local kinds = all(source:match "@alias extcontacts%.ErrorKind\n(.-)\n\n", '"(%l+)"')
    local found = {}
    for _, cells in ipairs(rows_of "docs/errors.md") do
      for name in cells[1]:gmatch "`([%l_]+)`" do
        found[name] = true
      end
    end
    assert.is_true(#kinds > 10)
    for _, kind in ipairs(kinds) do
      assert.is_true(found[kind], kind)
    end
    local pipe = assert(io.popen "cd lua/extcontacts && cat call/*.lua auth/*.lua iterate/*.lua workflows/*.lua")
    local codes = all(pipe:read "*a", 'code = "([%l_]+)"')
    pipe:close()
    assert.is_true(#codes > 5)
    for _, code in ipairs(codes) do
      assert.is_true(found[code], code)
    end
  end)

  it("docs/doctor.md has the exit codes", function()
    local found = {}
    for _, cells in ipairs(rows_of "docs/doctor.md") do
      found[tonumber(cells[1]) or ""] = true
    end
    for _, problem in ipairs(doctor_problems.list) do
      assert.is_true(found[problem.exit_code], tostring(problem.exit_code))
    end
  end)

  it("docs/architecture.md has the rooms in the order of the import check", function()
    local rooms = {}
    for room in read("spec/support/imports.lua"):match("ROOMS = (%b{})"):gmatch '"([%l_]+)"' do
      rooms[#rooms + 1] = room
    end
    local text = read("docs/architecture.md"):match "\n```text\n(base → [^`]+)```"
    local found = {}
    for room in text:gsub("public face", "public"):gmatch "[%l_]+" do
      found[#found + 1] = room
    end
    assert.same(rooms, found)
  end)

  it("the README states the client's share of the rate limit", function()
    local list = settings.list
    local sent = list.rate.default * (1 - list.reserve.default)
    local text = read "README.md"
    assert.truthy(text:find(("allows %d requests per minute"):format(list.rate.default), 1, true))
    assert.truthy(text:find(("at most %d"):format(sent), 1, true))
  end)

  it("docs/auth.md lists only existing region ids", function()
    local regions = require("extcontacts").regions
    for _, id in ipairs(all(read "docs/auth.md" .. read "docs/configuration.md", "`(%l%l_%l+_%d)`")) do
      assert.is_string(regions[id], suggest.unknown("region", id, suggest.keys(regions)))
    end
  end)
end)
