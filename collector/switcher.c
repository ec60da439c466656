/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "switcher.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "doze.h"

#define TELL_MS         900000
#define SILENT_FIRST_MS 1000
#define SILENT_LAST_MS  30000

/* A board that does not answer is asked ever more rarely, and its other channels do not ask meanwhile. */
struct board {
    int64_t silent_until_ms;
    int64_t wait_ms; /* 0: it answers */
    char error[96];
};

struct switcher {
    struct switcher_config c;
    struct reflex *reflex;
    int64_t *told_ms;    /* of each switch: when the journal was last told of it */
    struct board *board; /* of each device */
    pthread_t thread;
    bool running;
    pthread_mutex_t lock; /* news, stop */
    pthread_cond_t wake;
    bool news, stop;
};

/* --- what a board needs -------------------------------------------------------------------------------------------- */

static const struct profile_switch *switch_of(const struct switcher_config *c, unsigned index)
{
    const struct site_reflex *x = &c->site->reflex[index];
    const struct profile *p = c->profile[x->device];
    return x->channel >= p->relay.first && x->channel < p->relay.first + p->relay.count ? &p->relay
                                                                                        : NULL;
}

/* As what the site file has device d report metric m. */
static enum metric reported_as(const struct site_device *d, enum metric m)
{
    for (unsigned i = 0; i < d->metrics; i++)
        if (d->metric[i].metric == m)
            return d->metric[i].as;
    return m;
}

/* Seconds between two values for a condition from its fastest source; 0: it has none. */
static int source_every_s(const struct site *site, const struct profile *const *profile,
                          const struct site_condition *c)
{
    int fastest = 0;

    for (unsigned i = 0; i < site->devices; i++) {
        const struct site_device *d = &site->device[i];
        for (unsigned k = 0; d->pond == c->pond && k < profile[i]->n; k++)
            if (reported_as(d, profile[i]->m[k].metric) == c->metric &&
                (fastest == 0 || d->every_s < fastest))
                fastest = d->every_s;
    }
    for (unsigned i = 0; c->metric == METRIC_INPUT && i < site->inputs; i++)
        if (site->input[i].pond == c->pond && (fastest == 0 || site->input[i].every_s < fastest))
            fastest = site->input[i].every_s;
    return fastest;
}

/* A condition without a value, or whose values are old before the next one comes, would switch by when_lost alone. */
static int check_conditions(const struct site *site, const struct profile *const *profile,
                            const struct site_reflex *x, char *why, size_t why_size)
{
    for (unsigned i = 0; i < x->conditions; i++) {
        const struct site_condition *c = &x->condition[i];
        const char *place = c->pond >= 0 ? site->pond[c->pond].slug : site->slug;
        const int every_s = source_every_s(site, profile, c);

        if (every_s > 0 && every_s < x->max_age_s)
            continue;
        if (every_s == 0)
            (void)snprintf(why, why_size, "reflex %s: no device measures %s of %s", x->slug,
                           metric_info(c->metric)->name, place);
        else
            (void)snprintf(
                why, why_size,
                "reflex %s: max_age_s %d is over before the next %s of %s, which comes every %d s",
                x->slug, x->max_age_s, metric_info(c->metric)->name, place, every_s);
        return NILA_ERR_CONFIG;
    }
    return 0;
}

int switcher_check(const struct site *site, const struct profile *const *profile, char *why,
                   size_t why_size)
{
    for (unsigned i = 0; i < site->reflexes; i++) {
        const struct site_reflex *x = &site->reflex[i];
        const struct profile *p = profile[x->device];
        const char *slug = site->device[x->device].slug;

        if (p->relay.count == 0)
            (void)snprintf(why, why_size, "reflex %s: device %s (%s) has no switches", x->slug,
                           slug, p->id);
        else if (x->channel < p->relay.first || x->channel >= p->relay.first + p->relay.count)
            (void)snprintf(
                why, why_size, "reflex %s: channel %d of device %s (%s); it has %d to %d", x->slug,
                x->channel, slug, p->id, p->relay.first, p->relay.first + p->relay.count - 1);
        else if (check_conditions(site, profile, x, why, why_size) == 0)
            continue;
        return NILA_ERR_CONFIG;
    }
    return 0;
}

static int timeout_ms(const struct switcher *s, const struct site_device *d,
                      const struct profile *p)
{
    return p->timeout_ms > 0 ? p->timeout_ms : s->c.site->bus[d->bus].timeout_ms;
}

/* Writes one channel; NULL when the board took it, else why not (in a->text). */
static const char *write_channel(struct switcher *s, unsigned index, bool on, struct bus_answer *a)
{
    const struct site_reflex *x = &s->c.site->reflex[index];
    const struct site_device *d = &s->c.site->device[x->device];
    const struct profile_switch *w = switch_of(&s->c, index);
    const uint16_t value = on ? w->on : w->off;
    const struct bus_question q = {.unit = d->unit,
                                   .function = w->function,
                                   .first = (uint16_t)(w->address + x->channel - w->first),
                                   .count = 1,
                                   .timeout_ms = timeout_ms(s, d, s->c.profile[x->device]),
                                   .write = &value};

    memset(a, 0, sizeof *a);
    if (s->c.ask(s->c.arg, (unsigned)d->bus, &q, NULL, a) == 0)
        return NULL;
    return a->text[0] != '\0' ? a->text : "the line could not be had";
}

/* --- the journal --------------------------------------------------------------------------------------------------- */

static void tell(struct switcher *s, unsigned index, int64_t mono_ms)
{
    const struct site *site = s->c.site;
    const struct site_reflex *x = &site->reflex[index];
    struct reading_set set = {.ts_ms = clock_wall_ms(),
                              .clock_trusted = clock_trusted(),
                              .boot_ms = clock_mono_ms(),
                              .n = 2};
    struct reflex_state st;
    bool known;

    reflex_get(s->reflex, index, mono_ms, &st);
    known = st.known && mono_ms - st.written_ms <= (int64_t)x->repeat_s * 3000;
    set.tags.regency = site->regency;
    (void)snprintf(set.tags.kecamatan, sizeof set.tags.kecamatan, "%s", site->kecamatan);
    (void)snprintf(set.tags.site, sizeof set.tags.site, "%s", site->slug);
    (void)snprintf(set.tags.device, sizeof set.tags.device, "%s", x->slug);
    if (x->pond >= 0)
        (void)snprintf(set.tags.pond, sizeof set.tags.pond, "%s", site->pond[x->pond].slug);
    set.v[0] = (struct reading_value){.metric = METRIC_RELAY,
                                      .flag = known ? READING_PASS : READING_MISSING,
                                      .value = known ? (double)st.on : (double)NAN};
    set.v[1] = (struct reading_value){
        .metric = METRIC_CAUSE, .flag = READING_PASS, .value = known ? st.taken : st.cause};
    s->told_ms[index] = mono_ms;
    if (s->c.deliver(s->c.arg, &set, 1) != 0)
        log_debug("switch %s: its state was not taken", x->slug); /* the receiver counts and logs */
}

/* Tells what has not been told for 15 minutes; returns when the next is. */
static int64_t tell_due(struct switcher *s, int64_t mono_ms)
{
    int64_t next = mono_ms + TELL_MS;

    for (unsigned i = 0; i < s->c.site->reflexes; i++) {
        if (mono_ms - s->told_ms[i] >= TELL_MS)
            tell(s, i, mono_ms);
        if (s->told_ms[i] + TELL_MS < next)
            next = s->told_ms[i] + TELL_MS;
    }
    return next;
}

/* --- the thread ---------------------------------------------------------------------------------------------------- */

/* Asks the board unless it has just not answered; a person's word is always tried. NULL: it took the order. */
static const char *try_order(struct switcher *s, const struct reflex_order *o)
{
    struct board *b = &s->board[s->c.site->reflex[o->index].device];
    struct bus_answer a;
    const char *error;

    if (o->cause != REFLEX_MANUAL && clock_mono_ms() < b->silent_until_ms)
        return b->error;
    error = write_channel(s, o->index, o->on, &a);
    if (error == NULL) {
        b->wait_ms = b->silent_until_ms = 0;
        return NULL;
    }
    (void)snprintf(b->error, sizeof b->error, "%s", error);
    if (a.exception == 0) { /* an exception is about this channel */
        b->wait_ms = b->wait_ms == 0 ? SILENT_FIRST_MS : b->wait_ms * 2;
        if (b->wait_ms > SILENT_LAST_MS)
            b->wait_ms = SILENT_LAST_MS;
        b->silent_until_ms = clock_mono_ms() + b->wait_ms;
    }
    return b->error;
}

static void carry_out(struct switcher *s, const struct reflex_order *o)
{
    const struct site_reflex *x = &s->c.site->reflex[o->index];
    struct reflex_state before;
    const char *error = try_order(s, o);
    int64_t now = clock_mono_ms();

    reflex_get(s->reflex, o->index, now, &before);
    reflex_done(s->reflex, o, error, now);
    if (error != NULL) {
        if (before.error[0] == '\0') /* once, not at every try */
            log_warnx("switch %s: not %s: %s", x->slug, o->on ? "on" : "off", error);
        return;
    }
    if (before.error[0] != '\0')
        log_info("switch %s: the board answers again", x->slug);
    if (!o->repeat) {
        log_info("switch %s: %s (%s)", x->slug, o->on ? "on" : "off", reflex_cause_name(o->cause));
        tell(s, o->index, now);
    }
}

static bool stopping(struct switcher *s)
{
    bool stop;

    (void)pthread_mutex_lock(&s->lock);
    stop = s->stop;
    (void)pthread_mutex_unlock(&s->lock);
    return stop;
}

/* Takes over what the boards say; one that does not answer is no error: its first order will tell. Its other channels are not
 * asked either, so that dead boards do not keep the first orders of the others waiting for long. */
static void take_over(struct switcher *s)
{
    bool *dead = xcalloc(s->c.site->devices, sizeof *dead);

    for (unsigned i = 0; i < s->c.site->reflexes; i++) {
        const struct site_reflex *x = &s->c.site->reflex[i];
        const struct site_device *d = &s->c.site->device[x->device];
        const struct profile_switch *w = switch_of(&s->c, i);
        struct bus_answer a = {0};
        uint16_t state = 0;
        const struct bus_question q = {.unit = d->unit,
                                       .function = w->read_function,
                                       .first = (uint16_t)(w->address + x->channel - w->first),
                                       .count = 1,
                                       .timeout_ms = timeout_ms(s, d, s->c.profile[x->device])};

        if (stopping(s) || w->read_function == 0 || dead[x->device])
            continue;
        if (s->c.ask(s->c.arg, (unsigned)d->bus, &q, &state, &a) != 0) {
            dead[x->device] = a.exception == 0; /* an exception is about this channel */
            continue;
        }
        if (state != w->on && state != w->off)
            continue;
        reflex_assume(s->reflex, i, state == w->on, clock_mono_ms());
        tell(s, i, clock_mono_ms());
    }
    free(dead);
}

/* Waits until at_ms, news, or the end; true at the end. */
static bool nap(struct switcher *s, int64_t at_ms)
{
    bool stop;

    (void)pthread_mutex_lock(&s->lock);
    while (!s->stop && !s->news && clock_mono_ms() < at_ms) {
        const struct timespec t = doze_until(at_ms);
        (void)pthread_cond_timedwait(&s->wake, &s->lock, &t);
    }
    s->news = false;
    stop = s->stop;
    (void)pthread_mutex_unlock(&s->lock);
    return stop;
}

static void *work(void *arg)
{
    struct switcher *s = arg;
    int64_t next;

    take_over(s);
    do {
        struct reflex_order o;
        while (!stopping(s) && reflex_due(s->reflex, clock_mono_ms(), &o))
            carry_out(s, &o);
        next = tell_due(s, clock_mono_ms());
        if (reflex_next_ms(s->reflex, clock_mono_ms()) < next)
            next = reflex_next_ms(s->reflex, clock_mono_ms());
    } while (!nap(s, next));
    return NULL;
}

static void wake(struct switcher *s)
{
    (void)pthread_mutex_lock(&s->lock);
    s->news = true;
    (void)pthread_cond_signal(&s->wake);
    (void)pthread_mutex_unlock(&s->lock);
}

struct switcher *switcher_new(const struct switcher_config *c)
{
    struct switcher *s = xcalloc(1, sizeof *s);
    const int64_t now = clock_mono_ms();
    pthread_condattr_t attr;

    s->c = *c;
    s->reflex = reflex_new(c->site, now);
    s->told_ms = xcalloc(c->site->reflexes, sizeof *s->told_ms);
    s->board = xcalloc(c->site->devices, sizeof *s->board);
    for (unsigned i = 0; i < c->site->reflexes; i++)
        s->told_ms[i] = now;
    if (pthread_mutex_init(&s->lock, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&s->wake, &attr) != 0)
        fatal("switcher: no mutex");
    (void)pthread_condattr_destroy(&attr);
    return s;
}

int switcher_start(struct switcher *s)
{
    if (s->c.site->reflexes == 0)
        return 0;
    if (pthread_create(&s->thread, NULL, work, s) != 0) {
        log_warnx("switches: cannot start a thread");
        return NILA_ERR_IO;
    }
    s->running = true;
    return 0;
}

void switcher_stop(struct switcher *s)
{
    if (s == NULL || !s->running)
        return;
    (void)pthread_mutex_lock(&s->lock);
    s->stop = true;
    (void)pthread_cond_signal(&s->wake);
    (void)pthread_mutex_unlock(&s->lock);
    (void)pthread_join(s->thread, NULL);
    s->running = false;
}

void switcher_free(struct switcher *s)
{
    if (s == NULL)
        return;
    (void)pthread_cond_destroy(&s->wake);
    (void)pthread_mutex_destroy(&s->lock);
    reflex_free(s->reflex);
    free(s->told_ms);
    free(s->board);
    free(s);
}

void switcher_see(struct switcher *s, const struct reading_set *sets, size_t n)
{
    if (s == NULL || s->c.site->reflexes == 0)
        return;
    reflex_see(s->reflex, sets, n, clock_mono_ms());
    wake(s);
}

int switcher_manual(struct switcher *s, unsigned index, int state, int64_t for_ms)
{
    int rc = reflex_manual(s->reflex, index, state, for_ms, clock_mono_ms());

    if (rc == 0)
        wake(s);
    return rc;
}

void switcher_get(struct switcher *s, unsigned index, struct reflex_state *out)
{
    reflex_get(s->reflex, index, clock_mono_ms(), out);
}
