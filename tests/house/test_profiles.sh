#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every shipped profile that measures something: served by nila-bridge as its personality, read by nila-collector over Modbus TCP
# and over RTU, and held against what was served, value by value.
# shellcheck disable=SC2317 # functions are called by name through await
set -u
BUILD=${BUILD:-build}
bin=$BUILD/bin
# shellcheck source=deploy/demo/parts.sh
. deploy/demo/parts.sh
parts_begin
trap parts_end EXIT
trap 'exit 1' INT TERM
failed=0

site() { # site BUS: every profile that measures, each a unit of its own
  local unit=0 f id sep=""
  printf '{"site": {"slug": "uji", "name": "Uji", "regency": "kotim", "kecamatan": "62.02.06"},\n'
  printf '"ponds": [{"slug": "k1", "area_m2": 400, "depth_m": 1.2}],\n"buses": [{"slug": "b", %s, "timeout_ms": 1000, "devices": [\n' "$1"
  for f in collector/devices/*.json; do
    grep -q '"metric":' "$f" || continue
    unit=$((unit + 1))
    id=$(basename "$f" .json)
    local pond='"k1"'
    grep -qE '"metric": *"(air_|par_|wind_|rain_|baro_|volt_|power_|energy_|current_)' "$f" && pond=null
    printf '%s{"slug": "d-%s", "profile": "%s", "unit": %d, "every_s": 2, "pond": %s}' "$sep" "$unit" "$id" "$unit" "$pond"
    sep=$',\n'
  done
  printf ']}],\n"journal": {"path": "%s/%s.db"}, "control": {"socket": "%s/%s.sock"}}\n' "$D" "$2" "$D" "$2"
}

status() { "$bin/nila-collector" status --config "$D/$1.json" --json; }
all_spoke() { [ "$(status "$1" | grep -o '"values":[1-9]' | wc -l)" -ge "$devices" ]; }

begin() { # begin NAME BUS-OF-SIMULATOR [OPTIONS]
  local name=$1 bus=$2
  shift 2
  site "$bus" "$name" >"$D/$name.json"
  devices=$(grep -c '"profile"' "$D/$name.json")
  start "sim-$name" "$bin/nila-bridge" simulate "$D/$name.json" --devices collector/devices --seed 7 --truth "$D/$name.truth" \
    --ready "$D/$name.ready" "$@"
  if ! await 60 "simulator" test -s "$D/$name.ready"; then
    echo "not ok - $name: the simulator starts"
    exit 1
  fi
  [ "$name" = rtu ] || site "\"tcp\": {\"host\": \"127.0.0.1\", \"port\": $(json_number port <"$D/$name.ready")}" "$name" >"$D/$name.json"
  start "collector-$name" "$bin/nila-collector" run --config "$D/$name.json" --devices collector/devices --trust-clock
}

end() { # end NAME
  local name=$1
  if await 60 "all devices" all_spoke "$name"; then echo "ok - $name: all $devices devices have answered"; else
    echo "not ok - $name: some devices gave no value"
    NILA_LANG=en "$bin/nila-collector" status --config "$D/$name.json" | sed 's/^/# /'
    failed=1
  fi
  stop "collector-$name"
  stop "sim-$name"
  "$BUILD/tests/house/served" "$D/$name.json" collector/devices "$D/$name.db" "$D/$name.truth" | sed "s/ok - /ok - $name: /"
  [ "${PIPESTATUS[0]}" -eq 0 ] || failed=1
}

begin tcp '"tcp": {"host": "127.0.0.1", "port": 0}'
begin rtu '"serial": {"port": "'"$D"'/uji.pty"}' --pty-link "$D/uji.pty"
end tcp
end rtu
exit $failed
