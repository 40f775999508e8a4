-- TLS servers for the engine's specs: generated certificates, openssl's test server for
-- handshakes, nginx for HTTP/2.
local launch = require "extcontacts.sandbox.launch"
local peer = require "spec.support.peer"
local socket = require "socket"

local tls = {}

-- An authority and its certificates: for this machine, for another name, an expired one,
-- and one that is valid from 2040; and a self-signed one.
local MAKE = [[
cd "$(mktemp -d)" && pwd || exit 1
new="req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
names=subjectAltName=DNS:localhost,IP:127.0.0.1
{
  openssl $new -x509 -days 2 -subj /CN=specs -keyout ca.key -out ca.pem
  openssl $new -x509 -days 2 -subj /CN=localhost -addext $names -keyout self.key -out self.pem
  for name in good wrong expired; do
    days=2
    [ $name = expired ] && days=-1
    [ $name = wrong ] && names=subjectAltName=DNS:elsewhere.example
    [ $name = expired ] && names=subjectAltName=DNS:localhost
    openssl $new -subj /CN=$name -addext $names -keyout $name.key -out $name.csr
    openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -set_serial 2 \
      -copy_extensions copy -days $days -out $name.pem
  done
  printf '%s\n' '[ca]' default_ca=d '[d]' database=index new_certs_dir=. rand_serial=yes \
    default_md=sha256 policy=p copy_extensions=copy '[p]' commonName=supplied >early.conf
  : >index
  openssl $new -subj /CN=early -addext $names -keyout early.key -out early.csr
  openssl ca -batch -notext -config early.conf -cert ca.pem -keyfile ca.key \
    -startdate 400101000000Z -enddate 410101000000Z -in early.csr -out early.pem
} >log 2>&1
]]

--- Creates them in a temporary directory; `remove` deletes it.
---@return { path: string, ca: string, remove: fun() }
function tls.certificates()
  local handle = assert(io.popen(MAKE, "r"))
  local path = assert(handle:read("*l"))
  handle:close()
  return {
    path = path,
    ca = path .. "/ca.pem",
    remove = function()
      os.execute("rm -rf '" .. path .. "'")
    end,
  }
end

--- Certificates for the specs of a block.
---@param give fun(certificates: table) called before the first
---@param setup function busted's, and so on
function tls.around(give, setup, teardown)
  local certificates
  setup(function()
    certificates = tls.certificates()
    give(certificates)
  end)
  teardown(function()
    certificates.remove()
  end)
end

--- openssl's server with the named certificate: answers every GET with an HTML page
-- over HTTP/1.0.  `options` are further options of s_server.
function tls.serve(certificates, name, options)
  local place = certificates.path .. "/" .. name
  local child = peer.spawn(("openssl s_server -accept 127.0.0.1:0 -www -key %s.key -cert %s.pem %s </dev/null 2>&1")
    :format(place, place, options or ""), "^ACCEPT 127%.0%.0%.1:(%d+)")
  return {
    url = "https://localhost:" .. child.found .. "/",
    stop = function()
      peer.kill(child)
    end,
  }
end

local CONF = [[
daemon off;
master_process off;
pid $dir/nginx.pid;
error_log $dir/error.log;
events { }
http {
  access_log off;
  keepalive_requests 1000000;
  client_body_temp_path $dir/body;
  proxy_temp_path $dir/proxy;
  fastcgi_temp_path $dir/fastcgi;
  uwsgi_temp_path $dir/uwsgi;
  scgi_temp_path $dir/scgi;
  server {
    listen 127.0.0.1:$port ssl http2;
    ssl_certificate $dir/good.pem;
    ssl_certificate_key $dir/good.key;
    location / { return 200 "$http2 $connection"; }
    # This one leads to a server that accepts and says nothing.
    location /hang { proxy_pass http://127.0.0.1:$silent; }
  }
}
]]

--- nginx with the good certificate: `/` returns the protocol and the number of the
-- connection, `/hang` never answers.
function tls.nginx(certificates)
  local silent = assert(socket.bind("127.0.0.1", 0))
  local _, silent_port = silent:getsockname()
  local port = launch.free_port()
  local values = { dir = certificates.path, port = port, silent = silent_port }
  local file = assert(io.open(certificates.path .. "/nginx.conf", "w"))
  file:write((CONF:gsub("%$(%w+)", values)))
  file:close()
  local handle = assert(io.popen(("PATH=$PATH:/usr/sbin; echo $$; exec nginx -p '%s' -c nginx.conf -e error.log 2>&1")
    :format(certificates.path), "r"))
  local child = { handle = handle, pid = assert(handle:read("*l")) }
  local ends_at = socket.gettime() + 90
  while not peer.accepts(port) do
    assert(socket.gettime() < ends_at, "nginx did not start")
    socket.select(nil, nil, 0.01)
  end
  return {
    url = "https://localhost:" .. port,
    stop = function()
      peer.kill(child)
      silent:close()
    end,
  }
end

return tls
