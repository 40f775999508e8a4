#!/bin/sh
# Two nginx instances, as on two machines, that share a rate limit, a token and their
# answers through a Redis server; examples/fleet/show.lua shows what that means.  The API
# is a local server.  Everything runs on free ports of this machine and ends with this
# script.  `make fleet-example` runs it.
set -eu
here=$(dirname "$0")
LUA=${LUA:-luajit}
sh spec/support/deps.sh --probe fleet # says what is missing, and how to install it
. examples/nginx.sh
. examples/sandbox.sh

free_port() {
  "$LUA" -e 'print(require("extcontacts.sandbox.launch").free_port())'
}

start_sandbox --parent $$ --contacts 300
pids=$pid

port=$(free_port)
redis-server --bind 127.0.0.1 --port "$port" --dir "$work" --save '' --maxmemory-policy noeviction >"$work/redis.log" &
pids="$pids $!"
# A busy machine may not answer within the default of 0.25 seconds.
export EXTCONTACTS_STORE="redis://127.0.0.1:$port?timeout=5"

ports=
for name in first second; do
  mkdir "$work/$name"
  port=$(free_port)
  sed "s/127\.0\.0\.1:8080/127.0.0.1:$port/" "$here/nginx.conf" >"$work/$name/nginx.conf"
  start_nginx "$work/$name" 2>"$work/$name.log"
  ports="$ports $port"
done

"$LUA" "$here/show.lua" "$work/fix.plan" $ports || {
  code=$?
  cat "$work"/*.log >&2
  exit "$code"
}
