#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A Pi is backed up while it polls and its server is away, goes on, delivers, and dies. What replaces it gets the old backup only. The
# oracle: InfluxDB holds exactly what the first journal (kept aside as a witness, never shown to the second Pi) and the second one
# hold together, nothing twice, nothing as unsure; no number of a row is given twice.
# shellcheck disable=SC2317,SC2016,SC2015 # functions are called by name through await; $n is awk's own
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
export NILA_DEVICES=collector/devices NILA_LANG=en
start_influxd || give_up "influxd starts"
curl -fsS -o /dev/null "$INFLUX_URL/query" --data-urlencode 'q=CREATE DATABASE nila' || give_up "database made"

mkdir -p "$D/etc/secrets" "$D/pi/state" "$D/profiles"
cp collector/devices/nila-node.json "$D/profiles/"
printf 'pi:rahasia\n' >"$D/etc/secrets/pusat.token" && chmod 600 "$D/etc/secrets/pusat.token"
site() {
  cat <<JSON
{ "site": {"slug": "uji", "name": "Uji", "regency": "kotim", "kecamatan": "62.02.06"},
  "ponds": [{"slug": "kolam", "name": "Kolam", "area_m2": 400, "depth_m": 1.2}],
  "buses": [{"slug": "tcp", "tcp": {"host": "127.0.0.1", "port": $1}, "timeout_ms": 300, "devices": [
    {"slug": "d1", "profile": "nila-node", "unit": 1, "every_s": 1, "pond": "kolam"},
    {"slug": "d2", "profile": "nila-node", "unit": 2, "every_s": 1, "pond": "kolam"}]}],
  "sinks": [{"slug": "pusat", "url": "$INFLUX_URL", "api": "v1", "database": "nila", "token_file": "credential:pusat.token"}],
  "journal": {"path": "$D/pi/state/journal.db"}, "control": {"socket": "$D/sock"} }
JSON
}
site 0 >"$D/sim.json"
start sim "$bin/nila-bridge" simulate "$D/sim.json" --seed 5 --ready "$D/ready"
await 20 "the simulator" test -s "$D/ready" || give_up "the simulator is ready"
site "$(json_number port <"$D/ready")" >"$D/etc/c.json"

collect() { start "$1" "$bin/nila-collector" run --config "$D/etc/c.json" --trust-clock; }
status() { "$bin/nila-collector" status --config "$D/etc/c.json" --json; }
pending_reach() { [ "$(status | json_number pending)" -ge "$1" ]; }
drained() { [ "$(status | json_number pending)" -eq 0 ]; }
backup() { "$bin/nila-collector" backup "$@" --config "$D/etc/c.json"; }
restore() { "$bin/nila-collector" restore "$@" --config "$D/etc/c.json"; }
rows() { status | awk 'match($0, /"last_seq":[0-9]+/) { print substr($0, RSTART + 11, RLENGTH - 11); exit }'; }

collect first
await 30 "rows" pending_reach 0 && await 30 "delivery" drained || give_up "the first Pi delivers"
stop influxd
await 40 "rows that wait" pending_reach 8 || give_up "rows wait for the server"
claim "a backup is made while it polls and the server is away" backup "$D/old.tar"
claim "tar shows what is in it" sh -c "[ \"\$(tar tf '$D/old.tar' | sort | tr '\n' ' ')\" = 'collector.json devices/nila-node.json journal.db manifest.json ' ]"
claim "without the login; the file is its owner's alone" sh -c "! grep -aq rahasia '$D/old.tar' && [ \$(stat -c %a '$D/old.tar') = 600 ] && tar xOf '$D/old.tar' manifest.json | grep -q '\"site\":\"uji\"'"
claim "with the login when asked for" sh -c "'$bin/nila-collector' backup '$D/secret.tar' --with-secrets --config '$D/etc/c.json' && tar xOf '$D/secret.tar' secrets/pusat.token | grep -qx pi:rahasia && [ \$(stat -c %a '$D/secret.tar') = 600 ]"
claim "no copy is left beside the journal" sh -c "! ls '$D/pi/state' | grep -q copy"
mkdir "$D/usb" && claim "into a folder it is named by site and moment" sh -c "'$bin/nila-collector' backup '$D/usb' --config '$D/etc/c.json' && ls '$D/usb' | grep -qE '^nila-uji-[0-9]{8}T[0-9]{6}\.tar$'"
restore "$D/old.tar" >"$D/out" 2>&1
claim "a collector that runs is not restored over" sh -c "[ $? -eq 75 ] && grep -q 'systemctl stop' '$D/out'"

start_influxd || give_up "influxd comes back"
await 60 "delivery" drained || give_up "the first Pi delivers what waited"
n=$(rows) && later() { [ "$(rows)" -ge $((n + 8)) ]; } && await 30 "rows after the backup" later || give_up "the first Pi goes on"
still() { # the simulator holds its breath, so that nothing is read between delivery and death
  kill -STOP "${PID[sim]}"
  for _ in 1 2; do
    await 30 "delivery" drained || give_up "all is delivered"
    sleep 0.5
  done
}
still
seq_first=$(rows)

# it dies; the witness is taken from what was left, and nothing else is
pid=${PID[first]} && kill -KILL "$pid" && wait "$pid" 2>/dev/null
unset "PID[first]"
kill -CONT "${PID[sim]}"
mkdir "$D/witness" && mv "$D/pi/state"/* "$D/witness/"
sed "s|$D/pi/state/journal.db|$D/witness/journal.db|; s|$D/sock|$D/witness/sock|" "$D/etc/c.json" >"$D/etc/witness.json"
rm -rf "$D/pi" "$D/etc/c.json" "$D/etc/secrets" "$D/profiles" "$D/sock"

# a backup that is not what it was
cp "$D/secret.tar" "$D/bad.tar" && printf '\x5a' | dd of="$D/bad.tar" bs=1 seek=20000 conv=notrunc 2>/dev/null
restore "$D/bad.tar" >"$D/out" 2>&1
claim "a changed byte refuses it all" sh -c "[ $? -eq 65 ] && [ ! -e '$D/etc/c.json' ] && [ ! -e '$D/pi/state' ]"
head -c 30000 "$D/secret.tar" >"$D/bad.tar"
restore "$D/bad.tar" >"$D/out" 2>&1
claim "a part of it as well" sh -c "[ $? -eq 65 ] && grep -q 'cut short' '$D/out'"
claim "--dry-run only looks" sh -c "'$bin/nila-collector' restore '$D/secret.tar' --dry-run --config '$D/etc/c.json' && [ ! -e '$D/pi/state' ]"
mkdir "$D/profiles"
claim "it comes onto a machine that has no folder yet" sh -c "NILA_DEVICES='$D/profiles' '$bin/nila-collector' restore '$D/secret.tar' --config '$D/etc/c.json' && [ -s '$D/pi/state/journal.db' ] && [ \$(stat -c %a '$D/pi/state') = 750 ]"
rm -rf "$D/pi" "$D/etc/c.json" "$D/etc/secrets" "$D/profiles"

# the new Pi has a journal of its own already, from a rehearsal
mkdir -p "$D/pi/state" "$D/profiles"
sed "s|\"port\": [0-9]*|\"port\": 1|" <(site 1) >"$D/etc/c.json"
mkdir -p "$D/etc/secrets" && echo x:y >"$D/etc/secrets/pusat.token"
collect rehearsal && await 20 "its socket" test -S "$D/sock" && stop rehearsal
NILA_DEVICES=$D/profiles restore "$D/secret.tar" --json >"$D/restored" 2>"$D/err" || not_ok "restore ends well: $(cat "$D/err")"
claim "what was here is kept aside" sh -c "ls '$D/pi/state' | grep -q '^journal.db.before-' && [ -e '$D/etc/c.json.bak' ]"
claim "the profile is back" cmp collector/devices/nila-node.json "$D/profiles/nila-node.json"
claim "the login is back, for its owner alone" sh -c "grep -qx pi:rahasia '$D/etc/secrets/pusat.token' && [ \$(stat -c %a '$D/etc/secrets/pusat.token') = 600 ]"
next=$(json_number next_seq <"$D/restored")
claim "numbers go on above any that were given (${next:-none} after $seq_first)" test "${next:-0}" -gt "$seq_first"

collect second
await 30 "rows of the second" sh -c "'$bin/nila-collector' status --config '$D/etc/c.json' --json | grep -q '\"last_seq\":429'" || give_up "the second Pi polls"
n=$(rows) && await 30 "more rows" later || give_up "the second Pi goes on"
await 60 "delivery" drained || give_up "the second Pi delivers"
still
claim "the second may be backed up and restored in turn" backup "$D/third.tar"
stop second
kill -CONT "${PID[sim]}"

"$bin/nila-collector" export --config "$D/etc/witness.json" --metric temp_c --out "$D/one.csv" >"$D/out" 2>&1 || not_ok "the witness speaks: $(cat "$D/out")"
"$bin/nila-collector" export --config "$D/etc/c.json" --metric temp_c --out "$D/two.csv" >"$D/out" 2>&1 || not_ok "the second's journal speaks: $(cat "$D/out")"
cut_rows() { tail -q -n +2 "$@" | awk -F, '$5 != "" { printf "%s,%s,%.6f\n", $1, $3, $5 }' | sort; }
while IFS=, read -r t rest; do printf '%s,%s\n' "$(date -d "$t" +%s%3N)" "$rest"; done < <(cut_rows "$D/one.csv" "$D/two.csv" | sort -u) | sort >"$D/journalled"
influx_query 'SELECT temp_c FROM water GROUP BY device' | awk -F, 'NR > 1 && $3 ~ /^[0-9]/ { sub("device=", "", $2); printf "%s,%s,%.6f\n", $3, $2, $4 }' | sort >"$D/arrived"
common=$(comm -12 <(cut_rows "$D/one.csv") <(cut_rows "$D/two.csv") | wc -l)
claim "InfluxDB has what both journals have together, and nothing else ($(wc -l <"$D/arrived") readings, $common in both)" cmp "$D/journalled" "$D/arrived"
claim "each of them served: some only by the first, some only by the second" sh -c "[ $common -ge 6 ] && [ \$(wc -l <'$D/one.csv') -gt $((common + 6)) ] && [ \$(wc -l <'$D/two.csv') -gt $((common + 6)) ]"
claim "no device has two readings of one moment" sh -c "! cut -d, -f1,2 '$D/arrived' | uniq -d | grep ."
claim "nothing arrived as unsure" sh -c "[ -z \"\$(curl -sS -G -H 'Accept: application/csv' '$INFLUX_URL/query' --data-urlencode db=nila --data-urlencode 'q=SELECT * FROM water_uncertain')\" ]"
claim "one device is one series: no tag is another" sh -c "[ \$(curl -sS -G -H 'Accept: application/csv' '$INFLUX_URL/query' --data-urlencode db=nila --data-urlencode 'q=SHOW SERIES FROM water' | grep -c device=) = 2 ]"

# killed in the midst of making one, and of bringing one back: the old file, or the new one, whole
for at in 0.01 0.03 0.05; do
  "$bin/nila-collector" backup "$D/third.tar" --config "$D/etc/c.json" >/dev/null 2>&1 &
  pid=$! && sleep $at && kill -KILL $pid 2>/dev/null
  wait $pid 2>/dev/null
  restore "$D/third.tar" --dry-run >"$D/out" 2>&1 || not_ok "killed after $at s: the backup under its name is whole: $(cat "$D/out")"
  "$bin/nila-collector" restore "$D/third.tar" --config "$D/etc/c.json" >/dev/null 2>&1 &
  pid=$! && sleep $at && kill -KILL $pid 2>/dev/null
  wait $pid 2>/dev/null
done
claim "after all that it is restored once more, and starts" sh -c "'$bin/nila-collector' restore '$D/third.tar' --config '$D/etc/c.json'"
collect third
await 20 "its status" status || give_up "it runs"
ok "it runs"
# shellcheck disable=SC2154 # claims.sh
exit $failed
