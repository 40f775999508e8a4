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
. examples/sandbox.sh
start_sandbox --contacts "$CONTACTS" --rate 0

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
