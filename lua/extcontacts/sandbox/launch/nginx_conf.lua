--- The sandbox's nginx.conf: one process, in which `extcontacts.sandbox.server`
-- answers every request.  A second port is the other origin, which files come from.

local TEMPLATE = [[
daemon off;
master_process off;
pid "$directory/nginx.pid";
error_log stderr warn;
$modules
events {
  worker_connections 4096;
}
http {
  lua_package_path "$share/?.lua;$share/?/init.lua;;";
  lua_package_cpath "$native/?.so;;";
  init_by_lua_block {
    require("extcontacts.sandbox.server").init("$directory/settings.lua")
  }
  init_worker_by_lua_block {
    require("extcontacts.sandbox.server").start()
  }

  access_log off;
  server_tokens off;
  keepalive_requests 1000000000;
  keepalive_timeout 3600s;
  # Reset a connection that a fault ends, instead of closing it.
  reset_timedout_connection on;
  tcp_nodelay on;
  large_client_header_buffers 8 64k;
  # Lua answers a body that is too large, as the API does.
  client_max_body_size 0;
  client_body_buffer_size 4m;
  client_body_temp_path "$directory/body";
  proxy_temp_path "$directory/proxy";
  fastcgi_temp_path "$directory/fastcgi";
  uwsgi_temp_path "$directory/uwsgi";
  scgi_temp_path "$directory/scgi";
  gzip on;
  gzip_types application/json;
  gzip_comp_level 1;
  gzip_min_length 256;
  gzip_buffers 64 16k;
  output_buffers 4 64k;
  postpone_output 0;
  default_type application/json;

$api_server
$files_server
}
]]

-- One origin: the API, or the files of exports and imports.
local SERVER = [[
  server {
    listen 127.0.0.1:$port$tls_listen backlog=1024;
$tls_server
    merge_slashes off;
    error_page 400 405 408 411 413 414 416 494 495 496 497 500 /rejected;
    location / {
      content_by_lua_block {
        require("extcontacts.sandbox.server").$serve()
      }
    }
    # Not a named location, which needs a URI: a broken request may not have one.
    location = /rejected {
      internal;
      content_by_lua_block {
        require("extcontacts.sandbox.server").serve_rejected()
      }
    }
  }]]

local TLS_SERVER = [[
    ssl_certificate "$directory/server.pem";
    ssl_certificate_key "$directory/server.key";
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:sandbox:1m;]]

local function fill(template, values)
  return (template:gsub("%$([%l_]+)", values))
end

local function server(values, port, serve)
  return fill(SERVER, {
    port = ("%d"):format(port),
    serve = serve,
    tls_listen = values.tls and " ssl http2" or "",
    tls_server = values.tls and fill(TLS_SERVER, { directory = values.directory }) or "",
  })
end

--- Returns the configuration.
---@param values { directory: string, modules: string[], share: string, native: string, port: integer,
--- files_port: integer, tls: boolean }
---@return string
local function nginx_conf(values)
  local modules = {}
  for index, file in ipairs(values.modules) do
    modules[index] = ('load_module "%s";'):format(file)
  end
  return fill(TEMPLATE, {
    directory = values.directory,
    modules = table.concat(modules, "\n"),
    share = values.share,
    native = values.native,
    api_server = server(values, values.port, "serve"),
    files_server = server(values, values.files_port, "serve_file"),
  })
end

return nginx_conf
