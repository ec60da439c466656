/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What watch tells once a day. A mark on record says that it was told, so that a restart tells nothing twice. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "evening.h"
#include "watch_own.h"

#define MIN_MS  ((int64_t)60 * 1000)
#define HOUR_MS (60 * MIN_MS)
/* Reading three weeks of every pond is not done with each pass. */
#define TRY_MS (10 * MIN_MS)

static int minute_of(int64_t now_ms)
{
    struct civil c = civil_from_ts(now_ms);
    return c.hour * 60 + c.minute;
}

static int64_t at_minute(int64_t now_ms, int minute)
{
    return civil_day_start(civil_day(now_ms)) + minute * MIN_MS;
}

/* Was it told since since_ms? An error counts as yes: better late than twice a second. A mark after now is of a clock that was
 * wrong, and would silence for as long as it was ahead. */
static bool told_since(const struct watch *w, const char *key, int64_t since_ms, int64_t now_ms)
{
    int64_t at = 0;

    return records_mark(w->records, key, &at) != 0 || (at >= since_ms && at <= now_ms);
}

static bool try_now(int64_t *tried_ms, int64_t now_ms)
{
    if (now_ms - *tried_ms < TRY_MS && now_ms >= *tried_ms)
        return false;
    *tried_ms = now_ms;
    return true;
}

/* --- 15:30 --- */

static void notice(struct watch *w, int64_t now_ms)
{
    struct evening_told t = {0};
    struct words_facts f = words_nothing();
    int minute = minute_of(now_ms);

    if (minute < EVENING_NOTICE_MIN || minute >= EVENING_NOTICE_LAST_MIN ||
        told_since(w, "notice", at_minute(now_ms, 0), now_ms) ||
        !try_now(&w->notice_tried_ms, now_ms))
        return;
    if (evening_notice(&w->look, w->series, now_ms, &t) != 0)
        return; /* told by series; tried again */
    f.dusk_ms = at_minute(now_ms, EVENING_DUSK_MIN);
    if (t.lines > 0)
        plan_digest(&w->plan, CAUSE_NIGHT_NOTICE, t.line, t.lines, &f, now_ms,
                    at_minute(now_ms, EVENING_DUSK_FIRST_MIN));
    if (watch_tell(w, "notice", now_ms) == 0)
        log_info("alarm: notice before the evening feed: %zu ponds", t.lines);
    evening_free(&t);
}

/* --- dusk --- */

/* The night of a pond counts as warned when somebody was to be told. */
static void keep_nights(struct watch *w, struct evening_told *t, bool told, int64_t now_ms)
{
    for (size_t i = 0; i < t->nights; i++) {
        struct rec_night *g = &t->night[i];

        for (size_t k = 0; k < t->lines && told; k++)
            if (strcmp(t->line[k].pond->pond->slug, g->pond) == 0)
                g->warned_ms = now_ms;
        if (records_night_store(w->records, g) != 0)
            log_warnx("pond %s: tonight's forecast could not be stored", g->pond);
    }
}

static void write_back(struct watch *w, const struct evening_told *t)
{
    struct buf lines = {0};
    char why[256] = "";

    if (w->config->write_back && !w->rehearsal && evening_lines(&w->look, t, &lines) > 0 &&
        series_write(w->series, lines.p, lines.n, why, sizeof why) != 0)
        log_warnx("tonight's forecast is not written to the database: %s", why);
    buf_free(&lines);
}

/* What is on record of this evening's readings by hand: when it changes, there is something to look at. */
static int64_t readings_of(const struct watch *w, int64_t now_ms)
{
    const int64_t dusk_ms = at_minute(now_ms, EVENING_DUSK_FIRST_MIN);
    int64_t sign = dusk_ms;

    for (size_t i = 0; i < w->look.presses; i++) {
        const struct rec_press *q = &w->look.press[i];

        if (q->kind == PRESS_OXYGEN && q->at_ms >= dusk_ms)
            sign += 1 + q->at_ms % CIVIL_DAY_MS + (int64_t)(q->value * 100);
    }
    return sign;
}

static void dusk(struct watch *w, int64_t now_ms)
{
    struct evening_told t = {0};
    struct words_facts f = words_nothing();
    int minute = minute_of(now_ms);
    size_t planned;

    if (minute < EVENING_DUSK_FIRST_MIN || minute >= EVENING_DUSK_LAST_MIN ||
        told_since(w, "dusk", at_minute(now_ms, 0), now_ms) || !try_now(&w->dusk_tried_ms, now_ms))
        return;
    if (evening_dusk(&w->look, w->series, w->settings->night_p, now_ms, &t) != 0)
        return; /* told by series; tried again */
    if (minute < EVENING_DUSK_MIN && !t.soon) {
        evening_free(&t);
        return;
    }
    if (t.lines > 0)
        plan_digest(&w->plan, CAUSE_DO_NIGHT, t.line, t.lines, &f, now_ms,
                    at_minute(now_ms, 24 * 60));
    planned = w->plan.n;
    if (watch_tell(w, "dusk", now_ms) == 0) {
        keep_nights(w, &t, planned > 0, now_ms);
        write_back(w, &t);
        w->readings = readings_of(w, now_ms);
        log_info("alarm: forecast of the night: %zu of %zu ponds low", t.lines, t.nights);
    }
    evening_free(&t);
}

/* What is measured by hand after the message, and turns a night bad, is a message of its own; once a pond and night, as records
 * know. */

static void late(struct watch *w, int64_t now_ms)
{
    const int32_t today = civil_day(now_ms);
    const int minute = minute_of(now_ms);
    const int64_t readings = readings_of(w, now_ms);
    struct words_facts f = words_nothing();
    struct evening_told t = {0};
    struct rec_night *known = NULL;
    size_t n = 0, planned;
    int64_t dusk_ms = 0;

    if (minute < EVENING_DUSK_FIRST_MIN || minute >= EVENING_DUSK_LAST_MIN ||
        readings == w->readings || records_mark(w->records, "dusk", &dusk_ms) != 0 ||
        dusk_ms < at_minute(now_ms, 0) || dusk_ms > now_ms || !try_now(&w->late_tried_ms, now_ms))
        return;
    if (records_nights(w->records, today, today, &known, &n) != 0 ||
        evening_late(&w->look, w->series, w->settings->night_p, now_ms, known, n, &t) != 0) {
        free(known);
        return; /* told by records and series; tried again */
    }
    free(known);
    if (t.lines > 0)
        plan_digest(&w->plan, CAUSE_DO_NIGHT, t.line, t.lines, &f, now_ms,
                    at_minute(now_ms, 24 * 60));
    planned = w->plan.n;
    if (t.lines == 0 || watch_tell(w, "late", now_ms) == 0) {
        w->readings = readings;
        keep_nights(w, &t, planned > 0, now_ms);
        write_back(w, &t);
        if (t.lines > 0)
            log_info("alarm: measured by hand after the forecast: %zu ponds low", t.lines);
    }
    evening_free(&t);
}

/* --- 06:00 and 18:00 --- */

/* Lowest of the last twelve hours over a farm's ponds. */
static void lowest_of_farm(struct watch *w, const struct rec_farm *farm, int64_t now_ms,
                           struct words_facts *f)
{
    for (size_t i = 0; i < w->look.ponds; i++) {
        const struct look_pond *p = &w->look.pond[i];
        struct series oxygen = {0};

        if (p->farm != farm || !p->known ||
            series_load(w->series, p->pond->slug, METRIC_DO_MG_L, now_ms - 12 * HOUR_MS, now_ms,
                        10 * MIN_MS, &oxygen) != 0)
            continue;
        for (size_t k = 0; k < oxygen.n; k++)
            if (isnan(f->do_min_mg_l) || oxygen.value[k] < f->do_min_mg_l) {
                f->do_min_mg_l = oxygen.value[k];
                f->ts_ms = oxygen.ts_ms[k];
                f->place = p->pond->name;
            }
        series_free(&oxygen);
    }
}

static void heartbeat(struct watch *w, int64_t now_ms)
{
    int minute = minute_of(now_ms), hour = minute / 60;

    if (!w->settings->heartbeat || (hour != 6 && hour != 18) ||
        told_since(w, "heartbeat", at_minute(now_ms, hour * 60), now_ms))
        return;
    for (size_t i = 0; i < w->look.snap->farms; i++) {
        const struct rec_farm *farm = &w->look.snap->farm[i];
        struct plan_line *line = xcalloc(w->look.ponds, sizeof *line);
        struct words_facts f = words_nothing();
        size_t n = 0;

        for (size_t k = 0; k < w->look.ponds; k++) {
            const struct look_pond *p = &w->look.pond[k];
            if (p->farm != farm || !p->known)
                continue;
            line[n++].pond = p;
            f.well += p->answered && p->status.level == STATUS_OK;
        }
        f.ponds = (int)n;
        lowest_of_farm(w, farm, now_ms, &f);
        if (n > 0)
            plan_digest(&w->plan, CAUSE_HEARTBEAT, line, n, &f, now_ms, now_ms + 2 * HOUR_MS);
        free(line);
    }
    if (watch_tell(w, "heartbeat", now_ms) != 0)
        log_warnx("alarm: the routine message could not be stored; tried again");
}

void watch_daily(struct watch *w, int64_t now_ms)
{
    if (!clock_plausible(now_ms))
        return; /* a Pi without a battery begins in 1970: it is no evening there */
    notice(w, now_ms);
    dusk(w, now_ms);
    late(w, now_ms);
    heartbeat(w, now_ms);
    if (minute_of(now_ms) >= EVENING_JUDGE_MIN && try_now(&w->judge_tried_ms, now_ms) &&
        evening_judge(w->records, w->series, now_ms) != 0)
        log_warnx("alarm: last night could not be judged yet; tried again");
}
