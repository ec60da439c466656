#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Lines on which four answers in ten go wrong, in every way a bus knows: nothing may be journalled that was not served to that
# device at that time. RTU and TCP, nodes with a header and probes without. NILA_LONG=1 goes on to 10,000 faults.
# shellcheck disable=SC2317 # functions are called by name through await
set -u
BUILD=${BUILD:-build}
bin=$BUILD/bin
# shellcheck source=deploy/demo/parts.sh
. deploy/demo/parts.sh
parts_begin
trap parts_end EXIT
trap 'exit 1' INT TERM
failed=0
seed=${NILA_SEED:-$(date +%s)}
echo "# NILA_SEED=$seed"
faults=300 lines=4
[ -n "${NILA_LONG:-}" ] && faults=10000 lines=12
rates=late:0.05,duplicate:0.05,wrong-unit:0.05,wrong-function:0.05,wrong-crc:0.05,short:0.05,overlong:0.03,babble:0.03,exception:0.02,silent:0.02
profiles=(nila-node rika-do rika-ph seeed-s-rjy-01 xylem-odo-rtu keller-nanolevel yosemitech-y4000 supmea-do7013)

site() { # site NAME: half of the lines serial, half TCP (ports from $D/NAME.ready once it is there), eight devices each
  local name=$1 line unit sep=""
  printf '{"site": {"slug": "uji", "name": "Uji", "regency": "kotim", "kecamatan": "62.02.06"},\n"ponds": ['
  for line in $(seq "$lines"); do printf '%s{"slug": "k%d", "area_m2": %d, "depth_m": 1.2}' "${sep:-}" "$line" $((line * 100)); sep=', '; done
  printf '],\n"buses": ['
  sep=""
  for line in $(seq "$lines"); do
    if [ $((line % 2)) -eq 0 ]; then
      printf '%s{"slug": "b%d", "serial": {"port": "%s/b%d.pty"}' "$sep" "$line" "$D" "$line"
    else
      printf '%s{"slug": "b%d", "tcp": {"host": "127.0.0.1", "port": %d}' "$sep" "$line" "$(port_of "$name" "b$line")"
    fi
    printf ', "timeout_ms": 60, "devices": ['
    sep=""
    for unit in $(seq 8); do
      printf '%s\n {"slug": "b%d-%d", "profile": "%s", "unit": %d, "every_s": 1, "pond": "k%d"}' "$sep" "$line" "$unit" \
        "${profiles[$((unit - 1))]}" "$unit" "$line"
      sep=,
    done
    printf ']}'
    sep=$',\n'
  done
  printf '],\n"journal": {"path": "%s/%s.db"}, "control": {"socket": "%s/%s.sock"}}\n' "$D" "$name" "$D" "$name"
}
port_of() { # port_of NAME BUS: 0 until the simulator has told
  [ -s "$D/$1.ready" ] || { echo 0; return; }
  grep -oE "\"$2\",\"tcp\":[{]\"host\":\"[^\"]*\",\"port\":[0-9]+" "$D/$1.ready" | grep -oE '[0-9]+$'
}
# Also every device has given a value: with faults by chance, a slow probe may need more turns than others.
enough() {
  [ "$(grep -c ',fault:' "$D/f.truth")" -ge "$faults" ] &&
    [ "$("$bin/nila-collector" export --config "$D/f.json" --out - 2>/dev/null |
      sed 1d | grep -oE '\bb[0-9]+-[1-8]\b' | sort -u | wc -l)" -ge $((lines * 8)) ]
}

site f >"$D/f-sim.json"
links=()
for line in $(seq 2 2 "$lines"); do links+=(--pty-link "b$line=$D/b$line.pty"); done
start sim "$bin/nila-bridge" simulate "$D/f-sim.json" --devices collector/devices --seed "$seed" --truth "$D/f.truth" --ready "$D/f.ready" \
  --bus-fault "$rates" "${links[@]}"
await 60 "simulator" test -s "$D/f.ready" || exit 1
site f >"$D/f.json"
start collector "$bin/nila-collector" run --config "$D/f.json" --devices collector/devices --trust-clock
await $((faults / 10 + 60)) "$faults faults and a value of each device" enough || { echo "not ok - $faults faults and a value of each device in time"; failed=1; }
stop collector
stop sim
grep -oE 'fault:[a-z-]+' "$D/f.truth" | sort | uniq -c | sed 's/^/# /'
kinds=$(grep -oE 'fault:[a-z-]+' "$D/f.truth" | sort -u | wc -l)
if [ "$kinds" -eq 10 ]; then echo "ok - faults of all ten kinds"; else
  echo "not ok - faults of $kinds kinds, not all ten"
  failed=1
fi
"$BUILD/tests/house/served" "$D/f.json" collector/devices "$D/f.db" "$D/f.truth" || failed=1
exit $failed
