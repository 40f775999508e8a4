--- The text of the sandbox's nginx.conf: one process, everything answered by
-- `extcontacts.sandbox.server`.

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
    require("extcontacts.sandbox.server").init("$directory/options.lua")
  }
  init_worker_by_lua_block {
    require("extcontacts.sandbox.server").start()
  }

  access_log off;
  server_tokens off;
  keepalive_requests 1000000000;
  keepalive_timeout 3600s;
  # A connection the server ends by itself (faults) is reset, not closed.
  reset_timedout_connection on;
  tcp_nodelay on;
  large_client_header_buffers 8 64k;
  # The API's own answer to a large body comes from Lua.
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

  server {
    listen 127.0.0.1:$port$tls_listen backlog=1024;
$tls_server
    merge_slashes off;
    error_page 400 405 408 411 413 414 416 494 495 496 497 500 /refused;
    location / {
      content_by_lua_block {
        require("extcontacts.sandbox.http").serve()
      }
    }
    # (A named location would need a URI, which a broken request may lack.)
    location = /refused {
      internal;
      content_by_lua_block {
        require("extcontacts.sandbox.http").refused()
      }
    }
  }
}
]]

local TLS_SERVER = [[
    ssl_certificate "$directory/server.pem";
    ssl_certificate_key "$directory/server.key";
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:sandbox:1m;]]

local function fill(template, values)
  return (template:gsub("%$([%l_]+)", values))
end

--- Makes the configuration.
---@param place { directory: string, modules: string[], share: string, native: string, port: integer, tls: boolean }
---@return string
return function(place)
  local modules = {}
  for index, file in ipairs(place.modules) do
    modules[index] = ('load_module "%s";'):format(file)
  end
  return fill(TEMPLATE, {
    directory = place.directory,
    modules = table.concat(modules, "\n"),
    share = place.share,
    native = place.native,
    port = ("%d"):format(place.port),
    tls_listen = place.tls and " ssl http2" or "",
    tls_server = place.tls and fill(TLS_SERVER, { directory = place.directory }) or "",
  })
end
