#!/bin/sh
# Runs groups of suites and checks and adds them up; the last line is always
# `N passed, N failed`.  Each spec counts as one, each check as one.
#
#   run.sh GROUP... [-- busted's options and spec files]
#
#   suite    the specs on both VMs
#   optional the specs that depend on programs which may be missing
#   nginx    the specs that wait, run by nginx: their waits yield there
#   static   warnings (gcc, clang), formats, linters, exported symbols
#   asan     the specs with AddressSanitizer, LeakSanitizer and UBSan, but for those
#            of the sandbox and the documentation
#   tsan     the specs of the engine's thread with ThreadSanitizer (clang)
#   leaks    what nginx's workers leave behind, with high counts
#   gc       the same specs with the collector never at rest
#   chaos    the specs with a bad network between clients and the sandbox
#            (spec/support/chaos.lua): small late pieces, and resets
#   memerr   every allocation failing in turn (spec/memerr)
#   valgrind the specs of the C modules under memcheck
#   fuzz     libFuzzer, FUZZ_SECONDS (10) a target (spec/fuzz)
#   ports    other systems and libraries: the specs of the C core without epoll and
#            with a libcurl that uses GnuTLS; compiled for 32 bits, with musl and
#            for other processors
#   lua53    the specs on Lua 5.3, but for those of programs that run in LuaJIT (the
#            sandbox, nginx), of scripts and documents, of the command, and of what is
#            slow and the same for any Lua (duplicates, growth, soak)
#   rock     luarocks make in a fresh tree, for Lua 5.4, 5.3 and LuaJIT
#   bare     `make demo` and `make test` in a minimal Debian
#            (spec/support/check_bare.sh)
#   deps     installs what the other groups need, but for bare and valgrind
#
# VMS="lua5.4" leaves the other VM out; asan also heeds ASAN_VMS.  The specs wait
# more than they compute.  So on two processors, suite and gc run the VMs at the same
# time, suite also halves of its files, and +GROUP runs beside the groups after it;
# the output of what ran beside comes last.  JOBS=1 runs one after the other.
# Builds and logs go into CHECK_DIR (build/check), a folder below this tree.
# EXTCONTACTS_WITHOUT="zsh fish" runs the specs as if these packages were
# missing (spec/support/programs.lua).
# A pending spec is listed and counts neither way; the line before the last
# names the programs whose absence left specs pending.  Every failed spec is named
# once more near the end.  A suite without specs, or one that dies before its end,
# counts as failed.

set -u
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
cd "$(dirname "$0")/../.." || exit 2
root=$(pwd)
VMS=${VMS:-lua5.4 luajit}
out=${CHECK_DIR:-build/check}
mkdir -p $out
# Versioned settings would win over the LUA_PATH and LUA_CPATH set here.
unset LUA_PATH_5_4 LUA_CPATH_5_4 LUA_INIT LUA_INIT_5_4
unset LUA_PATH_5_3 LUA_CPATH_5_3 LUA_INIT_5_3

# A user's account and proxies, of which the specs must see nothing: options of
# env.
foreign=$(env | sed -nE 's/^((GENESYSCLOUD|PURECLOUD)_[A-Z_]+|EXTCONTACTS_(BASE_URL|LOGIN_URL|CA_FILE|RATE)|(https?|all|no)_proxy|(HTTPS?|ALL|NO)_PROXY)=.*/-u \1/p')

JOBS=${JOBS:-$(nproc)}

passed=0 failed=0 pending=0 failures=
lacking=0 packages= # pending for missing programs, and their Debian packages

child= # of this process: the specs that it waits for
other= # the process in the background
beside= # the one of the group that runs beside others
half=   # the one with half of a suite
ports=0 # which part of the ports is that of this process

interrupted() {
  trap - INT TERM HUP
  [ -z "$child" ] || kill "$child" 2>/dev/null
  [ -z "$other" ] || kill "$other" 2>/dev/null
  [ -z "$beside" ] || kill "$beside" 2>/dev/null
  [ -z "$half" ] || kill "$half" 2>/dev/null
  wait
  exit 130
}
trap interrupted INT TERM HUP

# The seconds since $1 (of date +%s).
since() {
  echo $(($(date +%s) - $1))
}

fail() {
  failed=$((failed + 1))
  failures="$failures
  $1"
}

spec_files() {
  find spec -name '*_spec.lua' | LC_ALL=C sort
}

# The specs but for those of the sandbox's handlers and of the documentation: these
# compare answers of nginx, and files, that neither a sanitizer nor a restless
# collector reaches.
specs_of_the_client() {
  spec_files | grep -vE '^spec/(sandbox|docs)/'
}

# check NAME command...: silent unless it fails
check() {
  name=$1
  shift
  log=$out/$(printf '%s' "$name" | tr -c 'A-Za-z0-9.\n' _).log
  start=$(date +%s)
  if "$@" >"$log" 2>&1; then
    passed=$((passed + 1))
    printf 'ok     %s (%s s)\n' "$name" "$(since "$start")"
  else
    cat "$log"
    printf 'FAILED %s (%s s)\n' "$name" "$(since "$start")"
    fail "$name"
  fi
}

# A suite that waits for what never comes ends as failed, not as a stuck run.
SUITE_SECONDS=${SUITE_SECONDS:-2400}

# add_missing COUNT PACKAGES: specs that are pending for these packages
add_missing() {
  lacking=$((lacking + ${1:-0}))
  for package in ${2:-}; do
    case " $packages " in *" $package "*) ;; *) packages="$packages $package" ;; esac
  done
}

# add_report FILE STATUS: the counts of a report (spec/support/report.lua) into
# good, bad and waiting, and its failed specs, a line each, into failed_specs; a run
# that ended with STATUS without failures to show for it, or without a passed spec,
# counts as one failure
add_report() {
  good=0 bad=0 waiting=0 without=0 missing= failed_specs=
  if [ -f "$1" ]; then
    read -r good bad waiting without missing <"$1"
    failed_specs=$(sed '1d; s/^/    /' "$1")
  fi
  add_missing "$without" "$missing"
  if [ "$bad" = 0 ] && { [ "$2" != 0 ] || [ "$good" = 0 ]; }; then
    bad=1
    echo "the run ended with status $2 after $good specs"
  fi
}

# run_specs BUILD INTERPRETER... : busted on $specs with the core of that
# build, into good, bad, waiting and failed_specs
run_specs() {
  core=$1
  shift
  report=$root/$out/report
  rm -f "$report"
  # timeout gives the specs a process group of their own and ends all of it.
  set -- env $foreign timeout -k 10 "$SUITE_SECONDS" "$@" ${runner:-spec/support/suite.lua}
  if [ -f spec/helper.lua ]; then
    set -- "$@" --helper=spec/helper.lua
  fi
  EXTCONTACTS_REPORT=$report \
    EXTCONTACTS_PORTS="$((20000 + 1500 * ports)) $((21499 + 1500 * ports))" \
    LUA_PATH="$root/lua/?.lua;$root/lua/?/init.lua;$root/?.lua;;" \
    LUA_CPATH="$root/$core/?.so;;" \
    "$@" $specs </dev/null &
  child=$!
  wait $child
  status=$?
  child=
  add_report "$report" $status
}

# suite_ended NAME GOOD BAD WAITING START, and the failed specs in failed_specs
suite_ended() {
  passed=$((passed + $2)) failed=$((failed + $3)) pending=$((pending + $4))
  [ "$3" = 0 ] || failures="$failures
  $1: $3${failed_specs:+
$failed_specs}"
  printf 'suite  %s: %s passed, %s failed, %s pending (%s s)\n' \
    "$1" "$2" "$3" "$4" "$(since "$5")"
}

# suite NAME BUILD INTERPRETER...
suite() {
  name=$1
  shift
  start=$(date +%s)
  run_specs "$@"
  suite_ended "$name" "$good" "$bad" "$waiting" "$start"
}

# suite_by_file NAME BUILD INTERPRETER... : a process for each spec file,
# silent unless it fails
suite_by_file() {
  name=$1
  shift
  start=$(date +%s) log=$out/by_file.log
  all_specs=$specs all_good=0 all_bad=0 all_waiting=0 all_failed=
  for specs in ${all_specs:-$(spec_files)}; do
    run_specs "$@" >"$log" 2>&1
    [ "$bad" = 0 ] || { echo "$specs:"; cat "$log"; }
    all_good=$((all_good + good)) all_bad=$((all_bad + bad))
    all_waiting=$((all_waiting + waiting))
    [ -z "$failed_specs" ] || all_failed="${all_failed:+$all_failed
}$failed_specs"
  done
  specs=$all_specs failed_specs=$all_failed
  suite_ended "$name" "$all_good" "$all_bad" "$all_waiting" "$start"
}

# in_background NAME COMMAND...: starts the command as process $!; its counts and
# output wait for `joined`, and it has ports of its own.  Within another one, the name
# must be a different one.
in_background() {
  background=$out/$1
  case $1 in
    half) more_ports=1 ;;
    vm) more_ports=2 ;;
    beside) more_ports=4 ;;
  esac
  shift
  mkdir -p "$background"
  rm -f "$background/counts"
  (
    out=$background ports=$((ports + more_ports))
    passed=0 failed=0 pending=0 failures= lacking=0 packages= other= beside= half=
    trap interrupted INT TERM HUP
    "$@"
    printf '%s %s %s %s %s\n%s\n' "$passed" "$failed" "$pending" "$lacking" "$packages" "$failures" >"$out/counts"
  ) >"$background.log" 2>&1 </dev/null &
}

# joined NAME PROCESS: prints and adds up what ran in the background
joined() {
  wait "$2"
  cat "$out/$1.log"
  if [ ! -f "$out/$1/counts" ]; then
    fail "the process in the background ended early ($1)"
    return
  fi
  {
    read -r good bad waiting without missing
    passed=$((passed + good)) failed=$((failed + bad)) pending=$((pending + waiting))
    add_missing "$without" "$missing"
    failures=$failures$(cat)
  } <"$out/$1/counts"
}

# on_vms COMMAND...: the command with the name of each VM; the last one in the
# background where JOBS allows it
on_vms() {
  last=${VMS##* }
  if [ "$JOBS" -gt 1 ] && [ "$last" != "$VMS" ]; then
    in_background vm "$@" "$last"
    other=$!
  fi
  for vm in $VMS; do
    if [ "$vm" != "$last" ] || [ -z "$other" ]; then
      "$@" "$vm"
    fi
  done
  if [ -n "$other" ]; then
    joined vm "$other"
    other=
  fi
}

# run_beside GROUP: starts a group that runs beside the groups after it
run_beside() {
  if [ "$JOBS" -gt 1 ]; then
    [ -z "$beside" ] || joined beside "$beside"
    sandbox_build # which both sides use
    in_background beside "group_$1"
    beside=$!
  else
    "group_$1"
  fi
}

build() { # CORE-DIRECTORY VM make's variables...
  dir=$1 vm=$2
  shift 2
  ${MAKE:-make} --no-print-directory LUA="$vm" BUILD="$dir" "$@"
}

# The sandbox runs inside nginx, so the specs of either VM need LuaJIT's build.
# Counts only when it fails.
sandbox_build() {
  if ! build build/luajit luajit >"$out/sandbox.log" 2>&1; then
    cat "$out/sandbox.log"
    fail "build for luajit (the sandbox's)"
  fi
}

build_all() {
  sandbox_build
  for vm in $VMS; do
    check "build for $vm" build "build/$vm" "$vm"
  done
}

# in_halves SUITE NAME...: where JOBS allows it, every other file in the background, as
# one process leaves a processor idle half of the time
in_halves() {
  run_half=$1 title=$2
  shift 2
  whole=${specs:-$(spec_files)}
  if [ "$JOBS" = 1 ] || [ "$(printf '%s\n' $whole | wc -l)" -lt 20 ]; then
    "$run_half" "$title" "$@"
    return
  fi
  chosen=$specs
  specs=$(printf '%s\n' $whole | sed -n 'n;p')
  in_background half "$run_half" "$title, half of the files" "$@"
  half=$!
  specs=$(printf '%s\n' $whole | sed -n 'p;n')
  "$run_half" "$title, the other half" "$@"
  joined half "$half"
  half= specs=$chosen
}

suite_on() {
  in_halves suite "specs on $1" "build/$1" "$1"
}

group_suite() {
  build_all
  on_vms suite_on
}

# What `bare` left pending.
group_optional() {
  build_all
  chosen_specs=$specs
  specs=${specs:-$(spec_files | xargs grep -l 'spec\.support\.programs"')}
  on_vms suite_on
  specs=$chosen_specs
}

# Specs of calls, but for those that start programs or turn a clock of their
# own, which nginx has no part in.
waiting_specs() {
  spec_files | xargs grep -lE 'spec\.support\.(fake|drive)"' |
    xargs grep -LE 'io\.popen|support\.(timed|bulk|main|script)"'
  spec_files | grep 'live_spec\.lua$'
}

group_nginx() {
  sandbox_build
  all_specs=$specs
  specs=
  for spec in $(waiting_specs); do
    case " ${all_specs:-$spec} " in
    *" $spec "*) specs="$specs $spec" ;;
    esac
  done
  runner=spec/support/nginx_suite.lua
  [ -z "$specs" ] || suite "specs inside nginx" build/luajit luajit
  specs=$all_specs runner=
}

# The shared object exports its opener and nothing else.
exports_one_symbol() {
  symbols=$(nm -D --defined-only "$1" | awk '{ print $3 }')
  echo "exported: $symbols"
  [ "$symbols" = luaopen_extcontacts_core ]
}

# One header each knows which Lua and which libcurl this is.
versions_in_two_headers() {
  grep -lE 'LUA_VERSION_NUM|LIBCURL_VERSION' csrc/* >"$out/versions"
  printf '%s\n' csrc/ec_compat.h csrc/ec_curl_compat.h | cmp - "$out/versions"
}

c_files() {
  find csrc spec bench examples -name '*.[ch]' 2>/dev/null | sort
}

group_static() {
  for vm in $VMS; do
    for cc in gcc clang; do
      check "no warning from $cc for $vm" build "$out/$cc-$vm" "$vm" \
        CC=$cc CFLAGS="-O2 -g -Werror"
      check "one exported symbol ($cc, $vm)" exports_one_symbol \
        "$out/$cc-$vm/extcontacts/core.so"
    done
  done
  check "no cycle among the C files" lua5.4 spec/support/c_layers.lua csrc \
    "$out/gcc-$vm/obj"
  check "versions of Lua and libcurl in one header each" versions_in_two_headers
  check "clang-format" ${CLANG_FORMAT:-clang-format} --dry-run -Werror \
    $(c_files)
  for version in 504 501; do
    check "cppcheck for LUA_VERSION_NUM $version" cppcheck --quiet \
      --error-exitcode=1 --std=c99 --enable=warning,performance,portability \
      --inline-suppr --suppress=missingIncludeSystem \
      -DLUA_VERSION_NUM=$version csrc
  done
  # Not `.`: luacheck follows the symbolic links in a root that `bare` left in build.
  check "luacheck" luacheck --quiet --codes bench docs examples lua spec .luacheckrc *.rockspec
  check "imports" lua5.4 spec/support/imports.lua
  check "global names" lua5.4 spec/support/globals.lua
}

SANITIZERS="-fsanitize=address,undefined -fno-sanitize-recover=all \
  -fno-omit-frame-pointer -O1 -g"
CORE_FLAGS="-std=c99 -D_GNU_SOURCE -Wall -Wextra"

# sanitized OUTPUT VM sources and flags...: a program with Lua inside
sanitized() {
  output=$1 vm=$2
  shift 2
  mkdir -p "$(dirname "$output")" &&
    ${CC:-gcc} $CORE_FLAGS $SANITIZERS $(pkg-config --cflags "$vm") "$@" \
      -o "$output" -pthread $(pkg-config --libs "$vm" libcurl) -lm
}

export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1
export LSAN_OPTIONS=suppressions=$root/spec/support/lsan.supp:print_suppressions=0
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1

# The host stands in PATH under the interpreter's name, so that the programs
# the specs start run in it too.
group_asan() {
  sandbox_build
  all_specs=$specs
  specs=${specs:-$(specs_of_the_client)}
  for vm in ${ASAN_VMS:-$VMS}; do
    dir=$out/asan-$vm
    check "sanitized build for $vm" build "$dir" "$vm" CFLAGS="$SANITIZERS"
    check "sanitized host for $vm" sanitized "$dir/host/$vm" "$vm" \
      spec/support/host.c
    suite "specs with ASan and UBSan on $vm" "$dir" \
      env PATH="$root/$dir/host:$PATH" EXTCONTACTS_SANITIZED=1 "$vm"
  done
  specs=$all_specs
}

# Only for Lua 5.4: LuaJIT's own code is not to be read by a sanitizer.
TSAN_FLAGS="-fsanitize=thread -fno-omit-frame-pointer -O1 -g"
tsan_host() {
  (
    CC=clang SANITIZERS=$TSAN_FLAGS
    sanitized "$1" lua5.4 spec/support/host.c
  )
}

group_tsan() {
  dir=$out/tsan
  check "build with ThreadSanitizer" build "$dir" lua5.4 CC=clang \
    CFLAGS="$TSAN_FLAGS"
  check "host with ThreadSanitizer" tsan_host "$dir/host/lua5.4"
  all_specs=$specs
  specs=${specs:-spec/core/engine_threaded_spec.lua}
  suite "specs with ThreadSanitizer" "$dir" \
    env PATH="$root/$dir/host:$PATH" TSAN_OPTIONS=exitcode=66 lua5.4
  specs=$all_specs
}

# What nginx's workers leave behind, counted high.
group_leaks() {
  sandbox_build
  all_specs=$specs
  specs=spec/runtime/nginx_leaks_spec.lua
  suite "leaks inside nginx" build/luajit env EXTCONTACTS_DEEP=1 luajit
  specs=$all_specs
}

# A file at a time: a full collection takes as long as the heap is large, and
# the heap of the whole suite makes hours of it.
gc_on() {
  suite_by_file "specs with a restless collector on $1" "build/$1" \
    env EXTCONTACTS_GC=1 EXTCONTACTS_GC_INSTRUCTIONS=40000 "$1"
}

group_gc() {
  build_all
  chosen_specs=$specs
  # Not those that look at other processes, whose collectors are not restless.
  specs=${specs:-$(specs_of_the_client |
    grep -vE '^spec/(examples/|environment/(clients|nginx|strict)_)')}
  on_vms gc_on
  specs=$chosen_specs
}

# The bad network; the specs' own HTTP client sends nothing again, ours does.
CHAOS=${CHAOS:-split=0.5 delay=0.1 reset=0.03 safe=0 agent=extcontacts-lua}

group_chaos() {
  sandbox_build
  for vm in $VMS; do
    check "build for $vm" build "build/$vm" "$vm"
    suite "specs through a bad network on $vm" "build/$vm" \
      env EXTCONTACTS_CHAOS="$CHAOS" "$vm"
  done
}

WRAPPED=-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=free

group_memerr() {
  for vm in $VMS; do
    check "memerr for $vm" sanitized "$out/memerr-$vm" "$vm" $WRAPPED \
      csrc/*.c spec/memerr/*.c
    for script in spec/memerr/*.lua; do
      check "every allocation failing: $script on $vm" "$out/memerr-$vm" \
        "$script"
    done
  done
}

# The specs of the modules in C.
c_specs() {
  spec_files | grep -E '^spec/core/|^spec/runtime/poll_spec'
}

group_valgrind() {
  for vm in $VMS; do
    check "build for $vm" build "build/$vm" "$vm"
    # LuaJIT's own code, made at run time, reads past the ends of strings.
    jit=
    [ "$vm" = luajit ] && jit=-joff
    all_specs=$specs
    specs=${specs:-$(c_specs)}
    suite "specs of the C modules in valgrind on $vm" "build/$vm" valgrind \
      --quiet --error-exitcode=99 --leak-check=full \
      --errors-for-leak-kinds=definite --child-silent-after-fork=yes \
      --suppressions=spec/support/valgrind.supp "$vm" $jit
    specs=$all_specs
  done
}

group_fuzz() {
  if [ -f spec/fuzz/run.sh ]; then
    check "fuzz" sh spec/fuzz/run.sh "${FUZZ_SECONDS:-10}"
  fi
}

# The specs of the engine, which waits and reads libcurl's answers.
engine_specs() {
  spec_files | grep -E '^spec/core/(engine|load|stream)'
}

group_ports() {
  sandbox_build
  all_specs=$specs
  check "build without epoll" build "$out/no-epoll" lua5.4 CFLAGS="-O2 -g -DEC_NO_EPOLL"
  specs=${all_specs:-$(engine_specs) spec/runtime/poll_spec.lua spec/iterate/map_spec.lua
    spec/iterate/concurrency_live_spec.lua --exclude-tags=pollable}
  suite "specs of the engine without epoll" "$out/no-epoll" lua5.4
  # Both libraries have the same headers; only one -dev package can be installed.
  check "build with libcurl-gnutls" build "$out/gnutls" lua5.4 CURL_LIBS=-l:libcurl-gnutls.so.4
  specs=${all_specs:-$(engine_specs)}
  suite "specs of the engine with GnuTLS" "$out/gnutls" lua5.4
  specs=$all_specs
  check "compiles for 32 bits (gcc, lua5.4)" sh spec/support/ports.sh m32 gcc lua5.4
  check "compiles for 32 bits (clang, luajit)" sh spec/support/ports.sh m32 clang luajit
  for vm in $VMS; do
    check "compiles with musl ($vm)" sh spec/support/ports.sh compile musl-gcc "$vm"
  done
  check "runs with musl" sh spec/support/ports.sh run musl-gcc
  # NEON instead of SSE2, and the other order of bytes.
  for processor in aarch64 s390x; do
    check "compiles for $processor" sh spec/support/ports.sh compile $processor-linux-gnu-gcc lua5.4
    check "runs on $processor" sh spec/support/ports.sh run $processor-linux-gnu-gcc qemu-$processor-static
  done
}

group_lua53() {
  sandbox_build
  check "build for lua5.3" build build/lua5.3 lua5.3
  all_specs=$specs
  specs=${specs:-$(specs_of_the_client | grep -vE '^spec/(cli|dedupe|environment|examples|resty)/|nginx|(build|chaos|growth|interpreter|linear|soak)_spec' |
    xargs grep -L 'support\.command"')}
  suite_on lua5.3
  specs=$all_specs
}

group_rock() {
  for vm in $VMS lua5.3; do
    check "luarocks make for $vm" sh spec/support/rock.sh "$vm"
  done
}

group_bare() {
  report=$root/$out/report
  rm -f "$report"
  start=$(date +%s)
  EXTCONTACTS_REPORT=$report sh spec/support/check_bare.sh &
  child=$! # an interruption takes effect during `wait`
  wait $child
  status=$?
  child=
  add_report "$report" $status
  suite_ended "bare Debian" "$good" "$bad" "$waiting" "$start"
}

group_deps() {
  check "packages for developers" sh spec/support/deps.sh fuzz rock ports
}

groups=
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  groups="$groups $1"
  shift
done
[ $# -gt 0 ] && shift
specs=${*:-}

start_all=$(date +%s)
for group in ${groups:-suite}; do
  case ${group#+} in
  suite | optional | nginx | leaks | static | asan | tsan | gc | chaos | memerr | valgrind | fuzz | ports | lua53 | rock | bare | deps)
    case $group in
    +*) run_beside "${group#+}" ;;
    *) group_$group ;;
    esac ;;
  *) echo "run.sh: no group '$group'" >&2; fail "group '$group'" ;;
  esac
done

[ -z "$beside" ] || joined beside "$beside"

[ -z "$failures" ] || printf '\nfailed:%s\n' "$failures"
[ "$pending" = 0 ] || printf '%s pending specs (listed above)\n' "$pending"
printf 'total time: %s s\n' "$(since "$start_all")"
[ -z "$packages" ] ||
  printf 'pending because a program is missing: %s specs (%s). To install: make deps-optional\n' \
    "$lacking" "${packages# }"
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
