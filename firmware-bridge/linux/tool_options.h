/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tool_options: the command line of the technician's tools (calibrate, update, sign, keygen): long options alone, each bound to where its value
 * goes. Says what is wrong itself, in the process's tongue, which --lang or NILA_LANG chose (Indonesian without). */
#ifndef BRIDGE_TOOL_OPTIONS_H
#define BRIDGE_TOOL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "master.h"

struct tool_option {
    const char *name;
    int low, high;
    int *number;       /* one of these three */
    const char **text; /* points into argv */
    bool *flag;        /* takes no value */
};

/* 0, or EX_USAGE. What belongs to no option is an error. *help: --help was there, the rest is not looked at. */
int tool_options(const struct tool_option *option, size_t n, int argc, char **argv, bool *help);

/* EX_USAGE after saying that VALUE is none for --NAME. */
int tool_bad_value(const char *name, const char *value);

/* exit_code with the tools' own: ended by the person EX_TEMPFAIL, refused by the node EX_UNAVAILABLE, no answer EX_IOERR. */
int tool_exit(int rc);

/* --- where the node is -------------------------------------------------------------------------------------------- */

struct tool_place {
    const char *serial, *tcp, *parity;
    int baud, unit;
};

#define TOOL_PLACE_DEFAULT       \
    {                            \
        .baud = 9600, .unit = -1 \
    }
#define TOOL_PLACE_OPTIONS                                   \
    {.name = "serial"}, {.name = "tcp"}, {.name = "parity"}, \
        {.name = "baud", .low = 1200, .high = 115200},       \
    {                                                        \
        .name = "unit", .low = 1, .high = 247                \
    }
#define TOOL_PLACE_HELP_ID                                            \
    "  --serial PORTA       misalnya /dev/ttyUSB0\n"                  \
    "  --baud N             1200..115200 (bawaan: 9600)\n"            \
    "  --parity N|E|O       (bawaan: N)\n"                            \
    "  --tcp HOST[:PORTA]   gerbang Modbus TCP (bawaan porta: 502)\n" \
    "  --unit N             nomor alat di saluran, 1..247; wajib\n"   \
    "  --lang id|en         bahasa; juga dari variabel NILA_LANG (bawaan: id)\n"
#define TOOL_PLACE_HELP_EN                                                     \
    "  --serial PORT        such as /dev/ttyUSB0\n"                            \
    "  --baud N             1200..115200 (default: 9600)\n"                    \
    "  --parity N|E|O       (default: N)\n"                                    \
    "  --tcp HOST[:PORT]    a Modbus TCP gateway (default port: 502)\n"        \
    "  --unit N             the node's number on the line, 1..247; required\n" \
    "  --lang id|en         language; also from the variable NILA_LANG (default: id)\n"

/* The first five options of a list that begins with TOOL_PLACE_OPTIONS. */
void tool_place_bind(struct tool_option *option, struct tool_place *where);

/* 0, or EX_USAGE: neither or both ways, no unit, a parity that is none. */
int tool_place(const struct tool_place *where, struct master_place *out);

#endif
