#!/bin/sh
# rock.sh VM: `luarocks make` of a copy of this tree into a fresh tree, and once
# `luarocks build` of a release; then a script that uses what was installed, from a
# folder that has nothing else.
set -eu
vm=${1:-lua5.4}
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

mkdir "$work/source"
cp -R Makefile ./*.rockspec ./*.md LICENSE csrc lua docs examples "$work/source"
[ ! -d bin ] || cp -R bin "$work/source"

# luarocks knows LuaJIT as a Lua 5.1 with other headers.
case $vm in
luajit)
  version=5.1
  set -- LUA=luajit "LUA_INCDIR=$(pkg-config --variable=includedir luajit)" ;;
*)
  version=${vm#lua}
  set -- ;;
esac
rocks="luarocks --lua-version=$version --tree=$work/tree"
(cd "$work/source" && $rocks make --deps-mode=none "$@")

# The rockspec of a version builds its archive.
if [ "$vm" = lua5.4 ]; then
  rockspec=$(cd "$work/source" && ls extcontacts-[0-9]*.rockspec)
  name=${rockspec%-*}
  mkdir "$work/release"
  cp "$work/source/$rockspec" "$work/release"
  rm -rf "$work/source/build"
  mv "$work/source" "$work/$name"
  tar -C "$work" -czf "$work/release/$name.tar.gz" "$name"
  (cd "$work/release" && $rocks build --deps-mode=none "$rockspec")
fi

unset LUA_PATH LUA_CPATH LUA_PATH_5_4 LUA_CPATH_5_4 LUA_PATH_5_3 LUA_CPATH_5_3
eval "$($rocks path)"
cd "$work"
cat >try.lua <<'LUA'
local tree = ...
for _, name in ipairs { "extcontacts.core", "extcontacts.api.operations" } do
  local _, where = assert(require(name)), package.searchpath(name,
    name:find("core") and package.cpath or package.path)
  assert(where:sub(1, #tree) == tree, where)
end
if package.searchpath("extcontacts", package.path) then
  local client = require("extcontacts").new {
    base_url = "http://127.0.0.1:1", access_token = "none",
  }
  local plan = assert(client:plan("get_externalcontacts_contact", "some id"))
  print(plan.method, plan.url or plan.path)
end
LUA
"$vm" try.lua "$work/tree"
"$work/tree/bin/extcontacts" fixes set_fields | grep -F "$work/tree/"
