#!/bin/sh
# Plans a change of each of CONTACTS (200,000) contacts of a sandbox, by `extcontacts import`
# with e-mail addresses and by the ready fix set_fields with ids, in turn, RUNS (3) times
# each.  Prints the median CPU seconds, peak memory and wall seconds of the client
# process, and the median of the ratios of each pair of runs; fails if one plans
# fewer rows.  Needs GNU time (Debian: time).
set -eu
cd "$(dirname "$0")/../.."
CONTACTS=${CONTACTS:-200000}
RUNS=${RUNS:-3}
VMS=${VMS:-lua5.4 luajit}
command -v /usr/bin/time >/dev/null || { echo "bench/import needs GNU time: apt-get install time" >&2; exit 1; }

. bench/sandbox.sh
start_sandbox --contacts "$CONTACTS" --rate 0

for vm in $VMS; do
  eval "$(make -s env LUA="$vm")"
  [ -e "$work/import.csv" ] || "$vm" bench/import/rows.lua "$work"
  for run in $(seq 1 "$RUNS"); do
    for peer in set_fields import; do
      /usr/bin/time -f '%U %S %M %e' -o "$work/figures" "$vm" bench/import/plan.lua "$work" $peer >"$work/$peer.out"
      awk '{ print $1 + $2, $3 / 1024, $4 }' "$work/figures" >>"$work/$vm.$peer"
    done
    if [ "$(sort -u "$work"/*.out | wc -l)" != 1 ]; then
      echo "the plans differ:" >&2
      cat "$work"/*.out >&2
      exit 1
    fi
    paste "$work/$vm.set_fields" "$work/$vm.import" | tail -1 | awk '{ print $4 / $1, $6 / $3 }' >>"$work/$vm.ratios"
  done
  echo "$vm, $CONTACTS rows and contacts, medians of $RUNS:"
  for peer in set_fields import; do
    printf '  %-12s CPU %6.2f s   peak %6.1f MB   wall %6.2f s\n' "$peer" \
      "$(column $vm.$peer 1)" "$(column $vm.$peer 2)" "$(column $vm.$peer 3)"
  done
  printf '  import / set_fields: CPU %.2f, wall %.2f\n' "$(column $vm.ratios 1)" "$(column $vm.ratios 2)"
done
