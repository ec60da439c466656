#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The office signs a site file; a Pi fetches it over https (a server with a certificate of its own authority), tries it, and keeps it or
# goes back: wrong signatures, changed bytes, older numbers, another site, a file its reader refuses, a device that falls silent, a run
# that is killed in the midst of a trial.
# shellcheck disable=SC2317,SC2015 # functions are called by name through await
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
export NILA_DEVICES=$D/profiles NILA_LANG=en
mkdir -p "$D/profiles" "$D/etc" "$D/state" "$D/www"
cp collector/devices/nila-node.json "$D/profiles/"

site() { # site PORT UNIT_OF_D2 EVERY PROFILE_OF_D2
  cat <<JSON
{ "site": {"slug": "uji", "name": "Uji", "regency": "kotim", "kecamatan": "62.02.06"},
  "ponds": [{"slug": "kolam", "name": "Kolam", "area_m2": 400, "depth_m": 1.2}],
  "buses": [{"slug": "tcp", "tcp": {"host": "127.0.0.1", "port": $1}, "timeout_ms": 300, "devices": [
    {"slug": "d1", "profile": "nila-node", "unit": 1, "every_s": $3, "pond": "kolam"},
    {"slug": "d2", "profile": "$4", "unit": $2, "every_s": $3, "pond": "kolam"}]}],
  "sinks": [], "journal": {"path": "$D/state/journal.db"}, "control": {"socket": "$D/sock"} }
JSON
}
site 0 2 1 nila-node >"$D/sim.json"
start sim "$bin/nila-bridge" simulate "$D/sim.json" --seed 5 --ready "$D/ready"
await 20 "the simulator" test -s "$D/ready" || give_up "the simulator is ready"
port=$(json_number port <"$D/ready")
site "$port" 2 2 nila-node >"$D/etc/c.json"
start collector "$bin/nila-collector" run --config "$D/etc/c.json" --trust-clock --quiet
status() { "$bin/nila-collector" status --config "$D/etc/c.json" --json; }
both_answer() { [ "$(status | grep '"kind":"device"\|"slug":"d' | grep -o '"last_good_ms":[0-9]*' | grep -vc ':0$')" -eq 2 ]; }
await 30 "both devices" both_answer || give_up "both devices answer"

# the office: a key, and an https server whose authority is its own
public=$("$bin/nila-bridge" keygen --key "$D/office.key") || give_up "a key is made"
"$bin/nila-bridge" keygen --key "$D/other.key" >/dev/null || give_up "another key is made"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=uji-ca \
  -keyout "$D/ca.key" -out "$D/ca.pem" 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -keyout "$D/tls.key" -out "$D/tls.csr" 2>/dev/null
openssl x509 -req -in "$D/tls.csr" -CA "$D/ca.pem" -CAkey "$D/ca.key" -CAcreateserial -days 2 \
  -extfile <(printf 'subjectAltName=DNS:localhost,IP:127.0.0.1') -out "$D/tls.pem" 2>/dev/null
(cd "$D/www" && exec setsid openssl s_server -accept 127.0.0.1:0 -cert "$D/tls.pem" -key "$D/tls.key" -HTTP -naccept 1000 >"$LOGS/https.log" 2>&1 </dev/null) &
https=$!
trap 'kill $https 2>/dev/null; parts_end' EXIT
await 10 "https" grep -q '^ACCEPT' "$LOGS/https.log" || give_up "the https server listens"
url=https://localhost:$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$LOGS/https.log" | head -n 1)/uji.tar

pull() { "$bin/nila-collector" fleet pull --config "$D/etc/c.json" --devices "$D/profiles"; }
serve() { { printf 'HTTP/1.0 200 OK\r\nContent-Length: %s\r\nETag: "%s"\r\n\r\n' "$(wc -c <"$1")" "$(sha256sum "$1" | cut -c1-16)" && cat "$1"; } >"$D/www/uji.tar"; }
bundle() { # bundle KEY NUMBER < site file
  cat >"$D/new.json"
  "$bin/nila-bridge" bundle --key "$D/$1.key" --site "$D/new.json" --devices "${3:-$D/profiles}" --number "$2" --out "$D/new.tar" 2>"$D/bundle.err" ||
    not_ok "bundle $2 is made: $(cat "$D/bundle.err")"
  serve "$D/new.tar"
}
ends() { # ends CODE TEXT: the pull ends so, and the site file stays what it was
  local rc
  cp "$D/etc/c.json" "$D/was.json"
  pull >"$D/pull.out" 2>&1
  rc=$?
  if [ $rc -eq "$1" ] && cmp -s "$D/was.json" "$D/etc/c.json"; then ok "$2"; else
    not_ok "$2: exit $rc"
    sed 's/^/# /' "$D/pull.out"
  fi
}

ends 66 "who belongs to no fleet is told so"
claim "plain http and a wrong key are refused" sh -c "! '$bin/nila-collector' fleet join --config '$D/etc/c.json' --url http://dinas.example/x --key $public 2>/dev/null && ! '$bin/nila-collector' fleet join --config '$D/etc/c.json' --url '$url' --key 00 2>/dev/null && [ ! -e '$D/etc/fleet.json' ]"
"$bin/nila-collector" fleet join --config "$D/etc/c.json" --url "$url" --key "$public" --trial 6 >/dev/null || not_ok "join"
site "$port" 2 1 nila-node | bundle office 100
ends 77 "a server of an authority that is not known here is not spoken to"
"$bin/nila-collector" fleet join --config "$D/etc/c.json" --url "$url" --key "$public" --ca "$D/ca.pem" --trial 6 >/dev/null || not_ok "join with the authority"

pull >"$D/pull.out" 2>&1
claim "a signed bundle is taken: $(grep -o 'bundle.*' "$D/pull.out")" test $? -eq 0
claim "and runs" sh -c "cmp '$D/new.json' '$D/etc/c.json' && '$bin/nila-collector' status --config '$D/etc/c.json' --json | grep -q '\"every_s\":1'"
ends 0 "the same again is nothing new"
claim "the status tells it" sh -c "'$bin/nila-collector' fleet status --config '$D/etc/c.json' --json | grep -q '\"phase\":\"steady\",\"number\":100'"

site "$port" 2 3 nila-node | bundle other 101
ends 77 "a bundle of another key is refused"
site "$port" 2 3 nila-node | bundle office 102
cp "$D/new.tar" "$D/good.tar" && printf '\x2a' | dd of="$D/new.tar" bs=1 seek=5000 conv=notrunc 2>/dev/null && serve "$D/new.tar"
ends 65 "a changed byte is refused"
site "$port" 2 3 nila-node | bundle office 99
ends 65 "an older number is refused, signed or not"
site "$port" 2 3 nila-node | sed 's/"slug": "uji"/"slug": "lain"/' | bundle office 103
ends 78 "a bundle for another site is refused"
site "$port" 2 3 nila-node | sed "s|$D/state/journal.db|$D/state/other.db|" | bundle office 104
ends 69 "one that would move the journal away is not kept"
site "$port" 2 3 nila-node | sed 's|"sinks": \[\]|"sinks": [{"slug": "p", "url": "https://x.example", "api": "v1", "database": "nila", "token_file": "credential:none"}]|' | bundle office 105
ends 69 "one whose login is not here is not kept"
ends 65 "and it is not tried again"

# a device that answered falls silent; with a profile that was not there before, and one that is changed
mkdir "$D/theirs" && sed 's/"id": "nila-node"/"id": "node-baru"/' collector/devices/nila-node.json >"$D/theirs/node-baru.json"
sed 's|^{|{ |' collector/devices/nila-node.json >"$D/theirs/nila-node.json"
site "$port" 9 1 node-baru | bundle office 106 "$D/theirs"
ends 69 "one under which a device falls silent is taken back by itself"
claim "why is told" grep -q 'd2 has not answered' "$D/pull.out"
claim "profiles are as they were" sh -c "[ ! -e '$D/profiles/node-baru.json' ] && cmp collector/devices/nila-node.json '$D/profiles/nila-node.json'"
await 20 "both devices" both_answer || give_up "both devices answer again"
ok "and both devices answer again"
claim "what failed is told with the heartbeat's figures" sh -c "'$bin/nila-collector' fleet status --config '$D/etc/c.json' --json | grep -q '\"number\":100,\"trying\":0,\"failed\":106'"

# killed in the midst of a trial
site "$port" 9 1 nila-node | bundle office 107
"$bin/nila-collector" fleet pull --config "$D/etc/c.json" --devices "$D/profiles" >"$D/killed.out" 2>&1 &
pid=$!
trial() { grep -q '"phase":"trial"' "$D/state/fleet.state"; }
await 10 "the trial" trial || give_up "the trial begins"
kill -KILL $pid
wait $pid 2>/dev/null
claim "cut off, the bad one is in place" cmp "$D/new.json" "$D/etc/c.json"
site "$port" 2 2 nila-node | bundle office 108
pull >"$D/pull.out" 2>&1 || sed "s/^/# /" "$D/pull.out"
claim "the next run goes back, and takes what the office has mended" sh -c "grep -q 'cut off' '$D/pull.out' && cmp '$D/new.json' '$D/etc/c.json' && grep -q '\"number\":108' '$D/state/fleet.state'"

# without a collector nothing is tried
stop collector
site "$port" 2 1 nila-node | bundle office 109
ends 75 "without a collector nothing is tried"
printf 'HTTP/1.0 503 no\r\n\r\n' >"$D/www/uji.tar"
ends 69 "a server that refuses changes nothing"
# shellcheck disable=SC2154 # claims.sh
exit $failed
