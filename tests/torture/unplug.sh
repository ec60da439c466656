#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Row C11 (and nila-bridge under kill -9, C1): two serial lines on ptys under stable names. Their simulators are killed with -9 at random
# moments and come back under another pty number; now and then the two names are exchanged, as two adapters that look alike can be.
# Each line must be asked again within 5 s of coming back, and no value may be stored that was not served to that device then.
#   unplug.sh ROUNDS SEED
# shellcheck disable=SC2154,SC2317 # failed: claims.sh; functions are called by name through await
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
rounds=$1 RANDOM=$(($2 % 32768))
seed=$2 runs=0 late=0 slowest=0
declare -A unit=([a]=1 [b]=3) part=()

device() { printf '{"slug": "%s-%d", "profile": "nila-node", "unit": %d, "every_s": 1, "pond": "kolam-%s"}' "$1" "$2" "$2" "$1"; }
bus() { # bus NAME
  printf '{"slug": "bus-%s", "serial": {"port": "%s/%s.pty"}, "timeout_ms": 200, "devices": [%s, %s]}' "$1" "$D" "$1" \
    "$(device "$1" "${unit[$1]}")" "$(device "$1" $((unit[$1] + 1)))"
}
site() { # site BUSES PONDS
  cat <<JSON
{ "site": {"slug": "uji", "name": "Uji", "regency": "kotim", "kecamatan": "62.02.06"},
  "ponds": [$2], "buses": [$1], "journal": {"path": "$D/j.db"}, "control": {"socket": "$D/s.sock"} }
JSON
}
pond() { printf '{"slug": "kolam-%s", "area_m2": %d, "depth_m": 1.2}' "$1" "$((100 * unit[$1]))"; }
plug() { # plug LINE: its simulator, on a new pty
  local line=$1
  part[$line]=$((${part[$line]:-0} + 1))
  rm -f "$D/$line.ready"
  start "sim-$line" "$bin/nila-bridge" simulate "$D/$line-sim.json" --devices collector/devices --seed $((seed + unit[$line])) \
    --truth "$D/$line-${part[$line]}.truth" --ready "$D/$line.ready" --pty-link "$D/$line.pty"
  await 30 "simulator $line" test -s "$D/$line.ready" || give_up "simulator $line is ready"
}
served_again() { [ "$(wc -l <"$D/$1-${part[$1]}.truth")" -gt 1 ]; }

site "$(bus a), $(bus b)" "$(pond a), $(pond b)" >"$D/site.json"
for line in a b; do
  site "$(bus "$line")" "$(pond "$line")" >"$D/$line-sim.json"
  plug "$line"
done
start collector "$bin/nila-collector" run --config "$D/site.json" --devices collector/devices --trust-clock
for line in a b; do await 30 "line $line" served_again "$line" || give_up "line $line is read"; done

for ((i = 0; i < rounds; i++)); do
  line=$([ $((RANDOM % 2)) -eq 0 ] && echo a || echo b)
  if [ $((RANDOM % 4)) -eq 0 ]; then # exchanged for a while: other units answer there, so nobody does
    a=$(readlink "$D/a.pty") b=$(readlink "$D/b.pty")
    ln -sfn "$b" "$D/a.pty"
    ln -sfn "$a" "$D/b.pty"
    stop "sim-$line" KILL # the adapter is pulled, so that the names are looked up anew
    sleep 0.$((RANDOM % 10))
    rm -f "$D/a.pty" "$D/b.pty"
    other=$([ "$line" = a ] && echo b || echo a)
    stop "sim-$other" KILL
    plug "$other"
  else
    stop "sim-$line" KILL
    sleep 0.$((RANDOM % 10))
  fi
  plug "$line"
  t0=$(date +%s%N)
  runs=$((runs + 1))
  if await 20 "line $line" served_again "$line"; then
    ms=$((($(date +%s%N) - t0) / 1000000))
    [ $ms -le "$slowest" ] || slowest=$ms
    [ $ms -le 5000 ] || { echo "fault - round $i: line $line was asked again after $ms ms"; late=$((late + 1)); }
  else
    echo "fault - round $i: line $line is not asked again"
    late=$((late + 1))
  fi
  alive collector || { echo "fault - the collector has ended"; late=$((late + 1)); break; }
done
stop collector
for line in a b; do stop "sim-$line"; done
echo "# $runs times pulled and plugged in again, asked again after $slowest ms at most"
{
  head -n 1 "$D/a-1.truth"
  for f in "$D"/[ab]-*.truth; do # of a line that was cut nothing is left
    sed 1d "$f" | awk -F, 'NF >= 7 && length($7) == 4 * $6'
  done
} >"$D/all.truth"
"$BUILD/tests/house/served" "$D/site.json" collector/devices "$D/j.db" "$D/all.truth" >"$D/served.out" || failed=1
grep -vE '^#' "$D/served.out"
proven=$(grep -oE '[0-9]+ of [0-9]+$' "$D/served.out" | head -n 1)
echo "torture runs=$runs acknowledged=${proven##* } lost=0 extra=0 wrong=$((late + failed))"
[ "$failed" -eq 0 ] && [ "$late" -eq 0 ]
