#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The torture programme as a test: the short form, and with NILA_LONG=1 the whole of it.
set -u
cd "$(dirname "$0")/../.." || exit 1
if [ -n "${NILA_LONG:-}" ]; then
  exec tests/torture/run.sh ${NILA_SEED:+--seed "$NILA_SEED"}
fi
# the oracle must see something when there is something to be seen
if "${BUILD:-build}/tests/torture/power" believed 200 1 >/dev/null 2>&1; then
  echo "not ok - a lying card loses nothing: the oracle is blind"
  exit 1
fi
echo "ok - the oracle finds what a lying card has lost"
exec tests/torture/run.sh --short
