#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What the programs are made of: libraries with known holes are refused, the bill of materials is whole and repeats, and
# nothing of third parties is linked in.
# shellcheck disable=SC2317,SC2016 # functions are called by name through claim, and some commands evaluated there
set -u
# shellcheck source=tests/house/claims.sh
. tests/house/claims.sh
programs=("$bin/nila-collector" "$bin/nila-bridge" "$bin/nila-analytics")
export SOURCE_DATE_EPOCH=1700000000

command -v dpkg-query >/dev/null || { echo "skip - not a Debian system"; exit 0; }

claim "every library of this machine is newer than its last known hole" deploy/check-floors

refuses() { # refuses PATTERN FLOORS-LINE: exit 1 and the pattern on standard error
  echo "$2" >"$D/floors"
  deploy/check-floors --floors "$D/floors" >"$D/out" 2>"$D/err"
  [ $? -eq "${3:-1}" ] && { [ -z "$1" ] || grep -q "$1" "$D/err"; } && return
  cat "$D/err"
  return 1
}
claim "an older one is named with the hole and the cure" refuses "libcjson1 .* is older than 99:1: a hole" "cjson | 99:1 | a hole"
claim "the cure names the packages" grep -q "cure: .*--only-upgrade .*libcjson1" "$D/err"
claim "one that is not there is not judged" refuses "" "no-such-source | 1.0 | a hole" 0
claim "a table without a reason is refused" refuses "a version and a reason" "cjson | 1.0 |" 2
claim "a table that names nothing is refused" refuses "names nothing" "# nothing" 2

claim "a bill of materials is written" eval 'deploy/sbom --version 1 "${programs[@]}" >"$D/a.json"'
claim "it is SPDX, its parts fit, and it has what the programs load" "$BUILD/tests/house/sbomcheck" "$D/a.json" \
  nila-collector nila-bridge nila-analytics libc6 libmodbus5 libcjson1 libsqlite3-0 libgsl27
deploy/sbom --version 1 "${programs[@]}" >"$D/b.json"
claim "the same programs give the same bytes" cmp "$D/a.json" "$D/b.json"
claim "a bill with a part missing would be seen" eval '! "$BUILD/tests/house/sbomcheck" "$D/a.json" no-such-library'
claim "a program that is not there is said" eval '! deploy/sbom "$D/nothing" 2>"$D/err" && grep -q "is not there" "$D/err"'

# a library of the list that is linked in statically would not be in the bill
linked() {
  local p symbol bad=0
  for p in "${programs[@]}"; do
    for symbol in modbus_new_rtu cJSON_Parse curl_easy_init sqlite3_open_v2 MHD_start_daemon deflateInit_; do
      nm "$p" 2>/dev/null | grep -qE " [Tt] $symbol$" && { echo "$p holds $symbol"; bad=1; }
    done
  done
  return "$bad"
}
claim "nothing of third parties is linked in" linked

# deploy/security.md names the tests that hold its claims: each must be there
named() {
  local name bad=0 n=0
  while read -r name; do
    n=$((n + 1))
    grep -rqw "$name" tests --include='*.c' || [ -e "tests/fuzz/$name.c" ] || [ -e "$name" ] ||
      { echo "no test $name"; bad=1; }
  done < <(grep -oE '`[a-z0-9_/.]*_[a-z0-9_/.]*`' deploy/security.md | tr -d '`' | sort -u)
  echo "$n names"
  [ "$n" -ge 30 ] && return "$bad"
}
claim "every test that the security page names is there" named
exit $failed
