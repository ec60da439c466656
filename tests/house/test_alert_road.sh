#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# An alarm from the water to the people, with the real programs: a simulated pond whose farmer sees his fish gasp, the collector with a siren
# on a relay board, nila-analytics watch, and on the other side a simulated modem, a mail server and a receiver of webhooks with
# their own transcripts. A reply "OK" from a stranger does nothing, one from the farmer acknowledges and silences the siren; the
# modem is unplugged; no secret is in any log.
# shellcheck disable=SC2317 # functions are called by name through await and claim
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
export NILA_LANG=en NILA_DEVICES=collector/devices

mkdir "$D/party"
mkfifo "$D/tell"
start party "$BUILD/tests/house/party" "$D/party" "$D/tell"
exec 9>"$D/tell"
await 20 "the other side" test -s "$D/party/ready" || give_up "the other side is ready"
read -r mail_port hook_port <"$D/party/ready"

cat >"$D/site.json" <<JSON
{ "site": {"slug": "satu", "name": "Uji alarm", "regency": "kotim", "kecamatan": "62.02.06"},
  "ponds": [ {"slug": "kolam", "name": "Kolam 1", "area_m2": 400, "depth_m": 1.2, "system": "pond"} ],
  "buses": [ {"slug": "utara", "serial": {"port": "$D/line", "baud": 9600}, "timeout_ms": 300, "devices": [
    {"slug": "d1", "profile": "nila-node", "unit": 1, "every_s": 1, "pond": "kolam"},
    {"slug": "papan", "profile": "waveshare-relay-8", "unit": 2, "pond": null} ]} ],
  "reflexes": [{"slug": "sirene", "name": "Sirene", "pond": "kolam", "switch": {"device": "papan", "channel": 1},
    "when": [{"pond": "kolam", "metric": "temp_c", "below": 12, "until": 13}], "when_lost": "off",
    "min_on_s": 0, "min_off_s": 0, "manual_max_s": 600}],
  "sinks": [], "journal": {"path": "$D/journal.db"}, "control": {"socket": "$D/c.sock"} }
JSON
printf 'rahasia-bersama-0123456789abcdef\n' >"$D/hook.key"
printf 'nila@dinas.test:sandi-surel-4711\n' >"$D/mail.login"
chmod 640 "$D/hook.key" "$D/mail.login"
cat >"$D/analytics.json" <<JSON
{ "records": {"path": "$D/records.db"}, "source": {"collector": {"socket": "$D/c.sock"}},
  "alert": {"every_s": 1,
    "modems": [ {"slug": "gsm", "port": "$D/party/modem", "self_test": false} ],
    "channels": [
      {"slug": "sirene", "kind": "siren", "switch": "sirene", "for_s": 600},
      {"slug": "telepon", "kind": "call", "modem": "gsm", "ring_s": 5},
      {"slug": "sms", "kind": "sms", "modem": "gsm", "timeout_s": 60},
      {"slug": "surel", "kind": "smtp", "url": "smtp://127.0.0.1:$mail_port", "insecure_smtp": true, "from": "nila@dinas.test",
       "login_file": "mail.login"},
      {"slug": "hook", "kind": "webhook", "url": "http://127.0.0.1:$hook_port/alarm", "secret_file": "hook.key"} ]} }
JSON
printf 'farm,name,regency,kecamatan\nf,Satu,kotim,62.02.06\n' >"$D/farms.csv"
printf 'pond,farm,name,system,area_m2,depth_m\nkolam,f,Kolam 1,pond,400,1.2\n' >"$D/ponds.csv"
printf 'contact,name,phone,mail,answers_for,order,on\nbudi,Budi,0812 3456 7890,budi@kolam.test,all,first,2026-01-01\n' >"$D/contacts.csv"
analytics() { "$bin/nila-analytics" "$@" --config "$D/analytics.json"; }
for t in farms ponds contacts; do
  claim "import takes $t" analytics import $t "$D/$t.csv"
done

start sim "$bin/nila-bridge" simulate "$D/site.json" --seed 3 --noise off --pty-link "$D/line" --ready "$D/sim.ready"
await 20 "simulator" test -s "$D/sim.ready" || give_up "the simulator is ready"
start collector "$bin/nila-collector" run --config "$D/site.json" --trust-clock
await 20 "collector" test -S "$D/c.sock" || give_up "the collector is ready"
start watch "$bin/nila-analytics" watch --config "$D/analytics.json" --ready "$D/watch.ready" --verbose
await 30 "watch" test -s "$D/watch.ready" || give_up "watch is ready"

modem_has() { grep -qF -- "$1" "$D/party/modem.txt"; }
siren_is() { "$bin/nila-collector" status --config "$D/site.json" --json | grep '"slug":"sirene"' | grep -q "\"on\":$1"; }
listed() { analytics alert list | grep -q "$1"; }
not_listed() { ! listed "$1"; }
attempt() { analytics alert list | grep -qE "$1"; }

claim "the farmer sees his fish gasp" analytics alert press kolam gasping --by Budi
await 60 "siren" siren_is true || { analytics alert list; "$bin/nila-collector" status --config "$D/site.json"; give_up "the siren sounds: its relay is closed"; }
ok "the siren sounds: its relay is closed"
claim "the farmer's telephone rings" await 60 "call" modem_has "> ATD+6281234567890;"
claim "and the call is hung up" await 60 "hang up" modem_has "> AT+CHUP"
claim "the SMS is taken by the modem" await 90 "SMS" modem_has "> text [NILA] BAHAYA"
claim "it goes to the farmer" modem_has '> AT+CMGS="+6281234567890"'
claim "its delivery report has come" await 30 "report" modem_has "< +CDS: 6,"
claim "the webhook was told, signed" await 30 "hook" grep -q "X-Nila-Signature: sha256=[0-9a-f]\{64\}" "$D/party/hook.txt"
claim "a mail was taken" await 30 "mail" grep -q "^< 250 2.0.0 queued" "$D/party/smtp.txt"
claim "siren, call and SMS are on record as delivered" await 30 "records" attempt 'raise *sms .*delivered'

echo "sms +628999111222 OK" >&9
claim "a stranger's OK is read" await 30 "stranger" modem_has "> AT+CMGD=1"
sleep 2 # several rounds of watch: it must stay as it is
claim "and does nothing" not_listed "acknowledged Budi"
claim "the siren sounds on" siren_is true
echo "sms 081234567890 OK" >&9
claim "the farmer's OK acknowledges" await 30 "acknowledged" listed "acknowledged Budi"
claim "and the siren falls silent" await 30 "silence" siren_is false

echo unplug >&9
claim "an unplugged modem is noticed" await 90 "unplugged" grep -q "alarm channel .*: the modem is not there" "$LOGS/watch.log"
echo plug >&9
claim "and found again" await 60 "found again" grep -q "alarm channel .*: well again" "$LOGS/watch.log"
stop watch
analytics alert list --json >"$LOGS/list.log" 2>&1
no_secret() { ! grep -rE "rahasia-bersama|sandi-surel" "$LOGS"; }
claim "no secret is in any log or list" no_secret

echo "# the modem's transcript, without the looks at signal and network"
grep -E '^(> (ATD|AT\+CMGS|text|AT\+CHUP|AT\+CMGR|AT\+CMGD)|< (\+CMGS|\+CDS|\+CLCC|\+CMTI|\+CMGR|RING)|!)' "$D/party/modem.txt" | sed 's/^/# /'
echo "# the mail server's"
grep -vE '^> [A-Za-z0-9+/=]{40,}$' "$D/party/smtp.txt" | head -30 | sed 's/^/# /'
echo "# the webhook's"
head -12 "$D/party/hook.txt" | cut -c1-220 | sed 's/^/# /'
exec 9>&-
exit $failed
