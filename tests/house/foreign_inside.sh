#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs in a root of another processor, as root, by test_packages_foreign.sh: installs /debs, runs what is in them, and leaves
# figures in /out. Without systemd: the services themselves are test_packages.sh's and test_packages_powercut.sh's.
set -u
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive NILA_LANG=en
ok() { echo "ok - $*"; }
claim() { # claim WORDS COMMAND...
  local words=$1
  shift
  if "$@" >/tmp/claim 2>&1; then ok "$words"; else
    echo "not ok - $words"
    sed 's/^/#   /' /tmp/claim | tail -n 20
  fi
}
await() { # await SECONDS COMMAND...
  local limit=$1 t0=$SECONDS
  shift
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS - t0 >= limit)); then return 1; fi
    sleep 0.5
  done
}
mkdir -p /out
cd /out || exit 1
t0=$SECONDS
claim "the packages install" dpkg -i --force-unsafe-io /debs/*.deb
echo "# $(uname -m), $(dpkg --print-architecture): installed in $((SECONDS - t0)) s"
for p in nila-collector nila-bridge nila-analytics; do
  claim "$p says its version" sh -c "$p --version | grep ."
done
claim "every library is there" sh -c '! ldd /usr/bin/nila-* | grep "not found"'

sed -e '/"journal"/d' -e 's#"control": .*#"journal": {"path": "/out/journal.db"}, "control": {"socket": "/out/c.sock"}#' -e 's/15020/PORT/' -e 's/"every_s": 5/"every_s": 2/' \
  /in/rehearsal.json >site.in
sed 's/PORT/0/' site.in >sim.json
t0=$SECONDS
nila-bridge simulate sim.json --seed 7 --ready ready --truth truth.csv >sim.log 2>&1 &
sim=$!
claim "the simulator is ready" await 60 test -s ready
sed "s/PORT/$(sed -n 's/.*"port" *: *\([0-9]*\).*/\1/p' ready)/" site.in >site.json
claim "the site file is good" nila-collector check --config site.json
nila-collector run --config site.json --trust-clock >collector.log 2>&1 &
collector=$!
rows() { nila-collector export --config site.json --metric do_mg_l --out - --quiet 2>/dev/null | grep -c do_mg_l; }
at_least() { [ "$(rows)" -ge "$1" ]; }
claim "it polls: six readings of oxygen in the journal" await 90 at_least 6
claim "its status says so" sh -c 'nila-collector status --config site.json | grep node-1'
nila-collector doctor --config site.json >doctor.log 2>&1
claim "doctor finds the device ($(grep -ci 'ok\|good' doctor.log) lines are well)" grep -q 'node-1' doctor.log
kill "$collector" && wait "$collector"
claim "it ends well when told" test $? -eq 0
kill "$sim" && wait "$sim"
nila-collector export --config site.json --out export.csv --quiet
echo "# $(grep -c do_mg_l export.csv) readings of oxygen journalled, $(wc -l <truth.csv) answers served, in $((SECONDS - t0)) s"

# shellcheck disable=SC2016 # the inner shell expands it
claim "the records' tables are filled" sh -c 'for t in farms ponds cycles feed samples deaths harvests fingerlings official registry assumptions classes survey contacts limits; do
  nila-analytics import $t /in/$t.csv --records /out/records.db --quiet || exit 1; done'
cat >analytics.json <<'JSON'
{ "records": {"path": "/out/records.db"}, "source": {"collector": {"socket": "/out/c.sock"}}, "web": {"bind": "127.0.0.1", "port": 0} }
JSON
claim "nila-analytics check" nila-analytics check --config analytics.json
t0=$SECONDS
claim "the forecast is made" nila-analytics forecast --records records.db --as-of "$DAY" --months 6 --scope tracked --draws 100 --seed 7 --out forecast.csv
echo "# forecast in $((SECONDS - t0)) s"
claim "history is written" nila-bridge history /in/rehearsal.json --seed 7 --days 2 --until "$UNTIL" --out history.csv
nila-analytics serve --config analytics.json --ready pages >serve.log 2>&1 &
serve=$!
claim "the pages come up" await 60 test -s pages
page() {
  exec 3<>"/dev/tcp/127.0.0.1/$(sed -n 's/.*"port" *: *\([0-9]*\).*/\1/p' pages)" || return 1
  printf 'GET /wilayah HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3
  grep -a -m 1 '<h1' <&3
}
claim "and answer" page
kill "$serve" && wait "$serve"
claim "the packages purge" dpkg --purge nila-collector nila-bridge nila-analytics nila-common
claim "and leave nothing" sh -c '! find /etc /var/lib /usr /lib -xdev \( -name "*nila*" -o -name "*lumbung*" \) -not -path "*/zoneinfo/*" | grep .'
