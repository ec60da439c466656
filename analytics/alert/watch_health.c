/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the channels are: what they say of themselves, what became of their messages, and the delivery reports. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "watch_own.h"

enum {
    FAILS = 3,             /* tries without one that succeeded: the channel is in trouble */
    TRIED_MOST = 20,       /* messages of a channel that are looked at */
    HEALTH_MS = 60 * 1000, /* so often */
    EARLY_MS = 120 * 1000  /* a report that is of no message on record is tried again for so long */
};

/* The place of a channel's fault; with make a free one when it has none. NULL: none. */
static struct look_fault *fault_of(struct watch *w, const char *slug, bool sending, bool make)
{
    for (size_t i = 0; i < LOOK_FAULTS; i++)
        if (w->look.fault[i].since_ms != 0 && w->look.fault[i].sending == sending &&
            strcmp(w->look.fault[i].slug, slug) == 0)
            return &w->look.fault[i];
    for (size_t i = 0; i < LOOK_FAULTS && make; i++)
        if (w->look.fault[i].since_ms == 0)
            return &w->look.fault[i];
    return NULL;
}

static void keep_fault(struct watch *w, const char *slug, bool sending, enum channel_code code,
                       const char *detail, int64_t since_ms)
{
    struct look_fault *at = fault_of(w, slug, sending, code != CODE_NONE);

    if (at == NULL)
        return;
    if (code == CODE_NONE) {
        *at = (struct look_fault){0};
        return;
    }
    (void)snprintf(at->slug, sizeof at->slug, "%s", slug);
    at->sending = sending;
    if (at->since_ms == 0)
        at->since_ms = since_ms > 0 ? since_ms : clock_wall_ms();
    for (int k = 0; k < 2; k++)
        (void)channel_say(at->words[k], sizeof at->words[k], code, detail, k == 1);
}

void watch_fault(struct watch *w, const char *slug, const struct channel_event *e)
{
    keep_fault(w, slug, false, e->code, e->detail, e->ts_ms);
}

/* Does the code say that the channel fails, and not this address, this text, or the telephone at the other end? */
static bool of_channel(enum channel_code code)
{
    static const enum channel_code OTHER[] = {
        CODE_NONE,      CODE_ADDRESS,    CODE_KIND,       CODE_CLOSED,
        CODE_EMPTY,     CODE_TOO_LONG,   CODE_MODEM_BUSY, CODE_UNDELIVERED,
        CODE_LINE_BUSY, CODE_NO_CARRIER, CODE_RECIPIENT,
    };

    for (size_t i = 0; i < sizeof OTHER / sizeof OTHER[0]; i++)
        if (OTHER[i] == code)
            return false;
    return true;
}

/* Refused until somebody mends it: one such answer is enough. A refused message may be only that one's fault. */
static bool for_good(const struct rec_attempt *a, enum channel_code code)
{
    return strcmp(a->fate, channel_fate_name(FATE_REFUSED)) == 0 && code != CODE_REJECTED;
}

static bool succeeded(const struct rec_attempt *a)
{
    return strcmp(a->fate, channel_fate_name(FATE_SENT)) == 0 ||
           strcmp(a->fate, channel_fate_name(FATE_DELIVERED)) == 0;
}

void watch_works_key(const char *slug, char key[static ALARM_MARK_SIZE])
{
    (void)snprintf(key, ALARM_MARK_SIZE, "works:%s", slug);
}

/* When the channel last worked: a message of ours, or one that somebody tried by hand after mending it. */
static int64_t last_worked(struct watch *w, const char *slug, const struct rec_attempt *t, size_t n,
                           int64_t now_ms)
{
    char key[ALARM_MARK_SIZE];
    int64_t last = 0;

    watch_works_key(slug, key);
    if (records_mark(w->records, key, &last) != 0 || last > now_ms)
        last = 0; /* told by records; or of a clock that was ahead */
    for (size_t i = 0; i < n; i++)
        if (succeeded(&t[i]) && t[i].begun_ms > last && t[i].begun_ms <= now_ms)
            last = t[i].begun_ms;
    return last;
}

/* What the newest tries of one channel say. */
static void judge_channel(struct watch *w, const char *slug, const struct rec_attempt *t, size_t n)
{
    const bool had = fault_of(w, slug, true, false) != NULL;
    const int64_t worked_ms = last_worked(w, slug, t, n, clock_wall_ms());
    const struct rec_attempt *newest = NULL;
    enum channel_code code = CODE_NONE, newest_code = CODE_NONE;
    int64_t since_ms = 0;
    int fails = 0;

    for (size_t i = 0; i < n; i++) {
        if (succeeded(&t[i]) || t[i].begun_ms < worked_ms ||
            channel_code_find(t[i].code, &code) != 0 || !of_channel(code))
            continue;
        fails += for_good(&t[i], code) ? FAILS : t[i].tries;
        since_ms = since_ms == 0 || t[i].made_ms < since_ms ? t[i].made_ms : since_ms;
        if (newest == NULL || t[i].begun_ms > newest->begun_ms) {
            newest = &t[i];
            newest_code = code;
        }
    }
    if (fails >= FAILS) {
        keep_fault(w, slug, true, newest_code, "", since_ms > worked_ms ? since_ms : worked_ms);
        if (!had)
            log_warnx("alarm channel %s: its last messages failed (%s); the others tell of it",
                      slug, newest->code);
    } else if (had) {
        keep_fault(w, slug, true, CODE_NONE, "", 0);
        log_info("alarm channel %s: its messages arrive again", slug);
    }
}

void watch_health(struct watch *w)
{
    const int64_t mono = w->rehearsal ? clock_wall_ms() : clock_mono_ms();
    struct rec_attempt *t;
    size_t n = 0;

    if (mono < w->health_due && w->health_due - mono <= HEALTH_MS)
        return;
    w->health_due = mono + HEALTH_MS;
    t = xcalloc(TRIED_MOST, sizeof *t);
    for (size_t i = 0; i < w->plan.channels; i++)
        if (records_attempts_tried(w->records, w->plan.channel[i].slug, TRIED_MOST, t, &n) == 0)
            judge_channel(w, w->plan.channel[i].slug, t, n); /* else told by records */
    free(t);
}

/* --- delivery reports --- */

static int take_report(struct watch *w, const char *reference, enum channel_fate fate)
{
    /* two channels may share a modem: whichever sent it */
    return records_attempt_report(w->records, "", reference, channel_fate_name(fate));
}

void watch_report(struct watch *w, const char *slug, const struct channel_event *e)
{
    int rc = take_report(w, e->reference, e->fate);

    for (size_t i = 0; i < WATCH_EARLY && rc == NILA_ERR_NOT_FOUND; i++) {
        struct watch_early *at = &w->early[i];

        if (at->until_ms != 0)
            continue;
        (void)snprintf(at->slug, sizeof at->slug, "%s", slug);
        (void)snprintf(at->reference, sizeof at->reference, "%s", e->reference);
        at->fate = e->fate;
        at->until_ms = clock_mono_ms() + EARLY_MS;
        return;
    }
    if (rc != 0)
        log_warnx("alarm channel %s: the report of message %s could not be kept: %s", slug,
                  e->reference, nila_err_text(rc));
}

void watch_reports_again(struct watch *w)
{
    for (size_t i = 0; i < WATCH_EARLY; i++) {
        struct watch_early *at = &w->early[i];
        int rc;

        if (at->until_ms == 0)
            continue;
        rc = take_report(w, at->reference, at->fate);
        if (rc == NILA_ERR_NOT_FOUND && clock_mono_ms() < at->until_ms)
            continue;
        if (rc != 0)
            log_warnx("alarm channel %s: a report of message %s that is not on record", at->slug,
                      at->reference);
        at->until_ms = 0;
    }
}
