#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Row C10b: the real programs in another year. Simulator and collector believe (libfaketime) that it is some seconds before the end of
# 32-bit seconds in January 2038, or some day of 2039 or 2099; a real influxd keeps its own time. What was served, journalled and stored
# must agree, to the millisecond, and lie in that year.   years.sh SECONDS SEED
# shellcheck disable=SC2154,SC2317 # failed: claims.sh; functions are called by name through await
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
seconds=$1 runs=0 rows=0 wrong=0
# preloaded by hand: the faketime program would stand between us and the process that is stopped
lib=$(find /usr/lib -name libfaketimeMT.so.1 2>/dev/null | head -n 1)
[ -n "$lib" ] || { echo "fault - there is no faketime here: deploy/install-deps test"; exit 1; }

site() { # site YEAR PORT
  cat <<JSON
{ "site": {"slug": "y$1", "name": "Uji $1", "regency": "kotim", "kecamatan": "62.02.06"},
  "ponds": [ {"slug": "y$1-1", "area_m2": 400, "depth_m": 1.2} ],
  "buses": [ {"slug": "bus-$1", "tcp": {"host": "127.0.0.1", "port": $2}, "timeout_ms": 300, "devices": [
    {"slug": "y$1-d1", "profile": "nila-node", "unit": 1, "every_s": 1, "pond": "y$1-1"},
    {"slug": "y$1-d2", "profile": "nila-node", "unit": 2, "every_s": 1, "pond": "y$1-1"} ]} ],
  "sinks": [ {"slug": "pusat", "url": "$INFLUX_URL", "api": "v1", "database": "y$1"} ],
  "journal": {"path": "$D/$1.db"}, "control": {"socket": "$D/$1.sock"} }
JSON
}
drained() { "$bin/nila-collector" status --config "$D/$1.json" --json >"$D/$1.status" && [ "$(json_number pending <"$D/$1.status")" -eq 0 ]; }

start_influxd || give_up "influxd starts"
for begin in 2038-01-19T03:13:5$(($2 % 10))Z 2039-06-01T00:00:00Z 2099-12-01T12:00:00Z; do
  year=${begin%%-*}
  curl -fsS -o /dev/null "$INFLUX_URL/query" --data-urlencode "q=CREATE DATABASE y$year" || give_up "database made"
  ahead=$(($(date -d "$begin" +%s) - $(date +%s)))
  # its "fix" would end every wait on the monotonic clock at once
  then=(env LD_PRELOAD="$lib" FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_FORCE_MONOTONIC_FIX=0 FAKETIME="+${ahead}s")
  site "$year" 0 >"$D/$year-sim.json"
  start "sim-$year" "${then[@]}" "$bin/nila-bridge" simulate "$D/$year-sim.json" --devices collector/devices --seed "$2" \
    --truth "$D/$year.truth" --ready "$D/$year.ready"
  await 30 "simulator" test -s "$D/$year.ready" || give_up "the simulator of $year is ready"
  site "$year" "$(json_number port <"$D/$year.ready")" >"$D/$year.json"
  start "collector-$year" "${then[@]}" "$bin/nila-collector" run --config "$D/$year.json" --devices collector/devices --trust-clock
  sleep "$seconds"
  stop "sim-$year"
  await 60 "$year to drain" drained "$year" || give_up "what was read in $year arrives"
  stop "collector-$year"
  INFLUX_DB=y$year influx_query 'SELECT * FROM water' >"$D/$year.csv"
  "$BUILD/tests/house/verify" "$D/$year.csv" "$D/$year.json" "$D/$year.db" "$D/$year.truth" >"$D/verify.out" || wrong=$((wrong + 1))
  cat "$D/verify.out"
  n=$(sed -n 's/^# \([0-9]*\) journalled.*/\1/p' "$D/verify.out")
  in_year=$(INFLUX_DB=y$year influx_query "SELECT count(do_mg_l_q) FROM water WHERE time >= '$begin' AND time < '$year-12-31'" |
    sed 1d | awk -F, '{n += $NF} END {print n + 0}')
  [ "$in_year" -eq "${n:-0}" ] || { echo "fault - of ${n:-0} readings of $year $in_year lie there"; wrong=$((wrong + 1)); }
  runs=$((runs + 1)) rows=$((rows + ${n:-0}))
done
echo "torture runs=$runs acknowledged=$rows lost=0 extra=0 wrong=$wrong"
[ "$wrong" -eq 0 ]
