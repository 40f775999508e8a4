#!/bin/sh
# What extcontacts needs and how to get it.  This file is the one list of
# packages: a new need is one `need` line below.
#
#   deps.sh [--list|--probe] SET...
#   deps.sh --has PACKAGE
#
# SET: build demo fleet test optional check fuzz deep rock ports deb bare
#
# Looks for programs, libraries and Lua modules themselves (not for packages).
# What is missing is installed with apt where there is apt: directly as root,
# otherwise with sudo.  Where there is none, or with --probe, it says in words
# what to install and fails.  Nothing missing: no apt and no sudo call.
#   --list   prints the Debian packages of the sets
#   --has    succeeds if the need that names this Debian package is met, and
#            fails with 2 if no need names it; packages in EXTCONTACTS_WITHOUT
#            count as missing

set -u
# A normal user's PATH lacks the directory nginx lives in.
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

mode=install
case ${1-} in
--list) mode=list; shift ;;
--probe) mode=probe; shift ;;
--has)
  mode=has asked=${2-} named=
  set -- deep optional rock ports deb bare ;;
esac

sets=
add_sets() {
  for set in "$@"; do
    case " $sets " in *" $set "*) continue ;; esac
    sets="$sets $set"
    case $set in
    build | optional | lua53 | bare) ;;
    demo | deb) add_sets build ;;
    fleet) add_sets demo ;;
    rock) add_sets build lua53 ;;
    ports) add_sets check lua53 ;;
    test) add_sets demo ;;
    check) add_sets test optional ;;
    fuzz) add_sets check ;;
    deep) add_sets fuzz ;;
    *) echo "deps.sh: no set '$set'; see the top of spec/support/deps.sh" >&2
       exit 2 ;;
    esac
  done
}
add_sets "${@:-test}"

missing= # Debian packages
words=   # the same for people, one need a line
packages=

# with LIST WORDS...: the list with each word it lacks
with() {
  list=$1
  shift
  for word in "$@"; do
    case " $list " in
    *" $word "*) ;;
    *) list="$list $word" ;;
    esac
  done
  printf '%s' "$list"
}

# need SET "in words" "Debian packages" probe...
need() {
  case " $sets " in *" $1 "*) ;; *) return 0 ;; esac
  text=$2 wanted=$3
  packages=$(with "$packages" $wanted)
  shift 3
  [ $mode = list ] && return 0
  if [ $mode = has ]; then
    case " $wanted " in *" $asked "*) named=yes ;; *) return 0 ;; esac
    case " ${EXTCONTACTS_WITHOUT-} " in *" $asked "*) exit 1 ;; esac
  fi
  "$@" >/dev/null 2>&1 && return 0
  missing=$(with "$missing" $wanted)
  words="$words  - $text
"
}

have() {
  for program in "$@"; do
    command -v "$program" || return 1
  done
}

compiles() {
  printf '#include <%s>\n' "$2" | $1 -E -
}

pkg() {
  for name in "$@"; do
    ${PKG_CONFIG:-pkg-config} --exists "$name" && return 0
  done
  return 1
}

# lua_modules VM MODULE...
lua_modules() {
  vm=$1
  shift
  "$vm" -e 'for i = 1, #arg do require(arg[i]) end' /dev/null "$@"
}

# lua_file VM MODULE: one that only nginx can load
lua_file() {
  "$1" -e 'assert(package.searchpath(arg[1], package.path))' /dev/null "$2"
}

nginx_lua() {
  flags=$(nginx -V 2>&1) || return 1
  modules=$(printf '%s\n' "$flags" |
    sed -n 's/.*--modules-path=\([^ ]*\).*/\1/p')
  case $flags in
  *--add-module=*ngx_lua* | *--add-module=*lua-nginx-module*) return 0 ;;
  esac
  for dir in "$modules" /usr/lib/nginx/modules /usr/lib64/nginx/modules; do
    [ -f "$dir/ngx_http_lua_module.so" ] && return 0
  done
  return 1
}

certificates() {
  for file in /etc/ssl/certs/ca-certificates.crt /etc/ssl/cert.pem \
    /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem; do
    [ -f "$file" ] && return 0
  done
  return 1
}

# links TEXT COMPILER FLAG: a program in C
links() {
  object=$(mktemp) || return 1
  echo "$1" | "$2" -x c - -o "$object" "$3"
  status=$?
  rm -f "$object"
  return $status
}

# clang_runtime FLAG: links a program with a clang run-time library
clang_runtime() {
  links 'int LLVMFuzzerTestOneInput(const char *d, long n){return d && n < 0;}' \
    clang "$1"
}

need build "GNU make" "make" have make
need build "a C compiler: gcc, with the C library's headers" "gcc libc6-dev" \
  compiles "${CC:-cc}" stdlib.h
need build "pkg-config" "pkg-config" have "${PKG_CONFIG:-pkg-config}"
need build "libcurl 7.63 or later, with headers" "libcurl4-openssl-dev" \
  pkg "libcurl >= 7.63"
need build "the certificates of the public authorities" "ca-certificates" \
  certificates
need build "Lua 5.4, the program lua5.4" "lua5.4" have lua5.4
need build "Lua 5.4, the library with headers" "liblua5.4-dev" \
  pkg lua5.4 lua-5.4 lua54
need build "LuaJIT 2.1, the program luajit" "luajit2" have luajit
need build "LuaJIT 2.1, the library with headers" "libluajit2-5.1-dev" \
  pkg luajit

need demo "nginx" "nginx-light" have nginx
need demo "nginx's Lua module (or OpenResty)" "libnginx-mod-http-lua" nginx_lua
need demo "lua-resty-lrucache" "lua-resty-lrucache" lua_file luajit resty.lrucache
need demo "openssl, the program" "openssl" have openssl

for vm in lua5.4 luajit; do
  need demo "argparse, for $vm" "lua-argparse" lua_modules $vm argparse
  need test "busted, for $vm" "lua-busted" lua_modules $vm busted.runner
  need test "lua-cjson, for $vm" "lua-cjson" lua_modules $vm cjson
  need test "LuaSocket, for $vm" "lua-socket" lua_modules $vm socket
  need test "LuaSec, for $vm" "lua-sec" lua_modules $vm ssl
  need test "cqueues, for $vm" "lua-cqueues" lua_modules $vm cqueues
  need test "luv, for $vm" "lua-luv" lua_modules $vm luv
done

# The specs that need one of these are pending without it
# (spec/support/programs.lua).
need optional "libphonenumber's Python port" "python3-phonenumbers" \
  /usr/bin/python3 -c "import phonenumbers"
need optional "xlsx2csv" "xlsx2csv" have xlsx2csv
# Optional: its package starts a service, which `make test` must not do to a machine.
need optional "redis-server 7.0" "redis-server" have redis-server
need fleet "redis-server 7.0" "redis-server" have redis-server
need optional "zsh" "zsh" have zsh
need optional "fish" "fish" have fish
need optional "chromium, to look at pages" "chromium" have chromium

need check "clang" "clang" have clang
need check "clang-format" "clang-format" have "${CLANG_FORMAT:-clang-format}"
need check "cppcheck" "cppcheck" have cppcheck
need check "luacheck" "lua-check" have luacheck
need check "nm (binutils)" "binutils" have nm

need fuzz "clang's sanitizer and fuzzer libraries" "libclang-rt-dev" \
  clang_runtime -fsanitize=fuzzer,address
need fuzz "a C++ compiler: g++" "g++" have g++
need fuzz "simdjson, with headers" "libsimdjson-dev" pkg simdjson

need deep "valgrind" "valgrind" have valgrind

need lua53 "Lua 5.3, the program lua5.3" "lua5.3" have lua5.3
need lua53 "Lua 5.3, the library with headers" "liblua5.3-dev" pkg lua5.3

need rock "luarocks" "luarocks" have luarocks

need ports "musl, with its compiler wrapper" "musl-tools" have musl-gcc
need ports "compilers for other processors" \
  "gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-s390x-linux-gnu libc6-dev-s390x-cross" \
  have aarch64-linux-gnu-gcc s390x-linux-gnu-gcc
need ports "QEMU, to run their programs" "qemu-user-static" have qemu-aarch64-static qemu-s390x-static
need ports "libcurl with GnuTLS" "libcurl3-gnutls" \
  links "int main(void) { return 0; }" "${CC:-cc}" -l:libcurl-gnutls.so.4

need deb "debhelper" "debhelper" have dh
need deb "Debian's build tools" "dpkg-dev" have dpkg-buildpackage
need deb "lintian" "lintian" have lintian

need bare "mmdebstrap" "mmdebstrap" have mmdebstrap

if [ $mode = has ]; then
  if [ -z "$named" ]; then
    echo "deps.sh: no need names the package '$asked'" >&2
    exit 2
  fi
  [ -z "$words" ]
  exit
fi

if [ $mode = list ]; then
  printf '%s\n' $packages
  exit 0
fi
[ -n "$words" ] || exit 0

printf 'missing:\n%s' "$words" >&2
if [ $mode = probe ]; then
  echo "\`make deps\` installs them where there is apt." >&2
  exit 1
fi
if ! have apt-get >/dev/null; then
  echo "There is no apt here: install these with your system's own tools." >&2
  exit 1
fi
if [ "$(id -u)" = 0 ]; then
  as_root=
elif have sudo >/dev/null; then
  as_root=sudo
else
  printf 'Run this as root:\n  apt-get install --no-install-recommends%s\n' \
    "$missing" >&2
  exit 1
fi

apt() {
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q "$@"
}
echo "installing:$missing"
apt update || echo "continuing with the existing package lists"
apt install -y --no-install-recommends $missing || exit 1
case $missing in
*nginx-light*)
  echo "Debian may have started nginx's own service: extcontacts runs nginx"
  echo "itself and doesn't need it (systemctl disable --now nginx)." ;;
esac
case $missing in
*redis-server*)
  echo "Debian may have started Redis's own service: the specs and the example run"
  echo "redis-server themselves (systemctl disable --now redis-server)." ;;
esac
