/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What watch tells once a day. A mark on record says that it was told, so that a restart tells nothing twice; the nights foretold are
 * stored with it. Reading weeks of every pond is done a piece at a time between the looks (evening.h). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "watch_own.h"

#define MIN_MS  ((int64_t)60 * 1000)
#define HOUR_MS (60 * MIN_MS)
#define TRY_MS  (10 * MIN_MS) /* what could not be read is tried again */
#define HOLD_MS MIN_MS        /* what could not be stored */
enum {
    PART_MS = 1000,     /* of one step; a read under way is waited for */
    IDLE_MS = 10 * 1000 /* so often it is looked whether there is something to do */
};

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

/* Stores and tells what stands in plan with the mark key ("": none) and these nights. */
static int tell(struct watch *w, const char *key, const struct evening_told *t, int64_t now_ms)
{
    int rc;

    w->night = t != NULL ? t->night : NULL;
    w->nights = t != NULL ? t->nights : 0;
    rc = watch_tell(w, key, now_ms);
    w->night = NULL;
    w->nights = 0;
    if (rc != 0)
        w->hold_ms = now_ms + HOLD_MS;
    return rc;
}

static void told_of(const struct evening_told *t)
{
    for (size_t i = 0; i < t->nights; i++)
        t->item[i]->told = true;
}

static void drop(struct evening_work **k)
{
    evening_free(*k);
    *k = NULL;
}

/* --- 15:30 --- */

static bool tell_notice(struct watch *w, int64_t now_ms)
{
    struct evening_told t = {0};
    struct words_facts f = words_nothing();
    const bool first = !told_since(w, "notice", at_minute(now_ms, 0), now_ms);

    evening_tell(w->notice, &w->look, 0, now_ms, &t);
    f.dusk_ms = at_minute(now_ms, EVENING_DUSK_MIN);
    if (t.lines > 0)
        plan_digest(&w->plan, CAUSE_NIGHT_NOTICE, t.line, t.lines, &f, now_ms,
                    at_minute(now_ms, EVENING_DUSK_FIRST_MIN));
    /* when nothing at all could be read, it is all still to be told */
    if ((t.nights > 0 || evening_unread(w->notice) == 0) && (first || t.lines > 0) &&
        tell(w, "notice", NULL, now_ms) == 0)
        log_info("alarm: notice before the evening feed: %zu ponds", t.lines);
    if (w->hold_ms <= now_ms)
        told_of(&t);
    evening_told_free(&t);
    return w->hold_ms <= now_ms;
}

/* Each of these does one piece of its work; false: there is nothing to do now. */
static bool notice(struct watch *w, int64_t now_ms)
{
    const int minute = minute_of(now_ms);

    if (minute < EVENING_NOTICE_MIN || minute >= EVENING_NOTICE_LAST_MIN) {
        drop(&w->notice);
        return false;
    }
    if (w->notice == NULL)
        return !told_since(w, "notice", at_minute(now_ms, 0), now_ms) &&
               try_now(&w->notice_tried_ms, now_ms) &&
               evening_begin(&w->notice, EVENING_NOTICE, &w->look, now_ms, NULL, 0) == 0;
    if (evening_step(w->notice, &w->look, w->series, now_ms))
        return true;
    if (!w->notice->ended) {
        w->notice->ended = tell_notice(w, now_ms);
        return w->notice->ended;
    }
    return evening_unread(w->notice) > 0 && try_now(&w->notice_tried_ms, now_ms) &&
           evening_again(w->notice, &w->look, now_ms) == 0;
}

/* --- dusk --- */

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

/* Tells of what was foretold and stores it, as one: a crash tells nothing twice. False: it could not be stored; it is tried again. */
static bool tell_night(struct watch *w, const struct evening_work *k, const char *key,
                       int64_t now_ms)
{
    struct evening_told t = {0};
    struct words_facts f = words_nothing();
    bool stored;

    evening_tell(k, &w->look, w->settings->night_p, now_ms, &t);
    if (t.lines > 0)
        plan_digest(&w->plan, CAUSE_DO_NIGHT, t.line, t.lines, &f, now_ms,
                    at_minute(now_ms, 24 * 60));
    /* a night counts as warned of when somebody was to be told */
    for (size_t i = 0; i < t.nights && w->plan.n > 0; i++)
        for (size_t n = 0; n < t.lines; n++)
            if (strcmp(t.line[n].pond->slug, t.night[i].pond) == 0)
                t.night[i].warned_ms = now_ms;
    /* when no pond at all could be read, the message is still to come */
    stored = tell(w, t.made > 0 || evening_unread(k) == 0 ? key : "", &t, now_ms) == 0;
    if (stored) {
        told_of(&t);
        write_back(w, &t);
        if (t.made > 0)
            log_info("alarm: forecast of the night: %zu of %zu ponds low; %zu could not be read",
                     t.lines, t.made, evening_unread(k));
    }
    evening_told_free(&t);
    return stored;
}

/* Has something been foretold that may not wait for ponds that are still to be read? Asked when a farm is done. */
static bool urgent(struct watch *w, int64_t now_ms)
{
    struct evening_told t = {0};
    bool is;

    if (w->dusk->foretelling || w->dusk->next != w->dusk->first ||
        (now_ms - w->part_ms < TRY_MS && now_ms >= w->part_ms))
        return false;
    evening_tell(w->dusk, &w->look, w->settings->night_p, now_ms, &t);
    is = t.soon || (t.lines > 0 && minute_of(now_ms) >= EVENING_DUSK_WAIT_MIN);
    evening_told_free(&t);
    return is;
}

static bool begin_dusk(struct watch *w, int64_t now_ms)
{
    const int32_t today = civil_day(now_ms);
    struct rec_night *known = NULL;
    size_t n = 0;
    int rc;

    if (!try_now(&w->dusk_tried_ms, now_ms))
        return false;
    rc = records_nights(w->records, today, today, &known, &n);
    if (rc == 0)
        rc = evening_begin(&w->dusk, EVENING_DUSK, &w->look, now_ms, known, n);
    free(known);
    return rc == 0; /* else told by records; tried again */
}

/* The round is over. False: nothing more can be done of it now. */
static bool end_dusk(struct watch *w, int64_t now_ms)
{
    if (minute_of(now_ms) < EVENING_DUSK_MIN &&
        !told_since(w, "dusk", at_minute(now_ms, 0), now_ms)) {
        struct evening_told t = {0};
        bool soon;

        evening_tell(w->dusk, &w->look, w->settings->night_p, now_ms, &t);
        soon = t.soon;
        evening_told_free(&t);
        if (!soon) { /* by 19:00 more is known */
            drop(&w->dusk);
            return false;
        }
    }
    w->dusk->ended = tell_night(w, w->dusk, "dusk", now_ms);
    w->readings = w->dusk_readings;
    return w->dusk->ended;
}

static bool dusk(struct watch *w, int64_t now_ms)
{
    const int minute = minute_of(now_ms);

    if (minute < EVENING_DUSK_FIRST_MIN || minute >= EVENING_DUSK_LAST_MIN) {
        if (w->dusk != NULL && evening_unread(w->dusk) > 0)
            log_warnx("alarm: %zu ponds have no forecast of tonight: their readings could not be "
                      "read until 22:00",
                      evening_unread(w->dusk));
        if (w->dusk != NULL && !w->dusk->ended && minute >= EVENING_DUSK_LAST_MIN)
            (void)tell_night(w, w->dusk, "dusk", now_ms); /* what there is of a slow round */
        drop(&w->dusk);
        return false;
    }
    if (w->dusk == NULL) {
        w->dusk_readings = readings_of(w, now_ms);
        return begin_dusk(w, now_ms);
    }
    if (evening_step(w->dusk, &w->look, w->series, now_ms)) {
        if (urgent(w, now_ms)) {
            w->part_ms = now_ms;
            (void)tell_night(w, w->dusk, "dusk", now_ms);
        }
        return true;
    }
    if (!w->dusk->ended)
        return end_dusk(w, now_ms);
    return evening_unread(w->dusk) > 0 && try_now(&w->dusk_tried_ms, now_ms) &&
           evening_again(w->dusk, &w->look, now_ms) == 0;
}

/* What is measured by hand after the message, and turns a night bad, is a message of its own; once a pond and night, as records
 * know. */
static bool begin_late(struct watch *w, int64_t now_ms)
{
    const int32_t today = civil_day(now_ms);
    struct rec_night *known = NULL;
    int64_t dusk_ms = 0;
    size_t n = 0;
    int rc;

    w->late_readings = readings_of(w, now_ms);
    if (w->late_readings == w->readings || (w->dusk != NULL && !w->dusk->ended) ||
        records_mark(w->records, "dusk", &dusk_ms) != 0 || dusk_ms < at_minute(now_ms, 0) ||
        dusk_ms > now_ms || !try_now(&w->late_tried_ms, now_ms))
        return false;
    rc = records_nights(w->records, today, today, &known, &n);
    if (rc == 0)
        rc = evening_begin(&w->late, EVENING_LATE, &w->look, now_ms, known, n);
    free(known);
    return rc == 0; /* else told by records; tried again */
}

static bool late(struct watch *w, int64_t now_ms)
{
    const int minute = minute_of(now_ms);

    if (minute < EVENING_DUSK_FIRST_MIN || minute >= EVENING_DUSK_LAST_MIN) {
        drop(&w->late);
        return false;
    }
    if (w->late == NULL)
        return begin_late(w, now_ms);
    if (evening_step(w->late, &w->look, w->series, now_ms))
        return true;
    if (!tell_night(w, w->late, "late", now_ms))
        return false;
    w->readings = w->late_readings;
    drop(&w->late);
    return true;
}

/* --- 06:00 and 18:00 --- */

/* A farm's ponds, those that are well, and the lowest of the last twelve hours. */
static void beat_of_farm(struct watch *w, const struct rec_farm *farm, int64_t now_ms)
{
    struct plan_line *line = xcalloc(w->look.ponds, sizeof *line);
    struct words_facts f = words_nothing();
    size_t n = 0;

    for (size_t i = 0; i < w->beat->items; i++) {
        const struct evening_item *one = &w->beat->item[i];
        const struct look_pond *p = look_find(&w->look, one->pond);

        if (p == NULL || p->farm != farm)
            continue;
        line[n++].pond = p;
        f.well += p->answered && p->status.level == STATUS_OK;
        if (!isnan(one->lowest) && (isnan(f.do_min_mg_l) || one->lowest < f.do_min_mg_l)) {
            f.do_min_mg_l = one->lowest;
            f.ts_ms = one->lowest_ms;
            f.place = p->pond->name;
        }
    }
    f.ponds = (int)n;
    if (n > 0)
        plan_digest(&w->plan, CAUSE_HEARTBEAT, line, n, &f, now_ms, now_ms + 2 * HOUR_MS);
    free(line);
}

static bool heartbeat(struct watch *w, int64_t now_ms)
{
    const int hour = minute_of(now_ms) / 60;

    if (!w->settings->heartbeat || (hour != 6 && hour != 18)) {
        drop(&w->beat);
        return false;
    }
    if (w->beat == NULL)
        return !told_since(w, "heartbeat", at_minute(now_ms, hour * 60), now_ms) &&
               evening_begin(&w->beat, EVENING_BEAT, &w->look, now_ms, NULL, 0) == 0;
    if (w->beat->ended)
        return false;
    if (evening_step(w->beat, &w->look, w->series, now_ms))
        return true;
    for (size_t i = 0; i < w->look.snap->farms; i++)
        beat_of_farm(w, &w->look.snap->farm[i], now_ms);
    w->beat->ended = tell(w, "heartbeat", NULL, now_ms) == 0;
    if (!w->beat->ended)
        log_warnx("alarm: the routine message could not be stored; tried again");
    return w->beat->ended;
}

/* --- the morning after --- */

static bool judge(struct watch *w, int64_t now_ms)
{
    size_t unread;

    if (w->judge == NULL)
        return minute_of(now_ms) >= EVENING_JUDGE_MIN && try_now(&w->judge_tried_ms, now_ms) &&
               evening_begin(&w->judge, EVENING_JUDGE, &w->look, now_ms, NULL, 0) == 0;
    if (evening_step(w->judge, &w->look, w->series, now_ms))
        return true;
    unread = evening_unread(w->judge);
    if (unread != w->unjudged && unread > 0)
        log_warnx("alarm: %zu nights of ponds could not be judged yet; tried again", unread);
    w->unjudged = unread;
    drop(&w->judge);
    return true;
}

/* --- */

bool watch_daily(struct watch *w, int64_t look_due)
{
    const int64_t began = w->rehearsal ? clock_wall_ms() : clock_mono_ms();
    int64_t mono = began;
    bool more = true;

    if (w->idle_until > began && w->idle_until - began <= IDLE_MS)
        return false;
    while (more && (mono == began || (mono < look_due && mono - began < PART_MS))) {
        const int64_t now_ms = clock_wall_ms();

        if (!clock_plausible(now_ms)) /* a Pi without a battery begins in 1970: no evening there */
            more = false;
        else if (now_ms < w->hold_ms && w->hold_ms - now_ms <= HOLD_MS)
            more = false;
        else
            more = notice(w, now_ms) || dusk(w, now_ms) || late(w, now_ms) ||
                   heartbeat(w, now_ms) || judge(w, now_ms);
        mono = w->rehearsal ? clock_wall_ms() : clock_mono_ms();
    }
    w->idle_until = more ? 0 : mono + IDLE_MS;
    return more;
}

void watch_daily_end(struct watch *w)
{
    struct evening_work **const all[] = {&w->notice, &w->dusk, &w->late, &w->beat, &w->judge};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        drop(all[i]);
}
