#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The technician's pages on the real road: a probe falls silent and the page names it with what to check, also to browsers that are
# watching; a test reading goes through the collector while polling goes on; idle streams cost nothing; the program ends with streams
# open.
# shellcheck disable=SC2317 # functions are called by name through await
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
export NILA_DEVICES=collector/devices NILA_LANG=id
SILENT_S=20 # the probe falls silent so long after the simulator's start

cat >"$D/site.json" <<JSON
{ "site": {"slug": "uji", "name": "Tambak <Uji>", "regency": "kotim", "kecamatan": "62.02.06"},
  "ponds": [{"slug": "kolam", "name": "Kolam", "area_m2": 400, "depth_m": 1.2, "system": "pond"}],
  "buses": [
    {"slug": "utara", "serial": {"port": "$D/line", "baud": 9600}, "timeout_ms": 300, "devices": [
      {"slug": "probe-do", "profile": "hach-ldo-aq", "unit": 3, "every_s": 2, "pond": "kolam"},
      {"slug": "probe-ph", "profile": "seeed-s-ph-01", "unit": 4, "every_s": 2, "pond": "kolam"}]}],
  "sinks": [], "journal": {"path": "$D/journal.db"}, "control": {"socket": "$D/sock"} }
JSON
cat >"$D/analytics.json" <<JSON
{ "records": {"path": "$D/r.db"}, "source": {"collector": {"socket": "$D/sock"}},
  "web": {"port": 0, "collectors": [{"slug": "pi", "socket": "$D/sock"}]} }
JSON

start sim "$bin/nila-bridge" simulate "$D/site.json" --seed 7 --noise off --pty-link "$D/line" --ready "$D/ready" \
  --fault "probe-do:silent:$SILENT_S"
await 20 "the simulator" test -s "$D/ready" || give_up "the simulator is ready"
start collector "$bin/nila-collector" run --config "$D/site.json" --trust-clock --quiet
await 20 "the collector" test -S "$D/sock" || give_up "the collector starts"
echo "sandi-budi-2026" >"$D/password"
chmod 600 "$D/password"
"$bin/nila-analytics" user add budi --role admin --name Budi --regency kotim,seruyan --password-file "$D/password" --config "$D/analytics.json" >"$LOGS/user.log" 2>&1 ||
  give_up "an admin is on record"
start serve "$bin/nila-analytics" serve --config "$D/analytics.json" --ready "$D/port"
await 60 "the pages" test -s "$D/port" || give_up "the pages are there"
port=$(sed -n 's|.*"port":\([0-9]*\).*|\1|p' "$D/port")
site=http://127.0.0.1:$port
page() { curl -s -b "$D/jar" -c "$D/jar" "$site$1"; }
shows() { page "$1" | grep -qF "$2"; }
post() { curl -s -o "$D/answer" -w '%{http_code}' -b "$D/jar" -c "$D/jar" -H "Origin: $site" "$@"; }
token() { page "$1" | grep -oE 'name="tanda" value="[^"]+"' | head -1 | sed 's/.*value="//; s/"//'; }

claim "without a login the devices are not shown" test "$(curl -s -o "$D/none" -w '%{http_code}' "$site/alat")" = 303
t=$(token /masuk)
code=$(post "$site/masuk" --data-urlencode "siapa=budi" --data-urlencode "pin=sandi-budi-2026" --data-urlencode "tanda=$t" --data-urlencode "kembali=/alat")
claim "who may log in does" test "$code" = 303
t=$(token /akun)
claim "and agrees to what is stored" test "$(post "$site/akun" -d "apa=setuju&tanda=$t")" = 303
claim "all devices answer at first" await 30 "both probes" shows /alat "Semua alat menjawab."
claim "names are escaped" shows /alat "Tambak &lt;Uji&gt;"
claim "the registers of a probe are told before it is read" await 10 "registers" shows /alat/utara/probe-ph "<td>40002</td>"
claim "the line for mbpoll is complete" shows /alat/utara/probe-ph "mbpoll -m rtu -a 4 -0 -r 0 -c 2 -t 4:hex -1 -b 9600 -P none -s 1 $D/line"

# --- a test reading, and polling goes on
rows() { "$bin/nila-collector" status --config "$D/site.json" --json | grep -oE '"rows":[0-9]+' | head -1 | tr -dc 0-9; }
before=$(rows)
t=$(token /alat/utara/probe-ph)
read_it() { post "$site/alat/uji" --data-urlencode "tanda=$1" -d "di=pi&jalur=utara&alat=probe-ph"; }
claim "a test reading without the form's token is refused" test "$(read_it salah)" = 403
claim "a test reading is taken" test "$(read_it "$t")" = 303
claim "it is shown, raw and decoded" await 15 "the reading" shows /alat/utara/probe-ph "Dibaca pukul"
page /alat/utara/probe-ph >"$D/read.html"
claim "with raw words" grep -qE '<td><code>[0-9A-F]{4}</code></td><td>1</td><td>40002</td>' "$D/read.html"
claim "with its judgement" grep -q '<span>baik</span>' "$D/read.html"
read_it "$t" >/dev/null
claim "the next one too soon is told to wait" grep -qE 'tunggu=[1-5]' <(post "$site/alat/uji" -D - --data-urlencode "tanda=$t" -d "di=pi&jalur=utara&alat=probe-ph"; cat "$D/answer")
more_rows() { [ "$(rows)" -gt "$((before + 1))" ]; }
claim "polling went on meanwhile" await 15 "more rows" more_rows
claim "a device that is not there is 404" test "$(curl -s -o "$D/none" -w '%{http_code}' -b "$D/jar" "$site/alat/utara/hantu")" = 404

# --- a browser is watching when the probe falls silent
start watcher curl -sN -b "$D/jar" "$site/alat/arus"
claim "the stream begins with the page as it is" await 10 "an event" grep -q '^data: ' "$LOGS/watcher.log"
named() { grep -qF 'probe-do diam (' "$LOGS/watcher.log"; }
silent() { "$bin/nila-collector" status --config "$D/site.json" --json | grep '"slug":"probe-do"' | grep -q '"last":"silent"'; }
await 60 "silence" silent || give_up "the collector sees that the probe is silent"
t0=$(date +%s%N)
claim "the stream names the dead probe" await 10 "the event" named
took=$((($(date +%s%N) - t0) / 1000000))
claim "within 5 s of the collector's first silence ($took ms)" test "$took" -lt 5000
page /alat >"$D/dead.html"
claim "the page names it" grep -qF "probe-do diam (jalur utara, unit 3)" "$D/dead.html"
claim "and what to check" grep -qF "periksa listrik dan kabel alat ini sendiri" "$D/dead.html"
claim "before the one that is well" test "$(grep -nF 'probe-do' "$D/dead.html" | head -1 | cut -d: -f1)" -lt "$(grep -nF 'probe-ph' "$D/dead.html" | head -1 | cut -d: -f1)"
claim "in English too" grep -qF "Check its unit address" <(curl -s -b "$D/jar" "$site/alat?lang=en")

# --- idle streams
cpu() { awk '{print $14 + $15}' "/proc/${PID[serve]}/stat"; }
streams=()
for _ in $(seq 50); do
  curl -sN -b "$D/jar" "$site/alat/arus" >>"$D/streams.log" 2>&1 &
  streams+=($!)
done
open_streams() { [ "$(grep -c '^retry' "$D/streams.log")" -ge 50 ]; }
claim "fifty streams are open" await 20 "fifty first events" open_streams
c0=$(cpu) t0=$(date +%s%N)
# eight seconds, while something is awaited that does not come
await 8 "nothing" false 2>/dev/null
used=$(($(cpu) - c0))
took=$((($(date +%s%N) - t0) / 1000000))
echo "# fifty streams for $took ms cost $used ticks of $(getconf CLK_TCK) a second"
claim "fifty streams cost less than a tenth of a processor ($used ticks)" test "$used" -lt $((took * $(getconf CLK_TCK) / 10000))

# --- the collector goes away
stop collector
claim "a collector that ended is named with its cure" await 15 "the words" shows /alat "sudo systemctl start nila-collector"
claim "the fleet tells that there is no word" shows /alat/armada "TIDAK ADA KABAR"

t0=$(date +%s%N)
kill -TERM "${PID[serve]}"
gone() { ! kill -0 "${PID[serve]}" 2>/dev/null; }
claim "it ends with fifty streams open" await 10 "the end" gone
wait "${PID[serve]}"
rc=$?
claim "cleanly (exit $rc, $((($(date +%s%N) - t0) / 1000000)) ms)" test $rc -eq 0
for p in "${streams[@]}"; do wait "$p" 2>/dev/null; done
exit $failed
