#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs in the emulated Pi, by test_packages_powercut.sh: says on the console, each line for itself, which readings the collector
# has acknowledged (they are in its journal, synced) and how it is. What was said before a power cut must be there after it.
set -u
export NILA_LANG=en
number() { sed -n "s/.*\"$1\":\(-\{0,1\}[0-9]*\).*/\1/p" <<<"$status"; }
boot=$(cut -c1-8 /proc/sys/kernel/random/boot_id)
echo "BOOT $boot $(uname -m) up $(cut -d' ' -f1 /proc/uptime) s"
echo nothing >/run/said
until status=$(nila-collector status --json 2>/dev/null); do sleep 0.5; done
while :; do
  if [ -e /run/systemd/timesync/synchronized ]; then
    # the last two minutes, of which the new ones; a year or more would be the clock's step
    from=$(date -u -d '-120 seconds' +%FT%TZ)
    nila-collector export --metric do_mg_l --from "$from" --out /run/acknowledged.csv --quiet 2>/dev/null &&
      awk -F, 'NR == FNR {said[$0]; next} FNR > 1 && !($0 in said) {print "ACK " $0}' /run/said /run/acknowledged.csv 2>/dev/null |
      tee /run/new && sed 's/^ACK //' /run/new >>/run/said
  fi
  status=$(nila-collector status --json 2>/dev/null) &&
    echo "STATUS rows=$(number rows) seq=$(number last_seq) pending=$(number pending) held=$(number held) clock=$(date +%s) restarts=$(systemctl show -P NRestarts nila-collector) up=$(cut -d' ' -f1 /proc/uptime)"
  sleep 1
done
