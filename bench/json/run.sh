#!/bin/sh
# Compares decoding and encoding of this codec, Debian's lua-cjson, and the floor
# (the same tables built from C, without parsing).  Each measurement runs in a
# process of its own and the libraries take turns; prints medians of ROUNDS (7).
# CPU time is measured, so that other processes disturb it less.
#
#   VMS=luajit WORK=encode sh bench/json/run.sh     after `make both`
#   BASE=../earlier sh bench/json/run.sh            with a built clone of another commit

set -eu
cd "$(dirname "$0")/../.."
VMS=${VMS:-lua5.4 luajit}
ROUNDS=${ROUNDS:-7}
WORK=${WORK:-decode encode}
unset LUA_PATH_5_4 LUA_CPATH_5_4 LUA_INIT LUA_INIT_5_4

measure() { # VM decode|encode LIBRARY
  tree=$PWD
  library=$3
  [ "$3" != base ] || { tree=$BASE library=ours; }
  LUA_PATH="$PWD/?.lua;;" \
    LUA_CPATH="$tree/build/$1/?.so;$PWD/build/bench/$1/?.so;;" \
    "$1" bench/json/bench.lua "$2" "$library"
}

build_floor() { # VM
  mkdir -p "build/bench/$1"
  ${CC:-cc} -std=c99 -O2 -Wall -Wextra -shared -fPIC -fvisibility=hidden \
    $(pkg-config --cflags "$1") bench/json/floor.c -o "build/bench/$1/floor.so"
}

# Medians in MB/s, and the speed of ours relative to each of the others: the median
# of the ratios per round, because measurements close in time share the load.
summary() {
  awk '
    { value[$1, ++count[$1]] = $2
      if (count[$1] == 1) names[++known] = $1 }
    function median(list, n,  i, j, x) {
      for (i = 2; i <= n; i++) {
        x = list[i]
        for (j = i - 1; j > 0 && list[j] > x; j--) list[j + 1] = list[j]
        list[j + 1] = x
      }
      return (list[int((n + 1) / 2)] + list[int(n / 2) + 1]) / 2
    }
    END {
      for (i = 1; i <= known; i++) {
        name = names[i]
        n = count[name]
        for (round = 1; round <= n; round++) {
          list[round] = value[name, round]
          ratios[round] = value["ours", round] / value[name, round]
        }
        middle = median(list, n)
        printf "  %-10s %7.1f MB/s (%.1f to %.1f)", name, middle, list[1],
          list[n]
        if (name != "ours") {
          middle = median(ratios, n)
          printf ", ours/%s %.2f (%.2f to %.2f)", name, middle, ratios[1],
            ratios[n]
        }
        print ""
      }
    }'
}

echo "$(${CC:-cc} --version | head -n 1); lua-cjson $(dpkg-query -W \
  -f '${Version}' lua-cjson 2>/dev/null || echo unknown); $ROUNDS rounds"
for vm in $VMS; do
  build_floor "$vm"
  for what in $WORK; do
    libraries="ours cjson"
    [ $what = encode ] || libraries="ours cjson floor floor_kept"
    [ -z "${BASE:-}" ] || libraries="ours base"
    echo "$what, $("$vm" -v 2>&1 | cut -d' ' -f1,2):"
    results=
    round=0
    while [ $round -lt "$ROUNDS" ]; do
      for library in $libraries; do
        results="$results$library $(measure "$vm" $what $library)
"
      done
      round=$((round + 1))
    done
    printf '%s' "$results" | summary
  done
done
