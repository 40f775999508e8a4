--- Launches a sandbox: checks the options and writes the files that nginx reads
-- into a private directory; bin/extcontacts then becomes that nginx.
--
-- This folder runs in the command's process, under any Lua and without the C
-- core; it also finds nginx and free ports for the specs.

local certificates = require "extcontacts.sandbox.launch.certificates"
local fault_rules = require "extcontacts.sandbox.fault_rules"
local files = require "extcontacts.base.files"
local nginx_conf = require "extcontacts.sandbox.launch.nginx_conf"
local nginx_program = require "extcontacts.sandbox.launch.nginx_program"
local permission_set = require "extcontacts.sandbox.permission_set"
local ports = require "extcontacts.sandbox.launch.ports"

local launch = {
  find_nginx = nginx_program,
  free_port = ports.free,
}

local function write_file(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
end

-- A value as a Lua expression.
local function as_lua(value)
  if type(value) == "table" then
    local parts = {}
    for key, element in pairs(value) do
      parts[#parts + 1] = ("[%s] = %s"):format(as_lua(key), as_lua(element))
    end
    table.sort(parts)
    return "{ " .. table.concat(parts, ", ") .. " }"
  end
  if type(value) == "string" then
    return (("%q"):format(value):gsub("\\\n", "\\n"))
  end
  if type(value) == "number" then
    return ("%.17g"):format(value)
  end
  return tostring(value)
end

-- Replaces each --fault by its fields.
local function read_fault_options(settings)
  for index, text in ipairs(settings.fault) do
    local args, misuse = fault_rules.parse(text)
    if not args then
      return ("--fault %s: %s"):format(text, misuse)
    end
    settings.fault[index] = args
  end
end

-- Replaces the path of --faults by the file's JSON, which the server decodes.
local function read_fault_file(settings)
  local path = settings.faults
  if not path then
    return nil
  end
  local text = files.read(path)
  if not text then
    return ("--faults %s: the file cannot be read"):format(path)
  end
  -- Here and not above: the JSON codec needs the C core.
  local list = require("extcontacts.base.json").decode(text)
  if type(list) ~= "table" or list[1] == nil then
    return ("--faults %s: the file must contain a JSON array of rules"):format(path)
  end
  for number, args in ipairs(list) do
    local rule, misuse = fault_rules.check(type(args) == "table" and args or {})
    if not rule then
      return ("--faults %s: rule %d: %s"):format(path, number, misuse)
    end
  end
  settings.faults = text
end

local function clients_misuse(settings)
  local is_client = { [settings.client_id or ""] = true }
  for _, text in ipairs(settings.client) do
    is_client[text:match "^[^:]*"] = true
    if not text:match("^[^:]+:[^:]+:?") then
      return ("--client %s: expected ID:SECRET:PERMISSIONS"):format(text)
    end
  end
  for _, text in ipairs(settings.client_divisions) do
    local id = text:match("^([^:]+):")
    if not id then
      return ("--client-divisions %s: expected ID:LIST"):format(text)
    elseif not is_client[id] then
      return ("--client-divisions %s: there is no client '%s'; add it with --client or --client-id"):format(text, id)
    end
  end
  local _, unknown = permission_set.parse(settings.permissions)
  if unknown then
    return ("--permissions %s: '%s' is neither a role (admin, editor, viewer, none) nor a permission"):format(
      settings.permissions, unknown)
  end
end

local function choose_port(settings, key, other)
  local port = settings[key]
  if port == 0 then
    settings[key] = ports.free(other)
  elseif port == other or ports.in_use()[port] then
    return ("port %d is in use; --%s 0 selects a free one"):format(port, key:gsub("_", "-"))
  end
end

--- Writes everything the server needs to $EXTCONTACTS_SANDBOX_DIR.
---@param settings table the completed options
---@return boolean|nil ok
---@return string|nil message
---@return integer|nil code exit code
function launch.prepare(settings)
  local directory = os.getenv("EXTCONTACTS_SANDBOX_DIR")
  local share, native = os.getenv("EXTCONTACTS_SHARE"), os.getenv("EXTCONTACTS_NATIVE")
  if not directory or not share then
    return nil, "start the sandbox with bin/extcontacts", 2
  end
  if not files.exists(native .. "/extcontacts/core.so") then
    return nil, "the LuaJIT build, which runs inside nginx, is missing; build it with\n"
      .. "  make LUA=luajit        (to install it: make install LUA=luajit)"
  end
  local misuse = read_fault_options(settings) or read_fault_file(settings) or clients_misuse(settings)
  if misuse then
    return nil, misuse, 2
  end
  local program, modules = nginx_program()
  if not program then
    return nil, modules
  end
  local message = choose_port(settings, "port") or choose_port(settings, "files_port", settings.port)
  if message then
    return nil, message
  end
  if settings.tls then
    local ok, failure = certificates(directory)
    if not ok then
      return nil, failure
    end
    settings.ca_file = directory .. "/ca.pem"
  end
  write_file(directory .. "/settings.lua", "return " .. as_lua(settings) .. "\n")
  write_file(directory .. "/nginx.conf", nginx_conf {
    directory = directory,
    modules = modules,
    share = share,
    native = native,
    port = settings.port,
    files_port = settings.files_port,
    tls = settings.tls,
  })
  write_file(directory .. "/nginx.path", program .. "\n")
  return true
end

return launch
