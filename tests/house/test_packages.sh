#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The Debian packages as an administrator meets them: built twice with the same bytes, lintian content, then in a container
# with a systemd of its own: installed, run under their sandboxes, killed, upgraded, purged. Long (a root is made, the tree built
# twice), and for root: make check-long.
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh

if [ -z "${NILA_LONG:-}" ]; then
  echo "skip - packages: make check-long builds and boots them (NILA_LONG=1)"
  exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v mmdebstrap systemd-nspawn lintian >/dev/null; then
  echo "skip - packages: needs root and deploy/install-deps deb"
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
claim "lintian has nothing to say" lintian --fail-on error,warning --allow-root "$out"/*.deb

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
if [ ! -e "$base/.made" ]; then
  rm -rf "$base"
  depends=$(for f in "$out"/*.deb; do dpkg-deb -f "$f" Depends; done | tr ',' '\n' | sed 's/(.*//; s/|.*//; s/ //g' | grep -v '^nila-' | sort -u | paste -sd,)
  claim "a bookworm with systemd is made" mmdebstrap --quiet --variant=apt \
    --include="systemd,systemd-sysv,dbus,udev,procps,curl,influxdb,man-db,$depends" --aptopt="$work/root-bookworm-amd64.apt" \
    --dpkgopt=force-unsafe-io bookworm "$base" "$work/root-bookworm-amd64.list"
  [ ! -e "$base/bin/sh" ] || touch "$base/.made"
fi
root=$D/root
cp -a "$base" "$root"
mv "$out" "$root/debs"
install -m 755 tests/house/packages_inside.sh "$root/inside"
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
timeout -k 10 420 systemd-nspawn -q --register=no --keep-unit --private-network -D "$root" --boot >"$D/boot.log" 2>&1 </dev/null
cat "$root/claims"
! grep -q "^not ok" "$root/claims" || failed=1
grep -qE "^(not )?ok - and leave nothing" "$root/claims" || {
  not_ok "the container ran to its end"
  tail -n 20 "$root/claims.err" "$D/boot.log" | sed 's/^/#   /'
}
exit "$failed"
