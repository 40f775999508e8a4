std = "min"
max_line_length = 120
include_files = { "**/*.lua", "*.rockspec", ".luacheckrc" }
exclude_files = { "lua/extcontacts/meta.lua", "build" }
-- The sandbox and the specs' nginx location run inside nginx.
files["lua/extcontacts/sandbox"] = { globals = { "ngx" } }
files["lua/extcontacts/runtime/nginx"] = { globals = { "ngx" } }
files["lua/extcontacts/rate/store/nginx.lua"] = { globals = { "ngx" } }
files["lua/extcontacts/rate/store/redis/nginx_*.lua"] = { globals = { "ngx" } }
files["lua/extcontacts/resty"] = { globals = { "ngx" } }
files["examples/nginx"] = { globals = { "ngx" } }
files["bench/nginx/peers.lua"] = { globals = { "ngx" } }
files["bench/nginx/resty_http_like.lua"] = { globals = { "ngx" } }
files["bench/nginx/wrk.lua"] = { globals = { "init", "delay", "request", "done", "wrk" } }
files["spec"] = { std = "min+busted", globals = { "ngx" } }
files["*.rockspec"] = { std = "+rockspec" }
files[".luacheckrc"] = { std = "+luacheckrc" }
