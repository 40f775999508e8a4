#!/bin/sh
# Lookups inside one nginx worker, side by side: `cosocket`, a client written by
# hand on nginx's own sockets (ideal: no JSON, and TLS only where that is
# measured); `engine`, this module's engine alone, as ideal; `client`, its client;
# `kit`, extcontacts.resty with a number that nobody has asked for, so that every
# lookup goes to the API.
# Load comes from wrk, the API is a second nginx of one worker that answers
# after a set delay.  Clients take turns, ROUNDS (5) times SECONDS (4); printed
# are the medians, and the medians of each round's ratio to cosocket.  While
# the load runs, a second wrk asks an unrelated location of the same worker
# 200 times a second.
#
#   ROUNDS=3 sh bench/nginx/run.sh [20ms] [0ms] [tls] [one] [dead]
set -eu
cd "$(dirname "$0")/../.."
command -v wrk >/dev/null || { echo "bench/nginx needs wrk: apt-get install wrk" >&2; exit 1; }
make -s both
eval "$(make -s env)"
LUA_PATH="./?.lua;$LUA_PATH" exec lua5.4 bench/nginx/bench.lua "$@"
