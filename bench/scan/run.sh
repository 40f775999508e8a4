#!/bin/sh
# Scans CONTACTS (100,000) contacts of a sandbox at 200 per page, with this module (all
# fields, and the two that are used) and with two hand-written loops on lua-cjson, in
# turn, RUNS (5) times each:
# luasocket_http (LuaSocket's http.request) and luasocket_bare (HTTP of its own on
# one kept connection, without checks).  Prints the median CPU seconds, peak memory
# and wall seconds of the client process, and the ratios; fails if the programs
# read different records.  Needs GNU time (Debian: time).  With SDK=FOLDER, the official
# JavaScript SDK in that folder (javascript_sdk.js says how it gets there) is another peer.
set -eu
cd "$(dirname "$0")/../.."
CONTACTS=${CONTACTS:-100000}
RUNS=${RUNS:-5}
OTHERS="luasocket_http luasocket_bare${SDK:+ javascript_sdk}"
PEERS="extcontacts two_fields $OTHERS"
command -v /usr/bin/time >/dev/null || { echo "bench/scan needs GNU time: apt-get install time" >&2; exit 1; }

. bench/sandbox.sh
start_sandbox --contacts "$CONTACTS" --rate 0

for vm in lua5.4 luajit; do
  eval "$(make -s env LUA=$vm)"
  for run in $(seq 0 "$RUNS"); do # run 0 warms up and is not counted
    for peer in $PEERS; do
      program="$vm bench/scan/$peer.lua"
      [ $peer != javascript_sdk ] || program="node bench/scan/$peer.js"
      /usr/bin/time -f '%U %S %M %e' -o "$work/figures" $program >"$work/$peer.out"
      [ "$run" = 0 ] || awk '{ print $1 + $2, $3 / 1024, $4, $2 }' "$work/figures" >>"$work/$vm.$peer"
    done
    if [ "$(sort -u "$work"/*.out | wc -l)" != 1 ]; then
      echo "the programs read different records:" >&2
      cat "$work"/*.out >&2
      exit 1
    fi
  done
  echo "$vm, $CONTACTS contacts at 200 per page, medians of $RUNS:"
  for peer in $PEERS; do
    printf '  %-15s CPU %6.2f s (kernel %5.2f s)   peak %6.1f MB   wall %6.2f s\n' "$peer" \
      "$(column $vm.$peer 1)" "$(column $vm.$peer 4)" "$(column $vm.$peer 2)" "$(column $vm.$peer 3)"
  done
  for peer in $OTHERS; do
    for ours in extcontacts two_fields; do
      awk -v a="$(column $vm.$ours 1)" -v b="$(column $vm.$peer 1)" -v o=$ours -v p=$peer \
        'BEGIN { printf "  CPU of %s / %s: %.3f\n", o, p, a / b }'
    done
  done
done
