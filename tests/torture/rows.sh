# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The rows of the programme, sourced by run.sh: row NAME PIECES SHORT WHAT COMMAND...
# A piece is one run of COMMAND with a seed of its own behind it; PIECES of them make the long form, SHORT the one in make check.
# @1000:100@ in COMMAND is the count of the long form and of the short one. COMMAND ends with the line that torture.h describes.
# shellcheck disable=SC2154 # t: the folder of the programs
r=tests/torture
row C1 10 0 "kill -9 of collectors, with a real database" $r/kill.sh 100
row C1b 10 1 "kill -9 of who keeps records and alarms" "$t/books" kill @100:20@
row C1c 4 0 "kill -9 of the alarm daemon, told to a webhook" $r/watch.sh 60
row C2 12 1 "power cut before every write, card honours syncs" "$t/power" honest @1000:300@
row C2b 3 0 "power cut before every write, production records" "$t/ledger" honest 500
row C3 12 1 "power cut on a card that lies" "$t/power" liar @1000:200@
row C3b 12 0 "power cut on a card that lies and ruins sectors" "$t/power" ruiner 1000
row C5 12 1 "disk full, and power cuts" "$t/media" full @1000:200@
row C6 12 1 "read-only, I/O errors, failed syncs, and power cuts" "$t/media" failing @1000:300@
row C6b 3 0 "production records, failed syncs and writes, and power cuts" "$t/ledger" failing 500
row C7 1 0 "damaged journals" $r/again.sh --long "$BUILD/tests/collector/test_journal_damage"
row C7b 5 1 "damaged records" "$t/books" damage @100:10@
row C7c 5 1 "damaged configurations" "$t/books" config @200:30@
row C8 1 0 "30 days of 50 devices without the server" env NILA_OUTAGE_DAYS=30 $r/again.sh "$BUILD/tests/collector/test_outage"
row C9 10 1 "a server that flaps, refuses, hangs, sends elsewhere" "$t/sink" @20:2@
row C9b 2 0 "https with certificates that have run out or are another's" $r/tls.sh 10
row C10 5 1 "a clock that is years off, 2038, 2039, 2100" "$t/clock" @100:10@
row C10b 2 0 "the real programs in 2038, 2039 and 2099" $r/years.sh 20
row C11 3 0 "serial adapters pulled, renumbered, exchanged" $r/unplug.sh 30
row C12 1 0 "10,000 faults on the bus" $r/again.sh --long tests/house/test_faulty_replies.sh
row C13 2 1 "floods on the web port" $r/web.sh @10:1@
row C14 2 0 "foreign bytes in every parser" $r/again.sh "$BUILD"/tests/fuzz/fuzz_*[a-z]
row C15 1 0 "a month of readings, memory and files flat" "$t/soak" 30
