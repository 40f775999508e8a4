-- The import check: every `require` of lua/extcontacts, lazy ones included,
-- leads to the same room or to one below it, and no module requires itself
-- through others.  The argument of `require` is a literal, so that none
-- escapes the check.  Code inside a string must not lead upwards either; a
-- comment may.  The blocks of requires at the top of a file are sorted.
--   lua5.4 spec/support/imports.lua [--tree]     --tree: print each room's imports

package.path = "./?.lua;" .. package.path
local lexer = require "spec.support.lexer"

-- The rooms, bottom up.  Files at the root and `store/` are the public face.
local ROOMS = {
  "base", "api", "record", "runtime", "transport", "rate", "auth", "call", "iterate",
  "workflows", "public", "fix", "dedupe", "snapshot", "tidy", "fixes", "data_profile", "doctor", "resty", "sandbox",
  "cli",
}

-- Modules that may require less than their room, and why.
local ONLY = {
  { module = "^fixes%.", allowed = { "^fix$", "^dedupe$", "^tidy%.", "^csv$" },
    reason = "a ready fix must work as a copy" },
  { module = "^rate%.window$", allowed = {}, reason = "it also runs inside Redis" },
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

-- "fix" → "extcontacts.fix"
local function full_name(module)
  return module == "" and "extcontacts" or "extcontacts." .. module
end

-- The room of a module; nil for a folder that is not in ROOMS.
local function room_of(module)
  local folder = module:match "^([^.]+)%." or RANK[module] and module
  if not folder or folder == "store" then
    return "public"
  end
  return RANK[folder] and folder
end

-- The literal that is the argument of the `require` at `index`; nil when the
-- argument is computed.  `pcall(require, "x")` counts.
local function argument(tokens, index)
  local open, literal, after = tokens[index + 1], tokens[index + 2], tokens[index + 3]
  if open and open.type == "string" then
    return open.text
  elseif literal and literal.type == "string" and (open.text == "(" or open.text == ",")
    and after and after.text == ")" then
    return literal.text
  end
end

-- Calls `add(name, line, quoted)` for each module of extcontacts that a text
-- requires, `quoted` if in a string, and `fail(line, message)` for what hides one.
local function scan(source, add, fail)
  local tokens = lexer.tokens(source)
  for index, token in ipairs(tokens) do
    if token.type == "name" and token.text == "require" then
      local name = argument(tokens, index)
      if not name then
        fail(token.line, "the argument of require must be a literal")
      elseif name == "extcontacts" or name:find "^extcontacts%." then
        add(name:sub(#"extcontacts." + 1), token.line)
      end
    elseif token.type == "name" and token.text == "package" or token.type == "string" and token.text == "require" then
      fail(token.line, ("'%s' hides what is required; write require \"name\""):format(token.text))
    elseif token.type == "string" then
      for position, name in token.text:gmatch "()require[%s(,]*[\"']extcontacts%.?([%w_.]*)" do
        add(name, token.line + select(2, token.text:sub(1, position):gsub("\n", "")), true)
      end
    end
  end
end

-- Fails where the lines of a block of requires are not sorted.
local function check_order(source, fail)
  local number, previous = 0, nil
  for line in (source .. "\n"):gmatch "([^\n]*)\n" do
    number = number + 1
    local top = line:match '^local ([%w_]+) = require[ (]*"extcontacts'
    if top and previous and top < previous then
      fail(number, ("'%s' is required after '%s'; sort the block"):format(top, previous))
    end
    previous = top
  end
end

local function matches(name, patterns)
  for _, pattern in ipairs(patterns) do
    if name:find(pattern) then
      return true
    end
  end
end

-- Reads one file into the graph; its problems go into `problems`.
local function read_file(path, source, graph, problems)
  local module = module_of(path)
  local room = room_of(module)
  local node = { path = path, imports = {} }
  graph[module] = node
  local function fail(line, message)
    problems[#problems + 1] = ("%s:%d: %s"):format(path, line, message)
  end
  if not room then
    fail(1, ("the folder is not a room; expected one of %s"):format(table.concat(ROOMS, ", ")))
    room = ROOMS[1]
  end
  local function add(name, line, quoted)
    if name == "core" then
      return
    elseif not quoted then
      node.imports[#node.imports + 1] = { name = name, line = line }
    end
    local other = room_of(name)
    if other and RANK[other] > RANK[room] then
      fail(line, ("%s is below %s and must not require %s"):format(room, other, full_name(name)))
    end
    for _, only in ipairs(ONLY) do
      if module:find(only.module) and not matches(name, only.allowed) then
        fail(line, ("must not require %s: %s"):format(full_name(name), only.reason))
      end
    end
  end
  scan(source, add, fail)
  check_order(source, fail)
end

-- Finds cycles depth first; each is reported where it closes.
local function find_cycles(graph, problems)
  local mark, trail = {}, {}
  local function visit(module)
    mark[module] = "open"
    trail[#trail + 1] = module
    for _, import in ipairs(graph[module].imports) do
      if not graph[import.name] then
        problems[#problems + 1] = ("%s:%d: there is no module %s"):format(graph[module].path, import.line,
          full_name(import.name))
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
---@param read fun(path: string): string
---@return string[] problems
---@return table graph
function imports.check(paths, read)
  local graph, problems = {}, {}
  for _, path in ipairs(paths) do
    read_file(path, read(path), graph, problems)
  end
  find_cycles(graph, problems)
  return problems, graph
end

-- What each room requires of the rooms below it.
local function print_tree(graph)
  local files, below = {}, {}
  for module, node in pairs(graph) do
    local room = room_of(module) or "?"
    files[room] = (files[room] or 0) + 1
    below[room] = below[room] or {}
    for _, import in ipairs(node.imports) do
      local other = room_of(import.name) or "?"
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
  local problems, graph = imports.check(paths, function(path)
    local file = assert(io.open(path))
    local source = file:read "*a"
    file:close()
    return source
  end)
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
