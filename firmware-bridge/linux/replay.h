/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replay: a recorded series of one pond, played again at any speed: what its devices measure in simulate --replay.
 *
 * A CSV file with a header row as nila-analytics oxygen backtest takes it: time, and columns by the names of metrics (temp_c, do_mg_l, ph ...;
 * also do_mgl, par_wm2, wind_ms, airtemp_c); others are not looked at. Times are local wall time, an offset is not looked at; rows may be in any
 * order, of rows of one instant the last counts. An empty cell, NA, NaN, null or - is a missing value.
 * A value holds until the next row, but not longer than 1.5 of the file's usual (median) steps: in a gap there is none, and a metric
 * that the file does not have is never there. After the last row there is nothing, unless it begins anew.
 * After replay_open it does not change: any thread may look. */
#ifndef BRIDGE_REPLAY_H
#define BRIDGE_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/err.h"
#include "collector/common/metric.h"
#include "collector/common/profile.h"

#include "simserver.h"

struct replay; /* opaque */

struct replay_config {
    const char *path;
    double speed; /* recorded seconds a second, above 0 */
    bool loop;    /* begins anew after the last row */
    bool
        has_from; /* begin at from_ms of the file's time, as if that were WIB; else at its first row */
    int64_t from_ms;
};

/* NILA_ERR_NOT_FOUND, NILA_ERR_DENIED, NILA_ERR_IO, NILA_ERR_PARSE (file:line:column), NILA_ERR_RANGE (nothing at or after from_ms), words in
 * why (size >= 256). Free with replay_free. */
NILA_MUST_CHECK int replay_open(struct replay **out, const struct replay_config *c, char *why,
                                size_t why_size);
void replay_free(struct replay *r); /* NULL is fine */

/* The value t_s seconds after the start; NaN: missing. */
double replay_value(const struct replay *r, enum metric metric, double t_s);

/* What a device measures then: of profile p, or a node (NULL) with the channels of sensors_read. Returns how many channels. */
int replay_read(const struct replay *r, const struct profile *p, double t_s,
                struct sim_channel ch[SIM_CHANNELS_MAX]);

/* Rows, and seconds of the recording from the start on. */
size_t replay_rows(const struct replay *r);
double replay_length_s(const struct replay *r);

/* The metrics it has, "temp_c do_mg_l". */
void replay_metrics(const struct replay *r, char *out, size_t size);

#endif
