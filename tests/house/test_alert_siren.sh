#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The siren of an alarm on the real road: nila-analytics asks the running collector, which closes a relay of a simulated board and
# opens it again. And what is said when the switch, the board or the collector is missing.
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
export NILA_DEVICES=collector/devices NILA_LANG=en

cat >"$D/site.json" <<JSON
{ "site": {"slug": "uji", "name": "Uji", "regency": "kotim", "kecamatan": "62.02.06"},
  "ponds": [{"slug": "kolam", "name": "Kolam", "area_m2": 400, "depth_m": 1.2, "system": "pond"}],
  "buses": [{"slug": "utara", "serial": {"port": "$D/line", "baud": 9600}, "timeout_ms": 300, "devices": [
    {"slug": "papan", "profile": "waveshare-relay-8", "unit": 1, "pond": null},
    {"slug": "probe", "profile": "nila-node", "unit": 2, "pond": "kolam"}]}],
  "reflexes": [{"slug": "sirene", "name": "Sirene", "pond": "kolam", "switch": {"device": "papan", "channel": 1},
    "when": [{"pond": "kolam", "metric": "do_mg_l", "below": 0.1, "until": 0.2}], "when_lost": "off",
    "min_on_s": 0, "min_off_s": 0, "manual_max_s": 600}],
  "sinks": [], "journal": {"path": "$D/journal.db"}, "control": {"socket": "$D/sock"} }
JSON
cat >"$D/analytics.json" <<JSON
{ "records": {"path": "$D/r.db"}, "source": {"collector": {"socket": "$D/sock"}},
  "alert": {"channels": [
    {"slug": "sirene", "kind": "siren", "switch": "sirene", "for_s": 600},
    {"slug": "salah", "kind": "siren", "switch": "kincir"},
    {"slug": "lama", "kind": "siren", "switch": "sirene", "for_s": 601} ]} }
JSON
start sim "$bin/nila-bridge" simulate "$D/site.json" --seed 7 --noise off --pty-link "$D/line" --ready "$D/ready"
await 20 "the simulator" test -s "$D/ready" || { not_ok "the simulator is ready"; exit 1; }
start collector "$bin/nila-collector" run --config "$D/site.json" --trust-clock --quiet
await 20 "the collector" test -S "$D/sock" || { not_ok "the collector starts: $(cat "$LOGS/collector.log")"; exit 1; }

status() { "$bin/nila-collector" status --config "$D/site.json" --json; }
siren_is() { status | grep '"slug":"sirene"' | grep -q "\"known\":true,\"on\":$1"; }
try() { # try CHANNEL EXIT WORDS
  local said rc
  said=$("$bin/nila-analytics" alert test "$1" --config "$D/analytics.json" 2>&1)
  rc=$?
  if [ $rc -eq "$2" ] && grep -qF "$3" <<<"$said"; then ok "$1: exit $rc, $said"; else not_ok "$1: exit $rc (not $2), without \"$3\": $said"; fi
}

await 20 "the board's state" siren_is false || not_ok "the siren is silent at first"
try sirene 0 "sirene (siren): delivered"
if siren_is true; then ok "the collector says that the relay is closed"; else not_ok "the relay is closed: $(status | grep sirene)"; fi
if await 20 "the end of the test" siren_is false; then ok "the test of the siren ends by itself"; else not_ok "the siren falls silent again"; fi
try salah 69 "the site file has no such switch"
# a test sounds 3 s, whatever for_s is: it is the alarm itself that the site file would refuse
try lama 0 "delivered"
await 20 "silence" siren_is false || not_ok "the siren falls silent again"
stop sim
try sirene 75 "the siren's relay did not close"
stop collector
try sirene 75 "nila-collector does not answer"
exit $failed
