/* SPDX-License-Identifier: GPL-3.0-or-later */
/* night_source: a pond's night model from its readings (series.h), and its forecast as InfluxDB lines. */
#ifndef ANALYTICS_NIGHT_SOURCE_H
#define ANALYTICS_NIGHT_SOURCE_H

#include "analytics/series.h"
#include "collector/common/buf.h"
#include "night.h"

/* A new model fed with the 25 days before issue_ms, nothing after it: oxygen (10-minute means, single readings in the last two
 * hours), temperature and light, and when the aerator ran (relay_is_aerator): the pond's current where it is measured (from
 * series_aerator_a on, ten-minute means; a value holds until the next, at most half an hour), else its relay (at most a day).
 * Several meters or relays of one pond count as their mean. *out is the caller's, night_model_free; a pond without readings gives an empty model. Errors as
 * series_load; then *out is untouched. */
NILA_MUST_CHECK int night_source_load(struct series_source *s, const char *pond, int64_t issue_ms,
                                      bool relay_is_aerator, struct night_model **out);

/* The same, a read at a time, for whom must not wait for all of them. */
struct night_reading;
struct night_reading *night_reading_new(const char *pond, int64_t issue_ms, bool relay_is_aerator);
void night_reading_free(struct night_reading *r); /* NULL is fine */
/* One read. 1: more are to come; 0: all are there. Errors as series_load: the next call tries the same read again. */
NILA_MUST_CHECK int night_reading_next(struct night_reading *r, struct series_source *s);
/* What was read, when all is there; aerator_a as series_aerator_a. *out as night_source_load's. */
NILA_MUST_CHECK int night_reading_model(const struct night_reading *r, double aerator_a,
                                        struct night_model **out);

/* Tag values; "": left out. */
struct night_place {
    const char *regency, *kecamatan, *site, *pond;
};

/* Appends oxygen_night at the issue time and, without aeration, oxygen_path at each step. A forecast with aeration is
 * stamped a millisecond later: it has the same tags, and would replace the other. The field basis of both is enum night_basis:
 * 0 a probe's nights, 1 one reading by hand. */
void night_lines(struct buf *b, const struct night_place *where, const struct night_forecast *f);

#endif
