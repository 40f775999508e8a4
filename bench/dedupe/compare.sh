#!/bin/sh
# Compares the CPU time of the comparison step with a reference in Python that makes the
# same comparisons with python3-jellyfish, in turns; prints medians of ROUNDS (5) and
# fails if the two count other patterns.
#
#   COUNT=20000 sh bench/dedupe/compare.sh     after `make both`
#
# Needs: apt-get install python3-jellyfish

set -eu
cd "$(dirname "$0")/../.."
VM=${VM:-lua5.4} COUNT=${COUNT:-20000} ROUNDS=${ROUNDS:-5} PYTHON=${PYTHON:-/usr/bin/python3}
unset LUA_PATH_5_4 LUA_CPATH_5_4 LUA_INIT LUA_INIT_5_4
"$PYTHON" -c "import jellyfish" 2>/dev/null || {
  echo "bench/dedupe needs python3-jellyfish: apt-get install python3-jellyfish" >&2
  exit 1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

median() {
  sort -n "$1" | sed -n "$(((ROUNDS + 1) / 2))p"
}

round=0
while [ "$round" -lt "$ROUNDS" ]; do
  LUA_PATH="$PWD/lua/?.lua;$PWD/lua/?/init.lua;$PWD/?.lua;;" LUA_CPATH="$PWD/build/$VM/?.so;;" \
    "$VM" bench/dedupe/compare.lua "$COUNT" "$work/pairs" >"$work/ours"
  "$PYTHON" -W ignore bench/dedupe/compare.py "$work/pairs" >"$work/reference"
  head -n 1 "$work/ours" >>"$work/ours.seconds"
  head -n 1 "$work/reference" >>"$work/reference.seconds"
  tail -n +2 "$work/ours" >"$work/ours.counts"
  tail -n +2 "$work/reference" | diff "$work/ours.counts" - || {
    echo "bench/dedupe: the reference counts other patterns" >&2
    exit 1
  }
  round=$((round + 1))
done
"$VM" -v 2>&1 | head -n 1
"$PYTHON" --version
dpkg-query -W -f '${Package} ${Version}\n' python3-jellyfish 2>/dev/null || true
pairs=$(awk '{ total += $2 } END { print total }' "$work/ours.counts")
ours=$(median "$work/ours.seconds") reference=$(median "$work/reference.seconds")
echo "$pairs pairs, medians of $ROUNDS: C $ours s, Python $reference s," \
  "$(awk "BEGIN { printf \"%.0f\", $reference / $ours }") times as fast"
