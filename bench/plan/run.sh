#!/bin/sh
# Plans a change of the contacts of a sandbox (CONTACTS, 100,000) for which a condition
# holds, about 1 % of them, with this working tree and with another one (BASE, the folder of
# a built clone of an earlier commit), in turn, RUNS (5) times each.  Prints the median CPU
# seconds, peak memory and wall seconds of the client process, and the median of the ratios
# of each pair of runs; fails if the plans differ.  Needs GNU time (Debian: time).
set -eu
cd "$(dirname "$0")/../.."
CONTACTS=${CONTACTS:-100000}
RUNS=${RUNS:-5}
VMS=${VMS:-lua5.4 luajit}
WHERE=${WHERE:-'address.city == "Frankfurt am Main"'}
: "${BASE:?BASE must name the folder of a built clone of the commit to compare with}"
command -v /usr/bin/time >/dev/null || { echo "bench/plan needs GNU time: apt-get install time" >&2; exit 1; }
here=$(pwd)

. bench/sandbox.sh
start_sandbox --contacts "$CONTACTS" --rate 0

for vm in $VMS; do
  for run in $(seq 0 "$RUNS"); do # run 0 warms up and is not counted
    for peer in base here; do
      [ "$peer" = here ] && cd "$here" || cd "$BASE"
      eval "$(make -s env LUA="$vm")"
      cd "$here" # both run the same script
      /usr/bin/time -f '%U %S %M %e' -o "$work/figures" \
        "$vm" bench/plan/plan.lua "$work/$peer.plan" "$WHERE" >"$work/$peer.out"
      [ "$run" = 0 ] || awk '{ print $1 + $2, $3 / 1024, $4, $2 }' "$work/figures" >>"$work/$vm.$peer"
    done
    if [ "$(sort -u "$work"/*.out | wc -l)" != 1 ]; then
      echo "the plans differ:" >&2
      cat "$work"/*.out >&2
      exit 1
    fi
    [ "$run" = 0 ] || paste "$work/$vm.base" "$work/$vm.here" | tail -1 | awk '{ print $5 / $1 }' >>"$work/$vm.ratios"
  done
  echo "$vm, $CONTACTS contacts, $(cut -f 2 "$work/here.out") changes, medians of $RUNS:"
  for peer in base here; do
    printf '  %-5s CPU %6.2f s (kernel %.2f s)   peak %6.1f MB   wall %6.2f s\n' "$peer" "$(column $vm.$peer 1)" \
      "$(column $vm.$peer 4)" "$(column $vm.$peer 2)" "$(column $vm.$peer 3)"
  done
  printf '  here / base: CPU %.2f\n' "$(column $vm.ratios 1)"
done
