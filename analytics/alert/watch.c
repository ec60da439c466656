/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "watch_own.h"

#define SECOND_MS ((int64_t)1000)
#define MIN_MS    (60 * SECOND_MS)
#define HOUR_MS   (60 * MIN_MS)

enum {
    ASKS_MS = 1000,      /* acknowledgements of pages and command line are looked for */
    INPUTS_MS = 5000,    /* mains and the button on the box */
    READ_MS = 60 * 1000, /* ponds, contacts, limits */
    ALIVE_MS = 2 * 60 * 1000,
    FEED_MS = 1000 /* attempts that fell due */
};

/* Ponds of which nobody would be told are named at once, not in the night that kills. */
static void tell_unserved(const struct watch *w)
{
    for (size_t i = 0; i < w->look.ponds; i++)
        if (!plan_reaches(&w->plan, &w->look.pond[i]))
            log_warnx(
                "alarm: pond %s: no contact would be told of a danger: none answers for it with an "
                "address for a configured channel; see import contacts",
                w->look.pond[i].slug);
}

int watch_open(struct watch **out, const struct analytics_config *c, struct records *r,
               struct series_source *s, struct channels *channels, const struct deliver_ops *ops,
               char *why, size_t why_size)
{
    struct watch *w = xcalloc(1, sizeof *w);
    struct deliver_channel list[CHANNELS_MAX];
    int64_t now = clock_wall_ms();
    int rc;

    w->config = c;
    w->settings = &c->alert;
    w->records = r;
    w->series = s;
    w->look.records = r;
    w->oks_wait = true;
    w->look.usual = &c->limits;
    w->look.rivers = &c->rivers;
    w->plan.look = &w->look;
    w->plan.settings = &c->alert;
    w->plan.phone = c->phone;
    plan_channels(&w->plan, channels, &c->channels);
    rc = look_read(&w->look, now);
    if (rc == 0)
        rc = watch_take_over(w);
    if (rc != 0) {
        (void)snprintf(why, why_size, "%s: %s", c->records_path, nila_err_text(rc));
        look_free(&w->look);
        free(w);
        return rc;
    }
    for (size_t i = 0; i < w->plan.channels; i++)
        list[i] = (struct deliver_channel){w->plan.channel[i].slug, channels_at(channels, i)};
    w->deliver = deliver_start(r, list, w->plan.channels, ops);
    tell_unserved(w);
    if (w->engine.n > 0)
        log_info("alarm: %zu open ones taken over", w->engine.n);
    *out = w;
    return 0;
}

void watch_close(struct watch *w)
{
    if (w == NULL)
        return;
    deliver_stop(w->deliver);
    watch_daily_end(w);
    engine_free(&w->engine);
    plan_free(&w->plan);
    look_free(&w->look);
    free(w->direct);
    free(w);
}

void watch_rehearse(struct watch *w)
{
    w->rehearsal = true;
    w->plan.rehearsal = true;
}

size_t watch_busy(struct watch *w)
{
    return deliver_busy(w->deliver);
}

/* --- contacts of the collector --- */

/* Mains that change are looked at without waiting for the next pass. */
static bool mains_changed(struct watch *w, int64_t now_ms)
{
    struct series_contact c;
    bool lost, told = false;

    if (w->settings->mains_input[0] == '\0' ||
        series_contact(w->series, w->settings->mains_input, now_ms - WATCH_INPUT_BACK_MS, &c) !=
            0 ||
        c.ts_ms == 0)
        return false;
    lost = c.value == w->settings->mains_lost;
    for (size_t i = 0; i < w->engine.n; i++)
        told = told || (w->engine.alarm[i].rank > 0 &&
                        strcmp(w->engine.alarm[i].group, cause_group_name(GROUP_POWER)) == 0);
    return lost ? !told : w->look.mains_lost_ms != 0;
}

/* --- the step --- */

static bool due(int64_t *at, int64_t mono, int64_t every_ms)
{
    if (mono < *at && *at - mono <= every_ms) /* a clock of another kind would wait for ever */
        return false;
    *at = mono + every_ms;
    return true;
}

/* Pages say that the alarm does not run when they have not read this for five minutes. */
static void say_alive(struct watch *w, int64_t now_ms)
{
    struct rec_mark mark = {.key = "watch", .at_ms = now_ms};
    struct alarm_commit c = {.mark = &mark, .marks = 1, .now_ms = now_ms};

    if (!due(&w->alive_due, clock_mono_ms(), ALIVE_MS))
        return;
    if (records_alarms_commit(w->records, &c) != 0) /* told by records */
        w->alive_due = 0;
}

static void pass(struct watch *w, int64_t now_ms)
{
    if (now_ms - w->look.read_ms >= READ_MS || now_ms < w->look.read_ms) {
        if (look_read(&w->look, now_ms) != 0)
            log_warnx("alarm: the records could not be read; what was known of ponds and contacts "
                      "is used");
    } else if (look_presses(&w->look, now_ms) != 0) {
        log_warnx("alarm: the buttons could not be read; tried again");
    }
    watch_health(w);
    w->look.open = w->engine.alarm;
    w->look.opens = w->engine.n;
    look_pass(&w->look, w->series, w->settings, now_ms);
    look_probe(&w->look, w->series, now_ms);
    watch_decide(w, now_ms);
    say_alive(w, now_ms);
}

int64_t watch_step(struct watch *w, bool *passed)
{
    int64_t now = clock_wall_ms(), mono = w->rehearsal ? now : clock_mono_ms(), next;
    bool look = due(&w->pass_due, mono, w->settings->every_s * SECOND_MS);

    watch_take_heard(w, now);
    if (due(&w->inputs_due, mono, INPUTS_MS)) {
        watch_look_at_button(w, now);
        look = look || mains_changed(w, now);
    }
    if (look) {
        watch_take_oks(w);
        pass(w, now);
    } else if (due(&w->asks_due, mono, ASKS_MS)) {
        struct rec_ask *ask = NULL;
        size_t n = 0;

        if (records_alarm_asks(w->records, &ask, &n) == 0 && n > 0)
            watch_decide(w, now);
        free(ask);
    }
    if (due(&w->feed_due, mono, FEED_MS))
        watch_feed(w, now);
    if (passed != NULL)
        *passed = look;
    if (watch_daily(w, w->pass_due))
        return 0;
    next = w->pass_due < w->inputs_due ? w->pass_due : w->inputs_due;
    next = next < w->asks_due ? next : w->asks_due;
    return next > mono ? next - mono : 0;
}
