#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A night on which the algae of a pond die, in compressed time, with the real programs: nila-analytics watch rehearses it on a real
# influxd, which is given each reading only when the rehearsal's clock has passed it. The siren is a relay of a simulated board
# behind a real collector; modem, SMTP and web server are simulated and keep transcripts of their own (night_gear.c).
# Mains that are lost are told of in real time by a second watch, on the collector's socket.
# shellcheck disable=SC2317 # functions are called by name through await and claim
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
export NILA_DEVICES=collector/devices NILA_LANG=id
SEED=7 SPEED=1200
# nights before: eight; the algae die at 22:50 of the last evening. Seconds since the history's begin at 08:00.
BEGIN_DAYS=8 NIGHT=2025-08-18 MORNING=2025-08-19 CRASH=$((7 * 86400 + 14 * 3600 + 3000))
BUDI=+6281100000001 SITI=+6281100000002 KEY=kunci-uji-0123456789

wait_for() { await "$1" "$2" "${@:3}" || give_up "$2"; }
if [ ! -x build/deps/usr/bin/influxd ]; then
  echo "skip - no influxd: run deploy/install-deps test"
  exit 0
fi
echo "# seed $SEED, $SPEED times as fast"

# --- what stands around the alarm ---
mkdir "$D/gear"
mkfifo "$D/gear.in"
exec 7<>"$D/gear.in"
setsid "$BUILD/tests/house/night_gear" "$D/gear" <"$D/gear.in" >"$LOGS/gear.log" 2>&1 7>&- &
PID[gear]=$!
ORDER+=(gear)
wait_for 10 "modem, mail and web server stand" test -s "$D/gear/ready"
read -r smtp web < <(sed 's/smtp=//; s/web=//' "$D/gear/ready")
tell_gear() { echo "$*" >&7; }
web_has() { # web_has ROAD KIND CAUSE [TIMES]
  [ "$(grep -l "^POST /$1 " "$D"/gear/web-*.http 2>/dev/null | xargs -r grep -l "\"kind\":\"$2\".*\"cause\":\"$3" | wc -l)" -ge "${4:-1}" ]
}
modem_has() { [ "$(grep -cF -- "$1" "$D/gear/modem.txt")" -ge "${2:-1}" ]; }

site() { # site PORT
  cat <<JSON
{ "site": {"slug": "uji", "name": "Uji", "regency": "kotim", "kecamatan": "62.02.06"},
  "ponds": [{"slug": "kolam-1", "name": "Kolam 1", "area_m2": 400, "depth_m": 1.2, "system": "pond"}],
  "buses": [{"slug": "utara", "tcp": {"host": "127.0.0.1", "port": $1}, "timeout_ms": 300, "devices": [
    {"slug": "probe", "profile": "nila-node", "unit": 2, "every_s": 5, "pond": "kolam-1"},
    {"slug": "papan", "profile": "lctech-relay", "unit": 11, "pond": null}]}],
  "inputs": [{"slug": "listrik", "name": "Listrik PLN", "pond": null, "module": {"device": "papan", "channel": 1},
    "invert": false, "every_s": 2}],
  "reflexes": [{"slug": "sirene", "name": "Sirene", "pond": "kolam-1", "switch": {"device": "papan", "channel": 1},
    "when": [{"pond": "kolam-1", "metric": "do_mg_l", "below": 0.1, "until": 0.2}], "when_lost": "off",
    "min_on_s": 0, "min_off_s": 0, "manual_max_s": 600}],
  "sinks": [], "journal": {"path": "$D/journal.db"}, "control": {"socket": "$D/sock"} }
JSON
}
site 0 >"$D/sim.json"
LOST_AFTER=12 # s; the simulator counts channels from 0, the board prints them from 1
start sim "$bin/nila-bridge" simulate "$D/sim.json" --seed $SEED --ready "$D/sim.ready" --contact papan:0:closed:0:$LOST_AFTER
wait_for 20 "the simulated board stands" test -s "$D/sim.ready"
sim_from=$(date +%s)
port=$(json_number port <"$D/sim.ready")
site "$port" >"$D/site.json"
start collector "$bin/nila-collector" run --config "$D/site.json" --trust-clock --quiet
wait_for 20 "the collector runs" test -S "$D/sock"
# the coil as the board itself says it, by a Modbus request of our own: function 1, unit 11, coils 0 to 7
coil() {
  exec 6<>"/dev/tcp/127.0.0.1/$port" || return 1
  printf '\x00\x01\x00\x00\x00\x06\x0b\x01\x00\x00\x00\x08' >&6
  timeout 2 head -c 10 <&6 | od -An -tu1 | awk '{exit $10 % 2 != w}' w="$1"
  local rc=$?
  exec 6>&-
  return "$rc"
}

start_influxd || give_up "influxd starts"
curl -fsS -o /dev/null "$INFLUX_URL/query" --data-urlencode 'q=CREATE DATABASE nila' || give_up "database made"

# --- records and configuration ---
# repeat_min: a danger is told again well before it may become one that does not recover (30 minutes below the limit, of which the
# first 10 to 20 are over when it is told), however late the readings come.
E=2025-08-01
cat >"$D/farms.csv" <<CSV
farm,name,regency,kecamatan,entered_on
tani,Tani Jaya,kotim,62.02.06,$E
CSV
cat >"$D/ponds.csv" <<CSV
pond,farm,name,system,area_m2,depth_m,entered_on
kolam-1,tani,Kolam 1,pond,400,1.2,$E
CSV
cat >"$D/contacts.csv" <<CSV
contact,name,phone,telegram,mail,language,answers_for,order,quiet,channels,active,on,entered_on
budi,Budi,0811 0000 0001,,budi@uji.example,id,all,first,,,yes,$E,$E
siti,Siti,0811 0000 0002,,,en,all,second,,,yes,$E,$E
CSV
(umask 027 && echo $KEY >"$D/key")
cat >"$D/watch.json" <<JSON
{ "records": {"path": "$D/r.db"}, "source": {"influx": {"url": "$INFLUX_URL", "database": "nila"}},
  "alert": {"repeat_min": 5, "modems": [{"slug": "gsm", "port": "$D/gear/modem", "self_test": false}], "channels": [
    {"slug": "sirene", "kind": "siren", "socket": "$D/sock", "switch": "sirene", "for_s": 600},
    {"slug": "telepon", "kind": "call", "modem": "gsm", "ring_s": 5},
    {"slug": "sms", "kind": "sms", "modem": "gsm"},
    {"slug": "dinas", "kind": "webhook", "url": "http://127.0.0.1:$web/malam", "secret_file": "$D/key"},
    {"slug": "surel", "kind": "smtp", "url": "smtp://127.0.0.1:$smtp", "from": "nila@uji.example", "insecure_smtp": true} ]},
  "web": {"phone": "0812 5000 0000"} }
JSON
cat >"$D/mains.json" <<JSON
{ "records": {"path": "$D/mains.db"}, "source": {"collector": {"socket": "$D/sock"}},
  "alert": {"mains": {"input": "listrik"}, "channels": [
    {"slug": "dinas", "kind": "webhook", "url": "http://127.0.0.1:$web/listrik", "secret_file": "$D/key"} ]} }
JSON
for c in watch mains; do
  for t in farms ponds contacts; do
    "$bin/nila-analytics" import $t "$D/$t.csv" --config "$D/$c.json" >>"$LOGS/import.log" 2>&1 || give_up "import of $t"
  done
done
start mains "$bin/nila-analytics" watch --config "$D/mains.json"

# --- the water: history as lines of InfluxDB; of the future nothing is given away ---
make_water() { # make_water [MORE EVENTS]
  "$bin/nila-bridge" history "$D/sim.json" --days $BEGIN_DAYS --until ${MORNING}T08:00+07:00 --seed $SEED \
    --set kolam-1:fish_kg_m2=0.8 --event kolam-1:crash:$CRASH:$((CRASH + 9 * 3600)) "$@" --quiet --out "$D/history.csv" 2>>"$LOGS/history.log" || return 1
  awk -F, 'NR > 1 {
      if ($1 != t) { if (t != "") printf "%s %.0f\n", line, ms; t = $1; line = "water,regency=kotim,kecamatan=62.02.06,site=uji,pond=" $2 ",device=" $3 " "; sep = ""
        g = t; gsub(/[-T:]/, " ", g); ms = (mktime(substr(g, 1, 19)) - 7 * 3600) * 1000 }
      line = line sep $4 "=" $5 "," $4 "_q=" $6; sep = "," } END { printf "%s %.0f\n", line, ms }' "$D/history.csv" >"$D/water.new" &&
    mv "$D/water.new" "$D/water.lp"
}
export TZ=UTC
make_water || give_up "the pond's history"
ms_of() { echo $(($(date -d "$1" +%s) * 1000)); }
shown() { sed -n 's/.*REHEARSAL: it is \([^ ]*\).*/\1/p' "$LOGS/watch.log" | tail -n 1; }
give() { # give AFTER_MS UNTIL_MS
  awk -v a="$1" -v b="$2" '$NF > a && $NF <= b' "$D/water.lp" |
    curl -fsS "$INFLUX_URL/write?db=nila&precision=ms" --data-binary @-
}
feed() {
  local last=$1 now
  while sleep 0.05; do
    now=$(shown)
    [ -n "$now" ] || continue
    now=$(ms_of "$now")
    ((now > last)) && give "$last" "$now" && last=$now
  done
}
first=$(ms_of ${NIGHT}T15:10+07:00)
give 0 "$first" || give_up "the nights before are in the database"
feed "$first" 2>>"$LOGS/feed.log" &
PID[feed]=$!
ORDER+=(feed)
rehearse() { start watch "$bin/nila-analytics" watch --config "$D/watch.json" --rehearse "$1" --speed $SPEED --ready "$D/watch.ready"; }

# --- the night ---
rehearse ${NIGHT}T15:20+07:00
wait_for 20 "the notice before the evening feed" web_has malam notice night_notice
ok "15:30: notice before the evening feed"
wait_for 30 "the forecast at dusk" web_has malam notice do_night
ok "dusk: tonight's forecast is told ($(shown))"
web_has malam raise do_critical && not_ok "nobody is alarmed before oxygen is below 1.5"
wait_for 200 "the danger" web_has malam raise do_critical
ok "the danger is told ($(shown))"
wait_for 10 "the siren's relay closes" coil 1
ok "the siren sounds: coil 1 read back over Modbus"
wait_for 30 "the repeat" modem_has "> ATD$BUDI" 2
ok "told again without an acknowledgement ($(shown))"
{ stop watch KILL; } 2>/dev/null
ok "watch killed with -9 while the telephone rings"
# It goes on where its clock was: the repeat that was interrupted is told for repeat_min and no longer.
at=$("$BUILD/tests/house/night_gear" "$D/r.db.rehearsal" last) || give_up "the time of the last message"
rehearse "$(date -u -d "@$((at / 1000 + 60))" +%Y-%m-%dT%H:%MZ)"
wait_for 60 "the second contact" modem_has "> AT+CMGS=\"$SITI\""
ok "the second contact is told ($(shown))"
tell_gear sms $BUDI OK
wait_for 30 "the acknowledgement" web_has malam acked do_
ok "acknowledged by an SMS \"OK\" from the registered number ($(shown))"
wait_for 20 "the siren falls silent" coil 0
ok "the siren is silent: coil 0 read back over Modbus"
aerator=$((($(ms_of "$(shown)") - $(ms_of ${MORNING}T08:00+07:00)) / 1000 + BEGIN_DAYS * 86400))
make_water --event "kolam-1:aerator:$aerator:$((BEGIN_DAYS * 86400)):2" || give_up "the aerator"
wait_for 60 "the all-clear" web_has malam clear recovered
ok "all-clear ($(shown))"
wait_for 20 "the all-clear to both telephones" modem_has "Kolam 1 KEMBALI AMAN"
wait_for 20 "the all-clear in English" modem_has "Kolam 1 BACK TO NORMAL"
wait_for 20 "the all-clear by mail" grep -q '^> Message-ID: <nila-.*-clear@' "$D/gear/smtp.txt"
wait_for 60 "mains lost" web_has listrik raise power_lost
# A watch that is stopped leaves what is under way for its next start: first everything must have ended.
all_ended() { "$BUILD/tests/house/night_gear" "$D/r.db.rehearsal" fates | grep -qE '.' && ! "$BUILD/tests/house/night_gear" "$D/r.db.rehearsal" fates | grep -qvE ' (sent|delivered) [0-9]+$'; }
await 30 "the end of every message" all_ended # what has not ended is named below
stop watch
stop mains
stop feed

# --- what the others saw ---
all_signed() {
  local f stamp want got n=0
  for f in "$D"/gear/web-*.http; do
    stamp=$(sed -n 's/^X-Nila-Timestamp: \([0-9]*\).*/\1/p' "$f")
    want=$(sed -n 's/^X-Nila-Signature: sha256=\([0-9a-f]*\).*/\1/p' "$f")
    got=$({ printf '%s.' "$stamp" && sed '1,/^\r$/d' "$f"; } | openssl dgst -sha256 -hmac "$KEY" | sed 's/.*= *//')
    if [ -z "$want" ] || [ "$want" != "$got" ]; then
      echo "$f: $want, not $got"
      return 1
    fi
    (($(date +%s) - stamp < 600)) || { echo "$f: stamped $stamp, not by this machine's clock"; return 1; }
    n=$((n + 1))
  done
  [ "$n" -ge 8 ]
}
claim "every webhook has its HMAC right, and the time of a clock on the wall" all_signed
attempts() { grep -l '^POST /malam ' "$D"/gear/web-*.http | xargs grep -h '^X-Nila-Attempt' | sort | uniq -c; }
texts() { grep '^> text ' "$D/gear/modem.txt"; }
# One thread a channel, each with at most one message under way when the kill came.
extra() { awk '$1 > 1 {n += $1 - 1} END {print n + 0}'; }
at_most_one() { # COMMAND that prints "times what"
  local out
  out=$("$@")
  [ "$(extra <<<"$out")" -le 1 ] || { echo "$out"; return 1; }
}
texts_counted() { texts | sort | uniq -c; }
claim "after kill -9 at most one webhook is doubled" at_most_one attempts
claim "after kill -9 at most one SMS is doubled" at_most_one texts_counted
"$BUILD/tests/house/night_gear" "$D/r.db.rehearsal" fates >"$D/fates"
every_told() {
  cat "$D/fates"
  local want
  for want in 'notice night_notice sms budi' 'notice do_night sms budi' 'raise do_critical sirene -' 'raise do_critical telepon budi' \
    'raise do_critical sms budi' 'raise do_critical dinas -' 'raise do_critical surel budi' 'repeat do_critical sirene -' \
    'repeat do_critical telepon budi' 'repeat do_critical sms budi' 'repeat do_critical dinas -' 'repeat do_critical surel budi' \
    'sms siti' 'telepon siti' 'clear recovered sms budi' 'clear recovered sms siti'; do
    grep -qE "$want (sent|delivered)" "$D/fates" || { echo "missing: $want"; return 1; }
  done
  ! grep -vE ' (sent|delivered) [0-9]+$' "$D/fates"
}
claim "no message was lost: all $(wc -l <"$D/fates") arrived, those under way at the kill included" every_told
claim "what the kill interrupted was made again: $(awk '$NF > 1 {print $1, $2, $3, $4}' "$D/fates" | paste -sd,)" grep -q "^repeat do_critical telepon budi delivered 2$" "$D/fates"
once() { [ "$(grep -cE "^> text .*($1)" "$D/gear/modem.txt")" -eq 1 ]; }
claim "one all-clear to the first contact" once 'KEMBALI AMAN'
claim "one all-clear to the second contact" once 'BACK TO NORMAL'
# Nothing may be said that does not say it is a rehearsal.
all_say() {
  texts | grep -vE '^> text \[(LATIHAN|REHEARSAL)\] ' && return 1
  local f
  for f in "$D"/gear/web-*.http; do
    if grep -q '^POST /malam ' "$f" && ! grep -qE '"title":"LATIHAN: ' "$f"; then
      echo "$f"
      return 1
    fi
  done
}
claim "every message says that it is a rehearsal" all_say
untouched() { "$bin/nila-analytics" alert list --records "$D/r.db" --lang en 2>&1 | grep "no alarm is open"; }
claim "the real records know nothing of it" untouched
after=$(($(stat -c %Y "$(grep -l '^POST /listrik ' "$D"/gear/web-*.http | head -n 1)") - sim_from - LOST_AFTER))
claim "mains lost: told after $after s" test "$after" -ge 40 -a "$after" -le 60

echo "# --- webhook (clock of the night)"
for ((i = 1; ; i++)); do
  f=$D/gear/web-$i.http
  [ -f "$f" ] || break
  ms=$(sed -n 's/.*"ts_ms":\([0-9]*\).*/\1/p' "$f")
  what=$(sed -n 's/.*"kind":"\([a-z]*\)","severity":"\([a-z]*\)","cause":"\([a-z_]*\)".*"title":"\([^"]*\)".*/\1 \2 \3: \4/p' "$f")
  echo "# $(TZ=UTC-7 date -d "@$((ms / 1000))" +%H:%M) $(sed -n '1s/POST \([^ ]*\).*/\1/p' "$f") $what"
done
echo "# --- modem (> to it, < from it)"
grep -E '^> (ATD|AT\+CHUP|text|AT\+CMGR)|^< (\+CMTI|OK$|.?Ok)' "$D/gear/modem.txt" | grep -v '^< OK$' | cut -c 1-130 | sed 's/^/# /'
grep -A 1 '^< +CMGR:' "$D/gear/modem.txt" | sed 's/^/# /'
echo "# --- SMTP"
while read -r line; do
  case $line in
  *'=?UTF-8?B?'*)
    coded=${line##*\?B\?}
    base64 -d <<<"${coded%%\?=*}" | sed 's/^/#   Subject (decoded): /; s/$/\n/' | head -n 1
    ;;
  '> RCPT'* | '> Message-ID'* | '< 250 '*queued*) echo "# $line" ;;
  esac
done <"$D/gear/smtp.txt"
exit $failed
