-- Checks that the files of the C core form layers: that there is no cycle in
-- who uses whom.  X uses Y where X.c refers to a function or an object that
-- Y.c defines (by the symbols of the objects, so calls through another header
-- count), and where X.c or X.h includes Y.h.
--   lua spec/support/c_layers.lua SOURCES OBJECTS      csrc build/lua5.4/obj
-- Prints the layers from the bottom, or the cycle and what closes it.

local sources, objects = arg[1], arg[2]

local function lines_of(command)
  local handle = assert(io.popen(command))
  local lines = {}
  for line in handle:lines() do
    lines[#lines + 1] = line
  end
  handle:close()
  return lines
end

-- The files' common names ("ec_buf" of ec_buf.c and ec_buf.h), in order.
local names, uses, has_code = {}, {}, {}
for _, file in ipairs(lines_of("ls " .. sources)) do
  local name, kind = file:match("^([%w_]+)%.([ch])$")
  if name and not uses[name] then
    names[#names + 1] = name
    uses[name] = {}
  end
  if kind == "c" then
    has_code[name] = true
  end
end

-- Notes that one file uses another, and the first reason found.
local function add(from, to, reason)
  if from ~= to and uses[to] and not uses[from][to] then
    uses[from][to] = reason
  end
end

local definer, wanted = {}, {}
for _, name in ipairs(names) do
  if has_code[name] then
    local symbols = lines_of(("nm -P -g %s/%s.o"):format(objects, name))
    if #symbols == 0 then
      io.stderr:write(("c_layers: no symbols in %s/%s.o; build it first\n"):format(objects, name))
      os.exit(1)
    end
    for _, line in ipairs(symbols) do
      local symbol, kind = line:match("^(%S+) (%a)")
      if kind == "U" then
        wanted[#wanted + 1] = { name, symbol }
      else
        definer[symbol] = name
      end
    end
  end
end
for _, want in ipairs(wanted) do
  local name, symbol = want[1], want[2]
  if definer[symbol] then
    add(name, definer[symbol], ("%s.c uses %s of %s.c"):format(name, symbol, definer[symbol]))
  end
end

for _, name in ipairs(names) do
  for _, ending in ipairs { ".c", ".h" } do
    local file = io.open(sources .. "/" .. name .. ending)
    for line in file and file:lines() or function() end do
      local header = line:match('^#include "([%w_]+)%.h"')
      if header then
        add(name, header, ("%s%s includes %s.h"):format(name, ending, header))
      end
    end
    if file then
      file:close()
    end
  end
end

-- A file's layer is one above the highest that it uses.  `path` is how the
-- walk came here; meeting one of its files again closes a cycle.
local layer, path, position = {}, {}, {}

local function report_cycle(first, reason)
  io.stderr:write("c_layers: a cycle in " .. sources .. ":\n")
  for index = position[first] + 1, #path do
    io.stderr:write("  ", uses[path[index - 1]][path[index]], "\n")
  end
  io.stderr:write("  ", reason, "\n")
  os.exit(1)
end

local function visit(name)
  if layer[name] then
    return layer[name]
  end
  path[#path + 1] = name
  position[name] = #path
  local height = 0
  for _, other in ipairs(names) do
    local reason = uses[name][other]
    if reason then
      if position[other] then
        report_cycle(other, reason)
      end
      height = math.max(height, visit(other) + 1)
    end
  end
  path[#path] = nil
  position[name] = nil
  layer[name] = height
  return height
end

local rows, highest = {}, 0
for _, name in ipairs(names) do
  local height = visit(name)
  highest = math.max(highest, height)
  rows[height] = (rows[height] or "") .. " " .. name
end
for height = 0, highest do
  print(("%2d%s"):format(height, rows[height]))
end
print(("%d files in %d layers, no cycle"):format(#names, highest + 1))
