#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A technician sets up a collector at a terminal: a unit that is not there, a speed that is wrong, a network that is away, each told
# with its cure; then what was written is polled, changed by a second run, and made once more from a file of answers.
# shellcheck disable=SC2317 # functions are called by name through await
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
export NILA_DEVICES=collector/devices NILA_LANG=en
make -s BUILD="$BUILD" "$BUILD/tests/house/typist" "$BUILD/tests/house/speedgate"

cat >"$D/sim.json" <<JSON
{ "site": {"slug": "uji", "name": "Uji", "regency": "kotim", "kecamatan": "62.02.06"},
  "ponds": [{"slug": "kolam", "name": "Kolam", "area_m2": 400, "depth_m": 1.2}],
  "buses": [{"slug": "utara", "serial": {"port": "$D/wires", "baud": 4800}, "timeout_ms": 500,
             "devices": [{"slug": "n", "profile": "nila-node", "unit": 3, "every_s": 5, "pond": "kolam"}]}],
  "sinks": [], "journal": {"path": "$D/sim.db"}, "control": {"socket": "$D/simsock"} }
JSON
start sim "$bin/nila-bridge" simulate "$D/sim.json" --seed 7 --noise off --pty-link "$D/wires" --ready "$D/ready"
await 20 "the simulator" test -s "$D/ready" || give_up "the simulator is ready"
start gate "$BUILD/tests/house/speedgate" "$D/line" "$D/wires" 4800
await 20 "the line" test -e "$D/line" || give_up "the line is there"
mkdir "$D/etc"

typed() { # typed NAME CODE ARGUMENT...: the script on stdin; the transcript is $D/NAME.txt
  local name=$1 code=$2 rc
  shift 2
  cat >"$D/$name.keys"
  "$BUILD/tests/house/typist" "$D/$name.keys" "$D/$name.txt" "$bin/nila-collector" setup --config "$D/etc/c.json" "$@" 2>"$D/$name.err"
  rc=$?
  if [ $rc -eq "$code" ]; then ok "$name ends with $code"; else
    not_ok "$name ends with $code, not $rc"
    tail -n 12 "$D/$name.txt" "$D/$name.err" | sed 's/^/# /'
  fi
}
said() { # said NAME TEXT: with line ends as blanks, as the lines are broken between words
  claim "$1 says: $2" grep -qF "$2" <(tr -d '\r' <"$D/$1.txt" | tr -s '\n ' '  ')
}
key() { printf '%s\t%s\n' "$1" "$2"; }
farm() {
  key "Number of the regency" 1
  key "Name of the farm" "Uji Coba"
  key "Short name (for the data)" ""
  key "Number of the kecamatan" Baamang
  key "Name of the pond" ""
  key "Short name of the pond" ""
  key "Area" "200,5"
  key "Depth" 1.2
  key "Kind" 3
  key "Enter: right" ""
}

{ farm; key "address[:port]" "^C"; } | typed ctrl-c 130
claim "Ctrl-C leaves nothing behind" test -z "$(ls -A "$D/etc")"
{ key "Number of the regency" "?"; key "Number of the regency" 1; key "Name of the farm" "<"; key "Number of the regency" "^D"; } | typed end-of-input 75
said end-of-input "The office of this regency sees"
claim "the end of input leaves nothing behind" test -z "$(ls -A "$D/etc")"

{
  farm
  key "address[:port]" "$D/line"
  key "Speed and parity" ""
  key "Units to look for" 1
  key "What now" "<"
  key "Units to look for" 3
  key "What now" 1
  key "Profile" nila-node
  key "As a handheld meter has it" ""
  key "Name of the device" "node-utara"
  key "In pond number" ""
  key "Enter: right" ""
  key "https://" "http://127.0.0.1:1"
  key "Kind of server" ""
  key "Database" ""
  key "user:password" "pi:rahasia"
  key "Enter: go on" ""
  key "Write " ""
} | typed first 0
said first "wires A and B are swapped: swap them at one end"
said first "The speed was wrong: devices answer at 4800 N, not 9600 N."
said first "temp_c"
said first "does not answer: Failed to connect"
said first "It can go on without the network"
said first "unit 3: node-utara (nila-node) -> uji-coba-1"
claim "the login does not show" sh -c "! grep -q rahasia '$D/first.txt'"
claim "no line is wider than the terminal" sh -c "! tr -d '\r' <'$D/first.txt' | grep -vF '$D' | grep -vE ': *\$|\]: ' | grep -E '^.{81,}'"
claim "the login is a secret of its own" sh -c "[ \"\$(stat -c %a '$D/etc/secrets/office.token')\" = 600 ] && grep -qx pi:rahasia '$D/etc/secrets/office.token'"
claim "check takes what was written" "$bin/nila-collector" check --config "$D/etc/c.json"

[ "$failed" -eq 0 ] || sed 's/^/# /' "$D/first.txt"

# a second run, over a file with a comment and parts setup does not ask about
sed -i "1a // a comment\n  \"journal\": {\"path\": \"$D/j.db\"}, \"control\": {\"socket\": \"$D/sock\"}," "$D/etc/c.json"
cp "$D/etc/c.json" "$D/before.json"
{
  key "Nomor kabupaten" ""
  key "Nama tambak" "Tambak Lain"
  key "Nama pendek" ""
  key "Nomor kecamatan" ""
  key "Enter: benar" ""
  key "Enter: benar" ""
  key "https://" "-"
  key "Tulis " ""
} | typed second 0 --lang id
said second "tidak ikut ditulis"
said second "Tanpa server: data hanya disimpan di sini."
claim "the former file is kept" cmp "$D/before.json" "$D/etc/c.json.bak"
claim "what was not asked about is kept" grep -q "$D/j.db" "$D/etc/c.json"
claim "an answer of the second run is there" grep -q "Tambak Lain" "$D/etc/c.json"

start collector "$bin/nila-collector" run --config "$D/etc/c.json" --trust-clock --quiet
polled() { "$bin/nila-collector" export --config "$D/etc/c.json" --out "$D/all.csv" && grep -q 'node-utara,temp_c' "$D/all.csv"; }
if await 90 "a reading" polled; then ok "run polls with what setup has written"; else not_ok "run polls with what setup has written"; fi

cat >"$D/answers.json" <<JSON
{ "site": {"name": "Dua", "regency": "seruyan", "kecamatan": "62.07.01"},
  "ponds": [{"name": "Kolam 1", "area_m2": 50, "depth_m": 1}],
  "lines": [{"host": "127.0.0.1", "tcp_port": 1, "devices": [{"unit": 1, "profile": "nila-node", "pond": "dua-kolam-1"}]}],
  "server": null }
JSON
"$bin/nila-collector" setup --config "$D/etc/two.json" --answers "$D/answers.json" >"$D/answers.out" 2>"$D/answers.err"
rc=$?
if [ $rc -eq 69 ] && grep -q "nila-node-1 (unit 1): no answer" "$D/answers.err"; then ok "answers are written, and who does not answer is named"; else not_ok "answers: exit $rc"; sed 's/^/# /' "$D/answers.err"; fi
claim "check takes them, too" "$bin/nila-collector" check --config "$D/etc/two.json"
sed -i 's/"seruyan"/"serayu"/; s/"area_m2": 50/"area_m2": 0/' "$D/answers.json"
"$bin/nila-collector" setup --config "$D/etc/three.json" --answers "$D/answers.json" >"$D/answers.out" 2>"$D/answers.err"
rc=$?
if [ $rc -eq 65 ] && grep -q 'answers.json:1:.*regency' "$D/answers.err" && grep -q 'answers.json:2:.*area_m2' "$D/answers.err" &&
  [ ! -e "$D/etc/three.json" ]; then ok "every wrong answer is named, nothing is written"; else not_ok "wrong answers: exit $rc"; sed 's/^/# /' "$D/answers.err"; fi
# shellcheck disable=SC2154 # claims.sh
exit $failed
