#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# One conformance table, four nodes: nila-bridge's simulated one on a pty, a served one (a thermometer in a folder like /sys) on another, and
# the firmware for mps2 and stm32f1 in QEMU, started by its bootloader. Then polls
# beside a busy processor, a line of four speeds with noise, probes behind the emulated boards' other UARTs, and the faults of mps2,
# which the watchdog must end.
# NILA_LONG=1: 2000 polls and more of the noise, and the relay's minute without a master.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
check=$BUILD/tests/house/nodecheck
polls=400 lines=4 safe=()
[ -n "${NILA_LONG:-}" ] && polls=2000 lines=160 safe=(safe)
declare -A kind=([simulator]=simulator [serve]=simulator [mps2]=board [stm32f1]=board)
declare -A path=([simulator]=$D/line.pty [serve]=$D/serve.pty [mps2]=$D/mps2.sock [stm32f1]=$D/stm32f1.sock)

for p in "$check" "$bin/nila-bridge" "$BUILD"/firmware/{mps2-boot.elf,mps2-workshop.bin,stm32f1-workshop.bin}; do
  [ -e "$p" ] || { echo "not ok - $p is not built (make firmware)"; exit 1; }
done
command -v qemu-system-arm >/dev/null || { echo "skip - qemu-system-arm is not installed"; exit 0; }

cat >"$D/site.json" <<JSON
{"site": {"slug": "uji", "name": "Uji", "regency": "kotim", "kecamatan": "62.02.06"},
 "ponds": [{"slug": "k1", "area_m2": 200, "depth_m": 1.2}, {"slug": "k2", "area_m2": 300, "depth_m": 1.2}],
 "buses": [{"slug": "line", "serial": {"port": "$D/line.pty"}, "timeout_ms": 500, "devices": [
   {"slug": "n1", "profile": "nila-node", "unit": 1, "every_s": 1, "pond": "k1"},
   {"slug": "n2", "profile": "nila-node", "unit": 2, "every_s": 1, "pond": "k2"}]}],
 "journal": {"path": "$D/j.db"}, "control": {"socket": "$D/c.sock"}}
JSON
w1=$D/sys/bus/w1/devices/28-0316a2790fff
mkdir -p "$w1"
printf 'c9 01 4b 46 7f ff 0c 10 47 : crc=47 YES\nc9 01 4b 46 7f ff 0c 10 47 t=28562\n' >"$w1/w1_slave"
cat >"$D/bridge.json" <<JSON
{"state": "state", "sysfs": "sys", "lines": [{"slug": "line", "pty": {"link": "$D/serve.pty"}}],
 "nodes": [{"slug": "n1", "unit": 1, "every_s": 1, "probes": [{"kind": "ds18b20"}]},
  {"slug": "n2", "unit": 2, "every_s": 1, "probes": [{"kind": "ds18b20"}]}]}
JSON
# By their bootloaders, from slot A: mps2's flash memory is a file (ports/mps2/flash.c), stm32f1's is what a programmer writes.
cp "$BUILD/firmware/mps2-workshop.bin" "$D/flash" && truncate -s 16M "$D/flash"
board() { # board NAME MACHINE QEMU-OPTION...
  local uart=() i
  for i in "${path[$1]}" "$D/$1-ezo" "$D/$1-thermometer"; do
    uart+=(-chardev "socket,id=u${#uart[@]},path=$i,server=on,wait=off" -serial "chardev:u${#uart[@]}")
  done
  start "$1" qemu-system-arm -M "$2" -display none -monitor none "${uart[@]}" "${@:3}"
}
start simulator "$bin/nila-bridge" simulate "$D/site.json" --seed 7 --pty-link "$D/line.pty" --ready "$D/ready.json"
start serve "$bin/nila-bridge" serve --config "$D/bridge.json"
board mps2 mps2-an385,memory-backend=flash -m 16M -kernel "$BUILD/firmware/mps2-boot.elf" \
  -object "memory-backend-file,id=flash,mem-path=$D/flash,share=on,size=16M"
board stm32f1 stm32vldiscovery -kernel "$BUILD/firmware/stm32f1-workshop.bin"
for n in simulator serve mps2 stm32f1; do
  await 30 "$n" test -e "${path[$n]}" || give_up "$n does not start"
done

# together ROUND COMMAND...: all at once, then what each said, in order; $mps2_more and $stm32f1_more only those
mps2_more=() stm32f1_more=()
together() {
  local round=$1 n more
  shift
  local -A job=()
  for n in simulator serve mps2 stm32f1; do
    more=()
    [ "$n" != mps2 ] || more=("${mps2_more[@]}")
    [ "$n" != stm32f1 ] || more=("${stm32f1_more[@]}")
    "$check" "${kind[$n]}" "$n" "${path[$n]}" "$@" "${more[@]}" >"$LOGS/$round-$n.log" 2>&1 &
    job[$n]=$!
  done
  for n in simulator serve mps2 stm32f1; do
    wait "${job[$n]}" || failed=1
    cat "$LOGS/$round-$n.log"
  done
}

together table table libmodbus
start busy bash -c 'while :; do :; done'
together polls "polls=$polls"
stop busy
mps2_more=("probes=$D/mps2-ezo,$D/mps2-thermometer" faults "${safe[@]}")
stm32f1_more=("probes=$D/stm32f1-ezo,$D/stm32f1-thermometer" "${safe[@]}")
together lines "lines=$lines"
for n in simulator serve mps2 stm32f1; do
  alive "$n" || not_ok "$n has ended"
done
exit "$failed"
