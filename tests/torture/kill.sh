#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Row C1: two collectors, one on a TCP line and one on a serial line, with simulated nodes and a real influxd, are killed with -9 at
# random moments. Then they run to the end, and the three witnesses of tests/house/verify.c must agree; what a collector had said to
# hold must be there.   kill.sh KILLS SEED: half of the kills each
# shellcheck disable=SC2154,SC2317 # failed: claims.sh; functions are called by name through await
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
kills=$(($1 / 2)) seed=$2

site() { # site NAME BUS
  local unit devices=''
  for unit in 1 2 3 4 5 6; do
    devices+=$(printf '%s{"slug": "%s-d%d", "profile": "nila-node", "unit": %d, "every_s": 1, "pond": "%s-%d"}' \
      "${devices:+, }" "$1" "$unit" "$unit" "$1" $((unit % 2 + 1)))
  done
  cat <<JSON
{ "site": {"slug": "$1", "name": "Uji $1", "regency": "kotim", "kecamatan": "62.02.06"},
  "ponds": [ {"slug": "$1-1", "area_m2": 400, "depth_m": 1.2}, {"slug": "$1-2", "area_m2": 60, "depth_m": 1.0} ],
  "buses": [ {"slug": "bus-$1", $2, "timeout_ms": 300, "devices": [$devices]} ],
  "sinks": [ {"slug": "pusat", "url": "$INFLUX_URL", "api": "v1", "database": "nila"} ],
  "journal": {"path": "$D/$1.db", "max_bytes": 67108864, "keep_days": 90}, "control": {"socket": "$D/$1.sock"} }
JSON
}
drained() { "$bin/nila-collector" status --config "$D/$1.json" --json >"$D/$1.status" && [ "$(json_number pending <"$D/$1.status")" -eq 0 ]; }

start_influxd || give_up "influxd starts"
curl -fsS -o /dev/null "$INFLUX_URL/query" --data-urlencode 'q=CREATE DATABASE nila' || give_up "database made"
site tcp '"tcp": {"host": "127.0.0.1", "port": 0}' >"$D/tcp-sim.json"
site rtu '"serial": {"port": "'"$D"'/rtu.pty", "baud": 9600, "parity": "N", "stop_bits": 1}' >"$D/rtu.json"
start sim-tcp "$bin/nila-bridge" simulate "$D/tcp-sim.json" --devices collector/devices --seed "$seed" --truth "$D/tcp.truth" --ready "$D/tcp.ready"
start sim-rtu "$bin/nila-bridge" simulate "$D/rtu.json" --devices collector/devices --seed "$seed" --truth "$D/rtu.truth" --ready "$D/rtu.ready" \
  --pty-link "$D/rtu.pty"
await 60 "simulators" test -s "$D/tcp.ready" -a -s "$D/rtu.ready" || give_up "both simulators are ready"
site tcp '"tcp": {"host": "127.0.0.1", "port": '"$(json_number port <"$D/tcp.ready")"'}' >"$D/tcp.json"

for s in tcp rtu; do
  start "killer-$s" "$BUILD/tests/torture/killer" "$seed" "$kills" 20 1800 "$D/$s.sock" "$bin/nila-collector" run --config "$D/$s.json" \
    --devices collector/devices --trust-clock
done
acknowledged=0 lost=0 done=0
for s in tcp rtu; do
  wait "${PID[killer-$s]}" || { echo "fault - the killer of $s was not content"; failed=1; }
  unset "PID[killer-$s]"
  grep -hE '^(killer|fault) ' "$LOGS/killer-$s.log"
  acknowledged=$((acknowledged + $(sed -n 's/^killer .*acknowledged=\([0-9]*\).*/\1/p' "$LOGS/killer-$s.log")))
  lost=$((lost + $(sed -n 's/^killer .*lost=\([0-9]*\).*/\1/p' "$LOGS/killer-$s.log")))
  done=$((done + $(sed -n 's/^killer kills=\([0-9]*\).*/\1/p' "$LOGS/killer-$s.log")))
done
for s in tcp rtu; do start "collector-$s" "$bin/nila-collector" run --config "$D/$s.json" --devices collector/devices --trust-clock; done
for s in tcp rtu; do await 60 "$s again" drained $s || give_up "$s starts once more and drains"; done
stop sim-tcp
stop sim-rtu
for s in tcp rtu; do
  await 60 "$s to drain" drained $s || give_up "$s drains at the end"
  stop "collector-$s"
  start "collector-$s" "$bin/nila-collector" run --config "$D/$s.json" --devices collector/devices --trust-clock
  await 60 "the rest of $s" drained $s || give_up "$s drains what the stop has left"
  stop "collector-$s"
done
influx_query 'SELECT * FROM water' >"$D/influx.csv"
"$BUILD/tests/house/verify" "$D/influx.csv" "$D/tcp.json" "$D/tcp.db" "$D/tcp.truth" "$D/rtu.json" "$D/rtu.db" "$D/rtu.truth" >"$D/verify.out" || failed=1
cat "$D/verify.out"
journalled=$(sed -n 's/^# \([0-9]*\) journalled.*/\1/p' "$D/verify.out")
[ "${journalled:-0}" -ge "$acknowledged" ] || lost=$((lost + acknowledged - ${journalled:-0}))
wrong=$(grep -c '^not ok - ' "$D/verify.out")
echo "torture runs=$done acknowledged=$acknowledged lost=$lost extra=0 wrong=$((wrong + failed * (wrong == 0)))"
[ "$failed" -eq 0 ] && [ "$lost" -eq 0 ]
