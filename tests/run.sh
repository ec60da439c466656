#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs test programs (cmocka executables, or scripts that print "ok - ", "not ok - ", "skip - " lines), two at a time,
# each with a time limit, repeats at the end what failed, and closes with "N passed, N failed, N skipped".
set -u
BUILD=${BUILD:-build}
LIMIT=${NILA_TEST_LIMIT:-600}
out=$BUILD/test-output
mkdir -p "$out"
export BUILD CMOCKA_MESSAGE_OUTPUT=stdout
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=1} UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}

# $1: program. Leaves NAME.log and NAME.sum ("passed failed skipped seconds exit").
run_one() {
  local name log start rc p f s
  name=$(tr / _ <<<"${1#"$BUILD"/}")
  log=$out/$name.log
  start=$(date +%s%N)
  timeout -k 10 "$LIMIT" "$1" >"$log" 2>&1 </dev/null
  rc=$?
  p=$(grep -cE '^(\[       OK \]|ok - )' "$log")
  if grep -q '^\[==========\]' "$log"; then # cmocka names failed and skipped tests again in its closing list
    f=$(grep -E '^\[  FAILED  \] [^0-9]' "$log" | sort -u | wc -l)
    s=$(grep -E '^\[  SKIPPED \] [^0-9]' "$log" | sort -u | wc -l)
  else
    f=$(grep -c '^not ok - ' "$log")
    s=$(grep -c '^skip - ' "$log")
  fi
  # a crash or a time-out has no line of its own
  if [ $rc -ne 0 ] && [ "$f" -eq 0 ]; then
    f=1
    echo "not ok - $1 ended with status $rc" >>"$log"
  fi
  if [ $((p + f + s)) -eq 0 ]; then
    f=1
    echo "not ok - $1 ran no test" >>"$log"
  fi
  echo "$p $f $s $((($(date +%s%N) - start) / 1000000))" >"$out/$name.sum"
  printf '%s %-58s %4d passed %d failed %d skipped  %6d ms\n' "$([ "$f" -eq 0 ] && echo '  PASS' || echo '* FAIL')" \
    "${1#"$BUILD"/}" "$p" "$f" "$s" "$((($(date +%s%N) - start) / 1000000))"
  if [ "$f" -ne 0 ]; then tail -n 60 "$log" | sed 's/^/    | /'; fi
  grep -E '^skip - ' "$log" | sed 's/^/    /'
  return 0
}
export -f run_one
export out LIMIT

rm -f "$out"/*.sum
[ $# -gt 0 ] || { echo "run.sh: no tests named" >&2; exit 2; }
# shellcheck disable=SC2016 # the inner shell expands it
printf '%s\0' "$@" | xargs -0 -P "${NILA_TEST_JOBS:-2}" -I{} bash -c 'run_one "$1"' _ {}
read -r passed failed skipped programs < <(cat "$out"/*.sum | awk '{p+=$1; f+=$2; s+=$3} END {print p+0, f+0, s+0, NR}')
if [ "$programs" -ne $# ]; then
  echo "run.sh: $# programs named, $programs ended" >&2
  failed=$((failed + 1))
fi
# what failed, once more at the end, where whoever sees only the last lines finds it
for sum in "$out"/*.sum; do
  read -r _ f _ <"$sum"
  [ "$f" -ne 0 ] || continue
  log=${sum%.sum}.log
  echo "* FAIL $(basename "$log" .log)"
  { grep -E '^(\[  FAILED  \] [^0-9]|not ok - )|error: Failure|ERROR: AddressSanitizer|runtime error' "$log" || tail -n 5 "$log"; } |
    head -n 12 | cut -c1-300 | sed 's/^/    | /'
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
