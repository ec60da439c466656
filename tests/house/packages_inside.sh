#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs inside a booted container, as root, by test_packages.sh: the packages in /debs are installed, run as services, upgraded
# (from /debs/newer) and purged. Prints "ok - " and "not ok - " lines.
set -u
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive NILA_LANG=en
ok() { echo "ok - $*"; }
not_ok() { echo "not ok - $*"; }
claim() { # claim WORDS COMMAND...
  local words=$1
  shift
  if "$@" >/tmp/claim 2>&1; then ok "$words"; else
    not_ok "$words"
    sed 's/^/#   /' /tmp/claim | tail -n 20
  fi
}
await() { # await SECONDS COMMAND...
  local limit=$1 t0=$SECONDS
  shift
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS - t0 >= limit)); then return 1; fi
    sleep 0.2
  done
}
is() { [ "$1" = "$2" ] || { echo "is $1, not $2"; return 1; }; }
state() { systemctl show -P "$2" "$1"; }
influx() { curl -sS -G http://127.0.0.1:8086/query --data-urlencode "db=lumbung" --data-urlencode "q=$1"; }
# 1: at least that many rows of oxygen are in the database
rows() { [ "$(influx 'SELECT count(do_mg_l) FROM water' | sed -nE 's/.*,([0-9]+)\]\]\}.*/\1/p')" -ge "$1" ]; }
active() { is "$(state "$1" ActiveState)" active; }
stopped_for_good() { is "$(state "$1" ActiveState) $(state "$1" ExecMainStatus)" "failed 78"; }
back() { active "$1" && [ "$(state "$1" NRestarts)" -ge 1 ]; }

t0=$SECONDS
claim "the packages install" dpkg -i /debs/*.deb
echo "# installed in $((SECONDS - t0)) s"
claim "dpkg finds nothing changed or missing" sh -c '! dpkg --verify nila-common nila-collector nila-bridge nila-analytics | grep .'
for u in nila-collector nila-analytics nila-alarm nila-bridge; do
  claim "$u: enabled, and waits for its configuration" sh -c "[ $(state $u UnitFileState) = enabled ] && [ $(state $u ActiveState) = inactive ]"
  claim "$u: nothing to say against its unit" sh -c "! systemd-analyze verify /lib/systemd/system/$u.service 2>&1 | grep -F $u"
  claim "$u: exposure at most 1.6 ($(systemd-analyze security $u.service --no-pager | sed -nE 's/.*service: ([0-9.]+) .*/\1/p'))" \
    systemd-analyze security --threshold=16 --no-pager $u.service
done
systemd-analyze security --no-pager 'nila-*' 2>/dev/null | sed 's/^/# /'
for p in nila-collector nila-bridge nila-analytics; do
  claim "$p says its version" sh -c "$p --version | grep -q ."
done
for m in nila-field nila-collector nila-bridge nila-analytics nila-collector.json nila-analytics.json nila-bridge.json; do
  claim "there is a manual page $m, in both languages" sh -c "ls /usr/share/man/man*/$m.?.gz /usr/share/man/id/man*/$m.?.gz"
done

os=/usr/share/doc/nila-common/deploy/os
mkdir -p /etc/systemd/journald.conf.d
cp $os/journald.conf /etc/systemd/journald.conf.d/lumbung-nila.conf
claim "journald takes the limits that spare the card" sh -c 'systemctl restart systemd-journald && ! journalctl -u systemd-journald -b -o cat | grep -i "unknown\|failed to parse"'
claim "apt takes the file for unattended upgrades" sh -c "apt-config -c $os/unattended-upgrades.conf dump | grep -q 'Automatic-Reboot.*false'"
mkdir -p /run/systemd/system/nila-collector.service.d
cp $os/trust-clock.conf /run/systemd/system/nila-collector.service.d/clock.conf
systemctl daemon-reload
claim "the drop-in for a clock of another kind is taken" sh -c 'systemctl show -p ExecStart nila-collector | grep -q -- --trust-clock'
rm -r /run/systemd/system/nila-collector.service.d
systemctl daemon-reload

claim "no secret's folder is open" is "$(stat -c '%a %U' /etc/lumbung-nila/secrets)" "700 root"
claim "the configuration's folder is the group's" is "$(stat -c '%a %U %G' /etc/lumbung-nila)" "750 root nila"

systemctl start influxdb
claim "InfluxDB answers" await 60 curl -fsS http://127.0.0.1:8086/ping
curl -sS -XPOST http://127.0.0.1:8086/query --data-urlencode "q=CREATE DATABASE lumbung" >/dev/null
printf 'nila:rahasia' >/etc/lumbung-nila/secrets/office.token
chmod 600 /etc/lumbung-nila/secrets/office.token
sed -e 's#"sinks": \[\]#"sinks": [{"slug": "kantor", "url": "http://127.0.0.1:8086", "api": "v1", "database": "lumbung", "token_file": "credential:office.token"}]#' \
  -e '/"journal"/d' -e '/"control"/d' -e 's#^  "sinks": \(.*\),$#  "sinks": \1#' \
  /usr/share/doc/nila-common/deploy/config/rehearsal.json >/etc/lumbung-nila/collector.json
claim "the site file is good" nila-collector check
systemd-run -q --unit=sim nila-bridge simulate /etc/lumbung-nila/collector.json --seed 7
systemctl start nila-collector
trusts() { nila-collector status --json | grep -q "\"clock_trusted\":$1"; }
claim "before a time server was heard it does not trust the clock, sandbox or not" await 30 trusts false
mkdir -p /run/systemd/timesync # what systemd-timesyncd leaves once the clock is right; the host's is
touch /run/systemd/timesync/synchronized
claim "afterwards it does" await 60 trusts true
claim "the collector runs" is "$(state nila-collector ActiveState)" active
claim "within 30 s of its start there are readings" await 30 sh -c 'nila-collector export --out - | grep -q do_mg_l'
claim "what it reads is in InfluxDB, sent with a secret only root may read" await 60 rows 2
claim "it runs as nila-collector" is "$(ps -o user:32= -p "$(state nila-collector MainPID)" | tr -d ' ')" nila-collector
claim "it has no capability and may gain none" sh -c "grep -q 'CapBnd:.*0000000000000000' /proc/$(state nila-collector MainPID)/status && grep -q 'NoNewPrivs:.*1' /proc/$(state nila-collector MainPID)/status"
claim "its journal is its own" is "$(stat -c '%a %U' /var/lib/lumbung-nila/collector)" "750 nila-collector"
useradd -M stranger
claim "a stranger may not ask it" sh -c '! su -s /bin/sh stranger -c "nila-collector status" '
usermod -aG nila stranger
claim "a member of the group nila may" su -s /bin/sh stranger -c "nila-collector status"

cat >/etc/lumbung-nila/bridge.json <<'JSON'
{ "lines": [{"slug": "lokal", "tcp": {}}, {"slug": "pty", "pty": {"link": "/run/lumbung-nila-bridge/line"}}],
  "nodes": [{"slug": "kolam", "unit": 1, "probes": [{"kind": "ds18b20"}, {"kind": "ezo_do", "port": "/dev/ttyS77"}]}] }
JSON
systemctl start nila-bridge
claim "the bridge runs, though no probe is there" await 10 active nila-bridge
claim "it answers on its port, and has made its pty" sh -c 'ss -ltn | grep -q 127.0.0.1:1502 || grep -q 05DE /proc/net/tcp; test -e /run/lumbung-nila-bridge/line'
claim "it keeps its nodes' settings" test -s /var/lib/lumbung-nila/bridge/kolam.store
systemctl kill -s KILL nila-bridge
claim "killed, it is back within 15 s" await 15 back nila-bridge

cat >/etc/lumbung-nila/analytics.json <<'JSON'
{ "records": {"path": "/var/lib/lumbung-nila/analytics/records.db"},
  "source": {"collector": {"socket": "/run/lumbung-nila/collector.sock"}},
  "web": {"bind": "127.0.0.1", "port": 8080} }
JSON
claim "the pages' configuration is good" nila-analytics check
systemctl start nila-analytics nila-alarm
claim "the pages answer within 30 s" await 30 curl -fsS http://127.0.0.1:8080/
claim "the alarm runs" await 30 active nila-alarm
sleep 2
for u in nila-collector nila-analytics nila-alarm; do
  claim "$u has not been restarted" is "$(state $u NRestarts)" 0
done

echo '{' >/etc/lumbung-nila/collector.json.wrong
cp /etc/lumbung-nila/collector.json /etc/lumbung-nila/collector.json.good
cp /etc/lumbung-nila/collector.json.wrong /etc/lumbung-nila/collector.json
systemctl restart nila-collector 2>/dev/null
claim "a wrong site file stops it, and is not tried again and again" await 20 stopped_for_good nila-collector
claim "the log says where" sh -c 'journalctl -u nila-collector -o cat | grep -q "collector.json:[0-9]*:[0-9]*:"'
cp /etc/lumbung-nila/collector.json.good /etc/lumbung-nila/collector.json
systemctl reset-failed nila-collector
systemctl start nila-collector

systemctl kill -s KILL nila-collector
claim "killed, it is back within 15 s" await 15 back nila-collector

# --- a million readings that wait for a server, and the packages change under them ---
number() { nila-collector status --json | sed -n "s/.*\"$1\":\(-\{0,1\}[0-9]*\).*/\1/p"; }
seconds() { awk -v a="$1" -v b="$(date +%s%3N)" 'BEGIN {printf "%.1f", (b - a) / 1000}'; }
# the longest time between two readings of one device since $1, in seconds
gap() {
  nila-collector export --metric do_mg_l --from "$1" --out - --quiet | sed 1d | cut -d, -f1 | date -u -f - +%s%3N >/tmp/at
  nila-collector export --metric do_mg_l --from "$1" --out - --quiet | sed 1d | cut -d, -f3 | paste -d' ' - /tmp/at |
    sort -k1,1 -k2,2n | awk '$1 == was && $2 - at > most {most = $2 - at} {was = $1; at = $2} END {printf "%.1f", most / 1000}'
}
no_longer_than() { awk -v a="$1" -v b="$2" 'BEGIN {exit !(a > 0 && a <= b)}'; }
MANY=${MANY:-1000000}
systemctl stop influxdb nila-collector
journal=$(echo /var/lib/lumbung-nila/collector/*.db)
sed -i 's#^  "sinks": #  "journal": {"path": "'"$journal"'", "max_bytes": 536870912},\n&#' /etc/lumbung-nila/collector.json
t0=$(date +%s%3N)
sum=$(/manyrows "$journal" kantor "$MANY" 536870912)
chown nila-collector:nila "$journal"*
echo "# $MANY rows journalled in $(seconds "$t0") s, $(stat -c %s "$journal") bytes"
changed_from=$(date -u +%FT%TZ)
t0=$(date +%s%3N)
systemctl start nila-collector
claim "with $MANY readings in the journal it starts within 10 s" await 10 nila-collector status
echo "# answers $(seconds "$t0") s after it was started"
claim "they wait, for InfluxDB is away ($(number pending))" [ "$(number pending)" -ge "$MANY" ]
before=$(number last_seq) first=$(number first_seq)
whole() { # from the first row to the last
  nila-collector status --json >/tmp/status
  of() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" /tmp/status; }
  is "$(of first_seq) $(($(of last_seq) - first + 1 - $(of rows))) $(of thinned) $(of dropped) $(of damaged)" "$first 0 0 0 0"
}
change() { # change WORDS FOLDER
  local t0
  t0=$(date +%s%3N)
  claim "$1" sh -c "dpkg -i $2/*.deb"
  claim "and it runs" await 30 active nila-collector
  echo "# took $(seconds "$t0") s"
  claim "it answers" await 30 nila-collector status
  claim "the first row is still the first, and none is lost ($(number rows) rows)" whole
}
sleep 6
change "a newer version installs over it" /debs/newer
sleep 6
change "an older one installs over that" /debs
sleep 11
claim "meanwhile it read on (row $before, now $(number last_seq))" [ "$(number last_seq)" -gt "$before" ]
gap=$(gap "$changed_from")
claim "no device went unread for longer than 20 s (longest $gap s; 5 s between readings is usual)" no_longer_than "$gap" 20
t0=$(date +%s%3N)
systemctl start influxdb
drained() { [ "$(number pending)" -le 4 ]; }
claim "InfluxDB is back, and all of it is delivered" await 400 drained
echo "# $MANY rows delivered $(seconds "$t0") s after InfluxDB was started"
mine="site = 'latihan' AND time < '$changed_from' - 30m"
found=$(influx "SELECT count(do_mg_l) FROM water WHERE $mine" | sed -nE 's/.*,([0-9]+)\]\]\}.*/\1/p')
claim "in InfluxDB there are $MANY of them" is "$found" "$MANY"
added=$(influx "SELECT sum(do_mg_l) FROM water WHERE $mine" | sed -nE 's/.*,([0-9.]+)\]\]\}.*/\1/p' | awk '{printf "%.0f", $1 * 1000}')
claim "and their values add up to what was journalled" is "$added" "$sum"

t0=$SECONDS
claim "the packages purge" dpkg --purge nila-collector nila-bridge nila-analytics nila-common
echo "# purged in $((SECONDS - t0)) s"
systemctl stop sim
left=$(find /etc /var/lib /var/log /usr /lib /run -xdev \( -name '*nila*' -o -name '*lumbung*' \) -not -path '/var/log/journal/*' -not -path '/var/lib/influxdb/*' 2>/dev/null)
claim "and leave nothing" is "$left" ""
