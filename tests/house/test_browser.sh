#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Farmer, officer and technician at the pages in a real browser: Debian's Chromium, driven by tests/browser, over the example's
# records and simulated ponds behind a real collector and InfluxDB. Users are made on the console, as an office would. Pictures of
# every page lie in $BUILD/screenshots afterwards. Skipped without Chromium, Node.js, npm or its package playwright-core.
# shellcheck disable=SC2317 # functions are called by name through await
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
export NILA_DEVICES=collector/devices NILA_LANG=id
SEED=20261 DEAD=node-ktp-4

skip() {
  echo "skip - $1"
  exit 0
}
wait_for() { await "$1" "$2" "${@:3}" || give_up "$2"; }
[ -x build/deps/usr/bin/influxd ] || skip "no influxd: run deploy/install-deps test"
NILA_CHROMIUM=${NILA_CHROMIUM:-$(command -v chromium)}
for tool in "${NILA_CHROMIUM:-chromium}" node npm pdftotext pdftoppm; do
  command -v "$tool" >/dev/null || skip "no $tool: run deploy/install-deps test"
done

# the driver, once a build folder; the version is pinned in tests/browser/package.json
js=$BUILD/browser
mkdir -p "$js" && js=$(cd "$js" && pwd) || exit 1
pinned=$(sed -n 's/.*"playwright-core": "\(.*\)".*/\1/p' tests/browser/package.json)
has_driver() { grep -q "\"version\": \"$pinned\"" "$js/node_modules/playwright-core/package.json" 2>/dev/null; }
if ! has_driver; then
  cp tests/browser/package.json "$js/"
  (cd "$js" && timeout 180 npm install --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --fetch-retries=1) >"$LOGS/npm.log" 2>&1
  has_driver || skip "playwright-core $pinned could not be had: $(grep -v '^npm warn' "$LOGS/npm.log" | head -n 1)"
fi

# --- the programs ---
start_influxd || give_up "InfluxDB starts"
curl -fsS -o /dev/null "$INFLUX_URL/query" --data-urlencode 'q=CREATE DATABASE nila' || give_up "the database is made"
demo_fill kotim.json kotim-sim.json
start sim "$bin/nila-bridge" simulate "$D/kotim-sim.json" --seed $SEED --ready "$D/kotim.ready" --fault $DEAD:silent
wait_for 30 "the simulator stands" test -s "$D/kotim.ready"
TCP_PORT=$(json_number port <"$D/kotim.ready")
demo_fill kotim.json
start collector "$bin/nila-collector" run --config "$D/kotim.json" --trust-clock --quiet
wait_for 30 "the collector runs" test -S "$D/kotim.sock"
history() {
  "$bin/nila-bridge" history "$D/kotim.json" --seed $SEED --days 2 --every 600 --out "$D/history.csv" &&
    "$bin/nila-collector" import "$D/history.csv" --config "$D/kotim.json"
}
history >>"$LOGS/history.log" 2>&1 || give_up "two days of history"

demo_fill analytics.json example.json
sed "s|\"web\": {|&\"collectors\": [{\"slug\": \"mentaya\", \"socket\": \"$D/kotim.sock\"}], |" "$D/example.json" >"$D/analytics.json"
bad=$(demo_records "$bin/nila-analytics" "$D/analytics.json") || give_up "the import of $bad"
NILA_FIRST_WORD=pertama-2026-kali NILA_FIRST_PIN=739146 # from the console; each person chooses another
(umask 077 && echo $NILA_FIRST_WORD >"$D/word" && echo $NILA_FIRST_PIN >"$D/pin")
user() { "$bin/nila-analytics" user add "$@" --config "$D/analytics.json" >>"$LOGS/users.log" 2>&1 || give_up "user $1"; }
user kepala --role admin --name "Kepala Kantor" --password-file "$D/word"
user petani --role petani --name "Budi" --farm pokdakan-mentaya --password-file "$D/pin"
user petugas --role petugas --name "Siti" --regency kotim,seruyan --password-file "$D/word"
user teknisi --role teknisi --name "Agus" --regency kotim --password-file "$D/word"
serve() {
  rm -f "$D/analytics.ready"
  start analytics "$bin/nila-analytics" serve --config "$D/analytics.json" --ready "$D/analytics.ready"
  wait_for 60 "the pages stand" test -s "$D/analytics.ready"
  PORT=$(json_number port <"$D/analytics.ready")
}
serve

export NILA_URL=http://127.0.0.1:$PORT NILA_SHOTS=$BUILD/screenshots NILA_FIRST_WORD NILA_FIRST_PIN NILA_DEAD=$DEAD NILA_CHROMIUM
NODE_PATH=$js/node_modules node tests/browser/run.js || failed=1
exit $failed
