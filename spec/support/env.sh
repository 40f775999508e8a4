#!/bin/sh
# Prints the shell commands that make the build in this folder usable in
# place: `eval "$(make -s env LUA=luajit)"`.  What is set already stays, after
# ours; Lua's own default paths stay too.
cd "$(dirname "$0")/../.." || exit 2
root=$(pwd)
build=$root/${BUILD:-build/lua5.4}

quote() {
  printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"
}

case $root in
*[\;\?:]*)
  echo "Lua and PATH can't take a folder with ; ? or : in its name: $root" >&2
  exit 1 ;;
esac
if [ ! -f "$build/extcontacts/core.so" ]; then
  echo "not built yet: make LUA=${LUA_NAME:-lua5.4}" >&2
  exit 1
fi

lua=$(quote "$root/lua/?.lua;$root/lua/?/init.lua;")
c=$(quote "$build/?.so;")
# shellcheck disable=SC2016
printf 'export LUA_PATH=%s"${LUA_PATH:-;}";\n' "$lua"
printf 'export LUA_CPATH=%s"${LUA_CPATH:-;}";\n' "$c"
printf 'export PATH=%s"$PATH";\n' "$(quote "$build/bin:")"
# Lua 5.3 and 5.4 prefer these where they are set.
versioned() { # name, quoted paths
  printf '[ -z "${%s+set}" ] || export %s=%s"$%s";\n' "$1" "$1" "$2" "$1"
}
for version in 5_3 5_4; do
  versioned "LUA_PATH_$version" "$lua"
  versioned "LUA_CPATH_$version" "$c"
done
