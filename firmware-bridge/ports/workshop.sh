#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What a programmer writes to a new board's flash memory, from its beginning: the bootloader, blank pages, and the node in slot A.
#
#   firmware-bridge/ports/workshop.sh BOOT.bin A.bin >WORKSHOP.bin
set -eu
slot_a_at=$((0x3000)) # cortexm/flash_map.ld
boot=$(stat -c %s "$1")
cat "$1"
head -c $((slot_a_at - boot)) /dev/zero | tr '\0' '\377'
cat "$2"
