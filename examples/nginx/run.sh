#!/bin/sh
# Starts the example's nginx; without credentials in the environment, against a
# local server of its own.  `make nginx-example` calls this.  PORT (8080).
set -eu
here=$(dirname "$0")
PATH="$PATH:/usr/sbin:/usr/local/sbin:/usr/local/openresty/nginx/sbin"
PORT=${PORT:-8080}

work=$(mktemp -d)
pids=
finish() {
  for pid in $pids; do
    kill "$pid" 2>/dev/null || true
  done
  wait
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

# nginx writes beside its configuration: into a copy.
cp -r "$here/caller.lua" "$here/html" "$work/"
mkdir "$work/temp"
chmod 755 "$work" # nginx's workers are somebody else when root starts it
sed "s/127\.0\.0\.1:8080/127.0.0.1:$PORT/" "$here/nginx.conf" >"$work/nginx.conf"

if [ -z "${GENESYSCLOUD_OAUTHCLIENT_ID:-}${GENESYSCLOUD_ACCESS_TOKEN:-}" ]; then
  . examples/sandbox.sh
  start_sandbox --parent $$ --contacts 300
  pids=$pid
  echo "A local External Contacts server is at $EXTCONTACTS_BASE_URL"
  echo "Somebody it knows:"
  "${LUA:-lua5.4}" "$here/somebody.lua" "$PORT"
fi

# The Lua module, where nginx doesn't have it built in.
modules=
dir=$(nginx -V 2>&1 | sed -n 's/.*--modules-path=\([^ ]*\).*/\1/p')
for name in ndk_http_module ngx_http_lua_module; do
  [ ! -f "$dir/$name.so" ] || modules="$modules load_module $dir/$name.so;"
done
nginx -p "$work" -c nginx.conf -e stderr -g "$modules" &
pids="$pids $!"
wait $!
