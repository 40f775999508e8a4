#!/bin/sh
# The demo: starts a sandbox with untidy contacts, cleans them up with
# examples/06_tidy_contacts.lua, shows that nothing is left to do, and stops the
# sandbox.  `make demo` sets the paths and runs this.
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

# Without a rate limit: at 300 requests per minute this would take too long.
. examples/sandbox.sh
start_sandbox --contacts "$CONTACTS" --rate 0

echo "A local External Contacts server with $CONTACTS untidy contacts is running at $EXTCONTACTS_BASE_URL"
echo
echo "== examples/06_tidy_contacts.lua finds (nothing is written):"
"$LUA" examples/06_tidy_contacts.lua
echo
echo "== Clean up:"
"$LUA" examples/06_tidy_contacts.lua --apply
echo
echo "== Read everything again:"
"$LUA" examples/06_tidy_contacts.lua
echo
echo "The remaining values need a person: they do not contain enough information to be corrected."
