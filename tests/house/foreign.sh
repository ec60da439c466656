# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by the tests that run packages of other processors: the packages, a Debian of that processor to install them in (made
# once, kept under build/), and this kernel's leave to run its programs in QEMU.
WORK=$PWD/build
SUITE=bookworm

# foreign_lacks PROGRAM...: says what of them, and of what packages are built and installed with, is missing
foreign_lacks() {
  local p lacks=""
  [ "$(id -u)" -eq 0 ] || lacks=" root"
  for p in mmdebstrap systemd-nspawn "$@"; do
    command -v "$p" >/dev/null || lacks+=" $p"
  done
  [ -z "$lacks" ] || echo "needs$lacks (deploy/install-deps deb test installs programs)"
}

# Programs of arm64 and armhf run here from now on. Where binfmt_misc was not mounted it stays mounted: taking it away would
# pull it from under others who use it meanwhile.
foreign_binfmt() {
  local there=/proc/sys/fs/binfmt_misc
  [ -e $there/register ] || mount -t binfmt_misc binfmt_misc $there || return 1
  [ -e $there/qemu-aarch64 ] && [ -e $there/qemu-arm ] || update-binfmts --enable || return 1
  [ -e $there/qemu-aarch64 ] && [ -e $there/qemu-arm ]
}

# foreign_debs ARCH DIR: its packages and nila-common in DIR, from the folder $NILA_DEBS or built
foreign_debs() {
  mkdir -p "$2"
  if [ -n "${NILA_DEBS:-}" ]; then
    cp "$NILA_DEBS"/nila-*_{"$1",all}.deb "$2"
  else
    deploy/deb --suite $SUITE --arch "$1" --out "$2" && deploy/deb --suite $SUITE --out "$2.amd64" && cp "$2.amd64"/nila-common_*_all.deb "$2"
  fi
  rm -f "$2"/*dbgsym*
  ls "$2"/nila-{common,collector,bridge,analytics}_*.deb
}

# foreign_root ARCH DEBS: a Debian with systemd and what the packages in DEBS depend on; its folder is $ROOT
foreign_root() {
  local arch=$1 depends list t0=$SECONDS
  ROOT=$WORK/root-$SUITE-$arch-run
  depends=$(for f in "$2"/*.deb; do dpkg-deb -f "$f" Depends; done | tr ',' '\n' | sed 's/(.*//; s/|.*//; s/ //g' | grep -v '^nila-' | sort -u | paste -sd,)
  [ "$(cat "$ROOT/.made" 2>/dev/null)" != "$depends" ] || return 0
  rm -rf "$ROOT"
  list=$WORK/root-$SUITE-$arch.list
  [ -s "$list" ] || deploy/deb --suite $SUITE --arch "$arch" --mirrors || return 1
  grep -v -- '-security' "$list" >"$WORK/root-$SUITE-$arch.plain.list"
  for list in "$list" "$WORK/root-$SUITE-$arch.plain.list"; do # as for building: a mirror's security index may be broken
    mmdebstrap --quiet --variant=essential --architectures="$arch" --aptopt="$WORK/root-$SUITE-$arch.apt" \
      --include="systemd,systemd-sysv,systemd-timesyncd,dbus,udev,kmod,procps,tzdata,ca-certificates,$depends" \
      --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/nila*' \
      --dpkgopt='path-exclude=/usr/share/locale/*' $SUITE "$ROOT" "$list" && break
    rm -rf "$ROOT"
  done
  [ -e "$ROOT/bin/sh" ] || return 1
  echo "$depends" >"$ROOT/.made"
  echo "a root of $arch made in $((SECONDS - t0)) s, $(du -sm "$ROOT" | cut -f1) MB"
}

# foreign_kernel DIR: Debian's arm64 kernel for virtual machines as DIR/vmlinuz, and DIR/initrd, which loads the drivers of QEMU's
# disk and network and hands over to /dev/vda. Debian's own initramfs would take a quarter of an hour to make under emulation.
foreign_kernel() {
  local dir=$1 apt=$WORK/kernel-$SUITE-arm64 kernel m
  if [ ! -e "$apt/.made" ]; then
    rm -rf "$apt"
    mkdir -p "$apt"/{lists/partial,cache/archives/partial}
    touch "$apt/status"
    # an apt of its own, so that this machine's knows nothing of arm64
    cat "$WORK/root-$SUITE-arm64.apt" - >"$apt/conf" <<CONF
APT::Architecture "arm64"; APT::Architectures "arm64"; APT::Sandbox::User "root";
Dir::Etc::sourcelist "$WORK/root-$SUITE-arm64.list"; Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "$apt/lists"; Dir::State::status "$apt/status"; Dir::Cache "$apt/cache";
CONF
    (
      cd "$apt" || exit 1
      export APT_CONFIG=$apt/conf
      apt-get -q update && kernel=$(apt-cache depends linux-image-cloud-arm64 | sed -n 's/.*Depends: \(linux-image-[0-9]\S*\)$/\1/p') &&
        apt-get -q download "$kernel" busybox-static && for m in *.deb; do dpkg-deb -x "$m" root || exit 1; done
    ) || return 1
    touch "$apt/.made"
  fi
  mkdir -p "$dir/initrd.root"/{bin,m,dev,proc,new}
  cp "$apt"/root/boot/vmlinuz-* "$dir/vmlinuz"
  cp "$apt/root/bin/busybox" "$dir/initrd.root/bin/"
  local drivers=(virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk failover net_failover virtio_net)
  for m in "${drivers[@]}"; do find "$apt/root/lib/modules" -name "$m.ko" -exec cp {} "$dir/initrd.root/m/" \;; done
  cat >"$dir/initrd.root/init" <<INIT
#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs dev /dev
for m in ${drivers[*]}; do [ ! -e /m/\$m.ko ] || /bin/busybox insmod /m/\$m.ko; done
while ! [ -b /dev/vda ]; do /bin/busybox sleep 0.1; done
/bin/busybox mount -t ext4 -o noatime /dev/vda /new || exec /bin/busybox reboot -f
exec /bin/busybox switch_root /new /sbin/init
INIT
  chmod 755 "$dir/initrd.root/init"
  (cd "$dir/initrd.root" && find . | cpio -o -H newc --quiet) >"$dir/initrd"
}
