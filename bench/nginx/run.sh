#!/bin/sh
# Compares lookups inside one nginx worker: `resty_http_like`, our stand-in for
# lua-resty-http with lua-cjson, the common choice, which Debian does not package;
# `cosocket`, a hand-written client on nginx's own sockets (the ideal: no JSON, and
# TLS only where that is measured);
# `engine`, this module's engine alone; `client`, its client; `kit`,
# extcontacts.resty with numbers that are not cached, so that every lookup goes to
# the API.
# wrk produces the load; the API is a second nginx with one worker that answers
# after a fixed delay.  Clients take turns, ROUNDS (5) times SECONDS (4, a whole number).  Prints
# the medians, and the medians of each round's ratio to the first one; "CPU" is the
# time of all threads of the worker per lookup.  During the load a second wrk requests
# an unrelated location of the same worker 200 times per second.
# With BASE, the folder of a built clone of an earlier commit, `20ms` and `0ms` compare
# `client` and `kit` with those of that clone instead.
#
# `fleet` needs redis-server.
#
#   ROUNDS=3 sh bench/nginx/run.sh [20ms] [0ms] [tls] [one] [dead] [fleet]
set -eu
cd "$(dirname "$0")/../.."
command -v wrk >/dev/null || { echo "bench/nginx needs wrk: apt-get install wrk" >&2; exit 1; }
make -s both
eval "$(make -s env)"
LUA_PATH="./?.lua;$LUA_PATH" exec lua5.4 bench/nginx/bench.lua "$@"
