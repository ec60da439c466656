#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The Debian packages as an administrator meets them: built twice with the same bytes, lintian content, then in a container
# with a systemd of its own: installed, run under their sandboxes, killed, upgraded with a million rows in the journal, purged. Long (a root is made, the tree built
# twice), and for root: make check-long.
# shellcheck disable=SC2317 # functions are called by name through claim
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
# shellcheck source=tests/house/foreign.sh
. tests/house/foreign.sh

if [ -z "${NILA_LONG:-}" ]; then
  echo "skip - packages: make check-long builds and boots them (NILA_LONG=1)"
  exit 0
fi
lacks=$(foreign_lacks lintian blhc hardening-check)
if [ -n "$lacks" ]; then
  echo "skip - packages: $lacks"
  exit 0
fi
out=$D/debs
work=$PWD/build
if [ -n "${NILA_DEBS:-}" ]; then # packages that are there already
  mkdir -p "$out"
  cp "$NILA_DEBS"/*_{amd64,all}.deb "$out"
else
  claim "packages build" deploy/deb --out "$out"
  claim "and build again" deploy/deb --out "$D/again"
  (cd "$out" && sha256sum ./*.deb) >"$D/sums"
  claim "with the same bytes ($(wc -l <"$D/sums") files)" sh -c "cd $D/again && sha256sum -c --quiet $D/sums"
fi
blhc_says() { ! blhc --all --debian "$work/root-bookworm-amd64.build.log" | grep .; }
[ ! -e "$work/root-bookworm-amd64.build.log" ] || claim "blhc: no hardening flag is missing in $(grep -c -- ' -c ' "$work/root-bookworm-amd64.build.log") compilations" blhc_says
claim "lintian has nothing to say" lintian --fail-on error,warning --allow-root "$out"/*.deb

# what the compiler was told is one thing, what the programs are another
for f in "$out"/nila-{collector,bridge,analytics}_*.deb; do
  dpkg-deb -x "$f" "$D/programs"
done
for p in "$D"/programs/usr/bin/*; do
  hardening-check --nocfprotection "$p" | sed 's/^/# /'
  claim "hardening-check finds $(basename "$p") hardened" hardening-check --nocfprotection "$p"
done

# a newer version: the same files under the next number
mkdir -p "$out/newer"
for f in "$out"/nila-{common,collector,bridge,analytics}_*.deb; do
  rm -rf "$D/one"
  dpkg-deb -R "$f" "$D/one"
  sed -i -E 's/^(Version: .*)$/\1+1/; s/(nila-common \(= [^)]*)\)/\1+1)/' "$D/one/DEBIAN/control"
  dpkg-deb --root-owner-group -b "$D/one" "$out/newer/$(basename "${f/_0/+1_0}")" >/dev/null
done
rm -f "$out"/*dbgsym*

base=$work/root-bookworm-container
depends=$(for f in "$out"/*.deb; do dpkg-deb -f "$f" Depends; done | tr ',' '\n' | sed 's/(.*//; s/|.*//; s/ //g' | grep -v '^nila-' | sort -u | paste -sd,)
if [ "$(cat "$base/.made" 2>/dev/null)" != "$depends" ]; then
  [ -s "$work/root-bookworm-amd64.list" ] || deploy/deb --mirrors
  rm -rf "$base"
  claim "a bookworm with systemd is made" mmdebstrap --quiet --variant=apt \
    --include="systemd,systemd-sysv,dbus,udev,procps,iproute2,curl,influxdb,man-db,$depends" --aptopt="$work/root-bookworm-amd64.apt" \
    --dpkgopt=force-unsafe-io bookworm "$base" "$work/root-bookworm-amd64.list"
  [ ! -e "$base/bin/sh" ] || echo "$depends" >"$base/.made"
fi
root=$D/root
cp -a "$base" "$root"
mv "$out" "$root/debs"
install -m 755 tests/house/packages_inside.sh "$root/inside"
install -m 755 "$BUILD/tests/house/manyrows" "$root/manyrows"
cat >"$root/etc/systemd/system/inside.service" <<'UNIT'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
StandardOutput=file:/claims
StandardError=file:/claims.err
ExecStart=/inside
ExecStopPost=/usr/bin/systemctl --no-block poweroff
[Install]
WantedBy=graphical.target
UNIT
ln -s /etc/systemd/system/inside.service "$root/etc/systemd/system/graphical.target.wants/inside.service" 2>/dev/null ||
  { mkdir -p "$root/etc/systemd/system/graphical.target.wants" && ln -s ../inside.service "$root/etc/systemd/system/graphical.target.wants/"; }
timeout -k 10 1500 systemd-nspawn -q --register=no --keep-unit --private-network -D "$root" --boot >"$D/boot.log" 2>&1 </dev/null
cat "$root/claims"
! grep -q "^not ok" "$root/claims" || failed=1
grep -qE "^(not )?ok - and leave nothing" "$root/claims" || {
  not_ok "the container ran to its end"
  tail -n 20 "$root/claims.err" "$D/boot.log" | sed 's/^/#   /'
}
exit "$failed"
