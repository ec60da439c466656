/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chart: drawings as inline SVG, made on the server, coloured by style.css through classes.
 *
 * Long series are reduced to the lowest and highest value of equal slices of time, so that peaks survive; gaps stay
 * gaps. Title and description are for screen readers. Text is escaped here. Pure. */
#ifndef ANALYTICS_WEB_CHART_H
#define ANALYTICS_WEB_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analytics/series.h"
#include "analytics/web/format.h"
#include "collector/common/buf.h"

#define CHART_MAX_POINTS 480

struct chart_point {
    int64_t ts_ms;
    double value;
    bool begins; /* a line: a gap lies before it, or nothing */
};

/* The points of s within [from_ms, to_ms], at most CHART_MAX_POINTS, in the order of time; values further apart than
 * gap_ms are not joined. Returns how many. */
size_t chart_reduce(const struct series *s, int64_t from_ms, int64_t to_ms, int64_t gap_ms,
                    struct chart_point out[CHART_MAX_POINTS]);

struct chart_limit {
    double value;
    bool danger; /* drawn in the colour of danger, else of watch */
    int beyond;  /* what lies beyond is shaded: -1 below, 1 above, 0 nothing */
};

#define CHART_MAX_LIMITS 4
#define CHART_MAX_MARKS  48
/* Something that was done or seen, at its time. */
struct chart_mark {
    int64_t ts_ms;
    const char *letter; /* a short sign; the page says what it means */
};
struct chart_line {
    const struct series *series;
    int64_t from_ms, to_ms; /* the time axis; from before to */
    int64_t gap_ms;         /* points further apart are not joined; > 0 */
    double y_min, y_max;    /* shown at least; the axis grows with the values */
    struct chart_limit limit[CHART_MAX_LIMITS];
    size_t limits;
    const struct chart_mark *mark; /* by time */
    size_t marks;
    int decimals; /* of the last value */
    const char *unit;
    const char *id; /* unique in the page: [a-z0-9-]+ */
    const char *title, *desc;
    enum lang lang;
};
/* Line with limits, marks, the last value and, on axes of up to ten days, night shading (17.30 to 05.30 WIB). n = 0 draws
 * the empty axes. */
void chart_line(struct buf *b, const struct chart_line *c);
/* Are nights shaded on an axis of that width? */
bool chart_shades_nights(int64_t from_ms, int64_t to_ms);

#define CHART_MAX_STEPS 96
/* A forecast: the band from p10 to p90 with its middle, over the axes of chart_line. */
struct chart_path {
    size_t n; /* 1..CHART_MAX_STEPS */
    int64_t ts_ms[CHART_MAX_STEPS];
    double p10[CHART_MAX_STEPS], p50[CHART_MAX_STEPS], p90[CHART_MAX_STEPS];
    struct chart_line
        axes; /* series: what was measured before, NULL nothing; decimals and unit as there */
};
void chart_path(struct buf *b, const struct chart_path *c);

#define CHART_MAX_MONTHS 12
struct chart_month {
    char label[FORMAT_SIZE];
    double p10, p50, p90; /* of the joint */
    double part[2];       /* medians of the two parts, drawn on each other */
};
struct chart_fan {
    size_t n; /* 1..CHART_MAX_MONTHS */
    struct chart_month month[CHART_MAX_MONTHS];
    const char *id, *title, *desc;
    enum lang lang;
};
/* Stacked bars of the parts with the joint's band p10..p90 and median over them. */
void chart_fan(struct buf *b, const struct chart_fan *c);

struct chart_pair_month {
    char label[FORMAT_SIZE];
    struct {
        double mean, p10, p90;
    } side[2]; /* without, with */
};
struct chart_pair {
    size_t n; /* 1..CHART_MAX_MONTHS */
    struct chart_pair_month month[CHART_MAX_MONTHS];
    const char *id, *title, *desc;
    enum lang lang;
};
/* Two bars a month, side by side, each with a line from p10 to p90. */
void chart_pair(struct buf *b, const struct chart_pair *c);

#endif
