#!/bin/sh
# The demo: starts a sandbox full of messy contacts, repairs them with
# examples/06_tidy_contacts.lua, shows that nothing is left to repair, and
# stops the sandbox.  `make demo` sets the paths and calls this.
set -eu
LUA=${LUA:-lua5.4}
CONTACTS=${CONTACTS:-3000}

work=$(mktemp -d)
pid=
finish() {
  [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

# The rate limit is off: at 300 requests a minute this would take long.
bin/extcontacts sandbox --contacts "$CONTACTS" --rate 0 >"$work/ready" 2>"$work/log" &
starter=$!
tries=0
while [ ! -s "$work/ready" ]; do
  tries=$((tries + 1))
  if [ "$tries" -gt 300 ] || ! kill -0 "$starter" 2>/dev/null; then
    echo "the sandbox did not start:" >&2
    cat "$work/log" >&2
    exit 1
  fi
  sleep 0.1
done

field() {
  sed -n "s/.*\"$1\" *: *\"\{0,1\}\([^\",}]*\).*/\1/p" "$work/ready"
}
pid=$(field pid)
EXTCONTACTS_BASE_URL=$(field base_url)
EXTCONTACTS_LOGIN_URL=$(field login_url)
GENESYSCLOUD_OAUTHCLIENT_ID=$(field client_id)
GENESYSCLOUD_OAUTHCLIENT_SECRET=$(field client_secret)
EXTCONTACTS_RATE=off
export EXTCONTACTS_RATE EXTCONTACTS_BASE_URL EXTCONTACTS_LOGIN_URL
export GENESYSCLOUD_OAUTHCLIENT_ID GENESYSCLOUD_OAUTHCLIENT_SECRET

echo "A local External Contacts server with $CONTACTS messy contacts is at $EXTCONTACTS_BASE_URL"
echo
echo "== What examples/06_tidy_contacts.lua finds (nothing is written)"
"$LUA" examples/06_tidy_contacts.lua
echo
echo "== Repairing"
"$LUA" examples/06_tidy_contacts.lua --apply
echo
echo "== Reading everything again"
"$LUA" examples/06_tidy_contacts.lua
echo
echo "What is left are numbers that only a person can complete."
