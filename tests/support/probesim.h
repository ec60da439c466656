/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probesim: an EZO oxygen circuit and a DS18B20 on 1-wire behind the UARTs of an emulated board, each on a unix socket that listens.
 * One thread. They answer as their data sheets say, as far as the firmware asks. */
#ifndef TESTS_PROBESIM_H
#define TESTS_PROBESIM_H

#include <stdbool.h>
#include <stddef.h>

struct probesim;

/* The circuit reads do_text ("6.54"), the thermometer sixteenth sixteenths of a degree. NULL: a socket could not be reached. */
struct probesim *probesim_start(const char *ezo_path, const char *thermometer_path,
                                const char *do_text, int sixteenth);

/* What the circuit was last told of temperature ("T,28.50"); "" nothing. size 24 or more. */
void probesim_told(struct probesim *p, char *text, size_t size);

/* From now on they read this. */
void probesim_set(struct probesim *p, const char *do_text, int sixteenth);

/* From now on neither answers, as if both were unplugged. */
void probesim_unplug(struct probesim *p);

void probesim_stop(struct probesim *p); /* NULL is fine */

#endif
