/* SPDX-License-Identifier: GPL-3.0-or-later */
/* w1_reader: the machine's DS18B20 thermometers, read one after another in a thread of their own: each keeps its reader for
 * 0.75 s, which nobody on a Modbus line would wait. */
#ifndef BRIDGE_W1_READER_H
#define BRIDGE_W1_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/err.h"

struct w1_reader; /* opaque */

/* n thermometers by their ids (sysfs_w1_read); root and the ids are the caller's and outlive it. n may be 0. NILA_ERR_IO: no
 * thread. */
NILA_MUST_CHECK int w1_reader_new(struct w1_reader **out, const char *root, const char *const *id,
                                  size_t n);

/* Stops the thread after the reading it is at. NULL is fine. */
void w1_reader_free(struct w1_reader *r);

/* Begins a reading of thermometer i, unless one is under way. */
void w1_reader_ask(struct w1_reader *r, size_t i);

/* False: asked and not yet read. */
bool w1_reader_done(struct w1_reader *r, size_t i);

/* The last reading, as nila_ds18b20_result. */
int32_t w1_reader_result(struct w1_reader *r, size_t i, uint16_t *quality);

#endif
