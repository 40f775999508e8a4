# Read by the benches: a sandbox for as long as one runs, its address and
# credentials in the environment, and what the figures are reduced with.
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$work"' EXIT

field() { sed -n "s/.*\"$1\" *: *\"\{0,1\}\([^\",}]*\).*/\1/p" "$work/ready"; }

start_sandbox() { # its options
  bin/extcontacts sandbox "$@" >"$work/ready" 2>"$work/log" &
  starter=$!
  while [ ! -s "$work/ready" ]; do
    kill -0 "$starter" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
    sleep 0.1
  done
  pid=$(field pid)
  EXTCONTACTS_BASE_URL=$(field base_url) EXTCONTACTS_LOGIN_URL=$(field login_url)
  GENESYSCLOUD_OAUTHCLIENT_ID=$(field client_id) GENESYSCLOUD_OAUTHCLIENT_SECRET=$(field client_secret)
  export EXTCONTACTS_BASE_URL EXTCONTACTS_LOGIN_URL GENESYSCLOUD_OAUTHCLIENT_ID GENESYSCLOUD_OAUTHCLIENT_SECRET
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
column() { awk -v c="$2" '{ print $c }' "$work/$1" | median; } # of the file $1
