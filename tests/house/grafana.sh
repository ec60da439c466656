# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2016 # the dollars are Grafana's
# Sourced by a test whose InfluxDB has been filled by the real programs: every query of deploy/grafana is run with its variables filled
# in, and has to give rows.

# grafana_queries FILE: each "query" of its targets and variables a line, as InfluxQL
grafana_queries() {
  grep -oE '"query": "([^"\\]|\\.)*"' "$1" | sed -e 's/^"query": "//; s/"$//; s/\\"/"/g; s/\\\\/\\/g'
}

# grafana_fill SITE POND NODE DAYS: stdin to stdout, with what Grafana would put for its variables
grafana_fill() {
  sed -e 's/\$timeFilter/time > now() - 3d AND time < now() + '"$4"'d/g; s/\$__interval/1m/g' \
    -e "s/\\\$site/$1/g; s/\\\$pond/$2/g; s/\\\$node/$3/g"
}

# grafana_try FILE SITE POND NODE DAYS: says which query gives no row; sets grafana_bad and grafana_ran
grafana_try() {
  local q rows
  while IFS= read -r q; do
    grafana_ran=$((grafana_ran + 1))
    case $q in *'$'[a-z_]*) # a $ before a / is the end of an expression
      echo "# a variable is left: $q"
      grafana_bad=$((grafana_bad + 1))
      continue
      ;;
    esac
    rows=$(influx_query "$q" 2>&1 | tail -n +2 | awk -F, '{ for (i = 3; i <= NF; i++) if ($i != "") n++ } END { print (n > NR) + 0 }')
    [ "${rows:-0}" -gt 0 ] || {
      echo "# no row: $q: $(influx_query "$q" 2>&1 | head -n 2 | tr '\n' ' ')"
      grafana_bad=$((grafana_bad + 1))
    }
  done < <(grafana_queries "$1" | grafana_fill "$2" "$3" "$4" "$5")
}
