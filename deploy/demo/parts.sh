# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# parts: starts, awaits and stops the real programs in a private folder; sourced by the demo and by the whole-road test.
#
# Set before sourcing: BUILD. Then: parts_begin; start NAME COMMAND...; start_influxd; ...; parts_end.
# Everything is on loopback with ports the kernel gives; children are stopped by pid.

parts_begin() {
  D=$(mktemp -d "${TMPDIR:-/tmp}/nila-XXXXXX") || exit 1
  LOGS=${LOGS:-$D/log}
  mkdir -p "$LOGS"
  declare -gA PID=()
  ORDER=()
}

# start NAME COMMAND...: in the background, output to $LOGS/NAME.log; in a session of its own, so that a Ctrl-C reaches the
# script alone, which then ends the parts in order
start() {
  local name=$1
  shift
  setsid "$@" >>"$LOGS/$name.log" 2>&1 </dev/null &
  PID[$name]=$!
  ORDER+=("$name")
}

alive() { kill -0 "${PID[$1]}" 2>/dev/null; }

# stop NAME [SIGNAL]: ends it and waits until it is gone (KILL after 10 s)
stop() {
  local name=$1 pid=${PID[$1]:-} i
  [ -n "$pid" ] || return 0
  kill -"${2:-TERM}" "$pid" 2>/dev/null
  for ((i = 0; i < 100; i++)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null
  wait "$pid" 2>/dev/null
  unset "PID[$name]"
  return 0
}

# await SECONDS WHAT COMMAND...: until COMMAND succeeds; says WHAT and fails when it does not
await() {
  local limit=$1 what=$2 t0=$SECONDS
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS - t0 >= limit)); then
      echo "gave up after $limit s waiting for: $what" >&2
      return 1
    fi
    sleep 0.1
  done
}

parts_end() {
  local i
  for ((i = ${#ORDER[@]} - 1; i >= 0; i--)); do stop "${ORDER[$i]}"; done
  [ -n "${D:-}" ] && rm -rf "$D"
  return 0
}

# A private influxd: its own folders, both listeners on loopback. INFLUX_PORT is chosen by the kernel at the first start
# and kept afterwards, so that a restart is the same server to its clients.
start_influxd() {
  local log=$LOGS/influxd.log from
  mkdir -p "$D/influx"
  cat >"$D/influx/influxd.conf" <<CONF
reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = "$D/influx/meta"
[data]
  dir = "$D/influx/data"
  wal-dir = "$D/influx/wal"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:${INFLUX_PORT:-0}"
  log-enabled = false
[monitor]
  store-enabled = false
CONF
  touch "$log"
  from=$(($(wc -c <"$log") + 1))
  start influxd build/deps/usr/bin/influxd -config "$D/influx/influxd.conf"
  # shellcheck disable=SC2016 # the inner shell expands it
  await 30 "the database's address in $log" bash -c 'tail -c +"$1" "$2" | grep -q "Listening on HTTP"' _ "$from" "$log" || return 1
  INFLUX_PORT=$(tail -c +"$from" "$log" | sed -n 's/.*Listening on HTTP.*addr=[^ ]*:\([0-9]*\).*/\1/p' | head -n 1)
  INFLUX_URL=http://127.0.0.1:$INFLUX_PORT
  await 30 "the database at $INFLUX_URL" curl -fsS -o /dev/null "$INFLUX_URL/ping"
}

# influx_query QUERY: the CSV answer of one InfluxQL statement
influx_query() {
  curl -fsS -G -H 'Accept: application/csv' "$INFLUX_URL/query" --data-urlencode "db=${INFLUX_DB:-nila}" \
    --data-urlencode epoch=ms --data-urlencode "q=$1"
}

# demo_fill FILE [AS]: the example's FILE (deploy/demo) in $D with the places of this run
demo_fill() {
  sed -e "s|@TCP_PORT@|${TCP_PORT:-0}|g" -e "s|@PTY@|$D/seruyan.pty|g" -e "s|@INFLUX@|$INFLUX_URL|g" -e "s|@DIR@|$D|g" \
    -e "s|@PORT@|${PORT:-0}|g" "deploy/demo/$1" >"$D/${2:-$1}"
}

# demo_records PROGRAM CONFIG: the example's production records into those of CONFIG; says which table was refused
demo_records() {
  local t
  for t in farms ponds cycles feed samples deaths harvests fingerlings official registry assumptions classes survey contacts limits farm_groups sensors notes prestock river; do
    # D-45 in a date column is 45 days before today (WIB), Q+1 the first whole quarter after this month,
    # Q-1 the last one that is over
    TZ=WIB-7 awk -v now="$(date +%s)" '{
      month = strftime("%Y", now) * 12 + int((strftime("%m", now) - 1) / 3 + 1) * 3
      gsub(/Q\+1/, sprintf("%04d-Q%d", int(month / 12), month % 12 / 3 + 1))
      month -= 6
      gsub(/Q-1/, sprintf("%04d-Q%d", int(month / 12), month % 12 / 3 + 1))
      while (match($0, /D-[0-9]+/)) {
        day = strftime("%Y-%m-%d", now - 86400 * substr($0, RSTART + 2, RLENGTH - 2))
        $0 = substr($0, 1, RSTART - 1) day substr($0, RSTART + RLENGTH)
      }
      print
    }' "deploy/demo/$t.csv" >"$D/$t.csv"
    "$1" import "$t" "$D/$t.csv" --config "$2" >>"$LOGS/import.log" 2>&1 || {
      echo "$t"
      return 1
    }
  done
}

# json_number KEY: the first "KEY": number in the JSON on stdin
json_number() { sed -n "s/.*\"$1\"[[:space:]]*:[[:space:]]*\(-\{0,1\}[0-9][0-9.]*\).*/\1/p" | head -n 1; }

# Resident memory of a part in MB, one decimal
rss_mb() { awk '/^VmRSS/ {printf "%.1f", $2 / 1024}' "/proc/${PID[$1]}/status" 2>/dev/null; }
