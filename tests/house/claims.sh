# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by the tests of the whole house: a private folder $D whose processes end with the test (deploy/demo/parts.sh), and
# claims that are counted: ok, not_ok, claim, give_up. The test ends with "exit $failed".
BUILD=${BUILD:-build}
# shellcheck disable=SC2034 # for the tests
bin=$BUILD/bin
# shellcheck source=deploy/demo/parts.sh
. deploy/demo/parts.sh
parts_begin
trap parts_end EXIT
trap 'exit 1' INT TERM
failed=0

ok() { echo "ok - $1"; }
not_ok() {
  echo "not ok - $1"
  # shellcheck disable=SC2034 # the test's exit code
  failed=1
}
claim() { # claim TEXT COMMAND...
  local text=$1
  shift
  if "$@" >"$D/claim.out" 2>&1; then ok "$text"; else
    not_ok "$text"
    head -c 2000 "$D/claim.out" | sed 's/^/# /'
    [ ! -f "$LOGS/watch.log" ] || tail -n 5 "$LOGS/watch.log" | sed 's/^/# /'
  fi
}
give_up() {
  local log
  not_ok "$1"
  for log in "$LOGS"/*.log; do
    echo "# --- ${log##*/}"
    tail -n 25 "$log" | sed 's/^/# /'
  done
  exit 1
}
