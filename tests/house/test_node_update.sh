#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# New firmware over the bus on a node that really restarts: the bootloader and both images for mps2 in QEMU, a flash memory in a file,
# nila-bridge sign and update. What is wrong is refused with its reason; what hangs or is not confirmed goes back by itself; and the
# node's power is cut (QEMU is killed) during transfer, commit, first start and the writing of its settings: it always starts, with the
# old or the new firmware and the old or the new settings.
# NILA_SEED repeats the cuts. NILA_LONG=1: 200 cuts of updates and 200 of settings.
# shellcheck disable=SC2317 # functions are called by name through await and claim
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
command -v qemu-system-arm >/dev/null || { echo "skip - qemu-system-arm is not installed"; exit 0; }
F=$BUILD/firmware
ask=$BUILD/tests/house/nodeask
for p in "$ask" "$BUILD/tests/house/nodecable" "$bin/nila-bridge" "$F/mps2-boot.elf" "$F/mps2-workshop.bin" "$F/next/mps2-b.bin"; do
  [ -e "$p" ] || { echo "not ok - $p is not built (make firmware)"; exit 1; }
done
cuts=6 wears=4
[ -n "${NILA_LONG:-}" ] && cuts=200 wears=200
seed=${NILA_SEED:-$(($(date +%s) % 100000))}
RANDOM=$seed
echo "# NILA_SEED=$seed, $cuts cuts of updates and $wears of settings"

# ---- the node, its memory and its cable ----
cp "$F/mps2-workshop.bin" "$D/flash" && truncate -s 16M "$D/flash"
power_on() { # power_on [QEMU OPTION]...
  start node qemu-system-arm -M mps2-an385,memory-backend=flash -m 16M -display none -monitor none \
    -object "memory-backend-file,id=flash,mem-path=$D/flash,share=on,size=16M" \
    -chardev "socket,id=u0,path=$D/uart,server=on,wait=off" -serial chardev:u0 "$@" -kernel "$F/mps2-boot.elf"
}
power_off() { # as a mains plug is pulled
  kill -KILL "${PID[node]}" 2>/dev/null
  wait "${PID[node]}" 2>/dev/null
  unset "PID[node]"
  rm -f "$D/uart"
}
regs() { "$ask" "$D/line" read "$@" 2>/dev/null; } # regs FUNCTION FIRST COUNT
answers() { regs 4 0 1 | grep -qx 20044; }
is() { [ "$(regs "$2" "$3" 1)" = "$1" ]; } # is VALUE FUNCTION REGISTER
boots() { await 20 "the node" answers; }
power_on
cable() { start cable "$BUILD/tests/house/nodecable" "$D/line" "$D/uart"; }
cable

# ---- the office ----
boots || give_up "the node does not start"
old=$(regs 3 115 1)
next=$((old + 1))
dotted() { echo "$(($1 >> 8)).$(($1 & 255))"; }
A=0x21003000 B=0x21011800
install -m 600 firmware-bridge/ports/development.key "$D/key"
sed 's/^next .*/next 0000000100/' "$D/key" >"$D/key2" && chmod 600 "$D/key2"
sign() { # sign KEY BODY VERSION BASE NAME
  "$bin/nila-bridge" sign --key "$1" --body "$2" --firmware "$(dotted "$3")" --base "$4" --product 2 --out "$D/$5.img" >>"$LOGS/sign.log" 2>&1
}
hex() { printf '%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24)); }
bytes() { # bytes HEX
  local i
  for ((i = 0; i < ${#1}; i += 2)); do printf '%b' "\\x${1:i:2}"; done
}
{ # it sleeps in its first instruction, and in every interrupt: wfi; b .-2
  bytes "$(hex $((0x20002000)))$(for _ in {1..63}; do hex $((B + 0x101)); done)30bffde7"
} >"$D/hang.bin"
{ sign "$D/key" "$D/hang.bin" "$next" $B hang && sign "$D/key" "$F/next/mps2-b.bin" "$next" $B b && sign "$D/key" "$F/next/mps2-a.bin" "$next" $A a; } &
signing=$!
"$bin/nila-bridge" keygen --key "$D/foreign.key" >"$D/foreign.pub" && sign "$D/foreign.key" "$D/hang.bin" "$next" $B foreign
wait "$signing"
claim "the office signs" test -s "$D/a.img" -a -s "$D/b.img" -a -s "$D/hang.img" -a -s "$D/foreign.img"
patch() { # patch NAME OFFSET HEX: the small image with other bytes there
  cp "$D/hang.img" "$D/$1.img"
  bytes "$3" | dd of="$D/$1.img" bs=1 seek="$2" conv=notrunc status=none
}
info=$(stat -c %s "$D/hang.bin") # behind the body: magic, form, product, firmware, -, base (core/nila_update.h)
patch bit 17 a5
patch board $((info + 6)) 0001
patch older $((info + 8)) 0000
patch slot $((info + 12)) 21003000
head -c 1500 "$D/hang.img" >"$D/short.img"

tool() { "$bin/nila-bridge" update --lang "$1" --serial "$D/line" --unit 1 --image "$D/$2.img" ${3:+--image-b "$D/$3.img"} >"$LOGS/tool.log" 2>&1; }

# ---- refused, with the reason in register 106 and in words ----
claim "the node started by its bootloader from slot A, and says that its key is the development key" \
  test "$(regs 3 107 1) $(regs 3 115 3)" = "1 $old 0 0"
claim "a setting is written" "$ask" "$D/line" write 3 7
refuses() { # refuses IMAGE RESULT WHAT
  claim "$3: refused by the node ($2)" test "$("$ask" "$D/line" offer "$D/$1.img" | cut -d' ' -f2)" = "$2"
}
refuses foreign 5 "signed with another key"
refuses bit 5 "one bit turned over"
refuses board 6 "for another board"
refuses older 7 "older than what runs"
refuses slot 8 "for the other slot"
refuses short 2 "cut short"
in_words() { # in_words IMAGE ID EN
  tool id "$1" && return 1
  grep -F "$2" "$LOGS/tool.log" || { cat "$LOGS/tool.log"; return 1; }
  tool en "$1" && return 1
  grep -F "$3" "$LOGS/tool.log" || { cat "$LOGS/tool.log"; return 1; }
}
claim "the tool says: not this office's key" in_words foreign "tanda tangannya bukan dari kantor alat ini" "its signature is not of this node's office"
claim "the tool says: another board" in_words board "Tidak ada berkas untuk alat jenis 2" "No file is for product 2"
claim "the tool says: older" in_words older "lebih lama dari yang sedang berjalan" "it is older than what runs"
claim "the tool says: no firmware" in_words short "bukan firmware yang ditandatangani" "is no signed firmware"
claim "the old firmware runs all the while" is "$old" 3 115

# ---- what hangs, or is not confirmed, goes back by itself ----
# Without a line and with an emulator whose clock leaps while its processor sleeps, minutes pass in seconds.
record() { # active slot, trial, tries, rolled back: of the newer boot record in the flash memory (core/nila_store.c, nila_boot.c)
  local at=0x2000 other=0x2400 a b
  a=$(od -An -tu4 -j $((at + 4)) -N4 "$D/flash") b=$(od -An -tu4 -j $((other + 4)) -N4 "$D/flash")
  [ "$a" -ne 4294967295 ] && { [ "$b" -eq 4294967295 ] || [ "$a" -gt "$b" ]; } || at=$other
  od -An -tu1 -j $((at + 16)) -N4 "$D/flash" | tr -s ' '
}
gone_back() { [ "$(record)" = " 0 0 0 1" ]; }
rolls_back() { # rolls_back IMAGE SECONDS: into the free slot, started on trial, and left alone
  [ "$("$ask" "$D/line" offer "$D/$1.img" | cut -d' ' -f1)" = 4 ] && "$ask" "$D/line" write 100 3 || return 1
  power_off
  [ "$(record)" = " 1 1 2 0" ] || [ "$(record)" = " 1 1 1 0" ] || { record; return 1; }
  power_on -icount shift=7,sleep=off
  await "$2" "the way back" gone_back || return 1
  power_off
  power_on
  boots && regs 3 105 12 && is "$old" 3 115 && is 1 3 116
}
[ -z "${NILA_LONG:-}" ] ||
  claim "one that works and that nobody confirms: back after twice ten minutes" rolls_back b 300
claim "an image that hangs in its first instruction: the watchdog, twice, and the old one is back" rolls_back hang 60

# ---- the way it should go, and a line that breaks ----
line_of() { # line_of PATTERN: until the tool says so, or has ended
  until grep -q "$1" "$LOGS/tool.log" || ! kill -0 "$job" 2>/dev/null; do sleep 0.02; done
}
begin() {
  : >"$LOGS/tool.log"
  "$bin/nila-bridge" update --lang en --serial "$D/line" --unit 1 --image "$D/a.img" --image-b "$D/b.img" >"$LOGS/tool.log" 2>&1 &
  job=$!
}
end() {
  kill -KILL "$job" 2>/dev/null
  wait "$job" 2>/dev/null
}
nap() { sleep "$(($1 / 1000)).$(printf %03d $(($1 % 1000)))"; }
begin
line_of ' [34]. %'
stop cable
rm -f "$D/line"
claim "a line that breaks ends the tool with an error" test "$(wait "$job"; echo $?)" != 0
cable

# ---- power cuts ----
resumed=0 strange=0
cut() { # cut PHASE: 0 to 2 transfer, 3 from the last block to the restart, 4 the first start
  begin
  case $1 in
    [012]) nap $((100 + RANDOM % 2500)) ;;
    3) line_of '100 %' && nap $((RANDOM % 1200)) ;;
    4) line_of 'restarts' && nap $((RANDOM % 2000)) ;;
  esac
  power_off
  grep -q 'Going on from' "$LOGS/tool.log" && resumed=$((resumed + 1))
  end
  power_on
  boots || { echo "# phase $1: does not start"; strange=$((strange + 1)); return; }
  local v
  v=$(regs 3 115 1)
  [ "$v" = "$old" ] || [ "$v" = "$next" ] || { echo "# phase $1: version $v"; strange=$((strange + 1)); }
}
short=(1 3 0 4 2 3)
for ((i = 0; i < cuts; i++)); do
  if [ -n "${NILA_LONG:-}" ]; then cut $((RANDOM % 5)); else cut "${short[i]}"; fi
  [ $((i % 20)) -ne 19 ] || echo "# $((i + 1)) cuts, $resumed resumed, $strange strange"
done
claim "$cuts power cuts during transfer, commit and first start: it always started, $resumed times the transfer went on where it was" \
  test "$strange" = 0 -a "$resumed" -gt 0
claim "and then the update goes through" tool en a b
sed 's/^/# /' "$LOGS/tool.log"
claim "the new version answers" is "$next" 3 115
claim "confirmed, nothing rolled back" test "$(regs 3 105 1) $(regs 3 116 1)" = "0 0"
claim "the settings have come through it all" test "$(regs 3 3 1) $(($(regs 4 20 1) & 2))" = "7 0"

lost=0
wear() { # settings are written without a pause; power fails; what was last confirmed, or what was being written, is there
  : >"$LOGS/wear.log"
  "$ask" "$D/line" wear 21 515 261 >"$LOGS/wear.log" 2>&1 &
  job=$!
  until grep -q '^done' "$LOGS/wear.log" || ! kill -0 "$job" 2>/dev/null; do sleep 0.02; done
  nap $((RANDOM % 700))
  power_off
  end
  power_on
  boots || { echo "# does not start"; lost=$((lost + 1)); return; }
  local now tried
  now=$(regs 3 21 1) tried=$(awk '$1 == "try" { t = $2 } $1 == "done" { d = $2 } END { print t, d }' "$LOGS/wear.log")
  if [[ " $tried " != *" $now "* ]] || [ "$(regs 3 3 1) $(($(regs 4 20 1) & 2))" != "7 0" ]; then
    echo "# $now of $tried"
    lost=$((lost + 1))
  fi
}
for ((i = 0; i < wears; i++)); do
  wear
  [ $((i % 20)) -ne 19 ] || echo "# $((i + 1)) cuts, $lost lost"
done
claim "$wears power cuts while settings are written: the old ones or the new ones, whole" test "$lost" = 0
exit "$failed"
