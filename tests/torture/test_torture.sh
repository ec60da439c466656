#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The torture programme as a test: the short form, and with NILA_LONG=1 the whole of it.
set -u
cd "$(dirname "$0")/../.." || exit 1
if [ -n "${NILA_LONG:-}" ]; then
  exec tests/torture/run.sh ${NILA_SEED:+--seed "$NILA_SEED"}
fi
exec tests/torture/run.sh --short
