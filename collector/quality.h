/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quality: judges the readings of one device as they come, after the manner of the IOOS QARTOD tests. Only flags and bits
 * are set; a value is never changed.
 *
 * What it cannot do: a probe that drifts or fouls slowly gives plausible values, and no test on single values sees that.
 * Against the human verdicts of a year of estuary data such tests found 3 % of the rejected oxygen values. */
#ifndef COLLECTOR_QUALITY_H
#define COLLECTOR_QUALITY_H

#include <stdint.h>

#include "collector/common/profile.h"
#include "collector/common/reading.h"
#include "collector/common/site.h"

struct quality; /* opaque: what was seen of one device so far */

/* Both are copied from; d may be NULL. Free with quality_free (NULL is fine). */
struct quality *quality_new(const struct profile *p, const struct site_device *d);
void quality_free(struct quality *q);

/* Judges every value of set, read at mono_ms (monotonic). In order of severity:
 *
 * fail (4): outside the metric's fail span, RANGE; outside the probe's own range, LIMIT; -127 or 85 C exactly, the error codes of
 *   a DS18B20, SENTINEL; all of two or more channels exactly 0 although one of them cannot be, ALL_ZERO; unmoved for the long
 *   window, FLAT.
 * suspect (3): outside the suspect span, RANGE, or the site's limits, LIMIT; further from the last good value than a step can be,
 *   SPIKE (a second value that confirms the new level is good); faster than water changes over the last 10 to 20 minutes, RATE
 *   (oxygen: only at night, blooms are as fast by day); unmoved for the short window, FLAT.
 *
 * A spike's neighbours cannot be waited for: SPIKE is the streaming form of QARTOD's spike test. "Unmoved" means within half
 * a resolution, which is the register's scale or the smallest step seen, whichever is larger; coarse probes get longer windows.
 * After two hours without a value, steps and flat runs begin anew. Night needs a trusted clock; without one it is day. */
void quality_judge(struct quality *q, struct reading_set *set, int64_t mono_ms);

#endif
