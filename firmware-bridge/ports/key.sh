#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes the C source of the public key to build in.
#
#   firmware-bridge/ports/key.sh FILE      FILE: what "nila-bridge keygen" printed, 112 hexadecimal digits
set -eu
digits=$(tr -d ' \n\r' <"$1")
# the types of this project's keys, LMS_SHA256_M32_H10 and LMOTS_SHA256_N32_W4 (core/nila_lms.h)
if ! [[ $digits =~ ^0000000600000003[0-9a-f]{96}$ ]]; then
  echo "$1: no public key of nila-bridge keygen (112 hexadecimal digits that begin with 0000000600000003)" >&2
  exit 1
fi
echo "/* written by firmware-bridge/ports/key.sh */"
echo '#include "firmware-bridge/ports/slots/key.h"'
echo
echo "const uint8_t UPDATE_KEY[NILA_LMS_PUBLIC_BYTES] = {"
fold -w 16 <<<"$digits" | sed 's/../0x&, /g; s/^/    /; s/ $//'
echo "};"
