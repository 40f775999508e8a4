#!/bin/sh
# Gets COUNT (2,000) contacts from a sandbox that takes 20 ms (DELAY) for each,
# CONCURRENCY (16) at the same time, RUNS (5) times in turn: with client:map on
# both VMs, and with as many threads in C, each with a libcurl handle (threads.c).
# Prints the median seconds, and their share of two ideals: COUNT * DELAY /
# CONCURRENCY seconds, in which client and server take no time of their own; and
# the same with the time of a single get (threads.c with one thread) in place of
# DELAY, which includes the server's work and its timers' whole milliseconds.
# VMS="lua5.4" leaves the other VM out.  BASE, the folder of a built clone of an
# earlier commit, takes turns with this working tree, and the medians of the ratios of
# their seconds and CPU seconds are printed, too.
set -eu
cd "$(dirname "$0")/../.."
COUNT=${COUNT:-2000}
DELAY=${DELAY:-0.02}
CONCURRENCY=${CONCURRENCY:-16}
ALONE=100
RUNS=${RUNS:-5}
VMS=${VMS:-lua5.4 luajit}
. bench/sandbox.sh
start_sandbox --contacts "$COUNT" --rate 0 --fault "operation=contacts.get,delay=$DELAY"

${CC:-cc} -std=c99 -D_GNU_SOURCE -O2 -pthread $(pkg-config --cflags libcurl) \
  -o "$work/floor" bench/map/threads.c $(pkg-config --libs libcurl)
eval "$(make -s env)"
lua5.4 bench/map/ids.lua "$COUNT" >"$work/ids"

# map TREE VM: to "$work/out.VM" or, for BASE, "$work/out.VM-base"
map() {
  (
    here=$(pwd)
    cd "$1"
    eval "$(make -s env LUA="$2")"
    cd "$here" # both run the same script
    "$2" bench/map/extcontacts.lua "$CONCURRENCY" <"$work/ids"
  )
}

for run in $(seq 0 "$RUNS"); do # run 0 warms up and is not counted
  head -n "$ALONE" "$work/ids" | "$work/floor" "$ALONE" 1 >"$work/alone.$run"
  "$work/floor" "$COUNT" "$CONCURRENCY" <"$work/ids" >"$work/out.threads"
  for vm in $VMS; do
    map . "$vm" >"$work/out.$vm"
    [ -z "${BASE:-}" ] || map "$BASE" "$vm" >"$work/out.$vm-base"
  done
  for out in "$work"/out.*; do
    read -r seconds got cpu <"$out"
    [ "$got" = "$COUNT" ] || { echo "$out: got $got of $COUNT" >&2; exit 1; }
    [ "$run" = 0 ] || echo "$seconds ${cpu:-}" >>"$work/${out#"$work"/out.}"
  done
done

rm "$work/alone.0"
cat "$work"/alone.* >"$work/each"
alone=$(echo "$(column each 1) $ALONE" | awk '{ print $1 / $2 }')
echo "$COUNT gets of $DELAY s, $CONCURRENCY at the same time, medians of $RUNS:"
echo "seconds; share of the ideal; share of the ideal with the time of a single get, $alone s"
for client in threads $VMS; do
  echo "$client $(column "$client" 1) $COUNT $DELAY $CONCURRENCY $alone" |
    awk '{ printf "  %-8s %7.3f  %5.1f %%  %5.1f %%\n", $1, $2, 100 * $3 * $4 / $5 / $2, 100 * $3 * $6 / $5 / $2 }'
done
if [ -n "${BASE:-}" ]; then
  for vm in $VMS; do
    paste "$work/$vm" "$work/$vm-base" | awk '{ print $1 / $3, $2 / $4 }' >"$work/$vm-ratios"
    echo "$vm here / base: seconds $(column "$vm-ratios" 1), CPU $(column "$vm-ratios" 2)"
  done
fi
