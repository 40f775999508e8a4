#!/bin/sh
# Starts the example's nginx on PORT (8080).  Without credentials in the
# environment it also starts a local server to look callers up on.
# `make nginx-example` runs this.
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

# nginx writes files next to its configuration, so it runs in a copy.
cp -r "$here/caller.lua" "$here/html" "$work/"
mkdir "$work/temp"
chmod 755 "$work" # started by root, nginx runs its workers as another user
sed "s/127\.0\.0\.1:8080/127.0.0.1:$PORT/" "$here/nginx.conf" >"$work/nginx.conf"

if [ -z "${GENESYSCLOUD_OAUTHCLIENT_ID:-}${GENESYSCLOUD_ACCESS_TOKEN:-}" ]; then
  . examples/sandbox.sh
  start_sandbox --parent $$ --contacts 300
  pids=$pid
  echo "A local External Contacts server is running at $EXTCONTACTS_BASE_URL"
  echo "Some callers it knows:"
  "${LUA:-lua5.4}" "$here/sample_callers.lua" "$PORT"
fi

# The Lua module, if nginx has it as a dynamic module.
modules=
dir=$(nginx -V 2>&1 | sed -n 's/.*--modules-path=\([^ ]*\).*/\1/p')
for name in ndk_http_module ngx_http_lua_module; do
  [ ! -f "$dir/$name.so" ] || modules="$modules load_module $dir/$name.so;"
done
nginx -p "$work" -c nginx.conf -e stderr -g "$modules" &
pids="$pids $!"
wait $!
