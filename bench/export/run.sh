#!/bin/sh
# Reads CONTACTS (100,000) contacts of a sandbox at 200 per page, RUNS (5) times in turn:
#
#   download  a C loop on one libcurl handle that writes the pages to a file, as they are
#             (../prefetch/download.c)
#   export    `extcontacts export`: a checked and sealed snapshot
#   ndjson    `extcontacts scan --ndjson`
#   csv       `extcontacts scan --csv --fields id,lastName,workEmail`
#   curl_jq   the same CSV with curl and jq, one process of each a page (curl_jq.sh)
#
# Prints the medians of CPU seconds (all processes together), peak memory of the largest
# process and wall seconds, and the medians of the ratios of each pair: export and ndjson
# to download, csv to curl_jq.  Fails if the programs read different records.  Needs GNU
# time and jq (Debian: time jq).  VMS="lua5.4" leaves the other VM out.
set -eu
cd "$(dirname "$0")/../.."
CONTACTS=${CONTACTS:-100000}
RUNS=${RUNS:-5}
VMS=${VMS:-lua5.4 luajit}
for program in /usr/bin/time jq; do
  command -v $program >/dev/null || { echo "bench/export needs GNU time and jq: apt-get install time jq" >&2; exit 1; }
done

. bench/sandbox.sh
start_sandbox --contacts "$CONTACTS" --rate 0

${CC:-cc} -std=c99 -D_GNU_SOURCE -O2 $(pkg-config --cflags libcurl) -o "$work/downloader" \
  bench/prefetch/download.c $(pkg-config --libs libcurl)

# measure NAME OUTPUT command...: adds its figures to the file NAME
measure() {
  name=$1 output=$2
  shift 2
  /usr/bin/time -f '%U %S %M %e' -o "$work/figures" "$@" >"$output" 2>"$work/errors" || {
    cat "$work/errors" >&2
    exit 1
  }
  [ "$run" = 0 ] || tail -1 "$work/figures" | awk '{ print $1 + $2, $3 / 1024, $4, $2 }' >>"$work/$name"
}

for run in $(seq 0 "$RUNS"); do # run 0 warms up and is not counted
  measure download "$work/out" "$work/downloader" "$work/pages"
  for vm in $VMS; do
    rm -f "$work/snapshot"
    measure $vm.export "$work/out" env EXTCONTACTS_LUA=$vm bin/extcontacts export "$work/snapshot" --only contacts
    measure $vm.ndjson "$work/ndjson" env EXTCONTACTS_LUA=$vm bin/extcontacts scan contacts --ndjson
    measure $vm.csv "$work/csv" env EXTCONTACTS_LUA=$vm bin/extcontacts scan contacts --csv \
      --fields id,lastName,workEmail
    if [ "$run" = 0 ]; then # the same records
      sed '1d; s/^{"kind":"contact","record"://; s/,"crc":"[0-9a-f]*"}$//' "$work/snapshot" >"$work/records"
      cmp "$work/records" "$work/ndjson"
    fi
  done
  measure curl_jq "$work/curl_jq.csv" sh bench/export/curl_jq.sh "$work"
  if [ "$run" = 0 ]; then
    tr -d '"\r' <"$work/curl_jq.csv" >"$work/rows"
    tr -d '"\r' <"$work/csv" | cmp - "$work/rows"
  fi
done

row() { # NAME
  printf '  %-15s CPU %6.2f s (%5.2f s in the kernel)   peak %5.1f MB   wall %6.2f s\n' "$1" \
    "$(column "$1" 1)" "$(column "$1" 4)" "$(column "$1" 2)" "$(column "$1" 3)"
}

ratio() { # NAME PEER COLUMN WHAT
  paste -d ' ' "$work/$1" "$work/$2" | awk -v c="$3" '{ print $c / $(c + 4) }' >"$work/ratios"
  printf '  %s of %s / %s: %.3f\n' "$4" "$1" "$2" "$(median <"$work/ratios")"
}

echo "$CONTACTS contacts at 200 per page, medians of $RUNS (load $(cut -d ' ' -f 1-3 /proc/loadavg)):"
row download
row curl_jq
for vm in $VMS; do
  for name in export ndjson csv; do
    row $vm.$name
  done
  ratio $vm.export download 1 CPU
  ratio $vm.ndjson download 1 CPU
  ratio $vm.csv curl_jq 1 CPU
  ratio $vm.csv curl_jq 3 "wall time"
done
