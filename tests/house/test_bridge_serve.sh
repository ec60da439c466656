#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Probes of a Pi on their way to the journal: Atlas circuits on ptys and folders that look like /sys/bus/w1 and iio -> nila-bridge serve
# (a pty and TCP) -> nila-collector -> its journal. Probes are pulled and plugged in again, a thermometer says 85.0 and nine zeros, the
# bridge is killed. Nothing may be in the journal that no probe said. NILA_LONG=1: also a converter that never moves, which takes two minutes.
# shellcheck disable=SC2317 # functions are called by name through await
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
w1=$D/sys/bus/w1/devices iio=$D/sys/bus/iio/devices/iio:device0
mkdir -p "$w1/28-0316a2790fff" "$w1/28-0316a2790eee" "$iio"

put() { printf '%s\n' "$2" >"$1.new" && mv "$1.new" "$1"; } # whole, as sysfs shows it
warm() { # warm ID HEX: w1_slave with those nine bytes
  put "$w1/$1/w1_slave" "$2 : crc=${2##* } YES
$2 t=0"
}
w28562="c9 01 4b 46 7f ff 0c 10 47" w31250="f4 01 4b 46 7f ff 0c 10 c7" w85="50 05 4b 46 7f ff 0c 10 1c" zeros="00 00 00 00 00 00 00 00 00"
warm 28-0316a2790fff "$w28562"
warm 28-0316a2790eee "$w31250"
put "$iio/name" ads1015
put "$iio/in_voltage0_scale" 1
put "$iio/in_voltage0_raw" 1500
put "$D/do" 6.54
put "$D/ph" 7.25
put "$D/ec" 412
cat >"$D/bridge.json" <<JSON
{"state": "state", "sysfs": "sys",
 "lines": [{"slug": "kabel", "pty": {"link": "$D/line"}}, {"slug": "jaringan", "tcp": {"port": 0}}],
 "nodes": [
  {"slug": "kolam-1", "unit": 1, "every_s": 1, "probes": [{"kind": "ds18b20", "id": "28-0316a2790fff"},
    {"kind": "ezo_do", "port": "$D/tty-do"}, {"kind": "ezo_ph", "port": "$D/tty-ph"}, {"kind": "ezo_ec", "port": "$D/tty-ec"}]},
  {"slug": "kolam-2", "unit": 2, "every_s": 1, "probes": [{"kind": "ds18b20", "id": "28-0316a2790eee"},
    {"kind": "analog_ph", "device": "ads1015", "input": 0}]}]}
JSON
start circuits "$BUILD/tests/house/ezosim" "do" "$D/tty-do" "$D/do" ph "$D/tty-ph" "$D/ph" ec "$D/tty-ec" "$D/ec"
claim "the configuration is right" "$bin/nila-bridge" serve --config "$D/bridge.json" --check --lang en
serve() { start bridge "$bin/nila-bridge" serve --config "$D/bridge.json" --ready "$D/ready.json" --lang en; }
serve
await 30 "the bridge" test -e "$D/ready.json" || give_up "the bridge does not start"
# a port that was free, and is this bridge's from now on
port=$(sed -nE 's/.*"port":([0-9]+).*/\1/p' "$D/ready.json")
sed -i "s/\"port\": 0/\"port\": $port/" "$D/bridge.json"
claim "a second bridge does not take the first one's state" sh -c "'$bin/nila-bridge' serve --config '$D/bridge.json' --lang en; test \$? -eq 69"

cat >"$D/site.json" <<JSON
{"site": {"slug": "uji", "name": "Uji", "regency": "kotim", "kecamatan": "62.02.06"},
 "ponds": [{"slug": "k1", "area_m2": 200, "depth_m": 1.2}, {"slug": "k2", "area_m2": 200, "depth_m": 1.2}],
 "buses": [{"slug": "kabel", "serial": {"port": "$D/line"}, "timeout_ms": 700, "devices": [
   {"slug": "satu", "profile": "nila-node", "unit": 1, "every_s": 1, "pond": "k1"}]},
  {"slug": "jaringan", "tcp": {"host": "127.0.0.1", "port": $port}, "timeout_ms": 700, "devices": [
   {"slug": "dua", "profile": "nila-node", "unit": 2, "every_s": 1, "pond": "k2"}]}],
 "sinks": [], "journal": {"path": "$D/journal.db"}, "control": {"socket": "$D/c.sock"}}
JSON
start collector "$bin/nila-collector" run --config "$D/site.json" --devices collector/devices --trust-clock

rows() { "$bin/nila-collector" export --config "$D/site.json" --out - 2>/dev/null; }
heard() { rows | awk -F, -v d="$1" -v m="$2" -v v="$3" '$3 == d && $4 == m && $5 == v { f = 1 } END { exit !f }'; }
# the newest row of a metric: its value, or "-" and its flag when there is none
newest() { rows | awk -F, -v d="$1" -v m="$2" '$3 == d && $4 == m { v = $5 == "" ? "-" $6 : $5 } END { print v }'; }
flagged() { rows | awk -F, -v d="$1" -v m="$2" '$3 == d && $4 == m { q = $6 } END { exit !(q >= 3) }'; }
is() { [ "$(newest "$1" "$2")" = "$3" ]; }

claim "the circuits' oxygen is in the journal" await 30 oxygen heard satu do_mg_l 6.54
claim "pH" await 20 pH heard satu ph 7.25
claim "conductivity" await 20 conductivity heard satu ec_us_cm 412
claim "both thermometers too" await 20 temperature heard satu temp_c 28.562
claim "over TCP as well" await 20 temperature heard dua temp_c 31.25
claim "and the converter's pH" await 20 pH heard dua ph 7

put "$D/do" gone
warm 28-0316a2790fff "$w85"
warm 28-0316a2790eee "$zeros"
rm "$iio/in_voltage0_raw"
claim "a pulled circuit is missing" await 30 missing is satu do_mg_l -9
claim "85.0 of a thermometer that started anew is no temperature" await 20 missing is satu temp_c -9
claim "nor are the nine zeros of one that was pulled" await 20 missing is dua temp_c -9
claim "a converter without a value has none" await 20 missing is dua ph -9
put "$D/do" 5.5
warm 28-0316a2790fff "$w28562"
rm -r "$w1/28-0316a2790eee"
put "$iio/in_voltage0_raw" 1500
claim "plugged in again it is heard" await 40 "the circuit" is satu do_mg_l 5.5
claim "and the thermometer" await 20 "28.562" is satu temp_c 28.562
put "$D/ph" deaf
claim "a circuit that says nothing is missing, the port is there" await 40 missing is satu ph -9
claim "while the others go on" is satu do_mg_l 5.5

stop bridge KILL 2>/dev/null
rm -f "$D/ready.json"
put "$D/do" 4.4
serve
await 30 "the bridge" test -e "$D/ready.json" || give_up "the bridge does not start again"
claim "killed and started again it goes on" await 40 "new oxygen" heard satu do_mg_l 4.4
if [ -n "${NILA_LONG:-}" ]; then
  claim "a converter that never moves is not believed after two minutes" await 200 stuck flagged dua ph
fi
stop collector
rows >"$D/rows.csv"
strange=$(awk -F, 'NR > 1 && $5 != "" && !($4 == "do_mg_l" && ($5 == 6.54 || ($5 >= 4.4 && $5 <= 6.54))) && !($4 == "temp_c" && ($5 == 28.562 || $5 == 31.25)) &&
  !($4 == "ph" && ($5 == 7.25 || $5 == 7)) && !($4 == "ec_us_cm" && $5 == 412) && $4 !~ /time|value/' "$D/rows.csv" | head -5)
values=$(awk -F, '$5 != ""' "$D/rows.csv" | wc -l)
claim "$values values are in the journal, none that no probe said: $strange" test -z "$strange" -a "$values" -gt 50
stop bridge
claim "the bridge ends by itself when told to" grep -q stopped "$LOGS/bridge.log"
exit "$failed"
