#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A row that an ordinary test proves: runs it with the seed given last, and tells its outcome as torture.h describes.
#
#   again.sh [--long] TEST... SEED     TEST: a cmocka program, a fuzz target, or a script of tests/house
#
# runs: the claims that held and did not; acknowledged: what they speak of ("12 of 12", "12 rows"); wrong: those that did not hold.
set -u
BUILD=${BUILD:-build}
long=''
[ "$1" != --long ] || { long=1; shift; }
seed=${*: -1}
held=0 broken=0 spoken=0
for test in "${@:1:$#-1}"; do
  # the limits of tests/run.sh; a private TMPDIR is theirs to make
  out=$(NILA_SEED=$seed ${long:+env NILA_LONG=1} timeout -k 10 1800 "$test" 2>&1 </dev/null)
  rc=$?
  printf '%s\n' "$out" | grep -vE '^\[ RUN' | sed 's/^/# /'
  good=$(grep -cE '^(\[       OK \]|ok - )' <<<"$out")
  bad=$(grep -cE '^(\[  FAILED  \] [^0-9].*[^:0-9]$|not ok - )' <<<"$out")
  [ $rc -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  [ "$bad" -eq 0 ] || { echo "fault - $test, NILA_SEED=$seed"; grep -E 'not ok - |FAILED|ERROR|error:' <<<"$out" | head -n 8 | sed 's/^/fault - /'; }
  held=$((held + good)) broken=$((broken + bad))
  n=$(grep -oE '(: [0-9]+ of [0-9]+$)|([0-9]+ rows (acknowledged|passed|of [0-9]+ devices))|of [0-9]+ rows kept' <<<"$out" |
    grep -oE '[0-9]+' | sort -n | tail -n 1)
  spoken=$((spoken + ${n:-0}))
done
echo "torture runs=$((held + broken)) acknowledged=$spoken lost=0 extra=0 wrong=$broken"
[ "$broken" -eq 0 ]
