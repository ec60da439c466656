/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reflex.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"

#define RETRY_FIRST_MS 1000
#define RETRY_LAST_MS  60000
#define HORIZON_MS     3600000

struct source {
    char device[SLUG_SIZE];
    double value;
    int64_t at_ms;
};

struct condition {
    struct source *source; /* one for each probe heard so far */
    unsigned sources;
    bool
        decided; /* a value has been outside the band between the two limits, or the board's state was known in it */
    bool calls; /* with hysteresis; kept while lost with when_lost keep */
};

struct switch_state {
    struct condition condition[SITE_CONDITIONS];
    struct reflex_state s;
    bool manual_on;
    bool in_flight;        /* an order is out */
    int64_t retry_ms;      /* not before this after a failure; 0 none */
    int64_t retry_wait_ms; /* the wait that led to it */
};

struct reflex {
    const struct site *site;
    pthread_mutex_t lock;
    int64_t started_ms;
    struct switch_state *sw;
};

const char *reflex_cause_name(enum reflex_cause c)
{
    static const char *const NAME[REFLEX_CAUSES] = {"start", "called", "released", "lost",
                                                    "manual"};
    return NAME[c];
}

struct reflex *reflex_new(const struct site *site, int64_t mono_ms)
{
    struct reflex *r = xcalloc(1, sizeof *r);

    r->site = site;
    r->started_ms = mono_ms;
    r->sw = xcalloc(site->reflexes, sizeof *r->sw);
    if (pthread_mutex_init(&r->lock, NULL) != 0)
        fatal("reflex: no mutex");
    return r;
}

void reflex_free(struct reflex *r)
{
    if (r == NULL)
        return;
    (void)pthread_mutex_destroy(&r->lock);
    for (unsigned i = 0; i < r->site->reflexes; i++)
        for (unsigned k = 0; k < SITE_CONDITIONS; k++)
            free(r->sw[i].condition[k].source);
    free(r->sw);
    free(r);
}

/* --- what is seen -------------------------------------------------------------------------------------------------- */

/* Does a value count? A suspect one does while it is short of the second limit: it may call, and is enough not to be lost, but
 * never releases. Oxygen that falls faster than water usually does, or stands at 0.00, is suspect, and is what an aerator is there
 * for. A single spike does not count: a value that confirms it is good. Nor does what the probe itself says is no measurement. */
static bool counts(const struct site_condition *c, const struct reading_value *v)
{
    const unsigned plain = READING_BIT_RANGE | READING_BIT_LIMIT | READING_BIT_RATE |
                           READING_BIT_FLAT | READING_BIT_UNCAL;

    if (!isfinite(v->value))
        return false;
    if (reading_usable(v->flag))
        return true;
    return v->flag == READING_SUSPECT && (v->bits & ~plain) == 0 &&
           (c->above ? v->value > c->until : v->value < c->until);
}

static void note(struct condition *c, const char *device, double value, int64_t mono_ms)
{
    struct source *s;
    unsigned i = 0;

    while (i < c->sources && strcmp(c->source[i].device, device) != 0)
        i++;
    if (i == c->sources) /* as many as the pond has devices */
        c->source = xrealloc(c->source, ++c->sources, sizeof *c->source);
    s = &c->source[i];
    (void)snprintf(s->device, sizeof s->device, "%s", device);
    s->value = value;
    s->at_ms = mono_ms;
}

static bool same_pond(const struct site *site, const struct site_condition *c,
                      const struct reading_set *set)
{
    return strcmp(c->pond < 0 ? "" : site->pond[c->pond].slug, set->tags.pond) == 0;
}

void reflex_see(struct reflex *r, const struct reading_set *sets, size_t n, int64_t mono_ms)
{
    (void)pthread_mutex_lock(&r->lock);
    for (unsigned i = 0; i < r->site->reflexes; i++) {
        const struct site_reflex *x = &r->site->reflex[i];
        for (unsigned k = 0; k < x->conditions; k++) {
            const struct site_condition *c = &x->condition[k];
            for (size_t a = 0; a < n; a++) {
                if (!same_pond(r->site, c, &sets[a]))
                    continue;
                for (unsigned v = 0; v < sets[a].n; v++)
                    if (sets[a].v[v].metric == c->metric && counts(c, &sets[a].v[v]))
                        note(&r->sw[i].condition[k], sets[a].tags.device, sets[a].v[v].value,
                             mono_ms);
            }
        }
    }
    (void)pthread_mutex_unlock(&r->lock);
}

/* --- what follows from it ------------------------------------------------------------------------------------------ */

/* The worst fresh value (lowest for below, highest for above); NaN when none is fresh. */
static double worst(const struct condition *c, const struct site_condition *sc, int64_t max_age_ms,
                    int64_t mono_ms)
{
    double v = NAN;

    for (unsigned i = 0; i < c->sources; i++) {
        const struct source *s = &c->source[i];
        if (mono_ms - s->at_ms <= max_age_ms)
            v = isnan(v) ? s->value : sc->above ? fmax(v, s->value) : fmin(v, s->value);
    }
    return v;
}

/* Brings one condition up to date; true when it is lost. A first value between the two limits says nothing by itself: then
 * an aerator that runs goes on running, as before the restart. */
static bool judge(struct reflex *r, unsigned index, unsigned k, int64_t mono_ms)
{
    const struct site_reflex *x = &r->site->reflex[index];
    const struct site_condition *sc = &x->condition[k];
    const int64_t max_age_ms = (int64_t)x->max_age_s * 1000;
    struct switch_state *sw = &r->sw[index];
    struct condition *c = &sw->condition[k];
    double v = worst(c, sc, max_age_ms, mono_ms);

    if (isnan(v)) {
        if (mono_ms - r->started_ms <= max_age_ms)
            return false;
        if (x->when_lost != SITE_LOST_KEEP)
            c->decided = c->calls = false; /* what it called for is not known any more */
        return true;
    }
    if (sc->above ? v >= sc->at : v <= sc->at)
        c->decided = c->calls = true;
    else if (sc->above ? v <= sc->until : v >= sc->until)
        c->decided = true, c->calls = false;
    else if (!c->decided && sw->s.known)
        c->decided = true, c->calls = sw->s.on;
    return false;
}

/* What a switch should be now, and why. */
static void decide(struct reflex *r, unsigned index, int64_t mono_ms)
{
    const struct site_reflex *x = &r->site->reflex[index];
    struct switch_state *sw = &r->sw[index];
    bool called = false, by_loss = false, decided = true;

    sw->s.lost = false;
    for (unsigned k = 0; k < x->conditions; k++) {
        bool lost = judge(r, index, k, mono_ms);

        decided = decided && (lost || sw->condition[k].decided);
        sw->s.lost = sw->s.lost || lost;
        called = called || sw->condition[k].calls;
        by_loss = by_loss || (lost && x->when_lost == SITE_LOST_ON);
    }
    if (sw->s.manual_until_ms != 0 && mono_ms >= sw->s.manual_until_ms)
        sw->s.manual_until_ms = 0;
    if (sw->s.manual_until_ms != 0) {
        sw->s.wanted = sw->manual_on;
        sw->s.cause = REFLEX_MANUAL;
    } else if (called || by_loss) {
        sw->s.wanted = true;
        sw->s.cause = called ? REFLEX_CALLED : REFLEX_LOST;
    } else if (!decided ||
               (x->conditions == 0 && !sw->s.known)) { /* nothing speaks for either state */
        sw->s.wanted = sw->s.known && sw->s.on;
        sw->s.cause = REFLEX_START;
    } else {
        sw->s.wanted = false;
        sw->s.cause = sw->s.lost ? REFLEX_LOST : REFLEX_RELEASED;
    }
}

/* When the wanted state may replace the one the board has. */
static int64_t change_ms(const struct site_reflex *x, const struct switch_state *sw)
{
    if (!sw->s.known || sw->s.cause == REFLEX_MANUAL)
        return 0;
    return sw->s.since_ms + (int64_t)(sw->s.on ? x->min_on_s : x->min_off_s) * 1000;
}

/* The order for a switch, if one is due. While a minimum time runs, the state the board has is repeated. */
static bool order(const struct site_reflex *x, const struct switch_state *sw, int64_t mono_ms,
                  struct reflex_order *o)
{
    if (mono_ms < sw->retry_ms)
        return false;
    if ((!sw->s.known || sw->s.wanted != sw->s.on) && mono_ms >= change_ms(x, sw)) {
        o->on = sw->s.wanted;
        o->cause = sw->s.cause;
        o->repeat = false;
        return true;
    }
    if (!sw->s.known || mono_ms < sw->s.written_ms + (int64_t)x->repeat_s * 1000)
        return false;
    o->on = sw->s.on;
    o->cause = sw->s.wanted == sw->s.on ? sw->s.cause : sw->s.taken;
    o->repeat = true;
    return true;
}

/* A switch for which nothing speaks is left alone: whoever switched it had a reason. */
static bool untouched(const struct site_reflex *x, const struct switch_state *sw)
{
    return sw->s.cause == REFLEX_START || (!sw->s.known && sw->s.cause == REFLEX_LOST &&
                                           x->when_lost == SITE_LOST_KEEP && !sw->s.wanted);
}

bool reflex_due(struct reflex *r, int64_t mono_ms, struct reflex_order *out)
{
    bool due = false;

    (void)pthread_mutex_lock(&r->lock);
    for (unsigned i = 0; i < r->site->reflexes && !due; i++) {
        struct switch_state *sw = &r->sw[i];

        if (sw->in_flight)
            continue;
        decide(r, i, mono_ms);
        if (untouched(&r->site->reflex[i], sw))
            continue;
        out->index = i;
        due = sw->in_flight = order(&r->site->reflex[i], sw, mono_ms, out);
    }
    (void)pthread_mutex_unlock(&r->lock);
    return due;
}

void reflex_done(struct reflex *r, const struct reflex_order *o, const char *error, int64_t mono_ms)
{
    struct switch_state *sw = &r->sw[o->index];

    (void)pthread_mutex_lock(&r->lock);
    sw->in_flight = false;
    if (error == NULL) {
        if (!sw->s.known || sw->s.on != o->on) {
            sw->s.since_ms = mono_ms;
            sw->s.switched += sw->s.known;
        }
        sw->s.known = true;
        sw->s.on = o->on;
        sw->s.taken = o->cause;
        sw->s.written_ms = mono_ms;
        sw->retry_ms = sw->retry_wait_ms = 0;
        sw->s.error[0] = '\0';
    } else {
        sw->s.failed++;
        sw->retry_wait_ms = sw->retry_wait_ms == 0 ? RETRY_FIRST_MS : sw->retry_wait_ms * 2;
        if (sw->retry_wait_ms > RETRY_LAST_MS)
            sw->retry_wait_ms = RETRY_LAST_MS;
        sw->retry_ms = mono_ms + sw->retry_wait_ms;
        (void)snprintf(sw->s.error, sizeof sw->s.error, "%s", error);
    }
    (void)pthread_mutex_unlock(&r->lock);
}

static void sooner(int64_t *next, int64_t at, int64_t mono_ms)
{
    if (at > mono_ms && at < *next)
        *next = at;
}

void reflex_assume(struct reflex *r, unsigned index, bool on, int64_t mono_ms)
{
    struct switch_state *sw = &r->sw[index];
    const struct site_reflex *x = &r->site->reflex[index];

    (void)pthread_mutex_lock(&r->lock);
    if (!sw->s.known) {
        sw->s.known = true;
        sw->s.on = on;
        sw->s.written_ms = mono_ms;
        sw->s.since_ms = INT64_MIN / 2; /* long ago: no minimum time holds it */
        /* a person's word from before the start; when it ends is not known */
        if (on && x->conditions == 0 && sw->s.manual_until_ms == 0) {
            sw->manual_on = true;
            sw->s.manual_until_ms = mono_ms + (int64_t)x->manual_max_s * 1000;
        }
    }
    (void)pthread_mutex_unlock(&r->lock);
}

int64_t reflex_next_ms(struct reflex *r, int64_t mono_ms)
{
    int64_t next = mono_ms + HORIZON_MS;

    (void)pthread_mutex_lock(&r->lock);
    for (unsigned i = 0; i < r->site->reflexes; i++) {
        const struct site_reflex *x = &r->site->reflex[i];
        const struct switch_state *sw = &r->sw[i];
        const int64_t max_age_ms = (int64_t)x->max_age_s * 1000;

        if (x->conditions > 0)
            sooner(&next, r->started_ms + max_age_ms + 1, mono_ms);
        for (unsigned k = 0; k < x->conditions; k++)
            for (unsigned a = 0; a < sw->condition[k].sources; a++)
                sooner(&next, sw->condition[k].source[a].at_ms + max_age_ms + 1, mono_ms);
        if (sw->s.manual_until_ms != 0)
            sooner(&next, sw->s.manual_until_ms, mono_ms);
        sooner(&next, sw->retry_ms, mono_ms);
        if (sw->s.known) {
            sooner(&next, sw->s.written_ms + (int64_t)x->repeat_s * 1000, mono_ms);
            sooner(&next, sw->s.since_ms + (int64_t)(sw->s.on ? x->min_on_s : x->min_off_s) * 1000,
                   mono_ms);
        }
    }
    (void)pthread_mutex_unlock(&r->lock);
    return next;
}

/* --- people -------------------------------------------------------------------------------------------------------- */

int reflex_manual(struct reflex *r, unsigned index, int state, int64_t for_ms, int64_t mono_ms)
{
    struct switch_state *sw;

    if (index >= r->site->reflexes || state < -1 || state > 1)
        return NILA_ERR_RANGE;
    if (state >= 0 && (for_ms < 1 || for_ms > (int64_t)r->site->reflex[index].manual_max_s * 1000))
        return NILA_ERR_RANGE;
    sw = &r->sw[index];
    (void)pthread_mutex_lock(&r->lock);
    sw->manual_on = state == 1;
    sw->s.manual_until_ms = state >= 0 ? mono_ms + for_ms : 0;
    sw->retry_ms = sw->retry_wait_ms = 0; /* a person waits: try now */
    decide(r, index, mono_ms);
    (void)pthread_mutex_unlock(&r->lock);
    return 0;
}

void reflex_get(struct reflex *r, unsigned index, int64_t mono_ms, struct reflex_state *out)
{
    (void)pthread_mutex_lock(&r->lock);
    decide(r, index, mono_ms);
    *out = r->sw[index].s;
    if (out->since_ms < 0) /* before the start */
        out->since_ms = 0;
    (void)pthread_mutex_unlock(&r->lock);
}
