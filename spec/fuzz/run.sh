#!/bin/sh
# Builds and runs fuzz targets:  run.sh [seconds [target...]]
#
# A target is spec/fuzz/NAME.c or NAME.cc.  Its first comment lists what it
# needs in lines of `Needs csrc/ec_url.c lua5.4.`: paths of sources (or
# patterns), and names of pkg-config.  Seeds come from seeds/NAME, or from
# seeds/ and NAME's part before the first underscore.  Builds, corpora and
# inputs that make a target fail go to build/fuzz.

set -u
cd "$(dirname "$0")/../.." || exit 2
seconds=${1:-60}
[ $# -gt 0 ] && shift
out=build/fuzz
flags="-O1 -g -fno-omit-frame-pointer -D_GNU_SOURCE -Wall -Wextra"
checks="address,undefined -fno-sanitize-recover=all"

if [ $# = 0 ]; then
  for file in spec/fuzz/*.c spec/fuzz/*.cc; do
    [ -f "$file" ] || continue
    name=$(basename "$file")
    set -- "$@" "${name%.*}"
  done
fi

# Compiles one source of the target $name and adds its object to $objects.
compile() {
  object=$out/$name.d/$(basename "$1").o
  case $1 in
  *.cc) compiler="clang++ -std=c++17" ;;
  *) compiler="clang -std=c99" ;;
  esac
  $compiler $flags -fsanitize=fuzzer-no-link,$checks $cflags -c "$1" \
    -o "$object" || return 1
  objects="$objects $object"
}

build() {
  file=spec/fuzz/$name.c
  linker=clang
  [ -f "$file" ] || file=spec/fuzz/$name.cc linker=clang++
  [ -f "$file" ] || { echo "no target $name" >&2; return 1; }
  needs=$(sed -n '1,12s/.*Needs \(.*\)\..*/\1/p' "$file")
  sources=$file packages=
  for need in $needs; do
    case $need in
    */*) sources="$sources $need" ;;
    *) packages="$packages $need" ;;
    esac
  done
  cflags= libraries=
  if [ -n "$packages" ]; then
    cflags=$(pkg-config --cflags $packages) || return 1
    libraries=$(pkg-config --libs $packages) || return 1
  fi
  objects=
  mkdir -p "$out/$name.d" "$out/corpus/$name"
  for source in $sources; do # expands patterns
    compile "$source" || return 1
  done
  $linker -fsanitize=fuzzer,$checks $objects $libraries -lm -o "$out/$name"
}

run() {
  seeds=
  for dir in "spec/fuzz/seeds/$name" "spec/fuzz/seeds/${name%%_*}"; do
    [ -z "$seeds" ] && [ -d "$dir" ] && seeds=$dir
  done
  dictionary=
  [ -f "spec/fuzz/${name%%_*}.dict" ] &&
    dictionary=-dict=spec/fuzz/${name%%_*}.dict
  "$out/$name" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 \
    -print_final_stats=1 -verbosity=0 -artifact_prefix="$out/$name-" \
    $dictionary "$out/corpus/$name" $seeds
}

failed=
for name in "$@"; do
  echo "fuzzing $name for $seconds s"
  { build && run; } || failed="$failed $name"
done
[ -z "$failed" ] || { echo "failed:$failed" >&2; exit 1; }
