#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Guards the walls of the house: who may include whom, and which file may speak to which foreign library.
# Reads every #include of every source; names file:line of a wrong door.
set -u
self=$(realpath "$0")
cd "${NILA_DOORS_ROOT:-$(dirname "$0")/..}" || exit 1
bad=0

wrong() {
  echo "not ok - $1"
  bad=$((bad + 1))
}

room_of() { # the room a path belongs to
  case $1 in
    firmware-bridge/core/*) echo core ;;
    firmware-bridge/ports/*) echo ports ;;
    firmware-bridge/linux/*) echo bridge ;;
    collector/common/*) echo common ;;
    collector/*) echo collector ;;
    analytics/*/*) echo "analytics/$(cut -d/ -f2 <<<"$1")" ;;
    analytics/*) echo analytics ;;
    tests/*) echo tests ;;
    *) echo unknown ;;
  esac
}

# room -> rooms it may include from (itself is always allowed)
declare -A may=(
  [core]=""
  [ports]="core"
  [bridge]="core common"
  [common]=""
  [collector]="common core"
  [analytics]="common analytics/records analytics/water analytics/fish analytics/supply analytics/alert analytics/web"
  [analytics/records]="common"
  [analytics/water]="common analytics"
  [analytics/fish]="common analytics/records analytics/water"
  [analytics/supply]="common analytics analytics/records analytics/water analytics/fish"
  [analytics/alert]="common analytics analytics/records analytics/water"
  [analytics/web]="common analytics analytics/records analytics/water analytics/fish analytics/supply analytics/alert"
  [tests]="core ports bridge common collector analytics analytics/records analytics/water analytics/fish analytics/supply analytics/alert analytics/web"
)

# foreign header -> files that may include it (extended regular expression)
declare -A adapter=(
  [modbus.h]='^collector/bus[a-z_]*\.[ch]$|^tests/'
  [modbus/modbus.h]='^collector/bus[a-z_]*\.[ch]$|^tests/'
  [sqlite3.h]='^collector/journal_db[a-z_]*\.[ch]$|^analytics/records/[a-z_]+\.[ch]$|^tests/'
  [curl/curl.h]='^collector/common/http\.c$|^analytics/alert/mailer\.c$|^tests/'
  [cjson/cJSON.h]='^collector/common/jsonconf[a-z_]*\.[ch]$|^collector/control[a-z_]*\.c$|^collector/import\.c$|^collector/wizard_draft\.c$|^analytics/series[a-z_]*\.c$|^analytics/office_draft\.c$|^tests/'
  [microhttpd.h]='^analytics/web/server(_stream)?\.c$|^tests/'
  [xlsxwriter.h]='^analytics/sheet_xlsx\.c$|^tests/'
  [zlib.h]='^collector/common/gzip\.c$|^tests/'
  [crypt.h]='^analytics/records/password\.c$|^tests/'
)

files=$(git ls-files -co --exclude-standard '*.c' '*.h' 2>/dev/null || find . -path './build*' -prune -o -name '*.[ch]' -print | sed 's|^\./||')
count=0
while IFS=: read -r file line text; do
  count=$((count + 1))
  from=$(room_of "$file")
  if [[ $text =~ \<([^\>]+)\> ]]; then
    head=${BASH_REMATCH[1]}
    if [ -n "${adapter[$head]:-}" ] && ! [[ $file =~ ${adapter[$head]} ]]; then
      wrong "$file:$line: <$head> belongs to its adapter file (${adapter[$head]})"
    fi
    if [[ $head == gsl/* ]] && [[ $from != analytics* && $from != tests ]]; then
      wrong "$file:$line: <$head> is for analytics only"
    fi
    if [ "$from" = core ] && ! [[ $head =~ ^(stdint|stddef|stdbool|limits)\.h$ ]]; then
      wrong "$file:$line: <$head>: the firmware core is freestanding"
    fi
    continue
  fi
  [[ $text =~ \"([^\"]+)\" ]] || continue
  head=${BASH_REMATCH[1]}
  case $head in
    */*) target=$head ;;
    *) target=$(dirname "$file")/$head ;;
  esac
  [ -f "$target" ] || { wrong "$file:$line: \"$head\" is no file (across folders the full path is written)"; continue; }
  [[ $target == *.c ]] && wrong "$file:$line: \"$head\": a .c file is never included"
  to=$(room_of "$target")
  [ "$to" = "$from" ] && continue
  if [ "$from-$to" = collector-core ] && ! [[ $file =~ ^collector/fleet ]]; then
    wrong "$file:$line: the collector takes the signature's verifier from the core, in fleet*, and nothing else"
  fi
  [[ " ${may[$from]:-} " == *" $to "* ]] || wrong "$file:$line: $from may not open the door to $to (\"$head\")"
done < <(
  # shellcheck disable=SC2086 # a list of paths
  grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]' /dev/null $files
)

# The guard must see a wrong door when there is one: five are built in a folder of their own.
if [ -z "${NILA_DOORS_ROOT:-}" ]; then
  trap 'rm -rf "$plant"' EXIT
  plant=$(mktemp -d) && mkdir -p "$plant"/{collector/common,analytics/web,firmware-bridge/core}
  touch "$plant/collector/journal.h" "$plant/collector/common/err.h" "$plant/analytics/web/page.h"
  echo '#include "collector/journal.h"' >"$plant/analytics/web/a.c"
  echo '#include "collector/journal.h"' >"$plant/collector/common/b.c"
  echo '#include <sqlite3.h>' >"$plant/collector/c.c"
  echo '#include <stdio.h>' >"$plant/firmware-bridge/core/d.c"
  echo '#  include "analytics/web/page.h"' >"$plant/collector/e.c"
  echo '#include "collector/common/err.h"' >"$plant/collector/fine.c"
  seen=$(NILA_DOORS_ROOT=$plant "$self" | grep -c '^not ok - [a-z/-]*[abcde]\.c:1: ')
  [ "$seen" -eq 5 ] || wrong "of five wrong doors built for it the guard saw $seen"
fi
[ "$count" -gt 100 ] || [ -n "${NILA_DOORS_ROOT:-}" ] || wrong "only $count includes were read: the guard itself is broken"
if [ "$bad" -eq 0 ]; then
  echo "ok - every one of $count includes goes through a door that exists"
  exit 0
fi
exit 1
