#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The alarm with the real programs: a simulated pond with far too many fish, the collector, nila-analytics watch beside it, and a
# webhook that writes down what it is told. No InfluxDB. watch is killed with -9 in the middle of the alarm; people press,
# snooze and acknowledge from the command line; at the end the collector dies.
# shellcheck disable=SC2317,SC2016 # functions are called by name through await and claim
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh

cat >"$D/site-sim.json" <<JSON
{ "site": {"slug": "satu", "name": "Uji alarm", "regency": "kotim", "kecamatan": "62.02.06"},
  "ponds": [ {"slug": "padat", "name": "Kolam padat", "area_m2": 400, "depth_m": 1.2, "system": "pond"},
             {"slug": "biasa", "name": "Kolam biasa", "area_m2": 400, "depth_m": 1.2, "system": "pond"} ],
  "buses": [ {"slug": "bus", "tcp": {"host": "127.0.0.1", "port": 0}, "timeout_ms": 300, "devices": [
    {"slug": "d1", "profile": "nila-node", "unit": 1, "every_s": 1, "pond": "padat"},
    {"slug": "d2", "profile": "nila-node", "unit": 2, "every_s": 1, "pond": "biasa"} ]} ],
  "journal": {"path": "$D/journal.db"}, "control": {"socket": "$D/c.sock"} }
JSON
start sim "$bin/nila-bridge" simulate "$D/site-sim.json" --devices collector/devices --seed 3 --noise off \
  --set padat:fish_kg_m2=8 --ready "$D/sim.ready"
await 20 "simulator" test -s "$D/sim.ready" || give_up "the simulator is ready"
sed "s/\"port\": 0/\"port\": $(json_number port <"$D/sim.ready")/" "$D/site-sim.json" >"$D/site.json"
start collector "$bin/nila-collector" run --config "$D/site.json" --devices collector/devices --trust-clock
start hook "$BUILD/tests/house/hook" "$D/hook.port" "$D/hook.out"
await 20 "the receiver" test -s "$D/hook.port" || give_up "the receiver is ready"

printf '0123456789abcdef0123456789abcdef\n' >"$D/hook.key"
chmod 600 "$D/hook.key"
cat >"$D/analytics.json" <<JSON
{ "records": {"path": "$D/records.db"}, "source": {"collector": {"socket": "$D/c.sock"}},
  "alert": {"every_s": 1, "silent_min": 1,
    "channels": [ {"slug": "hook", "kind": "webhook", "url": "http://127.0.0.1:$(cat "$D/hook.port")/alarm", "secret_file": "hook.key"} ]} }
JSON
printf 'farm,name,regency,kecamatan\nf,Satu,kotim,62.02.06\n' >"$D/farms.csv"
printf 'pond,farm,name,system,area_m2,depth_m\npadat,f,Kolam padat,pond,400,1.2\nbiasa,f,Kolam biasa,pond,400,1.2\n' >"$D/ponds.csv"
printf 'contact,name,phone,answers_for,order,on\nbudi,Budi,0812 111,all,first,2026-01-01\n' >"$D/contacts.csv"
export NILA_LANG=en
analytics() { "$bin/nila-analytics" "$@" --config "$D/analytics.json"; }
for t in farms ponds contacts; do
  claim "import takes $t" analytics import $t "$D/$t.csv"
done
watch() { start watch "$bin/nila-analytics" watch --config "$D/analytics.json" --ready "$D/watch.ready"; }
told() { grep -c "$1" "$D/hook.out"; } # lines that hold it
has_told() { [ "$(told "$1")" -ge "$2" ]; }
number_of() { analytics alert list --json | sed -n "s/.*\"id\":\([0-9]*\),\"subject\":\"$1\",\"cause\":\"$2\".*/\1/p" | head -n 1; }

watch
await 30 "watch" test -s "$D/watch.ready" || give_up "watch is ready"
claim "far too many fish are a danger, told to the webhook" await 60 "the alarm" has_told '"cause":"do_critical".*"pond":"padat"\|"pond":"padat".*"cause":"do_critical"' 1
claim "nobody is told of the other pond" test "$(told '"pond":"biasa"')" -eq 0
stop watch KILL
before=$(told padat)
rm -f "$D/watch.ready"
watch
await 30 "watch again" test -s "$D/watch.ready" || give_up "watch is ready again"
claim "a farmer's button is a danger at any value" analytics alert press biasa gasping --by Budi
await 30 "gasping" has_told gasping 1 || not_ok "gasping fish are told"
claim "killed with -9 and started again, it told of the pond at most once more" test "$(told 'do_critical')" -le $((before + 1))
id=$(number_of padat do_critical)
claim "a danger is not snoozed for 31 minutes" bash -c '! "$@"' _ "$bin/nila-analytics" alert snooze "$id" 31 --config "$D/analytics.json"
claim "it is snoozed for 5" analytics alert snooze "$id" 5 --by Budi
claim "and acknowledged" analytics alert ack "$id" --by Budi
acknowledged() { analytics alert list | grep -q "acknowledged Budi"; }
claim "the list shows who has it in hand" await 30 "acknowledged" acknowledged
claim "no alarm has the number 999" bash -c '"$@"; [ $? -eq 66 ]' _ "$bin/nila-analytics" alert ack 999 --config "$D/analytics.json"
sent() { analytics alert list | grep -q 'raise *hook .*sent'; }
claim "what became of each message is on record" sent
stop collector
claim "a collector that is gone is told within two minutes" await 120 "collector_silent" has_told collector_silent 1
claim "no probe of it is told of besides" test "$(told no_data)" -eq 0
stop watch
counted() { analytics alert report | grep -q "1 sirens, 1 acknowledged"; }
claim "the report counts the siren that was acknowledged" counted
exit $failed
