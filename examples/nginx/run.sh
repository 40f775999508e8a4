#!/bin/sh
# Starts the example's nginx on PORT (8080).  Without credentials in the
# environment it also starts a local server to look callers up on.
# `make nginx-example` runs this.
set -eu
here=$(dirname "$0")
. examples/nginx.sh
PORT=${PORT:-8080}

# nginx writes files next to its configuration, so it runs in a copy.
cp -r "$here/caller.lua" "$here/html" "$work/"
sed "s/127\.0\.0\.1:8080/127.0.0.1:$PORT/" "$here/nginx.conf" >"$work/nginx.conf"

if [ -z "${GENESYSCLOUD_OAUTHCLIENT_ID:-}${GENESYSCLOUD_ACCESS_TOKEN:-}" ]; then
  . examples/sandbox.sh
  start_sandbox --parent $$ --contacts 300
  pids=$pid
  echo "A local External Contacts server is running at $EXTCONTACTS_BASE_URL"
  echo "Some callers it knows:"
  "${LUA:-lua5.4}" "$here/sample_callers.lua" "$PORT"
fi

start_nginx "$work"
wait $!
