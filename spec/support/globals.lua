-- The check of global names: what the compiled code of lua/extcontacts reads from
-- or writes to the table of globals.  A program may guard that table, so that
-- reading a name that is absent raises an error: a name that one of the two VMs
-- lacks is read with rawget, or in the files that are named here.
--   lua5.4 spec/support/globals.lua

local globals = {}

-- Globals of both VMs.
local STANDARD = {}
for name in ([[_G _VERSION assert collectgarbage coroutine debug dofile error getmetatable io ipairs load
  loadfile math next os package pairs pcall print rawequal rawget rawset require select setmetatable string
  table tonumber tostring type xpcall]]):gmatch "%S+" do
  STANDARD[name] = true
end

-- Further names that files may read, and why.
local ALLOWED = {
  { path = "base/compat%.lua$", names = "loadstring unpack newproxy", reason = "read on Lua 5.1 only" },
  { path = "cli/main%.lua$", names = "arg", reason = "the command is a program of its own" },
  { path = "/runtime/nginx/", names = "ngx", reason = "runs inside nginx" },
  { path = "/sandbox/", names = "ngx", reason = "runs inside nginx" },
  { path = "/resty/", names = "ngx", reason = "checks first whether it is inside nginx" },
  { path = "rate/store/nginx%.lua$", names = "ngx", reason = "checks first whether it is inside nginx" },
  { path = "rate/store/redis/nginx_%l+%.lua$", names = "ngx", reason = "runs inside nginx" },
}

local function is_allowed(path, name)
  for _, row in ipairs(ALLOWED) do
    if path:find(row.path) and (" " .. row.names .. " "):find(" " .. name .. " ", 1, true) then
      return true
    end
  end
  return false
end

--- Returns the problems in the listing of a compiled file (`luac5.4 -l`).
---@param path string of its source
---@param listing string
---@return string[] problems
function globals.check(path, listing)
  local problems, seen = {}, {}
  for line, access, name in listing:gmatch '%[(%d+)%]%s+(.ETTABUP)[^\n]-_ENV "([^"\n]*)"' do
    local problem = access == "SETTABUP" and ("%s:%s: writes the global '%s'"):format(path, line, name)
      or not STANDARD[name] and not is_allowed(path, name)
        and ("%s:%s: reads the global '%s', which one of the VMs may lack; use rawget(_G, \"%s\")")
          :format(path, line, name, name)
    if problem and not seen[problem] then
      seen[problem] = true
      problems[#problems + 1] = problem
    end
  end
  return problems
end

local function output(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

--- Checks all modules.
---@return string[] problems
---@return integer reads accesses to global names in all of them
function globals.check_tree()
  local problems, reads = {}, 0
  for path in output "find lua/extcontacts -name '*.lua' ! -name meta.lua | LC_ALL=C sort":gmatch "[^\n]+" do
    local listing = output("luac5.4 -l -p " .. path)
    reads = reads + select(2, listing:gsub("GETTABUP", ""))
    for _, problem in ipairs(globals.check(path, listing)) do
      problems[#problems + 1] = problem
    end
  end
  return problems, reads
end

-- Run as a program, not loaded by a spec.
if arg and arg[0] and arg[0]:find "globals%.lua$" then
  local problems, reads = globals.check_tree()
  for _, problem in ipairs(problems) do
    print(problem)
  end
  print(("%d accesses, %d problems"):format(reads, #problems))
  os.exit(#problems == 0 and reads > 0)
end

return globals
