#!/bin/sh
# The soak tests: behaviour under load and faults, at full size.  Each script
# prints its checks; the last line is the total.
#
#   run.sh [creates] [scan] [windows] [fleet] [outage] [fix] [network]  all by default
#
# VMS="lua5.4" leaves the other VM out.  README.md describes each item.
set -u
cd "$(dirname "$0")/../.." || exit 2
VMS=${VMS:-lua5.4 luajit}
passed=0 failed=0 failures=

count() { # NAME status
  if [ "$2" = 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    failures="$failures
  $1"
  fi
}

soak() { # script name=value...
  (
    eval "$(make -s env LUA="$vm")"
    LUA_PATH="./?.lua;$LUA_PATH" exec "$vm" "bench/soak/$1.lua" $2
  )
  count "$1 $2 ($vm)" $?
}

items_creates() {
  soak creates ""
  soak creates "concurrency=8"
  soak creates "creates=1000 concurrency=8 lag=2"
}

items_scan() {
  soak scan ""
}

items_windows() {
  soak windows ""
  soak windows "tokens=10 period=30"
}

items_fleet() {
  for fault in none clients kill away cut hang; do
    soak fleet "fault=$fault"
  done
  soak fleet "processes=32 windows=1"
}

items_outage() {
  for how in 503 reset slow; do
    soak outage "how=$how"
  done
}

items_fix() {
  for script in bad batches conflicts undo kills large overwritten; do
    soak "fix/$script" ""
  done
  soak fix/kills "batch=20 concurrency=2"
  soak fix/mixed ""
  soak fix/mixed "write=patch seed=2"
  soak fix/mixed "write=put seed=3"
  soak fix/mixed "batch=1 seed=4"
  soak fix/lossy ""
  soak fix/allowance ""
  soak fix/allowance "reserve=0.1 windows=17"
}

items_network() {
  VMS=$vm sh spec/support/run.sh chaos
  count "the specs through a bad network ($vm)" $?
}

for vm in $VMS luajit; do # the sandbox runs on LuaJIT
  make --no-print-directory -s LUA="$vm" || exit 1
done
for item in ${*:-creates scan windows fleet outage fix network}; do
  case $item in
  creates | scan | windows | fleet | outage | fix | network)
    for vm in $VMS; do
      items_"$item"
    done ;;
  *) count "unknown item '$item'" 1 ;;
  esac
done
[ -z "$failures" ] || printf '\nfailed:%s\n' "$failures"
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
