--- Prepares a sandbox in its private directory: finds nginx and its Lua
-- module, a free port, makes the certificates, writes nginx.conf.

local files = require "extcontacts.base.files"
local nginx_conf = require "extcontacts.sandbox.launch.nginx_conf"
local permission_set = require "extcontacts.sandbox.permission_set"
local shell = require "extcontacts.base.shell"

local launch = {}

local INSTALL = [[
On Debian and Ubuntu:  apt install nginx-light libnginx-mod-http-lua
Elsewhere: nginx with lua-nginx-module, or OpenResty.  EXTCONTACTS_NGINX names
the program if it is not on the PATH.]]

local function write_file(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
end

-- The output of a shell command, or nil when it failed or said nothing.
local function output(command)
  local pipe = io.popen(command, "r")
  local text = pipe:read("*a")
  pipe:close()
  if text == "" then
    return nil
  end
  return text
end

--- Program and `load_module` files, or nil and what is missing.
---@return string|nil program
---@return string[]|string modules
function launch.find_nginx()
  local path = 'PATH="$PATH:/usr/sbin:/usr/local/sbin:/usr/local/openresty/nginx/sbin:/usr/local/openresty/bin"; '
  local program
  local asked = os.getenv("EXTCONTACTS_NGINX")
  for _, name in ipairs(asked and { asked } or { "nginx", "openresty" }) do
    local found = output(path .. "command -v " .. shell.quoted(name))
    if found then
      program = found:match("^[^\n]+")
      break
    end
  end
  if not program then
    return nil, (asked and ("there is no program " .. asked) or "nginx is not installed") .. ".\n" .. INSTALL
  end
  local about = output(shell.quoted(program) .. " -V 2>&1") or ""
  local modules = about:match("%-%-modules%-path=([^%s']+)")
  if about:find("ngx_lua", 1, true) or about:find("lua-nginx-module", 1, true) then
    return program, {}
  end
  local loaded = {}
  for _, name in ipairs { "ndk_http_module", "ngx_http_lua_module" } do
    local file = modules and modules .. "/" .. name .. ".so"
    if file and files.read(file) then
      loaded[#loaded + 1] = file
    elseif name == "ngx_http_lua_module" then
      return nil, "nginx is there, but not its Lua module.\n" .. INSTALL
    end
  end
  return program, loaded
end

-- Ports that something listens on, from the kernel's table where there is one.
local function ports_in_use()
  local used = {}
  for _, name in ipairs { "/proc/net/tcp", "/proc/net/tcp6" } do
    for port in (files.read(name) or ""):gmatch("\n%s*%d+: %x+:(%x+) %x+:%x+ 0A") do
      used[tonumber(port, 16)] = true
    end
  end
  return used
end

--- A port below the range the kernel gives to outgoing connections.
---@return integer
function launch.free_port()
  local random = assert(io.open("/dev/urandom", "rb"))
  local used = ports_in_use()
  local port
  repeat
    local high, low = random:read(2):byte(1, 2)
    port = 20000 + (high * 256 + low) % 12000
  until not used[port]
  random:close()
  return port
end

local OPENSSL_CONF = [[
[req]
distinguished_name = name
prompt = no
[name]
CN = extcontacts sandbox
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
]]

-- A CA for this run and a certificate of it for localhost and 127.0.0.1.
local function make_certificates(directory)
  write_file(directory .. "/openssl.conf", OPENSSL_CONF)
  local ok = output(("cd %s && {"):format(shell.quoted(directory)) .. [[
    set -e
    key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
    key ca.key
    key server.key
    openssl req -x509 -new -key ca.key -days 30 -subj "/CN=extcontacts sandbox CA" \
      -config openssl.conf -extensions ca -out ca.pem
    openssl req -new -key server.key -subj "/CN=localhost" -config openssl.conf -out server.csr
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 \
      -extfile openssl.conf -extensions server -out server.pem
  } >openssl.log 2>&1 && echo made]])
  if ok then
    return true
  end
  return nil, "openssl could not make the certificates:\n" .. (files.read(directory .. "/openssl.log") or "")
end

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

-- Reads the rules of both options; gives what is wrong with them.  Those of the
-- file stay JSON, which the server reads.
local function read_faults(settings)
  local rules = require "extcontacts.sandbox.fault_rules"
  for index, text in ipairs(settings.fault) do
    local rule, message = rules.parse(text)
    if not rule then
      return ("--fault %s: %s"):format(text, message)
    end
    settings.fault[index] = rule
  end
  local path = settings.faults
  if path then
    local text = files.read(path)
    local list = text and require("extcontacts.base.json").decode(text)
    if type(list) ~= "table" or list[1] == nil then
      return ("--faults %s: %s"):format(path, text and "it is not an array of rules in JSON" or "it can't be read")
    end
    for number, given in ipairs(list) do
      local rule, message = rules.check(type(given) == "table" and given or {})
      if not rule then
        return ("--faults %s: rule %d: %s"):format(path, number, message)
      end
    end
    settings.faults = text
  end
end

--- Writes everything the server needs into $EXTCONTACTS_SANDBOX_DIR.
---@param settings table the completed options
---@return boolean|nil ok
---@return string|nil message
---@return integer|nil code exit code
function launch.prepare(settings)
  local directory = os.getenv("EXTCONTACTS_SANDBOX_DIR")
  local share, native = os.getenv("EXTCONTACTS_SHARE"), os.getenv("EXTCONTACTS_NATIVE")
  if not directory or not share then
    return nil, "start it with bin/extcontacts", 2
  end
  if not files.read(native .. "/extcontacts/core.so") then
    return nil, "the LuaJIT build, which runs inside nginx, is missing; make it with\n"
      .. "  make LUA=luajit        (installed: make install LUA=luajit)"
  end
  local misuse = read_faults(settings)
  if misuse then
    return nil, misuse, 2
  end
  for _, text in ipairs(settings.client) do
    if not text:match("^[^:]+:[^:]+:?") then
      return nil, ("--client %s: write it as ID:SECRET:PERMISSIONS"):format(text), 2
    end
  end
  local _, unknown = permission_set.parse(settings.permissions)
  if unknown then
    return nil, ("--permissions %s: %q is neither a role (admin, editor, viewer, none) nor a permission"):format(
      settings.permissions, unknown), 2
  end
  local program, modules = launch.find_nginx()
  if not program then
    return nil, modules
  end
  if settings.port == 0 then
    settings.port = launch.free_port()
  elseif ports_in_use()[settings.port] then
    return nil, ("port %d is taken; --port 0 finds a free one"):format(settings.port)
  end
  if settings.tls then
    local ok, message = make_certificates(directory)
    if not ok then
      return nil, message
    end
    settings.ca_file = directory .. "/ca.pem"
  end
  write_file(directory .. "/options.lua", "return " .. as_lua(settings) .. "\n")
  write_file(directory .. "/nginx.conf", nginx_conf {
    directory = directory,
    modules = modules,
    share = share,
    native = native,
    port = settings.port,
    tls = settings.tls,
  })
  write_file(directory .. "/nginx.path", program .. "\n")
  return true
end

return launch
