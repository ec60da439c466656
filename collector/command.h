/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command: the technician's commands, one file each (command_*.c), and what they share. Each returns a code of sysexits.h after
 * it has said what there was to say: data on stdout, words about troubles on stderr. */
#ifndef COLLECTOR_COMMAND_H
#define COLLECTOR_COMMAND_H

#include "asker.h"
#include "collector/common/buf.h"
#include "collector/common/site.h"
#include "options.h"

int command_scan(const struct options *o);
int command_probe(const struct options *o);
int command_read(const struct options *o);
int command_doctor(const struct options *o);
int command_export(const struct options *o);
int command_spool(const struct options *o);
int command_relay(const struct options *o);
int command_setup(const struct options *o);
int command_fleet(const struct options *o);
int command_metrics(const struct options *o);

/* --- shared, command.c -------------------------------------------------------------------------------------------- */

/* Makes control characters question marks, but for line ends and tabs: names of devices, cells of files and words of servers
 * must not steer a terminal. */
void command_plain(struct buf *b);

/* Writes out, made plain, to stdout and frees it: EX_OK or EX_IOERR. */
int command_finish(struct buf *out);

/* Says text what on stderr; the words as of text_add, at most 4. */
void command_say(const struct options *o, enum text what, const char *a, const char *b,
                 const char *c, const char *d);

/* Reads the site file of o->config. EX_OK, or another code after the words were said. */
int command_site(const struct options *o, struct site **out);

/* Says that the collector does not answer (rc and why of control_call) and what to do; returns the code. */
int command_no_collector(const struct options *o, int rc, const char *why);

/* A line to be asked: of the site file (--bus) or named by --port or --host. */
struct command_line {
    struct site *site; /* NULL with --port and --host */
    int bus;           /* index into site, -1 */
    struct site_bus c;
    struct asker *asker;
};

/* Finds and opens the line the options name. EX_OK, or another code after the words were said: also who holds a port, and what
 * to do about it. Close with command_line_close in any case. */
int command_line_open(const struct options *o, struct command_line *out);
/* The same for bus number bus of a site that was loaded already (and stays the caller's). */
int command_line_open_bus(const struct options *o, const struct site *site, int bus,
                          struct command_line *out);
void command_line_close(struct command_line *l);

/* "host:port", "host", "[::1]:502" into c, whose kind becomes TCP; false: none of these. */
bool command_take_host(struct site_bus *c, const char *text);

/* Says why an error of asker_ask ended the command; returns the code. */
int command_ask_failed(const struct options *o, int rc, const char *text);

/* Folder of the profiles: --devices, $NILA_DEVICES, the installed one. */
const char *command_devices(const struct options *o);

/* A number with the language's decimal sign, as short as it is exact to 6 digits. */
const char *command_number(char buf[static TEXT_NUMBER_SIZE], enum text_language l, double value);

#endif
