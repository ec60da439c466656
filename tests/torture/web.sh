#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Row C13: a web server of its own, flooded (flood.c).   web.sh SECONDS SEED
# shellcheck disable=SC2154 # failed: claims.sh
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
cat >"$D/analytics.json" <<JSON
{ "records": {"path": "$D/records.db"}, "source": {"collector": {"socket": "$D/none"}}, "web": {"bind": "127.0.0.1", "port": 0} }
JSON
printf 'farm,name,regency,kecamatan\nuji,Uji,kotim,62.02.06\n' >"$D/farms.csv"
"$bin/nila-analytics" import farms "$D/farms.csv" --config "$D/analytics.json" >"$D/import.out" 2>&1 || give_up "records are imported"
ulimit -n 4096
start analytics "$bin/nila-analytics" serve --config "$D/analytics.json" --ready "$D/ready"
await 60 "the pages" test -s "$D/ready" || give_up "the pages are served"
"$BUILD/tests/torture/flood" "$(json_number port <"$D/ready")" "${PID[analytics]}" "$1" "$2"
rc=$?
alive analytics || { echo "fault - the server has ended"; rc=1; }
exit $rc
