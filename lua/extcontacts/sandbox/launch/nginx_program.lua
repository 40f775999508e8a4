--- Finds nginx and its Lua module.

local files = require "extcontacts.base.files"
local shell = require "extcontacts.base.shell"
local shell_output = require "extcontacts.sandbox.launch.shell_output"

local INSTALL = [[
On Debian and Ubuntu: apt install nginx-light libnginx-mod-http-lua
Elsewhere: install nginx with lua-nginx-module, or OpenResty.
If nginx is not on the PATH, set EXTCONTACTS_NGINX to its path.]]

local SEARCH_PATH = 'PATH="$PATH:/usr/sbin:/usr/local/sbin:/usr/local/openresty/nginx/sbin:/usr/local/openresty/bin"; '

--- Finds the nginx program and the modules to load; `EXTCONTACTS_NGINX` names
-- another program.
---@return string|nil program
---@return string[]|string modules files for `load_module`; without a program, a message with the remedy
local function nginx_program()
  local program
  local name_set = os.getenv("EXTCONTACTS_NGINX")
  for _, name in ipairs(name_set and { name_set } or { "nginx", "openresty" }) do
    local found = shell_output(SEARCH_PATH .. "command -v " .. shell.quoted(name))
    if found then
      program = found:match("^[^\n]+")
      break
    end
  end
  if not program then
    return nil, (name_set and "EXTCONTACTS_NGINX: program not found: " .. name_set or "nginx is not installed.")
      .. "\n" .. INSTALL
  end
  local build = shell_output(shell.quoted(program) .. " -V 2>&1") or ""
  if build:find("ngx_lua", 1, true) or build:find("lua-nginx-module", 1, true) then
    return program, {}
  end
  local directory = build:match("%-%-modules%-path=([^%s']+)")
  local modules = {}
  for _, name in ipairs { "ndk_http_module", "ngx_http_lua_module" } do
    local file = directory and directory .. "/" .. name .. ".so"
    if file and files.exists(file) then
      modules[#modules + 1] = file
    elseif name == "ngx_http_lua_module" then
      return nil, "nginx is installed, but its Lua module is not.\n" .. INSTALL
    end
  end
  return program, modules
end

return nginx_program
