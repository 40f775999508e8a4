# Sourced by the examples with nginx: a directory `work`, and processes `pids` that end
# with the script, as the directory does.
PATH="$PATH:/usr/sbin:/usr/local/sbin:/usr/local/openresty/nginx/sbin"

work=$(mktemp -d)
chmod 755 "$work" # started by root, nginx runs its workers as another user
pids=
finish() {
  for pid in $pids; do
    kill "$pid" 2>/dev/null || true
  done
  wait
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

start_nginx() { # a directory with nginx.conf; adds to `pids`
  # The Lua module, if nginx has it as a dynamic module.
  modules=
  dir=$(nginx -V 2>&1 | sed -n 's/.*--modules-path=\([^ ]*\).*/\1/p')
  for name in ndk_http_module ngx_http_lua_module; do
    [ ! -f "$dir/$name.so" ] || modules="$modules load_module $dir/$name.so;"
  done
  mkdir "$1/temp"
  chmod 755 "$1"
  nginx -p "$1" -c nginx.conf -e stderr -g "$modules" &
  pids="$pids $!"
}
