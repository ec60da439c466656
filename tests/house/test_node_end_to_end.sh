#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# From a pond to the farmer's page with the node's real firmware in the middle, while its oxygen probe is calibrated: simulated water, an
# EZO circuit that reads 8 % too much, the image for mps2 in QEMU, a line of 9600 baud on which one byte in a thousand goes wrong,
# nila-collector, influxd, nila-analytics. On the way the collector is killed with -9, twice, and the tool once.
# shellcheck disable=SC2317,SC2016 # functions are called by name through await; inner shells expand
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
command -v qemu-system-arm >/dev/null || { echo "skip - qemu-system-arm is not installed"; exit 0; }
export NILA_LANG=en

# --- the pond, an hour of it, as the circuit reads it
pond='"ponds": [{"slug": "kolam", "name": "Kolam 1", "area_m2": 200, "depth_m": 1.2}, {"slug": "sebelah", "name": "Kolam 2", "area_m2": 200, "depth_m": 1.2}]'
head='"site": {"slug": "uji", "name": "Uji", "regency": "kotim", "kecamatan": "62.02.06", "baro_hpa": 1004}'
cat >"$D/water.json" <<JSON
{$head, $pond, "buses": [{"slug": "b", "tcp": {"host": "127.0.0.1", "port": 0}, "devices": [
  {"slug": "w", "profile": "nila-node", "unit": 1, "every_s": 60, "pond": "kolam"}]}],
 "sinks": [], "journal": {"path": "$D/none.db"}, "control": {"socket": "$D/none.sock"}}
JSON
"$bin/nila-bridge" history "$D/water.json" --seed 5 --days 1 --every 600 --noise off --until 2026-03-01T06:00:00Z --out "$D/water.csv" >"$LOGS/history.log" 2>&1 ||
  give_up "the pond has a history"
awk -F, '$4 == "temp_c" { t = int($5 * 16 + 0.5) } $4 == "do_mg_l" && $5 > 5 && $5 < 7 { printf "%.2f %d\n", $5 * 1.08, t }' "$D/water.csv" >"$D/play"
[ -s "$D/play" ] || give_up "the pond has oxygen"
read -r first_do first_t < <(tail -n 1 "$D/play")
true_do=$(awk -v v="$first_do" 'BEGIN { printf "%.2f", v / 1.08 }')

# --- board, line, a second device elsewhere, database
uart=()
for i in line ezo thermometer; do
  uart+=(-chardev "socket,id=$i,path=$D/$i,server=on,wait=off" -serial "chardev:$i")
done
start board qemu-system-arm -M mps2-an385 -display none -monitor none "${uart[@]}" -kernel "$BUILD/firmware/mps2.elf"
await 30 "the emulator" test -S "$D/thermometer" || give_up "the emulator does not start"
echo "$first_do $first_t" >"$D/probes"
start road "$BUILD/tests/house/noderoad" "$D/line" "$D/ezo" "$D/thermometer" "$D/cable" "$D/probes"
sim='{"slug": "lain", "tcp": {"host": "127.0.0.1", "port": PORT}, "devices": [
   {"slug": "lain", "profile": "nila-node", "unit": 3, "every_s": 2, "pond": "sebelah"}]}'
echo "{$head, $pond, \"buses\": [${sim/PORT/0}], \"sinks\": [], \"journal\": {\"path\": \"$D/x.db\"}, \"control\": {\"socket\": \"$D/x.sock\"}}" >"$D/sim.json"
start sim "$bin/nila-bridge" simulate "$D/sim.json" --seed 5 --ready "$D/sim.ready"
start_influxd || give_up "influxd starts"
curl -fsS -o /dev/null "$INFLUX_URL/query" --data-urlencode 'q=CREATE DATABASE nila' || give_up "database made"
await 20 "the second device" test -s "$D/sim.ready" || give_up "the second device is there"
await 60 "the cable" test -e "$D/cable" || give_up "the board is not set up"

port=$(json_number port <"$D/sim.ready")
cat >"$D/site.json" <<JSON
{$head, $pond,
 "buses": [{"slug": "kabel", "serial": {"port": "$D/cable"}, "timeout_ms": 700, "devices": [
   {"slug": "simpul", "profile": "nila-node-relay", "unit": 1, "every_s": 1, "pond": "kolam", "metrics": {"temp_c": {"primary": true}, "do_mg_l": {"primary": true}}}]},
   ${sim/PORT/$port}],
 "reflexes": [{"slug": "kincir", "name": "Kincir", "pond": "kolam", "switch": {"device": "simpul", "channel": 1},
   "when": [{"pond": "kolam", "metric": "temp_c", "above": 40, "until": 39}], "when_lost": "keep",
   "max_age_s": 30, "min_on_s": 0, "min_off_s": 0, "repeat_s": 5}],
 "sinks": [{"slug": "pusat", "url": "$INFLUX_URL", "api": "v1", "database": "nila"}],
 "journal": {"path": "$D/journal.db"}, "control": {"socket": "$D/c.sock"}}
JSON
cat >"$D/analytics.json" <<JSON
{ "records": {"path": "$D/records.db"}, "source": {"influx": {"url": "$INFLUX_URL", "database": "nila"}},
  "web": {"bind": "127.0.0.1", "port": 0} }
JSON
printf 'farm,name,regency,kecamatan,village,group,kusuka\nuji,Uji,kotim,62.02.06,Sawahan,,\n' >"$D/farms.csv"
printf 'pond,farm,name,system,area_m2,depth_m\nkolam,uji,Kolam 1,pond,200,1.2\nsebelah,uji,Kolam 2,pond,200,1.2\n' >"$D/ponds.csv"
for t in farms ponds; do
  "$bin/nila-analytics" import $t "$D/$t.csv" --config "$D/analytics.json" >>"$LOGS/import.log" 2>&1 || give_up "import $t"
done
claim "the site file is right" "$bin/nila-collector" check --config "$D/site.json" --devices collector/devices
collect() { start collector "$bin/nila-collector" run --config "$D/site.json" --devices collector/devices --trust-clock; }
collect
start analytics "$bin/nila-analytics" serve --config "$D/analytics.json" --ready "$D/analytics.ready"

# --- what the circuit reads is on the page
last() { influx_query "SELECT last($1) FROM ${3:-water} WHERE device='$2'" | tail -n 1 | awk -F, '{ print $NF }'; }
near() { awk -v a="$(last "$1" "$2" "${5:-water}")" -v b="$3" -v d="$4" 'BEGIN { exit !(a != "" && a - b < d && b - a < d) }'; }
claim "the circuit's oxygen, $first_do where $true_do is true, is in the database" await 60 "oxygen" near do_mg_l simpul "$first_do" 0.05
await 30 "analytics" test -s "$D/analytics.ready" || give_up "analytics serves"
url=http://127.0.0.1:$(json_number port <"$D/analytics.ready")
page_has() { curl -fsS --max-time 10 "$url$1" | grep -qE "$2"; }
claim "and on the pond's page" await 40 "the page" page_has '/kolam/kolam?lang=en' 'mg/L'
told() { "$bin/nila-collector" probe --config "$D/site.json" --devices collector/devices --bus kabel --unit 1 --function 3 --first 60 --count 4 --json 2>&1; }
knows_pressure() { told | grep -q '"u16":10040,'; }
claim "the node was told the air's pressure" await 30 "register 62" knows_pressure

# --- calibration in air, through the collector: found by its port
marked() { influx_query "SELECT count(temp_c_bits) FROM water WHERE device='simpul' AND temp_c_bits = 16384" | tail -n 1 | awk -F, '{ exit !($NF > 2) }'; }
oxygen_air=8.29 # 1.08 x saturation at 28.56 C and 1004 hPa, 7.68 mg/L (Benson and Krause 1984)
tool() { # tool NAME TYPED OPTIONS...
  local name=$1 typed=$2
  shift 2
  printf '%b' "$typed" >"$D/$name.typed"
  setsid "$bin/nila-bridge" calibrate --serial "$D/cable" --unit 1 --socket "$D/c.sock" --channel 1 --operator Siti \
    --certificate "$D/$name" "$@" <"$D/$name.typed" >"$LOGS/$name.log" 2>&1 &
  # shellcheck disable=SC2004 # PID is a table of names
  PID[$name]=$!
  ORDER+=("$name")
}
echo "$oxygen_air 457" >"$D/probes"
began=$(date +%s)
tool first '\ny\n' --method 2
claim "the tool finds the collector by the port" await 20 "the loan" grep -q 'is read by nila-collector; the device "simpul" is borrowed' "$LOGS/first.log"
claim "what the collector reads meanwhile is marked" await 30 "the mark" marked
claim "the page says that the sensor is being calibrated, and since when" await 40 "the page" page_has '/kolam/kolam?lang=en' 'under calibration since'
claim "in Indonesian too" page_has /kolam/kolam 'sedang dikalibrasi sejak'
claim "the other device is what it was" near temp_c lain "$(last temp_c lain)" 0.5
NILA_LANG=en "$bin/nila-bridge" calibrate --device lain --socket "$D/c.sock" --show >"$D/second.out" 2>&1
rc=$?
claim "a second loan is refused with the name of the first" bash -c "[ $rc -ne 0 ] && grep -q 'simpul is being calibrated by' $D/second.out"

# --- the collector is killed in the middle of it; the tool waits for the next one and goes on
await 30 "the wait for a steady reading" grep -q "Waiting until" "$LOGS/first.log" || give_up "the tool waits for a steady reading"
missed=$("$bin/nila-collector" status --config "$D/site.json" --json | grep '"slug":"lain"' | json_number missed_slots)
claim "no slot of the other device was missed: ${missed:-?}" test "${missed:-1}" = 0
stop collector KILL
collect
claim "after kill -9 of the collector the calibration goes on to its end" await 120 "the certificate" test -s "$D/first.json"
wait "${PID[first]}"
rc=$?
claim "the tool ends well after $(($(date +%s) - began)) s" test $rc -eq 0
sed 's/^/# /' "$LOGS/first.log" | grep -v steady | tail -n 9
claim "it is complete: Siti, the next date, as found and as left" bash -c "grep -q '\"name\": \"Siti\"' $D/first.json && grep -q '\"next_due\": \"20' $D/first.json && awk -F'[:,}]' '/as_left/ { ok = \$2 > 7.65 && \$2 < 7.71 && \$8 > 8.2 && \$10 - \$2 < 0.02 && \$2 - \$10 < 0.02 } END { exit !ok }' $D/first.json"
claim "the slope is what the circuit read too much" bash -c "awk -F'\"slope\": ' '/\"after\"/ { exit !(\$2 + 0 > 0.920 && \$2 + 0 < 0.932) }' $D/first.json"
echo "$first_do $first_t" >"$D/probes"
value() { "$bin/nila-collector" probe --config "$D/site.json" --devices collector/devices --bus kabel --unit 1 --function 4 --first 50 --count 2 --json 2>/dev/null | grep -oE '"u16":[0-9]+' | head -n 2 | cut -d: -f2 | paste -sd' ' | awk 'NF == 2 { print ($1 * 65536 + $2) / 1000 }'; }
shows_true() { awk -v a="$(value)" -v b="$true_do" 'BEGIN { exit !(a > 0 && a - b < 0.06 && b - a < 0.06) }'; }
claim "back in the pond the node shows $true_do" await 40 "the true value" shows_true
claim "the calibration is in the database: slope" await 30 "the event" near cal_slope_pct simpul 92.6 0.5 equipment
claim "and what was calibrated" near cal_of simpul 1 0.1 equipment

# --- collector and tool both die in the middle of a second one
tool second '\ny\n' --method 2
await 40 "the second calibration" grep -q "Waiting until" "$LOGS/second.log" || give_up "the second calibration begins"
stop collector KILL
stop second KILL
collect
keeps() {
  "$bin/nila-bridge" calibrate --device simpul --socket "$D/c.sock" --channel 1 --show >"$D/show.out" 2>&1
  grep -qE 'In force now: number 1, .*slope 92[.,]' "$D/show.out"
}
await 40 "the node's record" keeps
rc=$?
claim "the node keeps the calibration it had" bash -c "cat $D/show.out; exit $rc"

# --- no reading was invented or lost
stop collector
"$bin/nila-collector" export --config "$D/site.json" --out "$D/rows.csv" >/dev/null 2>&1
air=$(awk -F, '$3 == "simpul" && $4 == "do_mg_l" && $5 > 8.2 && $6 < 3' "$D/rows.csv" | wc -l)
claim "no value of the air passes for the pond's: $air" test "$air" = 0
gaps=$(awk -F, '$3 == "lain" && $4 == "temp_c" { split($1, a, /[T+]/); split(a[2], h, ":"); s = h[1] * 3600 + h[2] * 60 + h[3]
  if (n++ && s - was > 4.5) g++; was = s } END { print g + 0, n }' "$D/rows.csv")
claim "the other device was read all the time but for the two kills: gaps, readings $gaps" test "${gaps% *}" -le 2
kill -TERM "${PID[road]}"
claim "the line ends" await 30 "the line's account" grep -q '^relay' "$LOGS/road.log"
sed 's/^/# /' "$LOGS/road.log"
exit "$failed"
