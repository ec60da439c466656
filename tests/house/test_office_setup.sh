#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The office's server is set up against a real InfluxDB 1.x that asks for logins: by answers, once more, at a terminal; a collector
# writes with the login it was handed and may not read; hourly and daily values come out as they should. InfluxDB 2 and 3 are
# played by house/influxapi.c, which stores nothing and only knows the answers of their manuals.
# shellcheck disable=SC2317,SC2016 # functions are called by name through await; $3 is awk's own
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
export NILA_LANG=en
make -s BUILD="$BUILD" "$BUILD/tests/house/typist" "$BUILD/tests/house/influxapi"
setup() { "$bin/nila-analytics" setup --config "$D/etc/analytics.json" "$@"; }
said() { grep -qF -- "$2" "$D/$1"; }
mkdir "$D/etc" "$D/state"

export INFLUXDB_HTTP_AUTH_ENABLED=true
start_influxd || give_up "the database starts"
unset INFLUXDB_HTTP_AUTH_ENABLED
printf 'rahasia-kantor-42\n' >"$D/pw" && chmod 600 "$D/pw"
cat >"$D/answers.json" <<JSON
{ "influx": {"url": "$INFLUX_URL", "database": "lumbung"},
  "collectors": ["kebun-tani", "kebun-dua"],
  "web": {"tls": "proxy", "names": "kolam.dinas.example", "port": 8099},
  "records": "$D/state/nila/analytics/records.db",
  "admin": {"user": "ibu-sri", "name": "Sri (contoh)", "phone": "0812 3456 7890", "password_file": "$D/pw"} }
JSON

setup --answers "$D/answers.json" --dry-run >"$D/dry.out" 2>&1 || not_ok "a dry run ends well: $(cat "$D/dry.out")"
claim "a dry run says what it would do and does nothing" sh -c "grep -q 'would be made: InfluxDB' '$D/dry.out' && [ -z \"\$(ls -A '$D/etc' '$D/state' | grep -v :)\" ]"

setup --answers "$D/answers.json" >"$D/first.out" 2>&1 || not_ok "the first run ends well: $(cat "$D/first.out")"
claim "the version is told" said first.out "InfluxDB 1.6"
claim "each collector has its login handed out" sh -c "[ \$(grep -c '  login      pi-' '$D/first.out') = 2 ]"
claim "what is handed out is root's alone" sh -c "[ \$(stat -c %a '$D/etc/office/collector-kebun-tani.json') = 600 ] && [ \$(stat -c %a '$D/etc/office') = 700 ] && [ \$(stat -c %a '$D/etc/secrets/influx.token') = 600 ]"
claim "check takes the configuration" "$bin/nila-analytics" check --config "$D/etc/analytics.json"
claim "the first admin is there" sh -c "'$bin/nila-analytics' user list --config '$D/etc/analytics.json' | grep -q 'ibu-sri *admin *+6281234567890'"
claim "passwords stand nowhere in the open" sh -c "! grep -rq rahasia-kantor '$D/etc' '$D/state'"

login() { sed -n 's/.*"login": "\([^"]*\)".*/\1/p' "$D/etc/office/collector-$1.json"; }
q() { curl -sS -G -u "$1" -H 'Accept: application/csv' "$INFLUX_URL/query" --data-urlencode db=lumbung --data-urlencode epoch=ms --data-urlencode "q=$2"; }
admin=$(cat "$D/etc/office/influx-admin.token") reader=$(cat "$D/etc/secrets/influx.token") writer=$(login kebun-tani)
claim "without a login nobody reads" sh -c "[ \$(curl -s -o /dev/null -w %{http_code} '$INFLUX_URL/query?q=SHOW+DATABASES') = 401 ]"
claim "retentions are there" sh -c "[ \$(curl -s -G -u '$admin' -H 'Accept: application/csv' '$INFLUX_URL/query' --data-urlencode 'q=SHOW RETENTION POLICIES ON lumbung' | grep -cE ',(autogen|hourly|daily),') = 3 ]"
metrics=$(sed -n 's/.*METRIC_COUNT = \([0-9]*\).*/\1/p' collector/common/metric.h)
claim "two continuous queries for each of $metrics metrics are there" sh -c "[ \$(curl -s -G -u '$admin' -H 'Accept: application/csv' '$INFLUX_URL/query' --data-urlencode 'q=SHOW CONTINUOUS QUERIES' | grep -c '^lumbung,') = $((2 * metrics)) ]"

# a day that is known: minute i of the day has temp 20 + i/1440, but a minute flagged 4 of every ten has 99
day=$((($(date +%s) / 86400 - 3) * 86400 - 7 * 3600)) # a midnight of WIB
awk -v t=$day 'BEGIN { for (i = 0; i < 1440; i++) { bad = i % 10 == 3; printf "water,regency=kotim,pond=p,device=d temp_c=%.4f,temp_c_q=%d %.0f\n", bad ? 99 : 20 + i / 1440, bad ? 4 : 1, (t + i * 60) * 1000 } }' >"$D/lines"
code=$(curl -s -o "$D/write.out" -w '%{http_code}' -u "$writer" "$INFLUX_URL/write?db=lumbung&precision=ms" --data-binary @"$D/lines")
claim "a collector writes with its login" test "$code" = 204
claim "and may not read" sh -c "[ \$(curl -s -o /dev/null -w %{http_code} -G -u '$writer' '$INFLUX_URL/query' --data-urlencode db=lumbung --data-urlencode 'q=SELECT * FROM water') = 403 ]"
curl -sS -o /dev/null -u "$admin" "$INFLUX_URL/query" --data-urlencode "q=CREATE DATABASE lain"
claim "nor write elsewhere" sh -c "[ \$(curl -s -o /dev/null -w %{http_code} -u '$writer' '$INFLUX_URL/write?db=lain' --data-binary 'x v=1') = 403 ]"

setup --answers "$D/answers.json" --again 10 >"$D/again.out" 2>&1 || not_ok "a second run ends well: $(cat "$D/again.out")"
claim "a second run finds all there" sh -c "! grep -E '^  made:' '$D/again.out' | grep -v 'hourly and daily values of what'"
claim "and hands out no login twice" sh -c "! grep -q '  login      pi-' '$D/again.out' && [ \$(sed -n 's/.*\"login\": \"\\([^\"]*\\)\".*/\\1/p' '$D/etc/office/collector-kebun-tani.json') = '$writer' ]"
q "$reader" 'SELECT temp_c, temp_c_min, temp_c_max, temp_c_n FROM daily.water' >"$D/daily"
claim "a day of WIB is one daily value, without what was flagged" awk -F, -v t="${day}000" 'NR > 1 && $3 == t { n++; good = $7 == 1296 && $5 == 20 && $6 < 21 } END { exit !(n == 1 && good) }' "$D/daily"

mean=$(awk -F, -v t="${day}000" '$3 == t { print $4 }' "$D/daily")
claim "its mean is that of the good minutes" awk -v m="$mean" 'BEGIN { for (i = 0; i < 1440; i++) if (i % 10 != 3) { s += sprintf("%.4f", 20 + i / 1440); n++ } d = m - s / n; exit !(d < 1e-9 && d > -1e-9) }'
q "$reader" "SELECT count(temp_c), sum(temp_c_n) FROM hourly.water" >"$D/hourly"
claim "24 hourly values hold 1296 readings" grep -q ',24,1296' "$D/hourly"

# renewing one login kills the old one; the other stays
sed 's/"kebun-tani", "kebun-dua"/"kebun-tani"/' "$D/answers.json" >"$D/one.json"
other=$(login kebun-dua)
setup --answers "$D/one.json" --renew >"$D/renew.out" 2>&1 || not_ok "renewing ends well"
claim "the old login is dead, the new one and the other's live" sh -c "
  c() { curl -s -o /dev/null -w %{http_code} -u \"\$1\" '$INFLUX_URL/write?db=lumbung' --data-binary 'x v=1'; }
  [ \$(c '$writer') = 401 ] && [ \$(c '$(login kebun-tani)') = 204 ] && [ \$(c '$other') = 204 ]"

# what would throw readings away is not done by the way
sed 's/"database": "lumbung"/"database": "lumbung", "keep_raw_days": 60/' "$D/one.json" >"$D/short.json"
setup --answers "$D/short.json" >"$D/short.out" 2>&1
claim "a shorter retention needs its word" said short.out "retention autogen stays for ever"
setup --answers "$D/short.json" --shorten >"$D/short.out" 2>&1
claim "and is made with it" said short.out "made: retention autogen: 60 days"

# at a terminal, in Indonesian, over the configuration that is there
key() { printf '%s\t%s\n' "$1" "$2"; }
{
  key "Alamat InfluxDB [" ""; key "Nama database" ""; key "hari (0: selamanya)" "60"; key "Kolektor yang boleh menulis" "kebun tiga"
  key "Alamat InfluxDB bagi kolektor" "https://data.dinas.example"; key "Nomornya" "1"; key "Port halaman" ""; key "Kerjakan sekarang" ""
} >"$D/keys"
NILA_LANG=id "$BUILD/tests/house/typist" "$D/keys" "$D/talk.txt" "$bin/nila-analytics" setup --config "$D/etc/analytics.json" 2>"$D/talk.err"
claim "a person is led through it" test $? -eq 0
claim "what was not asked about is kept" grep -q '"proxy":.*false' "$D/etc/analytics.json"
claim "two more collectors have logins" test -s "$D/etc/office/collector-tiga.json" -a -s "$D/etc/office/collector-kebun.json"
{ key "Alamat InfluxDB [" "http://127.0.0.1:1"; key "apt-get install influxdb" ""; key "Alamat InfluxDB [" "^C"; } >"$D/keys"
NILA_LANG=id "$BUILD/tests/house/typist" "$D/keys" "$D/talk2.txt" "$bin/nila-analytics" setup --config "$D/etc/analytics.json" 2>"$D/talk.err"
claim "Ctrl-C ends it, and how InfluxDB is installed was said" test $? -eq 130

# wrong answers
sed -i 's/"proxy"/"proksi"/' "$D/answers.json"
setup --answers "$D/answers.json" >"$D/wrong.out" 2>&1
claim "a wrong answer is named with its place, and nothing is done" sh -c "[ $? -eq 65 ] && grep -q 'answers.json:3:.*web.tls' '$D/wrong.out'"

# the kinds Debian has not
for kind in v2 v3; do
  mkdir "$D/$kind"
  start api-$kind "$BUILD/tests/house/influxapi" $kind "$D/$kind/port" "$D/$kind/log"
  await 10 "the played InfluxDB" test -s "$D/$kind/port" || give_up "influxapi starts"
  printf 'token-admin\n' >"$D/$kind/token"
  cat >"$D/$kind/answers.json" <<JSON
{ "influx": {"url": "http://127.0.0.1:$(cat "$D/$kind/port")", "database": "nila", "org": "dinas", "admin_file": "token"},
  "collectors": ["kebun-tani"], "records": "$D/$kind/records.db" }
JSON
  "$bin/nila-analytics" setup --config "$D/$kind/analytics.json" --answers "$D/$kind/answers.json" >"$D/$kind.out" 2>&1 || not_ok "$kind: $(cat "$D/$kind.out")"
  claim "$kind (played): the configuration is good" "$bin/nila-analytics" check --config "$D/$kind/analytics.json"
  "$bin/nila-analytics" setup --config "$D/$kind/analytics.json" --answers "$D/$kind/answers.json" >"$D/$kind.again" 2>&1 || not_ok "$kind again: $(cat "$D/$kind.again")"
  claim "$kind (played): nothing is made twice" sh -c "! grep '^  made:' '$D/$kind.again'"
done
claim "v2 (played): a collector's token may write one bucket and nothing else" grep -qE 'authorizations .*nila-collector kebun-tani.*"permissions":\[\{"action":"write","resource":\{"type":"buckets","id":"b-nila","orgID":"o-dinas"\}\}\]' "$D/v2/log"
claim "v2 (played): hourly and daily are tasks" sh -c "[ \$(grep -c '^POST /api/v2/tasks ' '$D/v2/log') = 2 ]"
claim "v3: what it has not is said" sh -c "grep -q 'admin tokens only' '$D/v3.out' && grep -q 'no continuous queries' '$D/v3.out'"
# shellcheck disable=SC2154 # claims.sh
exit $failed
