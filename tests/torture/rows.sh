# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The rows of the programme, sourced by run.sh: row NAME PIECES SHORT WHAT COMMAND...
# A piece is one run of COMMAND with a seed of its own behind it; PIECES of them make the long form, SHORT the one in make check.
# COMMAND ends with the line that torture.h describes.
# shellcheck disable=SC2154 # t: the folder of the programs
row C2 12 1 "power cut before every write, card honours syncs" "$t/power" honest
row C3 12 1 "power cut on a card that lies" "$t/power" liar
row C3b 12 0 "power cut on a card that lies and ruins sectors" "$t/power" ruiner
row C5 12 1 "disk full, and power cuts" "$t/media" full
row C6 12 1 "read-only, I/O errors, failed syncs, and power cuts" "$t/media" failing
