/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "chart.h"

#include <math.h>
#include <stdio.h>

#include "analytics/web/html.h"
#include "analytics/web/pen.h"
#include "collector/common/civil.h"

/* The drawing's own units; the page scales it. Wide enough for text of 14 to be read on a phone of 320 px. */
#define WIDTH          400.0
#define HEIGHT         230.0
#define LEFT           38.0
#define RIGHT          10.0
#define TOP            32.0
#define BOTTOM         26.0

#define MARK_ROOM      14.0 /* between the letters of marks */

#define HOUR_MS        ((int64_t)3600 * 1000)
#define DAY_H          ((int64_t)24)
#define DAY_MS         (DAY_H * HOUR_MS)
#define NIGHTS_MOST_MS (10 * DAY_MS) /* of more the shading would be stripes */
/* Sampit lies at 113 E: the sun stands highest near 11.30 WIB, and so near the equator a day has 12 hours all year. */
#define DUSK_MS  ((int64_t)(17.5 * 3600 * 1000))
#define NIGHT_MS (12 * HOUR_MS)

struct axes {
    double x0, x1; /* values at the left and right edge */
    double y0, y1; /* values at the lower and upper edge */
    double step;   /* between ticks of y */
};

static double at_x(const struct axes *a, double x)
{
    return LEFT + (x - a->x0) / (a->x1 - a->x0) * (WIDTH - LEFT - RIGHT);
}

static double at_y(const struct axes *a, double y)
{
    return HEIGHT - BOTTOM - (y - a->y0) / (a->y1 - a->y0) * (HEIGHT - TOP - BOTTOM);
}

/* Rounds outward to ticks of 1, 2 or 5 times a power of ten, at most six of them. */
static void nice(struct axes *a, double low, double high)
{
    static const double FACTOR[] = {1, 2, 5, 10};
    double span, power, step;

    if (!(high > low))
        high = low + 1.0;
    span = (high - low) / 5.0;
    power = pow(10.0, floor(log10(span)));
    step = 10.0 * power;
    for (size_t i = 0; i < sizeof FACTOR / sizeof FACTOR[0]; i++) {
        if (FACTOR[i] * power >= span - 1e-12) {
            step = FACTOR[i] * power;
            break;
        }
    }
    a->step = step;
    a->y0 = floor(low / step + 1e-9) * step;
    a->y1 = ceil(high / step - 1e-9) * step;
    if (!(a->y1 > a->y0))
        a->y1 = a->y0 + step;
}

/* Appends a point; it is joined to the one before unless a gap was passed on the way. */
static size_t put_point(struct chart_point *out, size_t n, const struct series *s, size_t i,
                        bool broken)
{
    out[n] = (struct chart_point){s->ts_ms[i], s->value[i], n == 0 || broken};
    return n + 1;
}

/* Lies a gap between two neighbours of [a, z]? */
static bool gap_within(const struct series *s, size_t a, size_t z, int64_t gap_ms)
{
    for (size_t i = a + 1; i <= z; i++)
        if (s->ts_ms[i] - s->ts_ms[i - 1] > gap_ms)
            return true;
    return false;
}

size_t chart_reduce(const struct series *s, int64_t from_ms, int64_t to_ms, int64_t gap_ms,
                    struct chart_point out[CHART_MAX_POINTS])
{
    const int64_t slices = CHART_MAX_POINTS / 2;
    size_t first = 0, last, before, n = 0;

    while (first < s->n && s->ts_ms[first] < from_ms)
        first++;
    for (last = first; last < s->n && s->ts_ms[last] <= to_ms; last++)
        ;
    before = first;
    if (last - first <= CHART_MAX_POINTS) {
        for (size_t i = first; i < last; before = i++)
            n = put_point(out, n, s, i, gap_within(s, before, i, gap_ms));
        return n;
    }
    for (size_t i = first; i < last;) {
        int64_t slice = (s->ts_ms[i] - from_ms) * slices / (to_ms - from_ms + 1);
        size_t low = i, high = i;
        for (; i < last && (s->ts_ms[i] - from_ms) * slices / (to_ms - from_ms + 1) == slice; i++) {
            if (s->value[i] < s->value[low])
                low = i;
            if (s->value[i] > s->value[high])
                high = i;
        }
        for (int k = 0; k < 2; k++) {
            size_t pick = (k == 0) == (low < high) ? low : high;
            if (k == 1 && low == high)
                continue;
            n = put_point(out, n, s, pick, gap_within(s, before, pick, gap_ms));
            before = pick;
        }
    }
    return n;
}

static void svg_begin(struct buf *b, const char *id, const char *title, const char *desc)
{
    html_put(
        b,
        "<svg class=\"chart\" viewBox=\"0 0 400 230\" role=\"img\" aria-labelledby=\"$-t $-d\">"
        "<title id=\"$-t\">$</title><desc id=\"$-d\">$</desc>",
        id, id, id, title, id, desc);
}

static void draw_scale(struct buf *b, const struct axes *a, enum lang lang)
{
    int decimals = a->step >= 1.0 - 1e-9 ? 0 : a->step >= 0.1 - 1e-9 ? 1 : 2;
    int ticks = (int)lround((a->y1 - a->y0) / a->step);

    for (int i = 0; i <= ticks; i++) {
        double v = a->y0 + i * a->step;
        char number[FORMAT_SIZE];
        (void)format_number(number, sizeof number, lang, v, decimals);
        buf_printf(b, "<path class=\"grid\" d=\"M%.0f %.1fH%.0f\"/><text x=\"%.0f\" y=\"%.1f\" ",
                   LEFT, at_y(a, v), WIDTH - RIGHT, LEFT - 5, at_y(a, v) + 5);
        html_put(b, "class=\"e\">$</text>", number);
    }
}

bool chart_shades_nights(int64_t from_ms, int64_t to_ms)
{
    return to_ms - from_ms <= NIGHTS_MOST_MS;
}

static void draw_nights(struct buf *b, const struct axes *a, int64_t from_ms, int64_t to_ms)
{
    for (int32_t day = civil_day(from_ms) - 1;
         chart_shades_nights(from_ms, to_ms) && day <= civil_day(to_ms); day++) {
        int64_t dusk = civil_day_start(day) + DUSK_MS, dawn = dusk + NIGHT_MS;
        if (dusk < from_ms)
            dusk = from_ms;
        if (dawn > to_ms)
            dawn = to_ms;
        if (dawn <= dusk)
            continue;
        buf_printf(b,
                   "<rect class=\"night\" x=\"%.1f\" y=\"%.0f\" width=\"%.1f\" height=\"%.0f\"/>",
                   at_x(a, (double)dusk), TOP, at_x(a, (double)dawn) - at_x(a, (double)dusk),
                   HEIGHT - TOP - BOTTOM);
    }
}

/* Whole hours between labels of the time axis, so that they do not touch: three for half a day, six for a day, then days. */
static int64_t label_hours(int64_t wide_ms)
{
    static const struct {
        int64_t up_to, step;
    } STEP[] = {{18, 3},
                {36, 6},
                {8 * DAY_H, DAY_H},
                {15 * DAY_H, 2 * DAY_H},
                {45 * DAY_H, 7 * DAY_H},
                {90 * DAY_H, 14 * DAY_H}};

    for (size_t i = 0; i < sizeof STEP / sizeof STEP[0]; i++)
        if (wide_ms <= STEP[i].up_to * HOUR_MS)
            return STEP[i].step;
    return (wide_ms / (7 * DAY_MS) / 6 + 1) * 7 * DAY_H;
}

/* Clock times, or dates where they lie a day or more apart; the month is told once where each day has a label. */
static void draw_times(struct buf *b, const struct axes *a, const struct chart_line *c)
{
    int64_t step = label_hours(c->to_ms - c->from_ms) * HOUR_MS;
    bool first = true;

    for (int64_t t = civil_day_start(civil_day(c->from_ms)); t <= c->to_ms; t += step) {
        double x = at_x(a, (double)t);
        char label[FORMAT_SIZE];
        if (t < c->from_ms || x > WIDTH - 18)
            continue;
        if (step < 24 * HOUR_MS)
            (void)format_hour(label, sizeof label, c->lang, t);
        else if (step > 24 * HOUR_MS || first || civil_from_ts(t).day == 1)
            (void)format_day_short(label, sizeof label, c->lang, civil_day(t));
        else
            (void)format_number(label, sizeof label, c->lang, civil_from_ts(t).day, 0);
        first = false;
        buf_printf(b, "<text x=\"%.1f\" y=\"%.0f\" ", x, HEIGHT - 7);
        html_put(b, "class=\"m\">$</text>", label);
    }
}

static void draw_zones(struct buf *b, const struct axes *a, const struct chart_line *c)
{
    for (size_t i = 0; i < c->limits; i++) {
        double v = fmin(fmax(c->limit[i].value, a->y0), a->y1), end;

        end = c->limit[i].beyond < 0 ? a->y0 : a->y1;
        if (c->limit[i].beyond == 0 || !(fabs(end - v) > 0))
            continue;
        buf_printf(b, "<rect class=\"zone\" x=\"%.0f\" y=\"%.1f\" width=\"%.0f\" height=\"%.1f\"/>",
                   LEFT, at_y(a, fmax(end, v)), WIDTH - LEFT - RIGHT,
                   fabs(at_y(a, end) - at_y(a, v)));
    }
}

/* A thin line at each mark; its letter where there is room for it. */
static void draw_marks(struct buf *b, const struct axes *a, const struct chart_line *c)
{
    double used = -WIDTH;

    for (size_t i = 0; i < c->marks; i++) {
        double x = at_x(a, (double)c->mark[i].ts_ms);
        if (c->mark[i].ts_ms < c->from_ms || c->mark[i].ts_ms > c->to_ms)
            continue;
        buf_printf(b, "<path class=\"mark\" d=\"M%.1f %.0fV%.0f\"/>", x, TOP, HEIGHT - BOTTOM);
        if (x - used < MARK_ROOM)
            continue;
        used = x;
        buf_printf(b, "<text x=\"%.1f\" y=\"%.0f\" ", x, TOP - 3);
        html_put(b, "class=\"m\">$</text>", c->mark[i].letter);
    }
}

static void draw_limits(struct buf *b, const struct axes *a, const struct chart_line *c)
{
    for (size_t i = 0; i < c->limits; i++)
        if (c->limit[i].value >= a->y0 && c->limit[i].value <= a->y1)
            buf_printf(b, "<path class=\"limit %s\" d=\"M%.0f %.1fH%.0f\"/>",
                       c->limit[i].danger ? "danger" : "watch", LEFT, at_y(a, c->limit[i].value),
                       WIDTH - RIGHT);
}

static void draw_points(struct buf *b, const struct axes *a, const struct chart_line *c,
                        const struct chart_point *p, size_t n)
{
    struct pen pen = pen_at(b);
    char label[FORMAT_SIZE];
    double x, y;

    if (n == 0)
        return;
    buf_str(b, "<path class=\"line\" d=\"");
    for (size_t i = 0; i < n; i++) {
        (p[i].begins ? pen_move : pen_line)(&pen, at_x(a, (double)p[i].ts_ms), at_y(a, p[i].value));
        if (p[i].begins && (i + 1 == n || p[i + 1].begins))
            pen_dot(&pen);
    }
    x = at_x(a, (double)p[n - 1].ts_ms);
    y = at_y(a, p[n - 1].value);
    buf_printf(b, "\"/><circle class=\"last\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>", x, y);
    (void)format_unit(label, sizeof label, c->lang, p[n - 1].value, c->decimals, c->unit);
    /* Above the point, below it near the upper edge; towards the inside of the drawing. */
    buf_printf(b, "<text x=\"%.1f\" y=\"%.1f\" ", x, y < TOP + 20 ? y + 22 : y - 10);
    html_put(b, "class=\"value $\">$</text>", x > WIDTH / 2 ? "e" : "s", label);
}

void chart_line(struct buf *b, const struct chart_line *c)
{
    struct chart_point p[CHART_MAX_POINTS];
    size_t n = chart_reduce(c->series, c->from_ms, c->to_ms, c->gap_ms, p);
    struct axes a = {.x0 = (double)c->from_ms, .x1 = (double)c->to_ms};
    double low = c->y_min, high = c->y_max;

    for (size_t i = 0; i < n; i++) {
        low = fmin(low, p[i].value);
        high = fmax(high, p[i].value);
    }
    nice(&a, low, high);
    svg_begin(b, c->id, c->title, c->desc);
    draw_nights(b, &a, c->from_ms, c->to_ms);
    draw_zones(b, &a, c);
    draw_scale(b, &a, c->lang);
    draw_times(b, &a, c);
    draw_limits(b, &a, c);
    draw_marks(b, &a, c);
    draw_points(b, &a, c, p, n);
    html_put(b, "<text x=\"2\" y=\"14\" class=\"s\">$</text></svg>", c->unit);
}

static void draw_path(struct buf *b, const struct axes *a, const struct chart_path *c)
{
    struct pen pen = pen_at(b);

    buf_str(b, "<path class=\"band\" d=\"");
    for (size_t i = 0; i < c->n; i++)
        (i == 0 ? pen_move : pen_line)(&pen, at_x(a, (double)c->ts_ms[i]), at_y(a, c->p90[i]));
    for (size_t i = c->n; i-- > 0;)
        pen_line(&pen, at_x(a, (double)c->ts_ms[i]), at_y(a, c->p10[i]));
    pen_close(&pen);
    buf_str(b, "\"/><path class=\"median\" d=\"");
    for (size_t i = 0; i < c->n; i++)
        (i == 0 ? pen_move : pen_line)(&pen, at_x(a, (double)c->ts_ms[i]), at_y(a, c->p50[i]));
    buf_str(b, "\"/>");
}

void chart_path(struct buf *b, const struct chart_path *c)
{
    struct chart_point p[CHART_MAX_POINTS];
    const struct chart_line *l = &c->axes;
    size_t n = l->series == NULL ? 0 : chart_reduce(l->series, l->from_ms, l->to_ms, l->gap_ms, p);
    struct axes a = {.x0 = (double)l->from_ms, .x1 = (double)l->to_ms};
    double low = l->y_min, high = l->y_max;

    for (size_t i = 0; i < n; i++) {
        low = fmin(low, p[i].value);
        high = fmax(high, p[i].value);
    }
    for (size_t i = 0; i < c->n; i++) {
        low = fmin(low, c->p10[i]);
        high = fmax(high, c->p90[i]);
    }
    nice(&a, low, high);
    svg_begin(b, l->id, l->title, l->desc);
    draw_nights(b, &a, l->from_ms, l->to_ms);
    draw_zones(b, &a, l);
    draw_scale(b, &a, l->lang);
    draw_times(b, &a, l);
    draw_limits(b, &a, l);
    draw_path(b, &a, c);
    draw_marks(b, &a, l);
    draw_points(b, &a, l, p, n);
    html_put(b, "<text x=\"2\" y=\"14\" class=\"s\">$</text></svg>", l->unit);
}

static void draw_bars(struct buf *b, const struct axes *a, const struct chart_fan *c)
{
    double wide = (WIDTH - LEFT - RIGHT) / (double)c->n * 0.56;

    for (size_t i = 0; i < c->n; i++) {
        double x = at_x(a, (double)i), base = 0;
        for (int k = 0; k < 2; k++) {
            double top = base + fmax(c->month[i].part[k], 0);
            buf_printf(
                b, "<rect class=\"part%d\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
                k, x - wide / 2, at_y(a, top), wide, at_y(a, base) - at_y(a, top));
            base = top;
        }
        buf_printf(b, "<text x=\"%.1f\" y=\"%.0f\" ", x, HEIGHT - 7);
        html_put(b, "class=\"m\">$</text>", c->month[i].label);
    }
}

/* One month has no width: its band is drawn as a bar's whisker half a slot wide. */
static void draw_band(struct buf *b, const struct axes *a, const struct chart_fan *c)
{
    double half = c->n == 1 ? 0.25 : 0;

    buf_str(b, "<path class=\"band\" d=\"");
    for (size_t i = 0; i < c->n; i++)
        buf_printf(b, "%c%.1f %.1f", i == 0 ? 'M' : 'L', at_x(a, (double)i - half),
                   at_y(a, c->month[i].p90));
    if (c->n == 1)
        buf_printf(b, "L%.1f %.1f", at_x(a, half), at_y(a, c->month[0].p90));
    for (size_t i = c->n; i-- > 0;)
        buf_printf(b, "L%.1f %.1f", at_x(a, (double)i + half), at_y(a, c->month[i].p10));
    if (c->n == 1)
        buf_printf(b, "L%.1f %.1f", at_x(a, -half), at_y(a, c->month[0].p10));
    buf_str(b, "Z\"/><path class=\"median\" d=\"");
    for (size_t i = 0; i < c->n; i++)
        buf_printf(b, "%c%.1f %.1f", i == 0 ? 'M' : 'L', at_x(a, (double)i - half),
                   at_y(a, c->month[i].p50));
    if (c->n == 1)
        buf_printf(b, "L%.1f %.1f", at_x(a, half), at_y(a, c->month[0].p50));
    buf_str(b, "\"/>");
}

void chart_fan(struct buf *b, const struct chart_fan *c)
{
    struct axes a = {.x0 = -0.5, .x1 = (double)c->n - 0.5};
    double high = 0;

    for (size_t i = 0; i < c->n; i++)
        high = fmax(high, fmax(c->month[i].p90, c->month[i].part[0] + c->month[i].part[1]));
    nice(&a, 0, high);
    svg_begin(b, c->id, c->title, c->desc);
    draw_scale(b, &a, c->lang);
    draw_bars(b, &a, c);
    draw_band(b, &a, c);
    buf_str(b, "<text x=\"2\" y=\"14\" class=\"s\">t</text></svg>");
}

void chart_pair(struct buf *b, const struct chart_pair *c)
{
    const double wide = (WIDTH - LEFT - RIGHT) / (double)c->n * 0.34;
    struct axes a = {.x0 = -0.5, .x1 = (double)c->n - 0.5};
    double high = 0;

    for (size_t i = 0; i < c->n; i++)
        for (int k = 0; k < 2; k++)
            high = fmax(high, fmax(c->month[i].side[k].p90, c->month[i].side[k].mean));
    nice(&a, 0, high);
    svg_begin(b, c->id, c->title, c->desc);
    draw_scale(b, &a, c->lang);
    for (size_t i = 0; i < c->n; i++) {
        double x = at_x(&a, (double)i);

        for (int k = 0; k < 2; k++) {
            double from = x + (k == 0 ? -wide : 0), mean = fmax(c->month[i].side[k].mean, 0);

            buf_printf(b,
                       "<rect class=\"part%d\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                       "height=\"%.1f\"/><path class=\"median\" d=\"M%.1f %.1fV%.1f\"/>",
                       k, from, at_y(&a, mean), wide, at_y(&a, 0) - at_y(&a, mean), from + wide / 2,
                       at_y(&a, c->month[i].side[k].p10), at_y(&a, c->month[i].side[k].p90));
        }
        buf_printf(b, "<text x=\"%.1f\" y=\"%.0f\" ", x, HEIGHT - 7);
        html_put(b, "class=\"m\">$</text>", c->month[i].label);
    }
    buf_str(b, "<text x=\"2\" y=\"14\" class=\"s\">t</text></svg>");
}
