#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The torture programme: runs the pieces of its rows (rows.sh) one after the other, each with a seed of its own, and closes with one
# table. What is done stands in $BUILD/torture/state: a run that was interrupted goes on where it stopped.
#
#   tests/torture/run.sh [--short] [--for TIME] [--seed N] [--row NAME]...
#
#   --short     the form of make check: few pieces, nothing kept
#   --for 10m   goes round again with further seeds until that time is up, or stops in the midst of the first round (s, m, h)
#   --seed N    the first seed; without it that of the run that was interrupted, else one is drawn. Piece k has N + k
#   --row C2    that row alone
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
t=$BUILD/tests/torture
dir=$BUILD/torture
short='' limit='' seed='' only=''
rows=()

die() {
  echo "torture: $1" >&2
  exit 64
}
seconds_of() { # 90, 90s, 10m, 2h
  [[ $1 =~ ^([0-9]+)([smh]?)$ ]] || die "$1: no time; one like 90s, 10m, 2h"
  case ${BASH_REMATCH[2]} in
    m) echo $((BASH_REMATCH[1] * 60)) ;;
    h) echo $((BASH_REMATCH[1] * 3600)) ;;
    *) echo "${BASH_REMATCH[1]}" ;;
  esac
}
while [ $# -gt 0 ]; do
  case $1 in
    --short) short=1 ;;
    --for) limit=$(seconds_of "${2:-}") || exit; shift ;;
    --seed) [[ ${2:-} =~ ^[0-9]+$ ]] || die "--seed: a whole number"; seed=$2; shift ;;
    --row) only="$only ${2:-}"; shift ;;
    *) die "$1 is not known" ;;
  esac
  shift
done

declare -A PIECES SHORT WHAT COMMAND
row() { # row NAME PIECES SHORT WHAT COMMAND...
  local name=$1
  PIECES[$name]=$2 SHORT[$name]=$3 WHAT[$name]=$4
  shift 4
  # @1000:100@ is the count of the long form and of the short one
  COMMAND[$name]=$(sed -E "s/@([0-9]+):([0-9]+)@/\\$([ -n "$short" ] && echo 2 || echo 1)/" <<<"$*")
  [ -n "$only" ] && [[ " $only " != *" $name "* ]] || rows+=("$name")
}
# shellcheck source=tests/torture/rows.sh
. tests/torture/rows.sh
[ ${#rows[@]} -gt 0 ] || die "no row$only; the rows: ${!PIECES[*]}"

mkdir -p "$dir/log"
state=$dir/state
if [ -n "$short" ]; then
  state=$(mktemp "$dir/short.XXXXXX") || exit 1
  trap 'rm -f "$state"' EXIT
  seed=${seed:-${NILA_SEED:-}}
else # the seed of what was interrupted; another one begins anew
  was=$(sed -n 's/^seed //p' "$state" 2>/dev/null | head -n 1)
  if [ -n "$was" ] && { [ -z "$seed" ] || [ "$seed" = "$was" ]; }; then
    seed=$was
    echo "torture: goes on with seed $seed behind $(grep -c '^piece ' "$state") pieces ($state)"
  else
    rm -f "$state"
  fi
fi
seed=${seed:-$((($(date +%s) * 1009 + $$) % 1000000000))}
[ -s "$state" ] || echo "seed $seed" >"$state"
echo "# torture: seed $seed"
# thousands of small files are made and looked at: in memory when there is room
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "$(df -m --output=avail /dev/shm | tail -n 1)" -gt 500 ]; then
  export TMPDIR=/dev/shm
fi
began=$SECONDS failed=0

over() { [ -n "$limit" ] && ((SECONDS - began >= limit)); }

# piece NAME K: the K-th piece of a row, unless it is done
piece() {
  local name=$1 s=$((seed + $2)) log=$dir/log/$1-$((seed + $2)).log at=$SECONDS line rc word
  grep -q "^piece $name $s " "$state" && return 0
  # shellcheck disable=SC2086 # a command and its words
  BUILD=$BUILD ${COMMAND[$name]} "$s" >"$log" 2>&1 </dev/null
  rc=$?
  line=$(grep -E '^torture runs=[0-9]+ acknowledged=[0-9]+ lost=[0-9]+ extra=[0-9]+ wrong=[0-9]+' "$log" | tail -n 1)
  if [ $rc -gt 128 ] && [ -z "$line" ] && [ $rc -ne 134 ] && [ $rc -ne 139 ]; then
    exit $rc # stopped with us; it is done again
  fi
  [ -n "$line" ] || line="torture runs=0 acknowledged=0 lost=0 extra=0 wrong=0 broken=1"
  word=ok
  if [ $rc -ne 0 ] || [[ $line == *broken=1* ]]; then
    word=FAULT failed=1
    echo "not ok - $name, seed $s: ${line#torture } ($log)"
    grep -E '^(fault|not ok) - ' "$log" | head -n 5 | sed 's/^/#   /'
    [[ $line != *broken=1* ]] || tail -n 5 "$log" | sed 's/^/#   /'
  elif [ -n "$short" ]; then
    rm -f "$log"
  fi
  echo "piece $name $s ${line#torture } seconds=$((SECONDS - at)) $word" >>"$state"
}

round=0
while :; do
  for name in "${rows[@]}"; do
    n=${PIECES[$name]}
    [ -z "$short" ] || n=${SHORT[$name]}
    for ((k = 0; k < n; k++)); do
      over && break 3
      piece "$name" $((round * 1000 + k))
    done
  done
  { [ -n "$limit" ] && [ -z "$short" ]; } || break
  round=$((round + 1))
done

echo "row   runs       acknowledged  lost  extra  wrong  minutes  seeds                  what"
for name in "${rows[@]}"; do
  awk -v name="$name" -v what="${WHAT[$name]}" '$1 == "piece" && $2 == name {
      for (i = 4; i <= NF; i++) { split($i, p, "="); sum[p[1]] += p[2] }
      n++; if (n == 1) first = $3; last = $3; bad += $NF == "FAULT" }
    END { printf "%-5s %-10d %-13d %-5d %-6d %-6d %-8.1f %-22s %s%s\n", name, sum["runs"], sum["acknowledged"], sum["lost"],
      sum["extra"], sum["wrong"], sum["seconds"] / 60, (n == 0 ? "none" : n == 1 ? first : n " of " first ".." last), what,
      (bad > 0 ? " (" bad " PIECES WITH FAULTS)" : "") }' "$state"
done
for name in "${rows[@]}"; do
  bad=$(grep -c "^piece $name .*FAULT$" "$state")
  done=$(grep -c "^piece $name " "$state")
  [ "$done" -gt 0 ] && [ "$bad" -eq 0 ] && echo "ok - $name: ${WHAT[$name]}, $done seeds from $seed"
done
grep -q 'FAULT$' "$state" && failed=1
if [ -z "$short" ] && ! over; then # all done: the next run begins anew
  mv "$state" "$dir/last"
fi
exit $failed
