/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nightback.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/csv.h"
#include "collector/common/log.h"

enum {
    SHARE_X100 = 85,
    CADENCE_SAMPLES = 500,
    MINUTE_MS = 60000
};
static const double HIGHEST_MG_L = 30;
static const int64_t BRIDGE_MS = (int64_t)65 * MINUTE_MS; /* truth is drawn over gaps up to this */

/* One pond while the days go by. */
struct walk {
    const struct nightfile *file;
    struct night_model *model;
    size_t fed;                 /* samples fed */
    struct night_sample *valid; /* with oxygen, one an instant */
    size_t n_valid;
    int32_t usable[NIGHT_WINDOW + 1]; /* the last days that counted */
    int n_usable;
    int64_t step_ms[CADENCE_SAMPLES];
};

static bool is_value(double v)
{
    return v > 0 && v <= HIGHEST_MG_L;
}

static void begin(struct walk *w, const struct nightfile *f)
{
    *w = (struct walk){.file = f, .model = night_model_new()};
    w->valid = xcalloc(f->n + 1, sizeof *w->valid);
    for (size_t k = 0; k < f->n; k++)
        if (is_value(f->sample[k].do_mg_l) &&
            (w->n_valid == 0 || w->valid[w->n_valid - 1].ts_ms != f->sample[k].ts_ms))
            w->valid[w->n_valid++] = f->sample[k];
}

/* The first valid sample after ts. */
static size_t first_after(const struct walk *w, int64_t ts_ms)
{
    size_t lo = 0, hi = w->n_valid;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (w->valid[mid].ts_ms <= ts_ms)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static int by_size(const void *a, const void *b)
{
    const int64_t *p = a, *q = b;

    return *p < *q ? -1 : *p > *q;
}

/* The usual step of the samples before index end, 0 unknown. */
static int64_t cadence(struct walk *w, size_t end)
{
    size_t from = end > CADENCE_SAMPLES ? end - CADENCE_SAMPLES : 0, n = 0;

    for (size_t k = from + 1; k < end; k++)
        w->step_ms[n++] = w->valid[k].ts_ms - w->valid[k - 1].ts_ms;
    if (n == 0)
        return 0;
    qsort(w->step_ms, n, sizeof w->step_ms[0], by_size);
    return w->step_ms[n / 2];
}

/* Enough samples in [from, to]? */
static bool is_seen(struct walk *w, int64_t from_ms, int64_t to_ms)
{
    size_t first = first_after(w, from_ms - 1), last = first_after(w, to_ms);
    int64_t step = cadence(w, first_after(w, from_ms));

    return step > 0 && (int64_t)(last - first) * 100 * step >= SHARE_X100 * (to_ms - from_ms);
}

static void feed_to(struct walk *w, int64_t ts_ms)
{
    for (; w->fed < w->file->n && w->file->sample[w->fed].ts_ms <= ts_ms; w->fed++)
        if (night_model_feed(w->model, &w->file->sample[w->fed]) != 0)
            log_debug("%s: a reading out of order was left out", w->file->pond);
}

/* What came, on the steps after issue. */
static void take_truth(const struct walk *w, int steps, struct nightback_night *night)
{
    night->min = NAN;
    for (int k = 0; k < steps; k++) {
        int64_t ts = night->issue_ms + (k + 1) * NIGHT_STEP_MS;
        size_t after = first_after(w, ts);
        const struct night_sample *b = after < w->n_valid ? &w->valid[after] : NULL,
                                  *a = after > 0 ? &w->valid[after - 1] : NULL;
        double v = NAN;

        if (a != NULL && a->ts_ms == ts)
            v = a->do_mg_l;
        else if (a != NULL && b != NULL && b->ts_ms - a->ts_ms <= BRIDGE_MS)
            v = a->do_mg_l +
                (b->do_mg_l - a->do_mg_l) * (double)(ts - a->ts_ms) / (double)(b->ts_ms - a->ts_ms);
        night->truth[k] = (float)v;
        if (!isnan(v))
            night->min = isnan(night->min) || v < night->min ? v : night->min;
    }
}

/* The lowest reading, and the lowest that a second in a row confirmed. */
static void take_lows(const struct walk *w, int64_t from_ms, int64_t to_ms,
                      struct nightback_night *night)
{
    double before = INFINITY;

    night->low_one = night->low_two = INFINITY;
    for (size_t k = first_after(w, from_ms); k < w->n_valid && w->valid[k].ts_ms <= to_ms; k++) {
        double v = w->valid[k].do_mg_l;

        night->low_one = fmin(night->low_one, v);
        night->low_two = fmin(night->low_two, fmax(v, before));
        before = v;
    }
}

/* Keeps what came, beside the forecast unless it is NULL. */
static void keep(struct nightback *b, size_t p, const struct walk *w, int32_t day, int64_t issue_ms,
                 const struct night_forecast *f)
{
    struct nightback_pond *pond = &b->pond[p];
    struct nightback_night *night;

    if (pond->n == pond->room) {
        pond->room = pond->room == 0 ? 64 : 2 * pond->room;
        pond->night = xrealloc(pond->night, pond->room, sizeof *pond->night);
    }
    night = &pond->night[pond->n++];
    *night = (struct nightback_night){.day = day, .issue_ms = issue_ms, .made = f != NULL};
    take_truth(w, b->steps, night);
    take_lows(w, issue_ms, issue_ms + b->steps * NIGHT_STEP_MS, night);
    if (f == NULL)
        return;
    for (int k = 0; k < f->steps; k++)
        night->mean[k] = (float)f->mean[k];
    for (int i = 0; i < NIGHT_MEMBERS; i++)
        night->member[i] = (float)f->member[i];
    memcpy(night->p_below, f->p_below, sizeof night->p_below);
    night->p_ask = night_p_below(f, b->ask.below_mg_l);
}

struct run {
    struct nightback *out;
    struct walk *walk;
    struct night_model **model;
    int64_t issue_after_ms, until_after_ms; /* of the day's local midnight */
};

static void one_night(struct run *r, size_t p, int32_t day)
{
    struct walk *w = &r->walk[p];
    struct nightback_pond *pond = &r->out->pond[p];
    struct night_forecast f;
    int64_t issue = civil_day_start(day) + r->issue_after_ms,
            until = civil_day_start(day) + r->until_after_ms;
    bool within = w->n_valid > 0 && w->valid[0].ts_ms <= issue &&
                  w->valid[w->n_valid - 1].ts_ms >= until - BRIDGE_MS;
    const struct night_ask ask = {.issue_ms = issue,
                                  .until_ms = until,
                                  .young = true,
                                  .peers = r->model,
                                  .n_peers = r->out->ask.apart ? 0 : r->out->n};
    int before = 0;
    bool made;

    for (int k = 0; k < w->n_usable; k++)
        before += w->usable[k] >= day - NIGHT_WINDOW ? 1 : 0;
    if (!is_seen(w, issue, until)) {
        pond->lost += within ? 1 : 0;
        return;
    }
    made = before >= NIGHT_NIGHTS_MIN && night_model_forecast(w->model, &ask, &f) == 0;
    pond->early += before < NIGHT_NIGHTS_MIN ? 1 : 0;
    pond->unable += before >= NIGHT_NIGHTS_MIN && !made ? 1 : 0;
    keep(r->out, p, w, day, issue, made ? &f : NULL);
    if (w->n_usable > NIGHT_WINDOW) {
        memmove(w->usable, w->usable + 1, NIGHT_WINDOW * sizeof w->usable[0]);
        w->n_usable--;
    }
    w->usable[w->n_usable++] = day;
}

static void all_nights(struct run *r, int32_t first, int32_t last)
{
    for (int32_t day = first; day <= last; day++) {
        for (size_t p = 0; p < r->out->n; p++)
            feed_to(&r->walk[p], civil_day_start(day) + r->issue_after_ms);
        for (size_t p = 0; p < r->out->n; p++)
            one_night(r, p, day);
    }
}

/* Minutes after the midnight before the night. */
static int64_t after_midnight_ms(int minutes, int earliest_evening)
{
    return (int64_t)(minutes < earliest_evening ? minutes + 24 * 60 : minutes) * MINUTE_MS;
}

int nightback_run(struct nightback **out, const struct nightfile *file, size_t n,
                  const struct nightback_ask *ask)
{
    struct run r = {.issue_after_ms = after_midnight_ms(ask->issue_min, 16 * 60),
                    .until_after_ms = after_midnight_ms(ask->until_min, 16 * 60)};
    int32_t first = INT32_MAX, last = INT32_MIN;

    if (r.until_after_ms <= r.issue_after_ms || r.until_after_ms > (int64_t)31 * 60 * MINUTE_MS ||
        r.issue_after_ms < (int64_t)16 * 60 * MINUTE_MS || r.issue_after_ms % NIGHT_STEP_MS != 0 ||
        r.until_after_ms % NIGHT_STEP_MS != 0)
        return NILA_ERR_RANGE;
    r.out = xcalloc(1, sizeof *r.out);
    *r.out =
        (struct nightback){.ask = *ask,
                           .steps = (int)((r.until_after_ms - r.issue_after_ms) / NIGHT_STEP_MS),
                           .n = n,
                           .pond = xcalloc(n + 1, sizeof *r.out->pond)};
    r.walk = xcalloc(n + 1, sizeof *r.walk);
    r.model = xcalloc(n + 1, sizeof r.model[0]); /* NOLINT(bugprone-sizeof-expression): pointers */
    for (size_t p = 0; p < n; p++) {
        begin(&r.walk[p], &file[p]);
        r.model[p] = r.walk[p].model;
        if (r.walk[p].n_valid > 0) {
            int32_t from = civil_day(r.walk[p].valid[0].ts_ms),
                    to = civil_day(r.walk[p].valid[r.walk[p].n_valid - 1].ts_ms);

            first = from < first ? from : first;
            last = to > last ? to : last;
        }
        r.out->pond[p].name = file[p].pond;
    }
    if (first <= last)
        all_nights(&r, first, last);
    for (size_t p = 0; p < n; p++) {
        night_model_free(r.walk[p].model);
        free(r.walk[p].valid);
    }
    free(r.walk);
    free(r.model);
    *out = r.out;
    return 0;
}

void nightback_free(struct nightback *b)
{
    if (b == NULL)
        return;
    for (size_t p = 0; p < b->n; p++)
        free(b->pond[p].night);
    free(b->pond);
    free(b);
}

static void put(struct buf *out, const char *pond, const char *date, int k, double v, int digits)
{
    csv_put(out, true, pond);
    buf_printf(out, ",%s,%d,%.*f\n", date, k, digits, v);
}

void nightback_csv(struct buf *out, const struct nightback *b)
{
    buf_printf(out, "pond,date,k,do\n");
    for (size_t p = 0; p < b->n; p++)
        for (size_t i = 0; i < b->pond[p].n; i++) {
            const struct nightback_night *night = &b->pond[p].night[i];
            const char *pond = b->pond[p].name;
            char date[16];

            if (!night->made)
                continue;
            (void)civil_format_day(date, sizeof date, night->day);
            for (int k = 0; k < b->steps; k++)
                put(out, pond, date, k + 1, night->mean[k], 4);
            put(out, pond, date, -1, night->p_ask, 5);
            for (int k = 0; k < NIGHT_MEMBERS; k++)
                put(out, pond, date, -2 - k, night->member[k], 4);
        }
}
