#!/bin/sh
# The C core on systems that this one is not.
#
#   ports.sh m32 CC VM          compiles it for 32-bit processors
#   ports.sh compile CC VM      compiles it with another compiler: musl's wrapper, or one
#                               for another processor
#   ports.sh run CC [EMULATOR]  runs what needs neither Lua nor libcurl: the fuzz targets,
#                               on their seeds and on random inputs
#
# There is no libcurl and no Lua here for any of them, so nothing is linked with them.
# Debian keeps their headers in a directory of this architecture, which contains
# nothing that depends on it: gnu/stubs-32.h stands in for the one of glibc.
set -eu
cd "$(dirname "$0")/../.."
out=${CHECK_DIR:-build/check}/ports
flags="-std=c99 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Wall -Wextra -Werror"
others=-idirafter/usr/include/$(gcc -print-multiarch)

# compile COMPILER... : each file of csrc
compile() {
  failed=
  for file in csrc/*.c; do
    "$@" $flags $(pkg-config --cflags "$vm") $others -O2 -c -o "$out/object.o" "$file" ||
      failed="$failed $file"
  done
  [ -z "$failed" ] || { echo "failed:$failed" >&2; exit 1; }
}

mkdir -p "$out"
case $1 in
m32)
  vm=$3
  mkdir -p "$out/include/gnu"
  : >"$out/include/gnu/stubs-32.h"
  compile "$2" -m32 "-I$out/include" ;;
compile)
  vm=$3
  compile "$2" ;;
run)
  for target in headers json_number json_plain sha256 similarity url; do
    needs=$(sed -n '1,12s/.*Needs \(.*\)\..*/\1/p' "spec/fuzz/$target.c")
    echo "$target:"
    "$2" -static $flags -O2 $needs "spec/fuzz/$target.c" spec/support/replay.c \
      -lm -o "$out/$target"
    seeds=spec/fuzz/seeds/$target
    [ -d "$seeds" ] || seeds=spec/fuzz/seeds/none
    ${3:-} "$out/$target" $(find "$seeds" -type f 2>/dev/null)
  done ;;
*)
  echo "ports.sh: no check '$1'" >&2
  exit 2 ;;
esac
