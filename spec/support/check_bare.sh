#!/bin/sh
# Runs the README's two commands the way a newcomer does: in a minimal Debian 12
# with git, make and ca-certificates, in a clean clone of this tree's last
# commit.  Before that, the Debian package of that commit is installed there, used
# and removed.  First as root, on a terminal: `make demo`, `make test`.  Then as a
# normal user, with the packages in place but with no terminal, no USER, no
# HOME or XDG_STATE_HOME to write to and no UTF-8 locale: `make test`,
# `make demo`.
#
# Needs root, mounts, and apt sources of Debian 12.  Mounts and processes live
# in namespaces, which end with this script however it ends; the root directory
# is BARE_DIR/bare.PID (BARE_DIR: build/check), which it removes.
# Logs go to CHECK_DIR (build/check): bare-*.log.  The counts go to the file
# EXTCONTACTS_REPORT, in the form of spec/support/report.lua; run.sh adds them
# up.

set -u
RELEASE=bookworm
PACKAGES=git,make,ca-certificates
STEP_SECONDS=3600

cd "$(dirname "$0")/../.." || exit 2
self=$PWD/spec/support/check_bare.sh
out=${CHECK_DIR:-build/check}
case $out in /*) ;; *) out=$PWD/$out ;; esac

give_up() {
  echo "check-bare can't run here: $1" >&2
  exit 1
}

# Outside the namespaces ------------------------------------------------------

# This release's entries in the machine's apt sources, Debian's own only.
sources() {
  apt-get indextargets 'Identifier: Packages' 'Origin: Debian' 'Component: main' \
    --format '$(CODENAME) deb $(REPO_URI) $(RELEASE) $(COMPONENT)' |
    sed -nE "s/^$RELEASE(-updates|-security)? //p" | sort -u
}

# apt's settings for downloads, among them the proxies of the environment.
apt_settings() {
  apt-config dump | grep -E '^Acquire::(https?|Retries|Check-|Allow|Languages)' |
    grep -v ' "";$'
  for scheme in http https; do
    proxy=$(printenv "${scheme}_proxy") || continue
    apt-config dump | grep -q "^Acquire::$scheme::Proxy " ||
      printf 'Acquire::%s::Proxy "%s";\n' "$scheme" "$proxy"
  done
}

# The files with keys that the machine's apt trusts.
keyrings() {
  for file in /etc/apt/trusted.gpg /etc/apt/trusted.gpg.d/* /etc/apt/keyrings/* \
    $(sed -nE 's/.*[Ss]igned-[Bb]y[:=] *([^],[:space:]]+).*/\1/p' \
      /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null); do
    [ ! -s "$file" ] || printf '%s\n' "$file"
  done | sort -u
}

# prepare WORK: sources, apt.conf, repository.git, and `overlay`, what the
# minimal Debian gets of this machine so that its apt works
prepare() {
  work=$1
  [ -n "$(sources)" ] || apt-get -q update || return 1
  sources >"$work/sources"
  [ -s "$work/sources" ] || give_up "apt has no sources of Debian's $RELEASE"
  apt_settings >"$work/apt.conf"
  mkdir -p "$work/overlay/etc/apt/trusted.gpg.d" "$work/overlay/usr/sbin"
  number=0
  keyrings | while read -r file; do
    number=$((number + 1))
    case $file in *.asc) suffix=asc ;; *) suffix=gpg ;; esac
    install -m 644 "$file" \
      "$work/overlay/etc/apt/trusted.gpg.d/machine-$number.$suffix" || return 1
  done || return 1
  for path in /etc/hosts /etc/apt/auth.conf /etc/apt/auth.conf.d \
    $(sed -n 's/.* "\(\/.*\)";$/\1/p' "$work/apt.conf"); do
    [ ! -e "$path" ] || cp -RL --parents "$path" "$work/overlay" || return 1
  done
  # As in a container: no package starts a service.
  printf '#!/bin/sh\nexit 101\n' >"$work/overlay/usr/sbin/policy-rc.d"
  chmod 755 "$work/overlay/usr/sbin/policy-rc.d"
  # Another user may own this tree, which git would refuse to read.
  printf '[safe]\n  directory = *\n' >"$work/gitconfig"
  GIT_CONFIG_GLOBAL=$work/gitconfig git clone --quiet --bare --no-local . \
    "$work/repository.git" || return 1
  [ -z "$(GIT_CONFIG_GLOBAL=$work/gitconfig git status --porcelain)" ] ||
    echo "check-bare: this tree has uncommitted changes, which are not part of the clone"
}

# The Debian package of the last commit, which lintian has checked.
package() {
  git clone --quiet "$work/repository.git" "$work/source" &&
    sh "$work/source/spec/support/deb.sh" "$work/deb" >"$out/bare-package.log" 2>&1 && return
  cat "$out/bare-package.log"
  return 1
}

outside() {
  [ "$(id -u)" = 0 ] || give_up "it needs root"
  sh spec/support/deps.sh bare deb || give_up "mmdebstrap or Debian's build tools are missing"
  unshare --mount --pid --ipc --fork mount -t proc proc /proc 2>/dev/null ||
    give_up "this system allows no mounts"

  place=${BARE_DIR:-$out}
  mkdir -p "$place" "$out" || exit 1
  place=$(cd "$place" && pwd) || exit 1
  # Left by runs that were killed.
  for old in "$place"/bare.*; do
    [ ! -d "$old" ] || kill -0 "${old##*.}" 2>/dev/null || rm -rf --one-file-system "$old"
  done
  work=$place/bare.$$
  child=
  trap finish EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  mkdir -p "$work/root" || exit 1
  cp "$(command -v env)" "$work/env" && "$work/env" 2>/dev/null >&2 ||
    give_up "programs can't run in $place (noexec?); set BARE_DIR to another directory"
  prepare "$work" || exit 1
  package || give_up "the Debian package can't be built"

  # In the background: dash runs a trap only after a foreground command's end.
  setpriv --pdeathsig KILL unshare --mount --propagation private --pid --ipc --fork \
    --kill-child sh "$self" inside "$work" </dev/null &
  child=$!
  wait "$child"
  status=$?
  child=
  exit "$status"
}

finish() {
  status=$?
  trap - EXIT INT TERM HUP
  if [ -n "$child" ]; then
    kill -KILL "$child" 2>/dev/null
    wait "$child" 2>/dev/null
  fi
  # The last process of the namespaces may still be about to end.
  for _ in 1 2 3 4 5; do
    rm -rf --one-file-system "$work" 2>/dev/null && break
    sleep 1
  done
  exit "$status"
}

# Inside ----------------------------------------------------------------------

passed=0 failed=0
failures= # their names, a line each

# step TITLE COMMAND...: silent unless it fails; its output goes to $log
step() {
  title=$1
  shift
  log=$out/bare-$(printf '%s' "$title" | tr -c 'A-Za-z0-9' _).log
  start=$(date +%s)
  "$@" >"$log" 2>&1 </dev/null
  status=$?
  seconds=$(($(date +%s) - start))
  if [ $status != 0 ]; then
    cat "$log"
  fi
}

# counted GOOD BAD
counted() {
  passed=$((passed + $1)) failed=$((failed + $2))
  printf 'bare   %s: %s passed, %s failed (%s s)\n' "$title" "$1" "$2" "$seconds"
}

# passes TITLE COMMAND...: one check
passes() {
  step "$@"
  if [ $status = 0 ]; then
    counted 1 0
  else
    counted 0 1
    failures="$failures$title
"
  fi
  return $status
}

# tests TITLE COMMAND...: a `make test`, which counts as its final line says
tests() {
  step "$@"
  # make's complaint may follow.
  counts=$(tr -d '\r' <"$log" |
    sed -nE 's/^([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' | tail -n 1)
  good=${counts% *} bad=${counts#* }
  if [ -z "$counts" ]; then
    good=0 bad=1
  elif [ "$bad" = 0 ] && { [ $status != 0 ] || [ "$good" = 0 ]; }; then
    bad=1
  fi
  counted "$good" "$bad"
  [ "$bad" = 0 ] || failures="$failures$title:
$(tr -d '\r' <"$log" | sed -n '/^failed:$/,/^[^ ]/{/^ /p}')
"
}

debian() {
  OVERLAY=$work/overlay
  export OVERLAY
  set --
  while read -r line; do
    set -- "$@" "$line"
  done <"$work/sources"
  timeout -k 10 $STEP_SECONDS mmdebstrap --mode=root --variant=minbase --include=$PACKAGES \
    --keyring="$work/overlay/etc/apt/trusted.gpg.d" --aptopt="$work/apt.conf" \
    --dpkgopt=force-unsafe-io --setup-hook='cp -R "$OVERLAY/." "$1"' \
    $RELEASE "$root" "$@"
}

# in_root COMMAND...: ends what never ends by itself
in_root() {
  timeout -k 10 $STEP_SECONDS chroot "$root" "$@"
}

# What a kernel, an init system or a container provides to a running system.
devices() {
  mount -t proc proc "$root/proc" &&
    mount -t tmpfs -o mode=755 dev "$root/dev" || return 1
  for device in null zero full random urandom tty; do
    : >"$root/dev/$device" && mount --bind "/dev/$device" "$root/dev/$device" || return 1
  done
  ln -s /proc/self/fd "$root/dev/fd"
  for number in 0:stdin 1:stdout 2:stderr; do
    ln -s "/proc/self/fd/${number%:*}" "$root/dev/${number#*:}"
  done
  mkdir "$root/dev/pts" "$root/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 pts "$root/dev/pts" &&
    ln -s pts/ptmx "$root/dev/ptmx" &&
    mount -t tmpfs -o mode=1777 shm "$root/dev/shm" &&
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
}

as_root() {
  in_root env -i HOME=/root TERM=xterm LANG=C.UTF-8 \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

clones() {
  cp -R "$work/repository.git" "$root/srv/" &&
    as_root git clone --quiet /srv/repository.git /root/extcontacts &&
    as_root useradd --create-home someone &&
    as_root git clone --quiet /srv/repository.git /home/someone/extcontacts &&
    as_root chown -R someone: /home/someone
}

packages() {
  as_root dpkg-query -W -f '${Package}\n' | sort
}

# On this system, in which nothing else of Lua is installed.
package_installs() {
  packages >"$work/packages" &&
    mkdir "$root/srv/deb" && cp "$work/deb"/extcontacts_*.deb "$root/srv/deb" &&
    as_root apt-get -q update &&
    as_root sh -c 'DEBIAN_FRONTEND=noninteractive apt-get -q install -y \
      --no-install-recommends /srv/deb/extcontacts_*.deb'
}

# The command, the module in the Lua that came with it, and the files of others.
package_works() {
  as_root sh -ec 'cd / && extcontacts --version && extcontacts fixes set_fields
    lua5.4 -e "print(require(\"extcontacts\")._VERSION)"
    for file in man/man1/extcontacts.1.gz bash-completion/completions/extcontacts \
      zsh/vendor-completions/_extcontacts fish/vendor_completions.d/extcontacts.fish \
      doc/extcontacts/examples/nginx/nginx.conf; do
      [ -f "/usr/share/$file" ] || { echo "missing: $file"; exit 1; }
    done'
}

# With LuaJIT alone, the command runs in that.
package_works_in_luajit() {
  as_root sh -ec 'DEBIAN_FRONTEND=noninteractive apt-get -q install -y \
      --no-install-recommends luajit lua5.4-
    ! command -v lua5.4
    cd / && extcontacts --version
    luajit -e "print(require(\"extcontacts\")._VERSION)"'
}

# Apt's lists go, too: what follows must fetch them itself.
package_leaves_nothing() {
  as_root sh -c 'DEBIAN_FRONTEND=noninteractive apt-get -q purge -y --autoremove \
    extcontacts luajit && apt-get clean && rm -rf /var/lib/apt/lists/*' &&
    packages | diff "$work/packages" - &&
    rm -r "$root/srv/deb" &&
    left=$(find "$root/usr" "$root/etc" -name '*extcontacts*') && [ -z "$left" ] ||
    { echo "left: $left"; return 1; }
}

# `script` provides a terminal.
on_terminal() {
  as_root script -qec "make -C /root/extcontacts --no-print-directory $1" /dev/null
}

with_nothing() {
  in_root setsid -w setpriv --reuid=someone --regid=someone --clear-groups \
    env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/nonexistent \
    XDG_STATE_HOME=/nonexistent/state LC_ALL=C \
    make -C /home/someone/extcontacts --no-print-directory "$1"
}

# The suite names the optional programs, none of which the machine has.
names_what_is_missing() {
  tr -d '\r' <"$out/bare-make_test_as_root.log" |
    grep '^pending because a program is missing: .*zsh.* make deps-optional$'
}

# The clone is all that the commands leave in a HOME they could write to.
home_is_clean() {
  left=$(find "$root/root" -mindepth 1 -maxdepth 1 \
    ! -name .bashrc ! -name .profile ! -name extcontacts)
  [ -z "$left" ] || { echo "left in HOME: $left"; return 1; }
}

# Servers that end with the process that started them take a moment.
no_process_is_left() {
  tries=0
  while :; do
    left=
    for process in /proc/[0-9]*; do
      [ "$(readlink "$process/root")" != "$root" ] ||
        left="$left
$(tr '\0' ' ' <"$process/cmdline")"
    done
    [ -n "$left" ] || return 0
    tries=$((tries + 1))
    [ $tries -le 20 ] || { echo "still running:$left"; return 1; }
    sleep 1
  done
}

inside() {
  work=$1 root=$1/root
  mount -t proc proc /proc || give_up "this system allows no mounts"
  if passes "minimal Debian" debian && passes "devices" devices &&
    passes "clones" clones; then
    if passes "Debian package installs" package_installs; then
      passes "Debian package works" package_works
      passes "Debian package works in LuaJIT" package_works_in_luajit
      passes "Debian package leaves nothing" package_leaves_nothing
    fi
    passes "make demo as root" on_terminal demo
    tests "make test as root" on_terminal test
    passes "pending specs are explained" names_what_is_missing
    tests "make test as a user" with_nothing test
    passes "make demo as a user" with_nothing demo
    passes "HOME stays clean" home_is_clean
    passes "no process is left" no_process_is_left
  fi
  [ -z "${EXTCONTACTS_REPORT-}" ] ||
    printf '%s %s 0\n%s' "$passed" "$failed" "$failures" >"$EXTCONTACTS_REPORT"
  [ $failed = 0 ]
}

# Exits here: a shell reads on in a file that may have changed meanwhile.
case ${1-} in
inside) inside "$2"; exit ;;
guarded) outside; exit ;;
# What ends its caller ends this too.
*) exec setpriv --pdeathsig TERM sh "$self" guarded ;;
esac
