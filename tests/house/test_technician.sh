#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A technician at a line with one device of every profile, served by the simulator: scan tells them apart, read shows the
# values of each, doctor finds nothing wrong with the line, alone and through a running collector.
# shellcheck disable=SC2317 # functions are called by name through await
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
export NILA_DEVICES=collector/devices NILA_LANG=en

collector() { "$bin/nila-collector" "$@" --config "$D/site.json"; }

# every profile that has values to be read, at units 1, 2, ...; probes that are silent beside their registers come first, as
# a scan looks for those at low numbers only
profiles=()
for f in $(grep -l outside_silent collector/devices/*.json) $(grep -L outside_silent collector/devices/*.json); do
  p=$(basename "$f" .json)
  case $p in
    profile.schema) continue ;;
  esac
  grep -q '"metric"' "$f" && profiles+=("$p")
done
devices=""
unit=0
for p in "${profiles[@]}"; do
  unit=$((unit + 1))
  pond='"kolam"'
  case $p in nila-weather | xy-md02 | renke-fsjt-wind) pond=null ;; esac
  devices="$devices${devices:+,}
    {\"slug\": \"d-$unit\", \"profile\": \"$p\", \"unit\": $unit, \"every_s\": 5, \"pond\": $pond}"
done
cat >"$D/site.json" <<JSON
{ "site": {"slug": "uji", "name": "Uji", "regency": "kotim", "kecamatan": "62.02.06"},
  "ponds": [{"slug": "kolam", "name": "Kolam", "area_m2": 400, "depth_m": 1.2, "system": "pond"}],
  "buses": [{"slug": "utara", "serial": {"port": "$D/line", "baud": 9600}, "timeout_ms": 500, "devices": [$devices]}],
  "sinks": [], "journal": {"path": "$D/journal.db"}, "control": {"socket": "$D/sock"} }
JSON
start sim "$bin/nila-bridge" simulate "$D/site.json" --seed 7 --noise off --pty-link "$D/line" --ready "$D/ready"
await 20 "the simulator" test -s "$D/ready" || { not_ok "the simulator is ready"; exit 1; }

# one line a unit: "unit first-guess"
guesses() { sed 's/{"unit":/\n&/g' | sed -nE 's/^\{"unit":([0-9]+),.*"profiles":\[(\{"id":"([a-z0-9-]+)")?.*/\1 \3/p'; }

collector scan --bus utara --units "1-$unit" --json >"$D/scan.json" 2>"$D/scan.err"
rc=$?
guesses <"$D/scan.json" >"$D/guesses"
found=$(wc -l <"$D/guesses")
if [ $rc -eq 0 ] && [ "$found" -eq $unit ]; then ok "scan finds all $unit devices"; else not_ok "scan finds $found of $unit devices (exit $rc), units $(cut -d' ' -f1 "$D/guesses" | tr '\n' ' ')"; fi
right=0
wrong=""
while read -r u guess; do
  want=${profiles[$((u - 1))]}
  if [ "$guess" = "$want" ]; then right=$((right + 1)); elif [ -n "$guess" ]; then wrong="$wrong $want:$guess"; fi
done <"$D/guesses"
# the Yosemitech probes have the same registers, as have nodes with a relay and without; and one that was not told to measure has no values yet
if [ $right -ge $((unit * 7 / 10)) ]; then ok "of $unit the first guess is right for $right"; else not_ok "of $unit the first guess is right for $right only; wrong:$wrong"; fi
strange=$(tr ' ' '\n' <<<"$wrong" | grep -v '^$' | grep -vE '^(yosemitech-[a-z0-9]+:yosemitech-|nila-node(-relay)?:nila-node)' || true)
if [ -z "$strange" ]; then ok "no device is taken for one of another maker"; else not_ok "taken for another: $strange"; fi

shown() { # shown WHO FROM: devices FROM and higher can be read, and their values are good
  local bad=""
  for i in $(seq "$2" "$unit"); do
    collector read "d-$i" --json --quiet >"$D/read.json" 2>"$D/read.err" && grep -q '"flag":1' "$D/read.json" ||
      bad="$bad ${profiles[$((i - 1))]}"
  done
  if [ -z "$bad" ]; then ok "read shows values of devices $2 to $unit, $1"; else not_ok "read shows no good value, $1:$bad"; fi
}
shown "alone" $((unit - 3))

start collector "$bin/nila-collector" run --config "$D/site.json" --trust-clock --quiet
await 20 "the collector" test -S "$D/sock" || not_ok "the collector starts"
exported() { # all devices are in the journal
  collector export --out "$D/all.csv" && [ "$(cut -d, -f3 "$D/all.csv" | sort -u | grep -c '^d-')" -eq "$unit" ]
}
if await 60 "a reading of every device" exported; then ok "export has readings of every device"; else
  not_ok "export has readings of every device; it has $(cut -d, -f3 "$D/all.csv" | sort -u | tr '\n' ' ')"
  collector status 2>&1 | sed 's/^/# /'
  sed 's/^/# log: /' "$LOGS/collector.log"
fi
shown "through the collector" 1
if collector doctor | grep -q '^ok    bus utara: .* answers in'; then ok "doctor sees the line answer"; else not_ok "doctor sees the line answer"; fi
exit $failed
