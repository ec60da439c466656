#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The whole road with the real programs: RTU and TCP simulators, two collectors, a real influxd, analytics and its pages.
# On the way influxd goes away and comes back, a collector is killed with -9, a probe talks nonsense and one falls
# silent. At the end three witnesses must agree: what was served, what was journalled, what is in InfluxDB.
# shellcheck disable=SC2317,SC2016 # functions are called by name through await and claim; inner shells expand
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh

site() { # site NAME REGENCY KECAMATAN BUS DEVICES...: writes $D/NAME.json
  local name=$1 regency=$2 kecamatan=$3 bus=$4
  cat <<JSON
{ "site": {"slug": "$name", "name": "Uji $name", "regency": "$regency", "kecamatan": "$kecamatan"},
  "ponds": [
    {"slug": "$name-1", "name": "Kolam 1", "area_m2": 400, "depth_m": 1.2, "system": "pond"},
    {"slug": "$name-2", "name": "Kolam 2", "area_m2": 60, "depth_m": 1.0, "system": "tarpaulin"},
    {"slug": "$name-3", "name": "Kolam 3", "area_m2": 30, "depth_m": 2.5, "system": "cage"} ],
  "buses": [ {"slug": "bus-$name", $bus, "timeout_ms": 300, "devices": [
    {"slug": "$name-d1", "profile": "nila-node", "unit": 1, "every_s": 1, "pond": "$name-1"},
    {"slug": "$name-d2", "profile": "nila-node", "unit": 2, "every_s": 1, "pond": "$name-2"},
    {"slug": "$name-d3", "profile": "nila-node", "unit": 3, "every_s": 1, "pond": "$name-3"} ]} ],
  "sinks": [ {"slug": "pusat", "url": "$INFLUX_URL", "api": "v1", "database": "nila"} ],
  "journal": {"path": "$D/$name.db", "max_bytes": 67108864, "keep_days": 90},
  "control": {"socket": "$D/$name.sock"} }
JSON
}

start_influxd || give_up "influxd starts"
curl -fsS -o /dev/null "$INFLUX_URL/query" --data-urlencode 'q=CREATE DATABASE nila' || give_up "database made"

site kotim kotim 62.02.06 '"tcp": {"host": "127.0.0.1", "port": 0}' >"$D/kotim-sim.json"
site seruyan seruyan 62.07.03 '"serial": {"port": "'"$D"'/seruyan.pty", "baud": 9600, "parity": "N", "stop_bits": 1}' >"$D/seruyan.json"
start sim-kotim "$bin/nila-bridge" simulate "$D/kotim-sim.json" --seed 11 --truth "$D/kotim.truth" --ready "$D/kotim.ready" \
  --fault kotim-d2:nonsense
start sim-seruyan "$bin/nila-bridge" simulate "$D/seruyan.json" --seed 12 --truth "$D/seruyan.truth" --ready "$D/seruyan.ready" \
  --pty-link "$D/seruyan.pty" --fault seruyan-d3:silent
await 20 "simulators" test -s "$D/kotim.ready" -a -s "$D/seruyan.ready" || give_up "both simulators are ready"
port=$(json_number port <"$D/kotim.ready")
site kotim kotim 62.02.06 '"tcp": {"host": "127.0.0.1", "port": '"$port"'}' >"$D/kotim.json"

collect() { start "collector-$1" "$bin/nila-collector" run --config "$D/$1.json" --devices collector/devices --trust-clock; }
status() { "$bin/nila-collector" status --config "$D/$1.json" --json; }
points() { influx_query "SELECT count(temp_c_q) FROM water WHERE site='$1' AND device='$1-d1'" | tail -n 1 | awk -F, '{print $NF + 0}'; }
points_reach() { [ "$(points "$1")" -ge "$2" ]; }
pending_reach() { [ "$(status "$1" | json_number pending)" -ge "$2" ]; }
drained() { [ "$(status "$1" | json_number pending)" -eq 0 ]; }

for s in kotim seruyan; do
  claim "check accepts the site file of $s" "$bin/nila-collector" check --config "$D/$s.json" --devices collector/devices
  collect $s
done
for s in kotim seruyan; do
  await 30 "first points of $s" points_reach $s 3 || give_up "readings of $s reach InfluxDB"
  ok "readings of $s reach InfluxDB"
done

claim "check accepts the rehearsal of the README" "$bin/nila-collector" check --config deploy/config/rehearsal.json --devices collector/devices

# a bad site file stops the program with the place, the key and what is allowed
sed 's/"every_s": 1, "pond": "kotim-2"/"every_s": 0, "pond": "kotim-2"/' "$D/kotim.json" >"$D/bad.json"
"$bin/nila-collector" run --config "$D/bad.json" --devices collector/devices >"$D/bad.out" 2>&1
rc=$?
claim "a bad site file ends with 78" test $rc -eq 78
claim "and names file:line:column, key and what is allowed" grep -qE 'bad\.json:[0-9]+:[0-9]+: .*every_s.*86400' "$D/bad.out"

# history comes through the same journal
t0=$(date +%s)
"$bin/nila-bridge" history "$D/kotim.json" --seed 11 --days 2 --every 1800 --until "$(date -u -d "@$t0" +%FT%TZ)" --out "$D/history.csv" >"$D/h.out" 2>&1
claim "history is imported by the running collector" "$bin/nila-collector" import "$D/history.csv" --config "$D/kotim.json"

# InfluxDB goes away: nothing stops, the status says so
stop influxd
for s in kotim seruyan; do
  await 40 "waiting rows of $s" pending_reach $s 12 || give_up "$s journals while InfluxDB is away"
  ok "$s journals on while InfluxDB is away: $(status $s | json_number pending) rows wait"
done
claim "the status says in words that the server does not answer" bash -c \
  "NILA_LANG=en $bin/nila-collector status --config $D/kotim.json | grep -iE 'no answer|not answer|unreachable|cannot reach|connect'"

# kill -9 in mid-run, then again while the queue is full
pid=${PID[collector-kotim]}
kill -KILL "$pid" && wait "$pid" 2>/dev/null
unset "PID[collector-kotim]"
collect kotim
await 20 "the killed collector" test -S "$D/kotim.sock" || give_up "the killed collector starts again"
await 20 "its status" pending_reach kotim 12 || give_up "the killed collector still has its rows"
ok "a collector killed with -9 starts again with $(status kotim | json_number pending) rows waiting"

start_influxd || give_up "influxd comes back"
for s in kotim seruyan; do
  await 90 "$s to drain" drained $s || give_up "$s drains after the outage"
  ok "$s drains after the outage"
done

# nonsense never becomes plausible; the silent probe is named
bad=$(influx_query "SELECT count(temp_c) FROM water WHERE device='kotim-d2' AND temp_c_q < 3 AND time > ${t0}s" | tail -n +2 | awk -F, '{n += $NF} END {print n + 0}')
all=$(influx_query "SELECT count(temp_c_q) FROM water WHERE device='kotim-d2' AND time > ${t0}s" | tail -n +2 | awk -F, '{n += $NF} END {print n + 0}')
claim "none of $all nonsense readings became usable" test "$bad" -eq 0 -a "$all" -gt 5
claim "the status names the silent probe" bash -c "NILA_LANG=en $bin/nila-collector status --config $D/seruyan.json | grep -E 'seruyan-d3.*(no answer|silent)'"

# production records, pages, forecast
cat >"$D/analytics.json" <<JSON
{ "records": {"path": "$D/records.db"},
  "source": {"influx": {"url": "$INFLUX_URL", "database": "nila"}},
  "web": {"bind": "127.0.0.1", "port": 0, "notice": "Data contoh / simulasi"} }
JSON
day() { TZ=WIB-7 date -d "-$1 days" +%F; }
cat >"$D/farms.csv" <<CSV
farm,name,regency,kecamatan,village,group,kusuka
kotim,Uji Kotim,kotim,62.02.06,Sawahan,,
seruyan,Uji Seruyan,seruyan,62.07.03,Sembuluh I,,
CSV
{
  echo "pond,farm,name,system,area_m2,depth_m"
  for s in kotim seruyan; do
    echo "$s-1,$s,Kolam 1 $s,pond,400,1.2"
    echo "$s-2,$s,Kolam 2 $s,tarpaulin,60,1.0"
    echo "$s-3,$s,Keramba 3 $s,cage,30,2.5"
  done
} >"$D/ponds.csv"
{
  echo "cycle,pond,stocked_on,count,mass_g,strain,sex,source,price_idr_each"
  for s in kotim seruyan; do
    echo "$s-1-a,$s-1,$(day 70),2000,8,GIFT,male,BBI,400"
    echo "$s-2-a,$s-2,$(day 40),1500,6,GIFT,male,BBI,400"
    echo "$s-3-a,$s-3,$(day 20),1200,10,GIFT,mixed,UPR,350"
  done
} >"$D/cycles.csv"
{
  echo "pond,on,fish,total_g,gear"
  for s in kotim seruyan; do echo "$s-1,$(day 5),30,3300,jala"; done
} >"$D/samples.csv"
{
  echo "pond,on,count,cause"
  echo "kotim-1,$(day 10),12,oksigen"
} >"$D/deaths.csv"
for t in farms ponds cycles samples deaths; do
  claim "import $t" "$bin/nila-analytics" import $t "$D/$t.csv" --config "$D/analytics.json"
done
start analytics "$bin/nila-analytics" serve --config "$D/analytics.json" --ready "$D/analytics.ready"
await 30 "analytics" test -s "$D/analytics.ready" || give_up "analytics serves"
url=http://127.0.0.1:$(json_number port <"$D/analytics.ready")
page() { curl -fsS --max-time 10 "$url$1"; }
page_has() { page "$1" | grep -qE "$2"; }
await 40 "live values on the page" page_has / 'mg/L' || give_up "the first page shows live values"
ok "the first page shows live values"
claim "/ speaks Indonesian" page_has / 'lang="id".*|AMAN|WASPADA|BAHAYA|TIDAK ADA DATA'
claim "/ marks the data as an example" page_has / 'contoh / simulasi'
claim "the silent probe's pond is TIDAK ADA DATA" page_has /kolam/seruyan-3 'TIDAK ADA DATA'
claim "the nonsense probe's pond is not AMAN" bash -c "! curl -fsS $url/kolam/kotim-2 | grep -q 'AMAN<'"
claim "/kolam/kotim-1 draws the day" page_has /kolam/kotim-1 '<svg'
claim "/wilayah shows both regencies" page_has /wilayah 'Seruyan'
claim "/wilayah in English" page_has '/wilayah?lang=en' 'lang="en"'
for p in / /kolam/kotim-1 /wilayah; do
  n=$(curl -fsS -H 'Accept-Encoding: gzip' "$url$p" | wc -c)
  claim "$p is $n bytes gzipped, under 15 kB" test "$n" -lt 15000
done
if [ -n "${SAN:-}${COV:-}" ]; then
  echo "skip - memory is not judged in an instrumented build"
else
  holds() { awk -v m="$(rss_mb "$1")" -v most="$2" 'BEGIN {exit !(m > 0 && m < most)}'; }
  for name in collector-kotim collector-seruyan; do claim "$name holds $(rss_mb $name) MB, under 16" holds $name 16; done
  claim "analytics holds $(rss_mb analytics) MB, under 64" holds analytics 64
fi

forecast() { "$bin/nila-analytics" forecast --config "$D/analytics.json" --as-of "$(day 0)" --months 6 --scope tracked --draws 200 --seed 7 --out "$D/$1.csv"; }
claim "the forecast runs on live readings" forecast live
# columns: node,lead,month,mean,p10,p50,p90,d1..dK
sums='NR > 1 {for (i = 8; i <= NF; i++) {
    if ($1 == "joint") j[$2, i] = $i; else if ($1 ~ /^62/) k[$2, i] += $i; else r[$2, i] += $i; seen[$2, i] = 1; total += $i}}
  END {for (x in seen) {n++; d = j[x] - r[x]; e = j[x] - k[x]; t = 1e-9 * (j[x] > 1 ? j[x] : 1)
    if (d > t || d < -t || e > t || e < -t) bad++}
    printf "%d draws, %d not coherent\n", n, bad; exit !(n >= 1200 && bad == 0 && total > 0)}'
claim "joint = regencies = kecamatan in every draw and month" awk -F, "$sums" "$D/live.csv"
forecast_points() { influx_query 'SELECT count(supply_p50_kg) FROM supply_forecast' | tail -n 1 | awk -F, '{exit !($NF > 0)}'; }
if await 30 "the forecast in InfluxDB" forecast_points; then
  ok "the forecast is written back to InfluxDB"
else
  not_ok "the forecast is written back to InfluxDB"
fi

# the technician's dashboards: every query of deploy/grafana has rows, after setup has made hourly and daily values
# shellcheck source=tests/house/grafana.sh
. tests/house/grafana.sh
mkdir "$D/office"
cat >"$D/office.json" <<JSON
{ "influx": {"url": "$INFLUX_URL", "database": "nila"}, "records": "$D/records.db" }
JSON
if "$bin/nila-analytics" setup --config "$D/office/analytics.json" --answers "$D/office.json" --again 3 >"$D/office.out" 2>&1; then
  ok "setup makes hourly and daily values of what is there"
else
  not_ok "setup makes hourly and daily values of what is there: $(tail -n 3 "$D/office.out")"
fi
gauges() { [ "$(influx_query "SELECT count(up_s) FROM collector WHERE site='seruyan'" | tail -n 1 | awk -F, '{print $NF + 0}')" -ge 2 ]; }
await 130 "two figures of the collector itself" gauges || give_up "the collector tells its own figures"
grafana_bad=0 grafana_ran=0
for f in deploy/grafana/dashboards/*.json; do
  claim "$(basename "$f") is JSON" node -e 'JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"))' "$f"
  case $f in *pasokan*) days=300 ;; *) days=1 ;; esac
  grafana_try "$f" seruyan seruyan-1 joint $days
done
claim "each of $grafana_ran queries of the dashboards has rows" test "$grafana_bad" -eq 0 -a "$grafana_ran" -ge 40

# the end: simulators first, then the journals drain, then the witnesses are asked
stop analytics
stop sim-kotim
stop sim-seruyan
for s in kotim seruyan; do
  await 60 "$s to drain" drained $s || give_up "$s drains at the end"
  stop "collector-$s" # what it had read meanwhile is journalled now; the next start sends it
  collect $s
  await 20 "$s again" test -S "$D/$s.sock" || give_up "$s starts once more"
  await 60 "the rest of $s to drain" drained $s || give_up "$s drains what the stop has left"
  stop "collector-$s"
  claim "collector $s has ended and left no socket" test ! -S "$D/$s.sock"
done
# with the water at rest, the same seed gives the same numbers
claim "the forecast runs" forecast first
claim "and again" forecast second
claim "same seed, same forecast, bit for bit" cmp "$D/first.csv" "$D/second.csv"

influx_query 'SELECT * FROM water' >"$D/influx.csv"
"$BUILD/tests/house/verify" "$D/influx.csv" "$D/kotim.json" "$D/kotim.db" "$D/kotim.truth" \
  "$D/seruyan.json" "$D/seruyan.db" "$D/seruyan.truth" || failed=1
exit $failed
