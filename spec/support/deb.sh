#!/bin/sh
# deb.sh [DIRECTORY]: builds a Debian package of this tree in DIRECTORY (build/deb)
# and checks it with lintian. Debian's tools expect their files in a folder `debian`
# at the root of the sources, so they run in a copy that has it.
# DEBFULLNAME and DEBEMAIL name its maintainer, as for all of these tools; the
# project itself has no address, so lintian does not check the placeholder.
set -eu
cd "$(dirname "$0")/../.."
out=${1:-build/deb}
mkdir -p "$out"
out=$(cd "$out" && pwd)
version=$(sed -n 's/^return "\(.*\)"$/\1/p' lua/extcontacts/version.lua)
tree=$out/extcontacts-$version

rm -rf "$tree" "$out"/extcontacts*_"$version"*
mkdir "$tree"
cp -R Makefile ./*.md LICENSE bin csrc docs examples lua "$tree"
cp -R spec/support/debian "$tree/debian"
unchecked=bad-distribution-in-changes-file
if [ -z "${DEBEMAIL-}" ]; then
  unchecked=$unchecked,bogus-mail-host,bogus-mail-host-in-debian-changelog
fi
maintainer="${DEBFULLNAME-the extcontacts authors} <${DEBEMAIL-extcontacts@localhost}>"
sed -i "s|@MAINTAINER@|$maintainer|" "$tree/debian/control"
date=$(git log -1 --format=%cD 2>/dev/null) || date=$(date -R)
cat >"$tree/debian/changelog" <<EOF
extcontacts ($version) unstable; urgency=medium

  * Version $version; see CHANGELOG.md.

 -- $maintainer  $date
EOF
{
  # The fields of the licence's text are indented, and its empty lines have a dot.
  sed -n 's/^Copyright (c) /Copyright: /p' LICENSE
  echo "License: Expat"
  sed '1,/^Copyright/d; 1,/./{/^$/d}' LICENSE | sed 's/^$/./; s/^/ /'
} >>"$tree/debian/copyright"

export DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS-parallel=$(nproc)}"
(cd "$tree" && dpkg-buildpackage --build=binary --no-sign)
lintian --fail-on warning,error --suppress-tags "$unchecked" \
  "$out/extcontacts_${version}"_*.changes
echo "$out/$(cd "$out" && ls extcontacts_"$version"_*.deb)"
