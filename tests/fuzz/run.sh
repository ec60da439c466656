#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# tests/fuzz/run.sh TIME TARGET...: gives each libFuzzer target that time (90, 60s, 10m, 1h), from the kept corpus.
# Findings are left in build-fuzz/findings.
set -eu
case $1 in
  *h) seconds=$((${1%h} * 3600)) ;;
  *m) seconds=$((${1%m} * 60)) ;;
  *) seconds=${1%s} ;;
esac
shift
mkdir -p build-fuzz/findings
for target in "$@"; do
  x=${target##*/fuzz_}
  mkdir -p "build-fuzz/corpus/$x"
  echo "== fuzz_$x for $seconds s"
  "$target" -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix="build-fuzz/findings/$x-" "build-fuzz/corpus/$x" "tests/fuzz/corpus/$x"
done
