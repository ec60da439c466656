#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# tests/coverage.sh BUILD: lines run by the tests, a room a line, after a COV=1 build was tested.
set -eu
find "$1/obj" -name '*.gcda' ! -path '*/obj/tests/*' -print0 |
  xargs -0 -r gcov -n 2>/dev/null |
  awk -F"[':% ]+" '
    /^File/ {file = $2}
    /^Lines executed/ && file !~ /^\// {
      n = split(file, part, "/"); room = part[1]
      for (i = 2; i < n; i++) room = room "/" part[i]
      if (!(file in seen)) {seen[file] = 1; lines[room] += $5; hit[room] += $3 * $5 / 100}
    }
    END {for (r in lines) printf "%-24s %6d lines %6.1f %%\n", r, lines[r], 100 * hit[r] / lines[r]}' | sort
