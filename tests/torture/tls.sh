#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Row C9b: a real influxd behind https whose certificate has run out, then one with another's name, then the right one. Nothing is
# delivered to the first two, the status says why, they are knocked at no more than once a second, the login stands in no log, and in the
# end all that was read is there.   tls.sh SECONDS SEED
# shellcheck disable=SC2154,SC2317 # failed: claims.sh; functions are called by name through await
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
seconds=$1 runs=0 wrong=0 secret=rahasia-$2
lib=$(find /usr/lib -name libfaketimeMT.so.1 2>/dev/null | head -n 1)
[ -n "$lib" ] || { echo "fault - there is no faketime here: deploy/install-deps test"; exit 1; }
bad() { echo "fault - $1"; wrong=$((wrong + 1)); }

certificate() { # certificate NAME SUBJECT_ALT_NAME
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$D/$1.key" -out "$D/$1.crt" -days 30 -subj "/CN=nila-$1" -addext "subjectAltName=$2" \
    2>>"$LOGS/openssl.log" && cat "$D/$1.crt" "$D/$1.key" >"$D/$1.pem"
}
(export LD_PRELOAD="$lib" FAKETIME=-400d && certificate old IP:127.0.0.1) || give_up "a certificate that has run out"
certificate other DNS:somebody.else || give_up "a certificate of another"
certificate right IP:127.0.0.1 || give_up "a certificate"
cat "$D/old.crt" "$D/other.crt" "$D/right.crt" >"$D/trusted.pem"

server() { # server CERTIFICATE: the database with it, on the port of the first time
  cat >"$D/influxd.conf" <<CONF
reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = "$D/influx/meta"
[data]
  dir = "$D/influx/data"
  wal-dir = "$D/influx/wal"
[http]
  bind-address = "127.0.0.1:${port:-0}"
  log-enabled = false
  https-enabled = true
  https-certificate = "$D/$1.pem"
  https-private-key = "$D/$1.pem"
[monitor]
  store-enabled = false
CONF
  LOGS=$D/log start "influxd" build/deps/usr/bin/influxd -config "$D/influxd.conf"
  : >"$LOGS/influxd.log"
  await 30 "the database" grep -q "Listening on HTTP" "$LOGS/influxd.log" || give_up "influxd starts"
  port=$(sed -n 's/.*Listening on HTTP.*addr=[^ ]*:\([0-9]*\).*/\1/p' "$LOGS/influxd.log" | head -n 1)
}
site() {
  cat <<JSON
{ "site": {"slug": "uji", "name": "Uji", "regency": "kotim", "kecamatan": "62.02.06"}, "ponds": [ {"slug": "k1", "area_m2": 400, "depth_m": 1.2} ],
  "buses": [ {"slug": "b", "tcp": {"host": "127.0.0.1", "port": $1}, "devices": [
    {"slug": "d1", "profile": "nila-node", "unit": 1, "every_s": 1, "pond": "k1"} ]} ],
  "sinks": [ {"slug": "pusat", "url": "https://127.0.0.1:${port:-1}", "api": "v1", "database": "nila", "token_file": "$D/token", "ca_file": "$D/trusted.pem"} ],
  "journal": {"path": "$D/j.db"}, "control": {"socket": "$D/s.sock"} }
JSON
}
status() { "$bin/nila-collector" status --config "$D/site.json" "$@" >"$D/status"; }
pending() { status --json && json_number pending <"$D/status"; }
drained() { [ "$(pending)" -eq 0 ]; }
collect() { start collector "$bin/nila-collector" run --config "$D/site.json" --devices collector/devices --trust-clock --verbose; }

(umask 077 && echo "kolektor:$secret" >"$D/token")
server old
site 0 >"$D/sim.json"
start sim "$bin/nila-bridge" simulate "$D/sim.json" --devices collector/devices --seed "$2" --truth "$D/truth" --ready "$D/ready"
await 30 "the simulator" test -s "$D/ready" || give_up "the simulator is ready"
site "$(json_number port <"$D/ready")" >"$D/site.json"
for certificate in old other; do
  [ "$certificate" = old ] || { stop influxd; server $certificate; }
  collect
  await 30 "the collector" status || give_up "the collector starts"
  sleep "$seconds"
  runs=$((runs + 1))
  [ "$(pending)" -ge $((seconds / 2)) ] || bad "$certificate: only $(pending) readings wait"
  NILA_LANG=en status
  grep -qiE 'certificate' "$D/status" || bad "$certificate: the status does not speak of the certificate: $(grep -i pusat "$D/status" | head -n 2)"
  knocks=$(grep -c 'TLS handshake error' "$LOGS/influxd.log")
  echo "# $certificate: $(pending) readings wait, $knocks handshakes failed in $seconds s"
  [ "$knocks" -le $((seconds + 1)) ] || bad "$certificate: $knocks knocks in $seconds s"
  stop collector
done
stop influxd
server right
curl -fsS --cacert "$D/right.crt" -o /dev/null "https://127.0.0.1:$port/query" --data-urlencode 'q=CREATE DATABASE nila' || give_up "database made"
collect
await 30 "the collector" status || give_up "the collector starts"
stop sim
await 90 "all to arrive" drained || bad "with the right certificate $(pending) readings still wait"
runs=$((runs + 1))
stop collector
collect # what it had read when it was stopped is sent by the next
await 90 "the rest to arrive" drained || bad "$(pending) readings still wait"
stop collector
curl -fsS --cacert "$D/right.crt" -G -H 'Accept: application/csv' "https://127.0.0.1:$port/query" --data-urlencode db=nila --data-urlencode epoch=ms \
  --data-urlencode 'q=SELECT * FROM water' >"$D/influx.csv"
"$BUILD/tests/house/verify" "$D/influx.csv" "$D/site.json" "$D/j.db" "$D/truth" >"$D/verify.out" || bad "the witnesses do not agree"
cat "$D/verify.out"
if grep -rqE "$secret|$(printf 'kolektor:%s' "$secret" | base64)" "$LOGS"; then bad "the login stands in a log"; fi
echo "torture runs=$runs acknowledged=$(sed -n 's/^# \([0-9]*\) journalled.*/\1/p' "$D/verify.out") lost=0 extra=0 wrong=$wrong"
[ "$wrong" -eq 0 ]
