/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "night_source.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "collector/common/civil.h"
#include "collector/common/lineproto.h"
#include "collector/common/log.h"

static const int64_t LOOK_BACK_MS = 25 * CIVIL_DAY_MS;
static const int64_t FINE_MS = (int64_t)2 * 3600000; /* of single readings before the issue */

enum {
    OXYGEN,      /* means */
    OXYGEN_FINE, /* readings, later than the means */
    TEMP,
    LIGHT,
    RELAY,
    CURRENT,
    KINDS
};

static const int64_t RELAY_HOLDS_MS = CIVIL_DAY_MS; /* told when it switches */
/* A meter that is read seldom holds so long; one that fell silent says nothing. */
static const int64_t CURRENT_HOLDS_MS = (int64_t)30 * 60000;

struct night_reading {
    char pond[SLUG_SIZE];
    int64_t issue_ms;
    int next, kinds; /* of enum: what is read next, and how many are */
    struct series got[KINDS];
};

struct night_reading *night_reading_new(const char *pond, int64_t issue_ms, bool relay_is_aerator)
{
    struct night_reading *r = xcalloc(1, sizeof *r);

    (void)snprintf(r->pond, sizeof r->pond, "%s", pond);
    r->issue_ms = issue_ms;
    r->kinds = relay_is_aerator ? KINDS : RELAY;
    return r;
}

void night_reading_free(struct night_reading *r)
{
    if (r == NULL)
        return;
    for (int k = 0; k < KINDS; k++)
        series_free(&r->got[k]);
    free(r);
}

int night_reading_next(struct night_reading *r, struct series_source *s)
{
    const int64_t issue_ms = r->issue_ms, fine = issue_ms - FINE_MS, from = issue_ms - LOOK_BACK_MS;
    const struct {
        enum metric metric;
        int64_t from_ms, to_ms, bucket_ms;
    } WANT[KINDS] = {[OXYGEN] = {METRIC_DO_MG_L, from, fine, NIGHT_STEP_MS},
                     [OXYGEN_FINE] = {METRIC_DO_MG_L, fine, issue_ms + 1, 0},
                     [TEMP] = {METRIC_TEMP_C, from, issue_ms, NIGHT_STEP_MS},
                     [LIGHT] = {METRIC_PAR_W_M2, from, issue_ms, NIGHT_STEP_MS},
                     [RELAY] = {METRIC_RELAY, from, issue_ms, NIGHT_STEP_MS},
                     [CURRENT] = {METRIC_CURRENT_A, from, issue_ms, NIGHT_STEP_MS}};
    int rc;

    if (r->next >= r->kinds)
        return 0;
    rc = series_load(s, r->pond, WANT[r->next].metric, WANT[r->next].from_ms, WANT[r->next].to_ms,
                     WANT[r->next].bucket_ms, &r->got[r->next]);
    if (rc != 0)
        return rc;
    return ++r->next < r->kinds ? 1 : 0;
}

/* The next value of a series when it is of that instant. */
static double take(const struct series *s, size_t *next, int64_t ts_ms)
{
    return *next < s->n && s->ts_ms[*next] == ts_ms ? s->value[(*next)++] : NAN;
}

/* In order of time; what is of one instant goes together. */
static int feed(struct night_model *m, const struct series *got)
{
    size_t next[KINDS] = {0};

    for (;;) {
        struct night_sample s = {.ts_ms = INT64_MAX};
        double fine;
        int rc;

        for (int k = OXYGEN; k < RELAY; k++)
            if (next[k] < got[k].n && got[k].ts_ms[next[k]] < s.ts_ms)
                s.ts_ms = got[k].ts_ms[next[k]];
        if (s.ts_ms == INT64_MAX)
            return 0;
        s.do_mg_l = take(&got[OXYGEN], &next[OXYGEN], s.ts_ms);
        fine = take(&got[OXYGEN_FINE], &next[OXYGEN_FINE], s.ts_ms);
        if (!isnan(fine))
            s.do_mg_l = fine;
        s.temp_c = take(&got[TEMP], &next[TEMP], s.ts_ms);
        s.par_w_m2 = take(&got[LIGHT], &next[LIGHT], s.ts_ms);
        rc = night_model_feed(m, &s);
        if (rc != 0)
            return rc;
    }
}

/* What the series says at ts_ms, when that is not older than hold_ms; NaN: nothing. next moves on; ts_ms never goes back. */
static double held(const struct series *s, size_t *next, int64_t ts_ms, int64_t hold_ms)
{
    while (*next < s->n && s->ts_ms[*next] <= ts_ms)
        (*next)++;
    return *next > 0 && ts_ms - s->ts_ms[*next - 1] < hold_ms ? s->value[*next - 1] : NAN;
}

/* Ten minutes at a time: the motor's current where it is measured (a relay may be closed and the motor stand still, or be switched
 * by hand), else the relay. */
static int mark_aerated(struct night_model *m, const struct series *got, double aerator_a,
                        int64_t issue_ms)
{
    size_t relay = 0, current = 0;
    int64_t on_ms = 0;
    int rc = 0;

    for (int64_t ts = issue_ms - LOOK_BACK_MS; ts <= issue_ms && rc == 0; ts += NIGHT_STEP_MS) {
        double a = held(&got[CURRENT], &current, ts, CURRENT_HOLDS_MS);
        double r = held(&got[RELAY], &relay, ts, RELAY_HOLDS_MS);
        bool on = ts < issue_ms && (isnan(a) ? r >= 0.5 : a >= aerator_a);

        if (on && on_ms == 0)
            on_ms = ts;
        if (!on && on_ms != 0) {
            rc = night_model_aerator(m, on_ms, ts);
            on_ms = 0;
        }
    }
    return rc;
}

int night_reading_model(const struct night_reading *r, double aerator_a, struct night_model **out)
{
    struct night_model *m = night_model_new();
    int rc = feed(m, r->got);

    if (rc == 0)
        rc = mark_aerated(m, r->got, aerator_a, r->issue_ms);
    if (rc != 0)
        night_model_free(m);
    else
        *out = m;
    return rc;
}

int night_source_load(struct series_source *s, const char *pond, int64_t issue_ms,
                      bool relay_is_aerator, struct night_model **out)
{
    struct night_reading *r = night_reading_new(pond, issue_ms, relay_is_aerator);
    int rc;

    do {
        rc = night_reading_next(r, s);
    } while (rc > 0);
    if (rc == 0)
        rc = night_reading_model(r, series_aerator_a(s), out);
    night_reading_free(r);
    return rc;
}

static void begin(struct buf *b, const char *measurement, const struct night_place *where)
{
    lineproto_measurement(b, measurement);
    lineproto_tag(b, "kecamatan", where->kecamatan);
    lineproto_tag(b, "pond", where->pond);
    lineproto_tag(b, "regency", where->regency);
    lineproto_tag(b, "site", where->site);
}

void night_lines(struct buf *b, const struct night_place *where, const struct night_forecast *f)
{
    static const char *const BELOW[NIGHT_LIMITS] = {"p_below_3", "p_below_2", "p_below_1_5"};
    bool first = true;

    begin(b, "oxygen_night", where);
    lineproto_field(b, &first, "min_p10", f->min.p10);
    lineproto_field(b, &first, "min_p50", f->min.p50);
    lineproto_field(b, &first, "min_p90", f->min.p90);
    lineproto_field(b, &first, "min_at_ms", (double)f->min_at_ms);
    for (int l = 0; l < NIGHT_LIMITS; l++)
        lineproto_field(b, &first, BELOW[l], f->p_below[l]);
    lineproto_field(b, &first, "aerated", f->aerated ? 1 : 0);
    lineproto_field(b, &first, "basis", f->basis);
    lineproto_end(b, f->issue_ms + (f->aerated ? 1 : 0));
    for (int k = 0; k < f->steps && !f->aerated; k++) {
        first = true;
        begin(b, "oxygen_path", where);
        lineproto_field(b, &first, "p10", f->path[k].p10);
        lineproto_field(b, &first, "p50", f->path[k].p50);
        lineproto_field(b, &first, "p90", f->path[k].p90);
        lineproto_field(b, &first, "issued_ms", (double)f->issue_ms);
        lineproto_field(b, &first, "basis", f->basis);
        lineproto_end(b, f->issue_ms + (k + 1) * NIGHT_STEP_MS);
    }
}
