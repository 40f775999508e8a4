#!/bin/sh
# Decoding and encoding side by side: this codec, Debian's lua-cjson, and the
# floor (the same tables built from C, nothing parsed).  Every measurement is
# a process of its own; the libraries take turns; medians of ROUNDS (7).
#
#   VMS="lua5.4" sh bench/json/run.sh     after `make both`

set -eu
cd "$(dirname "$0")/../.."
VMS=${VMS:-lua5.4 luajit}
ROUNDS=${ROUNDS:-7}
unset LUA_PATH_5_4 LUA_CPATH_5_4 LUA_INIT LUA_INIT_5_4

measure() { # VM decode|encode LIBRARY
  LUA_PATH="$PWD/?.lua;;" \
    LUA_CPATH="$PWD/build/$1/?.so;$PWD/build/bench/$1/?.so;;" \
    "$1" bench/json/bench.lua "$2" "$3"
}

build_floor() { # VM
  mkdir -p "build/bench/$1"
  ${CC:-cc} -std=c99 -O2 -Wall -Wextra -shared -fPIC -fvisibility=hidden \
    $(pkg-config --cflags "$1") bench/json/floor.c -o "build/bench/$1/floor.so"
}

# Medians in MB/s, then how many times as fast ours is as each of the others.
summary() {
  sort -k1,1 -k2,2n | awk '
    { count[$1]++; value[$1, count[$1]] = $2
      if (!($1 in seen)) { seen[$1] = 1; names[++known] = $1 } }
    function median(name,  n) {
      n = count[name]
      return n % 2 ? value[name, (n + 1) / 2] \
        : (value[name, n / 2] + value[name, n / 2 + 1]) / 2
    }
    END {
      for (i = 1; i <= known; i++) {
        name = names[i]
        printf "  %-11s %7.1f MB/s  (%.1f to %.1f)", name, median(name),
          value[name, 1], value[name, count[name]]
        if (name != "ours")
          printf "  ours/%s %.2f", name, median("ours") / median(name)
        print ""
      }
    }'
}

echo "$(${CC:-cc} --version | head -n 1); lua-cjson $(dpkg-query -W \
  -f '${Version}' lua-cjson 2>/dev/null || echo unknown); $ROUNDS rounds"
for vm in $VMS; do
  build_floor "$vm"
  for what in decode encode; do
    libraries="ours cjson"
    [ $what = encode ] || libraries="ours cjson floor floor_kept"
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
