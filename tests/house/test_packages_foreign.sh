#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The packages of arm64 and armhf, cross-built, installed in a Debian of that processor and run there (in QEMU, one program at a
# time): they check their configurations, one polls another over Modbus TCP, and their figures are those of this machine. Long,
# and for root: make check-long. NILA_ONLY=armhf runs one of them.
# shellcheck disable=SC2317 # functions are called by name through claim
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
# shellcheck source=tests/house/foreign.sh
. tests/house/foreign.sh

if [ -z "${NILA_LONG:-}" ]; then
  echo "skip - foreign packages: make check-long installs and runs them (NILA_LONG=1)"
  exit 0
fi
lacks=$(foreign_lacks qemu-aarch64-static qemu-arm-static)
if [ -n "$lacks" ] || ! foreign_binfmt; then
  echo "skip - foreign packages: ${lacks:-this kernel runs no foreign programs (binfmt_misc)}"
  exit 0
fi

# What this machine's own programs make of the same seeds: the others' figures are held against it.
records() { # records PROGRAM DB: the example's production records
  local config=$D/records.json
  echo '{ "records": {"path": "'"$2"'"}, "source": {"collector": {"socket": "none"}}, "web": {"port": 0} }' >"$config"
  demo_records "$1" "$config"
}
INFLUX_URL=http://127.0.0.1:1
UNTIL=2026-11-20T00:00:00+07:00
mkdir -p "$D/here"
claim "this machine's programs take the example's records" records "$bin/nila-analytics" "$D/here/records.db"
"$bin/nila-analytics" forecast --records "$D/here/records.db" --as-of "$(date +%F)" --months 6 --scope tracked --draws 100 --seed 7 --quiet --out "$D/here/forecast.csv" || failed=1
"$bin/nila-bridge" history deploy/config/rehearsal.json --seed 7 --days 2 --until "$UNTIL" --quiet --out "$D/here/history.csv" || failed=1

# same_figures FILE FILE ABSOLUTE: cell by cell the same words, and numbers to a millionth of their value or to ABSOLUTE
same_figures() {
  paste -d '\n' "$1" "$2" | awk -F, 'NR % 2 {split($0, a, ","); n = NF; next}
    {cells += NF; if (NF != n) bad++; for (i = 1; i <= NF; i++) if ($i != a[i]) {
      d = $i - a[i]; if (d < 0) d = -d; m = a[i] < 0 ? -a[i] : a[i]
      if ($i !~ /^-?[0-9.e+-]+$/ || a[i] !~ /^-?[0-9.e+-]+$/ || d > 1e-6 * m + '"$3"') bad++; else other++}}
    END {printf "%d cells, %d differ in their last digits, %d wrong\n", cells, other, bad; exit !(cells > 100 && bad == 0)}'
}

for arch in ${NILA_ONLY:-arm64 armhf}; do
  t0=$SECONDS
  claim "$arch: packages are there" foreign_debs "$arch" "$D/debs-$arch"
  if ! foreign_root "$arch" "$D/debs-$arch"; then
    not_ok "$arch: a Debian of it is made"
    continue
  fi
  root=$D/root-$arch
  cp -a --reflink=auto "$ROOT" "$root"
  mkdir "$root/debs" "$root/in"
  cp "$D/debs-$arch"/*.deb "$root/debs"
  cp deploy/config/rehearsal.json "$D"/*.csv "$root/in"
  install -m 755 tests/house/foreign_inside.sh "$root/inside"
  # nspawn, so that the network is a loopback of its own and nothing outlives the test
  timeout -k 10 1500 systemd-nspawn -q --register=no --keep-unit --private-network --pipe -D "$root" \
    -E "DAY=$(date +%F)" -E "UNTIL=$UNTIL" /inside >"$D/claims-$arch" 2>"$D/err-$arch" </dev/null
  sed "s/^\(not ok\|ok\) - /\1 - $arch: /" "$D/claims-$arch"
  ! grep -q '^not ok' "$D/claims-$arch" || failed=1
  grep -q '^ok - .*leave nothing' "$D/claims-$arch" || {
    not_ok "$arch: it ran to its end"
    tail -n 20 "$D/err-$arch" | sed 's/^/#   /'
  }
  claim "$arch: two simulated days are this machine's ($(same_figures "$D/here/history.csv" "$root/out/history.csv" 0.0011))" \
    same_figures "$D/here/history.csv" "$root/out/history.csv" 0.0011
  claim "$arch: the forecast, draw by draw, is this machine's ($(same_figures "$D/here/forecast.csv" "$root/out/forecast.csv" 1e-6))" \
    same_figures "$D/here/forecast.csv" "$root/out/forecast.csv" 1e-6
  cp "$root/out/journal.db" "$D/journal-$arch.db"
  printf '%s\n' '{ "site": {"slug": "latihan", "name": "L", "regency": "kotim", "kecamatan": "62.02.06"}, "ponds": [], "buses": [], "sinks": [],' \
    '"journal": {"path": "'"$D/journal-$arch.db"'"}, "control": {"socket": "'"$D/none.sock"'"} }' >"$D/read-$arch.json"
  "$bin/nila-collector" export --config "$D/read-$arch.json" --out "$D/export-$arch.csv" --quiet
  claim "$arch: its journal, read by this machine's program, has the same rows ($(wc -l <"$D/export-$arch.csv") lines)" \
    cmp "$D/export-$arch.csv" "$root/out/export.csv"
  echo "# $arch: $((SECONDS - t0)) s in all"
  rm -rf "$root"
done
exit "$failed"
