#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# From a probe to the journal and back to the aerator, with the node's real firmware: an oxygen circuit and a thermometer, the image for
# mps2 in QEMU, a line of 9600 baud on which one byte in a thousand goes wrong, nila-collector, its journal and its reflex.
# shellcheck disable=SC2317 # functions are called by name through await
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
command -v qemu-system-arm >/dev/null || { echo "skip - qemu-system-arm is not installed"; exit 0; }

uart=()
for i in line ezo thermometer; do
  uart+=(-chardev "socket,id=$i,path=$D/$i,server=on,wait=off" -serial "chardev:$i")
done
start board qemu-system-arm -M mps2-an385 -display none -monitor none "${uart[@]}" -kernel "$BUILD/firmware/mps2.elf"
await 30 "the emulator" test -S "$D/thermometer" || give_up "the emulator does not start"
echo 6.54 457 >"$D/probes"
start road "$BUILD/tests/house/noderoad" "$D/line" "$D/ezo" "$D/thermometer" "$D/cable" "$D/probes"
await 60 "the cable" test -e "$D/cable" || give_up "the board is not set up"

cat >"$D/site.json" <<JSON
{"site": {"slug": "uji", "name": "Uji", "regency": "kotim", "kecamatan": "62.02.06"},
 "ponds": [{"slug": "kolam", "area_m2": 200, "depth_m": 1.2}],
 "buses": [{"slug": "kabel", "serial": {"port": "$D/cable"}, "timeout_ms": 700, "devices": [
   {"slug": "simpul", "profile": "nila-node-relay", "unit": 1, "every_s": 1, "pond": "kolam"}]}],
 "reflexes": [{"slug": "kincir", "name": "Kincir", "pond": "kolam", "switch": {"device": "simpul", "channel": 1},
   "when": [{"pond": "kolam", "metric": "temp_c", "above": 31, "until": 30}], "when_lost": "on",
   "max_age_s": 30, "min_on_s": 0, "min_off_s": 0, "repeat_s": 5}],
 "sinks": [], "journal": {"path": "$D/journal.db"}, "control": {"socket": "$D/c.sock"}}
JSON
claim "the site file is right" "$bin/nila-collector" check --config "$D/site.json" --devices collector/devices
start collector "$bin/nila-collector" run --config "$D/site.json" --devices collector/devices --trust-clock

rows() { "$bin/nila-collector" export --config "$D/site.json" --out - 2>/dev/null; }
value_of() { rows | awk -F, -v d="$1" -v m="$2" '$3 == d && $4 == m && $5 != "" { v = $5 } END { print v }'; }
says() { [ "$(value_of "$1" "$2")" = "$3" ]; } # the newest
heard() { rows | awk -F, -v d="$1" -v m="$2" -v v="$3" '$3 == d && $4 == m && $5 == v { f = 1 } END { exit !f }'; }

claim "the circuit's oxygen is in the journal" await 60 "oxygen" heard simpul do_mg_l 6.54
claim "the thermometer's water too" await 30 "temperature" heard simpul temp_c 28.562
claim "in cool water the aerator, safely on at the start, is switched off" await 60 "off" says kincir relay 0
echo 2.10 500 >"$D/probes"
claim "warm water with little oxygen is in the journal" await 60 "low oxygen" heard simpul do_mg_l 2.1
claim "and the reflex switches the aerator on" await 60 "on" says kincir relay 1
stop collector
"$bin/nila-collector" export --config "$D/site.json" --out "$D/rows.csv" >/dev/null 2>&1
strange=$(awk -F, '$3 == "simpul" && $5 != "" && !($4 == "do_mg_l" && ($5 == 6.54 || $5 == 2.1)) && !($4 == "temp_c" && ($5 == 28.562 || $5 == 31.25))' "$D/rows.csv")
values=$(awk -F, '$3 == "simpul" && $5 != ""' "$D/rows.csv" | wc -l)
claim "$values values are in the journal, none that no probe said: $strange" test -z "$strange" -a "$values" -gt 10
kill -TERM "${PID[road]}"
claim "the line ends" await 30 "the line's account" grep -q '^relay' "$LOGS/road.log"
sed 's/^/# /' "$LOGS/road.log"
# shellcheck disable=SC2016 # awk's own
claim "the board's own relay is on, by its master's word and not for want of one" \
  awk '/^relay/ { exit !($2 == 1 && int($4 / 8) % 2 == 0) }' "$LOGS/road.log"
exit "$failed"
