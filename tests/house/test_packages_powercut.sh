#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A Pi whose power fails: the arm64 packages on a Debian that boots with systemd in qemu-system-aarch64 (no Pi, but the same
# instruction set, kernel, ext4 and systemd), polling a simulator, its clock wrong at every start until a time server answers.
# QEMU is killed with -9 in the middle, again and again. Afterwards everything that the collector had acknowledged must be there,
# by four witnesses: what the machine said on its console before the cut, the simulator's log, the journal on the disk, InfluxDB.
#
# The disk: a file, cache=writeback. What the guest has not flushed is gone with QEMU; what it has written to the virtual disk stays,
# as the host's kernel lives on. A card that lies about its flushes is not modelled (collector/README.md says what a journal on one promises).
# Long, and for root: make check-long. NILA_CUTS=10 cuts more often; NILA_TEST_SEED repeats the moments.
# shellcheck disable=SC2317 # functions are called by name through await and claim
set -u
if [ -z "${NILA_LONG:-}" ]; then
  echo "skip - power cuts of a whole machine: make check-long does them (NILA_LONG=1)"
  exit 0
fi
# shellcheck source=tests/house/foreign.sh
. tests/house/foreign.sh
made=$WORK/powercut
if [ -z "${NILA_ALONE:-}" ]; then
  lacks=$(foreign_lacks qemu-aarch64-static qemu-system-aarch64 cpio mke2fs ip)
  if [ -n "$lacks" ] || ! foreign_binfmt; then
    echo "skip - power cuts of a whole machine: ${lacks:-this kernel runs no foreign programs (binfmt_misc)}"
    exit 0
  fi
  rm -rf "$made"
  for step in "foreign_debs arm64 $made/debs" "foreign_root arm64 $made/debs" "foreign_kernel $made"; do
    $step >"$WORK/powercut.log" 2>&1 || {
      echo "not ok - $step"
      tail -n 20 "$WORK/powercut.log"
      exit 1
    }
  done
  exec env NILA_ALONE=1 unshare --net "$0" "$@" # a network of its own: a time server has but one port
fi
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
ip link set lo up || give_up "a network of its own"
CUTS=${NILA_CUTS:-3}
SEED=${NILA_TEST_SEED:-$((16#$(od -An -N3 -tx1 /dev/urandom | tr -d ' ')))}
echo "# $CUTS cuts, seed $SEED (NILA_TEST_SEED=$SEED runs it again)"
RANDOM=$SEED

# --- the machine's disk ---
site() { # site HOST INSECURE
  cat <<JSON
{ "site": {"slug": "pi", "name": "Uji mati listrik", "regency": "kotim", "kecamatan": "62.02.06"},
  "ponds": [ {"slug": "pi-1", "name": "Kolam 1", "area_m2": 400, "depth_m": 1.2, "system": "pond"},
    {"slug": "pi-2", "name": "Kolam 2", "area_m2": 60, "depth_m": 1.0, "system": "tarpaulin"} ],
  "buses": [ {"slug": "gateway", "tcp": {"host": "$1", "port": 1502}, "timeout_ms": 2000, "devices": [
    {"slug": "pi-d1", "profile": "nila-node", "unit": 1, "every_s": 1, "pond": "pi-1"},
    {"slug": "pi-d2", "profile": "nila-node", "unit": 2, "every_s": 1, "pond": "pi-2"} ]} ],
  "sinks": [ {"slug": "pusat", "url": "http://$1:8086", "api": "v1", "database": "nila", "insecure_http": true} ],
  "journal": {"path": "/var/lib/lumbung-nila/collector/journal.db"} }
JSON
}
root=$D/root
cp -a --reflink=auto "$WORK/root-$SUITE-arm64-run" "$root"
mkdir "$root/debs"
cp "$made/debs"/*.deb "$root/debs"
claim "the packages install" systemd-nspawn -q --register=no --keep-unit --private-network --pipe -D "$root" \
  sh -c 'DEBIAN_FRONTEND=noninteractive dpkg -i --force-unsafe-io /debs/nila-common*.deb /debs/nila-collector*.deb && rm -r /debs'
site 10.0.2.2 >"$root/etc/lumbung-nila/collector.json"
site 127.0.0.1 >"$D/site.json"
printf '[Match]\nName=en* eth*\n[Network]\nAddress=10.0.2.15/24\nGateway=10.0.2.2\n' >"$root/etc/systemd/network/10-qemu.network"
mkdir -p "$root/etc/systemd/timesyncd.conf.d"
printf '[Time]\nNTP=10.0.2.2\nFallbackNTP=\nConnectionRetrySec=2\nPollIntervalMinSec=16\n' >"$root/etc/systemd/timesyncd.conf.d/test.conf"
install -m 755 tests/house/powercut_witness.sh "$root/witness"
: >"$root/etc/fstab"
cat >"$root/etc/systemd/system/witness.service" <<'UNIT'
[Unit]
After=nila-collector.service
[Service]
ExecStart=/witness
StandardOutput=tty
TTYPath=/dev/ttyAMA0
[Install]
WantedBy=multi-user.target
UNIT
systemctl --root="$root" enable -q systemd-networkd systemd-timesyncd witness nila-collector
systemctl --root="$root" mask -q serial-getty@ttyAMA0 getty@tty1 apt-daily.timer dpkg-db-backup.timer
truncate -s 1200M "$D/card.img"
claim "a card is written" mke2fs -q -t ext4 -b 4096 -d "$root" "$D/card.img"
rm -rf "$root"

# --- the world around it ---
INFLUX_PORT=8086
start_influxd || give_up "influxd starts"
curl -fsS -o /dev/null "$INFLUX_URL/query" --data-urlencode 'q=CREATE DATABASE nila' || give_up "database made"
start sim "$bin/nila-bridge" simulate "$D/site.json" --seed 5 --truth "$D/truth.csv" --ready "$D/ready" --devices collector/devices
await 20 "the simulator" test -s "$D/ready" || give_up "the simulator is ready"

power_on() { # power_on N: the console's words go to console.N.log
  start "pi-$1" qemu-system-aarch64 -M virt -cpu cortex-a53 -smp 2 -m 768 -accel tcg,thread=multi -display none -monitor none -no-reboot \
    -serial "file:$LOGS/console.$1.log" -rtc base=2026-03-01T00:00:00,clock=vm -kernel "$made/vmlinuz" -initrd "$made/initrd" \
    -append "console=ttyAMA0 loglevel=1 systemd.show_status=false" \
    -drive "file=$D/card.img,format=raw,if=none,id=card,cache=writeback" -device virtio-blk-pci,drive=card \
    -netdev user,id=net -device virtio-net-pci,netdev=net,romfile=
  t_on=$SECONDS
  sleep 1
  alive "pi-$1" || give_up "the emulator starts"
}
says() { tr -d '\r' <"$LOGS/console.$1.log" | grep -a "^$2"; }
acknowledged() { [ "$(says "$1" ACK | wc -l)" -ge "$2" ]; }
last_number() { says "$1" STATUS | tail -n 1 | sed -n "s/.* $2=\(-\{0,1\}[0-9]*\).*/\1/p"; }
no_less() { [ "$(last_number "$1" "$2")" -ge "$3" ] 2>/dev/null; }
drained() { [ "$(last_number "$1" pending)" = 0 ] && [ "$(last_number "$1" held)" = 0 ]; }

start time "$BUILD/tests/house/timegiver" 127.0.0.1 123
for ((k = 1; k <= CUTS; k++)); do
  power_on $k
  await 900 "the first acknowledged reading" acknowledged $k 1 || give_up "boot $k: the collector polls"
  first=$((SECONDS - t_on))
  stop influxd
  await 400 "20 more" acknowledged $k $(($(says $k ACK | wc -l) + 20)) || give_up "boot $k: it goes on while InfluxDB is away"
  sleep "$((RANDOM % 3)).$((RANDOM % 10))" # the moment of the cut is the seed's
  stop "pi-$k" KILL
  says $k ACK | cut -c5- >>"$D/acknowledged.csv"
  echo "# cut $k: first reading $first s after power-on, cut at $((SECONDS - t_on)) s, $(says $k ACK | wc -l) readings acknowledged, $(last_number $k pending) of them waiting for InfluxDB, restarts $(last_number $k restarts)"
  start_influxd || give_up "influxd comes back"
done

# the last boot: no time server for a while. Polling does not wait for it, sending does; what was read meanwhile is dated afterwards
stop time
power_on last
await 900 "readings without a clock" no_less last held 10 || give_up "without a time server it polls and holds back"
held=$(last_number last held)
claim "without a time server it polls, and holds $held sets of readings back (its clock is $(($(date +%s) - $(last_number last clock))) s behind)" [ "$(last_number last clock)" -lt "$(($(date +%s) - 5))" ]
start time "$BUILD/tests/house/timegiver" 127.0.0.1 123
await 400 "the clock" acknowledged last 10 || give_up "a time server answers, and readings are dated"
ok "a time server answers, and they are dated ($((SECONDS - t_on)) s after power-on)"
stop sim # no new readings: what there is drains
await 900 "the journal to drain" drained last || give_up "the journal drains"
sleep 3
stop pi-last KILL
says last ACK | cut -c5- >>"$D/acknowledged.csv"

# --- the witnesses ---
mkdir "$D/mnt"
mount -o loop "$D/card.img" "$D/mnt" || give_up "the card can be read"
cp "$D/mnt/var/lib/lumbung-nila/collector/"journal.db* "$D/"
umount "$D/mnt"
claim "the card's file system is whole" e2fsck -fn "$D/card.img"
influx_query 'SELECT * FROM water' >"$D/influx.csv"
influx_query 'SELECT * FROM water_uncertain' >"$D/uncertain"
# device, value, time in ms of both, numbers in the same words
influx_query 'SELECT device,do_mg_l FROM water' | awk -F, 'NR > 1 {printf "%s,%.9g,%s\n", $(NF - 1), $NF, $(NF - 2)}' | sort -u >"$D/there"
cut -d, -f1 "$D/acknowledged.csv" | date -u -f - +%s%3N | paste -d, - "$D/acknowledged.csv" |
  awk -F, '{printf "%s,%.9g,%s\n", $4, $6, $1}' | sort -u >"$D/said"
lost=$(comm -23 "$D/said" "$D/there" | wc -l)
[ "$lost" -eq 0 ] || comm -23 "$D/said" "$D/there" | head -5 | sed 's/^/# lost: /'
claim "of $(wc -l <"$D/said") readings acknowledged before $CUTS cuts $lost are lost" [ "$lost" -eq 0 ]
claim "water_uncertain has nothing: every boot's clock became right" sh -c "! grep -q . '$D/uncertain'"
"$BUILD/tests/house/verify" "$D/influx.csv" "$D/site.json" "$D/journal.db" "$D/truth.csv" || failed=1
echo "# $SECONDS s in all"
exit "$failed"
