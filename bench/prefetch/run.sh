#!/bin/sh
# Scans CONTACTS (100,000) contacts of a sandbox that delays each page of 200 by
# 20 ms (DELAY), RUNS (5) times in turn: with this module, decoding and using every
# record; with a C loop on one libcurl handle that only downloads the pages
# (download.c); with a hand-written loop on LuaSocket and lua-cjson
# (../scan/luasocket_bare.lua); and with this module without prefetch.
# Prints the median seconds of each, and the ratios to the download.
# VMS="lua5.4" leaves the other VM out.
set -eu
cd "$(dirname "$0")/../.."
CONTACTS=${CONTACTS:-100000}
DELAY=${DELAY:-0.02}
RUNS=${RUNS:-5}
VMS=${VMS:-lua5.4 luajit}
. bench/sandbox.sh
start_sandbox --contacts "$CONTACTS" --rate 0 --fault "operation=contacts.scan,delay=$DELAY"

${CC:-cc} -std=c99 -D_GNU_SOURCE -O2 $(pkg-config --cflags libcurl) -o "$work/downloader" \
  bench/prefetch/download.c $(pkg-config --libs libcurl)

timed() { # NAME command...: appends the seconds it takes to the file NAME
  name=$1
  shift
  from=$(date +%s.%N)
  "$@" >"$work/out.$name"
  to=$(date +%s.%N)
  echo "$from $to" | awk '{ print $2 - $1 }' >>"$work/$name"
}

for run in $(seq "$RUNS"); do
  timed download "$work/downloader"
  for vm in $VMS; do
    (
      eval "$(make -s env LUA=$vm)"
      timed "$vm:extcontacts" "$vm" bench/scan/extcontacts.lua
      timed "$vm:luasocket" "$vm" bench/scan/luasocket_bare.lua
      timed "$vm:no_prefetch" "$vm" bench/scan/extcontacts.lua no_prefetch
    )
  done
done
if [ "$(cat "$work"/out.*:* | sort -u | wc -l)" != 1 ]; then
  echo "the programs read different records:" >&2
  cat "$work"/out.* >&2
  exit 1
fi

floor=$(column download 1)
echo "$CONTACTS contacts, 200 and $DELAY s per page, medians of $RUNS: seconds, and ratio to the download"
echo download "$floor" | awk '{ printf "  %-22s %7.3f\n", $1, $2 }'
for vm in $VMS; do
  for peer in extcontacts luasocket no_prefetch; do
    echo "$vm $peer $(column $vm:$peer 1) $floor" |
      awk '{ printf "  %-8s%-14s %7.3f  %.3f\n", $1, $2, $3, $3 / $4 }'
  done
done
