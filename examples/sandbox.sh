# Sourced by the demo, the nginx example and the benchmarks: starts a sandbox and
# sets its address and credentials in the environment.  The caller sets `work`, a
# directory of its own, and ends the process `pid`.
start_sandbox() { # options of the sandbox
  bin/extcontacts sandbox --env "$@" >"$work/ready" 2>"$work/log" &
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
  . "$work/ready"
  # A user's own would win over the sandbox's credentials.
  unset GENESYSCLOUD_ACCESS_TOKEN GENESYSCLOUD_PROFILE
  pid=$EXTCONTACTS_SANDBOX_PID
}
