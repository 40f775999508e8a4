#!/bin/sh
# Gets and updates COUNT (10,000) contacts of a sandbox that takes 20 ms (DELAY) for
# each request, in three ways: by `*_many`, by client:map with 16 calls at the same
# time, and one by one.  Prints contacts, requests, seconds, CPU time per item in µs
# and the growth of Lua's heap in KB, for both VMs.  The way "each" gets EACH (500)
# contacts only.
# Then LOST (10,000) contacts are created, changed and deleted while 5 % of the bulk
# replies get lost; LOST=0 leaves this out.  VMS="lua5.4" leaves the other VM out.
set -eu
cd "$(dirname "$0")/../.."
COUNT=${COUNT:-10000}
DELAY=${DELAY:-0.02}
EACH=${EACH:-500}
LOST=${LOST:-10000}
VMS=${VMS:-lua5.4 luajit}
. bench/sandbox.sh

start_sandbox --contacts "$COUNT" --rate 0 --fault "operation=contacts.*,delay=$DELAY"
eval "$(make -s env)"
lua5.4 bench/map/ids.lua "$COUNT" >"$work/ids"
head -n "$EACH" "$work/ids" >"$work/few"

printf '%-8s %-6s %-5s %8s %9s %8s %8s %8s\n' VM verb way contacts requests seconds µs/item KB
for vm in $VMS; do
  for verb in get update; do
    for way in many map each; do
      list=ids
      [ "$way" = each ] && list=few
      (
        eval "$(make -s env LUA="$vm")"
        "$vm" bench/many/extcontacts.lua "$verb" "$way" <"$work/$list" >"$work/out"
      )
      read -r got requests seconds cpu memory <"$work/out"
      printf '%-8s %-6s %-5s %8s %9s %8s %8s %8s\n' "$vm" "$verb" "$way" "$got" "$requests" "$seconds" "$cpu" "$memory"
    done
  done
done
kill "$pid"
pid=

[ "$LOST" != 0 ] || exit 0
for vm in $VMS; do
  rm "$work/ready"
  start_sandbox --contacts 100 --rate 0 --fault "operation=contacts.bulk.*,rate=0.05,drop=after"
  (
    eval "$(make -s env LUA="$vm")"
    "$vm" bench/many/create.lua "$LOST" >"$work/out"
  )
  echo "$vm, 5 % of the replies lost: $(cat "$work/out")"
  kill "$pid"
  pid=
done
