-- The import check: every `require` of lua/extcontacts, lazy ones included,
-- leads to the same room or to one below it, and no module requires itself
-- through others.  The blocks of requires at the top of a file are sorted.
--   lua5.4 spec/support/imports.lua [--tree]     --tree: print each room's imports

-- The rooms, bottom up.  Files at the root and `store/` are the public face.
local ROOMS = {
  "base", "api", "record", "runtime", "transport", "rate", "auth", "call", "iterate",
  "public", "fix", "snapshot", "tidy", "fixes", "doctor", "resty", "sandbox", "cli",
}

local imports = {}

local RANK = {}
for rank, room in ipairs(ROOMS) do
  RANK[room] = rank
end

-- "lua/extcontacts/fix/init.lua" → "fix"; the root's init.lua → ""
local function module_of(path)
  local name = path:match "^lua/extcontacts/(.*)%.lua$":gsub("/", ".")
  return (name:gsub("%.?init$", ""))
end

local function room_of(module)
  local first = module:match "^(%w+)%." or module
  if first == "store" or first == "public" then
    return "public"
  end
  return RANK[first] and first or "public"
end

-- The modules that a line requires.
local function required(line)
  local list = {}
  local code = line:gsub("'[^']*'", "''"):gsub("%-%-.*$", "")
  for name in code:gmatch 'require[%s(,]*"extcontacts%.?([%w_.]*)"' do
    list[#list + 1] = name
  end
  for name in code:gmatch '"extcontacts%.(cli%.commands%.[%w_]+)"' do
    list[#list + 1] = name -- the command table names modules
  end
  return list
end

-- Reads one file into the graph; its problems go into `problems`.
local function read_file(path, graph, problems)
  local module = module_of(path)
  local node = { path = path, imports = {} }
  graph[module] = node
  local number, previous = 0, nil
  for line in io.lines(path) do
    number = number + 1
    local top = line:match '^local ([%w_]+) = require[ (]*"extcontacts'
    if top and previous and top < previous then
      problems[#problems + 1] = ("%s:%d: '%s' is required after '%s'; sort the block"):format(path, number, top,
        previous)
    end
    previous = top
    for _, name in ipairs(required(line)) do
      if name ~= "core" then
        node.imports[#node.imports + 1] = { name = name, line = number }
        local from, to = room_of(module), room_of(name)
        if RANK[to] > RANK[from] then
          problems[#problems + 1] = ("%s:%d: %s is below %s and must not require extcontacts.%s"):format(path, number,
            from, to, name)
        end
      end
    end
  end
end

-- Finds cycles depth first; each is reported where it closes.
local function find_cycles(graph, problems)
  local mark, trail = {}, {}
  local function visit(module)
    mark[module] = "open"
    trail[#trail + 1] = module
    for _, import in ipairs(graph[module].imports) do
      if not graph[import.name] then
        problems[#problems + 1] = ("%s:%d: there is no module extcontacts.%s"):format(graph[module].path,
          import.line, import.name)
      elseif mark[import.name] == "open" then
        local cycle = {}
        for index = #trail, 1, -1 do
          table.insert(cycle, 1, trail[index])
          if trail[index] == import.name then
            break
          end
        end
        problems[#problems + 1] = ("%s:%d: cycle: %s → %s"):format(graph[module].path, import.line,
          table.concat(cycle, " → "), import.name)
      elseif not mark[import.name] then
        visit(import.name)
      end
    end
    trail[#trail] = nil
    mark[module] = "done"
  end
  local modules = {}
  for module in pairs(graph) do
    modules[#modules + 1] = module
  end
  table.sort(modules)
  for _, module in ipairs(modules) do
    if not mark[module] then
      visit(module)
    end
  end
end

--- Checks files.
---@param paths string[] relative to the project's root
---@return string[] problems
---@return table graph
function imports.check(paths)
  local graph, problems = {}, {}
  for _, path in ipairs(paths) do
    read_file(path, graph, problems)
  end
  find_cycles(graph, problems)
  return problems, graph
end

-- What each room requires of the rooms below it.
local function print_tree(graph)
  local files, below = {}, {}
  for module, node in pairs(graph) do
    local room = room_of(module)
    files[room] = (files[room] or 0) + 1
    below[room] = below[room] or {}
    for _, import in ipairs(node.imports) do
      local other = room_of(import.name)
      if other ~= room then
        below[room][other] = (below[room][other] or 0) + 1
      end
    end
  end
  for _, room in ipairs(ROOMS) do
    local parts = {}
    for _, other in ipairs(ROOMS) do
      if below[room] and below[room][other] then
        parts[#parts + 1] = ("%s %d"):format(other, below[room][other])
      end
    end
    print(("%-10s %3d files  → %s"):format(room, files[room] or 0, table.concat(parts, ", ")))
  end
end

function imports.main(arguments)
  local pipe = io.popen "find lua/extcontacts -name '*.lua' ! -name meta.lua | LC_ALL=C sort"
  local paths = {}
  for path in pipe:lines() do
    paths[#paths + 1] = path
  end
  pipe:close()
  local problems, graph = imports.check(paths)
  if arguments[1] == "--tree" then
    print_tree(graph)
  end
  for _, problem in ipairs(problems) do
    print(problem)
  end
  print(("%d modules, %d problems"):format(#paths, #problems))
  return #problems == 0 and #paths > 0
end

-- Run as a program, not loaded by a spec.
if arg and arg[0] and arg[0]:find "imports%.lua$" then
  os.exit(imports.main(arg))
end

return imports
