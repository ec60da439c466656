/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "teller.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/common/watereq.h"
#include "doze.h"

#define TURN_MS    5000
#define REFUSED_MS ((int64_t)24 * 60 * 60 * 1000)
#define DAY_0      10957 /* 2000-01-01 in days since 1970 */

/* What a device measured, that others may need. */
enum known {
    KNOWN_TEMP,
    KNOWN_SAL,
    KNOWN_EC,
    KNOWN_BARO,
    KNOWN_COUNT
};

static const enum metric METRIC_OF[KNOWN_COUNT] = {
    [KNOWN_TEMP] = METRIC_TEMP_C,
    [KNOWN_SAL] = METRIC_SAL_PSU,
    [KNOWN_EC] = METRIC_EC_US_CM,
    [KNOWN_BARO] = METRIC_BARO_HPA,
};

/* Such a change is worth a write before its time: a tenth of what would move an oxygen value by 1 %. */
static const double WORTH[] = {
    [PROFILE_TELL_TEMP_C] = 0.2,
    [PROFILE_TELL_SAL_PSU] = 0.2,
    [PROFILE_TELL_BARO_HPA] = 1,
    [PROFILE_TELL_TODAY] = 0.5,
};

struct value {
    double v;
    int64_t ms; /* monotonic; 0: none yet */
};

/* A register and what was last told to it. */
struct told {
    double v;
    int64_t ms;       /* monotonic; 0: never */
    int64_t quiet_ms; /* not before this */
    bool said;        /* that it is refused or silent */
};

struct teller {
    struct teller_config c;
    struct value (*seen)[KNOWN_COUNT]; /* of each device; under the lock */
    struct told (*told)[PROFILE_TELLS];
    pthread_t thread;
    bool running, needed;
    pthread_mutex_t lock; /* seen, stop */
    pthread_cond_t wake;
    bool stop;
};

void teller_see(struct teller *t, const struct reading_set *sets, size_t n)
{
    const int64_t now = clock_mono_ms();

    if (t == NULL || !t->needed)
        return;
    (void)pthread_mutex_lock(&t->lock);
    for (size_t i = 0; i < n; i++) {
        unsigned d = 0;
        while (d < t->c.site->devices &&
               strcmp(t->c.site->device[d].slug, sets[i].tags.device) != 0)
            d++;
        for (unsigned k = 0; d < t->c.site->devices && k < sets[i].n; k++)
            for (int w = 0; w < KNOWN_COUNT; w++)
                if (sets[i].v[k].metric == METRIC_OF[w] && reading_usable(sets[i].v[k].flag))
                    t->seen[d][w] = (struct value){sets[i].v[k].value, now};
    }
    (void)pthread_mutex_unlock(&t->lock);
}

/* --- what is known ------------------------------------------------------------------------------------------------ */

/* The newest fresh value of another device than not_by, of pond (ANYWHERE: of the whole site); NaN: none. */
#define ANYWHERE (-2)
static double newest(struct teller *t, enum known what, int pond, unsigned not_by)
{
    const int64_t now = clock_mono_ms();
    struct value best = {NAN, 0};

    (void)pthread_mutex_lock(&t->lock);
    for (unsigned i = 0; i < t->c.site->devices; i++) {
        const struct value *v = &t->seen[i][what];
        if (i != not_by && v->ms > best.ms && now - v->ms <= TELLER_FRESH_MS &&
            (pond == ANYWHERE || t->c.site->device[i].pond == pond))
            best = *v;
    }
    (void)pthread_mutex_unlock(&t->lock);
    return best.v;
}

static double salinity(struct teller *t, unsigned device, int pond)
{
    double sal = newest(t, KNOWN_SAL, pond, device);
    double ec = newest(t, KNOWN_EC, pond, device), temp = newest(t, KNOWN_TEMP, pond, device);

    if (!isfinite(sal) && isfinite(ec) && isfinite(temp))
        sal = watereq_sal_psu(ec, temp);
    return isfinite(sal) ? sal : t->c.site->pond[pond].sal_psu;
}

/* What device should be told; NaN: nobody knows. */
static double present(struct teller *t, unsigned device, enum profile_quantity q)
{
    const int pond = t->c.site->device[device].pond;
    double v;

    switch (q) {
    case PROFILE_TELL_TEMP_C:
        return pond >= 0 ? newest(t, KNOWN_TEMP, pond, device) : (double)NAN;
    case PROFILE_TELL_SAL_PSU:
        return pond >= 0 ? salinity(t, device, pond) : (double)NAN;
    case PROFILE_TELL_BARO_HPA:
        v = newest(t, KNOWN_BARO, ANYWHERE, device);
        return isfinite(v) ? v : t->c.site->baro_hpa;
    case PROFILE_TELL_TODAY:
        return clock_trusted() ? civil_day(clock_wall_ms()) - DAY_0 : (double)NAN;
    }
    return NAN;
}

/* --- telling ------------------------------------------------------------------------------------------------------ */

static bool is_due(const struct teller *t, const struct told *o, enum profile_quantity q, double v,
                   int64_t now)
{
    if (!isfinite(v) || now < o->quiet_ms)
        return false;
    return o->ms == 0 || now - o->ms >= t->c.repeat_ms ||
           (fabs(v - o->v) >= WORTH[q] && now - o->ms >= t->c.gap_ms);
}

/* The register of v; false: it does not hold it. */
static bool encode(const struct profile_tell *x, double v, uint16_t *out)
{
    const double raw = round(v / x->scale);

    if (!(raw >= (x->is_signed ? -32767 : 0) && raw <= (x->is_signed ? 32767 : 65534)))
        return false;
    *out = (uint16_t)(int32_t)raw;
    return true;
}

static void tell(struct teller *t, unsigned device, unsigned k, double v)
{
    const struct site_device *d = &t->c.site->device[device];
    const struct profile *p = t->c.profile[device];
    struct told *o = &t->told[device][k];
    struct bus_answer a = {0};
    uint16_t reg;
    int rc;

    if (!encode(&p->tell[k], v, &reg))
        return;
    const struct bus_question q = {
        .unit = d->unit,
        .function = 16,
        .first = p->tell[k].address,
        .count = 1,
        .timeout_ms = p->timeout_ms > 0 ? p->timeout_ms : t->c.site->bus[d->bus].timeout_ms,
        .write = &reg};
    rc = t->c.ask(t->c.arg, (unsigned)d->bus, &q, NULL, &a);
    if (rc == 0) {
        *o = (struct told){.v = v, .ms = clock_mono_ms()};
        return;
    }
    /* A device that refuses one has none of them: the probes they are for are not there. */
    for (unsigned i = 0; rc == NILA_ERR_EXCEPTION && i < p->tells; i++)
        t->told[device][i].quiet_ms = clock_mono_ms() + REFUSED_MS;
    if (rc != NILA_ERR_EXCEPTION)
        o->quiet_ms = clock_mono_ms() + t->c.gap_ms;
    if (!o->said)
        log_info("device %s: not told register %u: %s", d->slug, (unsigned)p->tell[k].address,
                 a.text[0] != '\0' ? a.text : "the line could not be had");
    o->said = true;
}

static bool stopping(struct teller *t)
{
    bool stop;

    (void)pthread_mutex_lock(&t->lock);
    stop = t->stop;
    (void)pthread_mutex_unlock(&t->lock);
    return stop;
}

static void *work(void *arg)
{
    struct teller *t = arg;
    int64_t at;

    do {
        for (unsigned i = 0; i < t->c.site->devices; i++)
            for (unsigned k = 0; k < t->c.profile[i]->tells && !stopping(t); k++) {
                const enum profile_quantity q = t->c.profile[i]->tell[k].quantity;
                const double v = present(t, i, q);
                if (is_due(t, &t->told[i][k], q, v, clock_mono_ms()) && !t->c.lent(t->c.arg, i))
                    tell(t, i, k, v);
            }
        at = clock_mono_ms() + (t->c.gap_ms < TURN_MS ? t->c.gap_ms : TURN_MS);
        (void)pthread_mutex_lock(&t->lock);
        while (!t->stop && clock_mono_ms() < at) {
            const struct timespec until = doze_until(at);
            (void)pthread_cond_timedwait(&t->wake, &t->lock, &until);
        }
        (void)pthread_mutex_unlock(&t->lock);
    } while (!stopping(t));
    return NULL;
}

/* --- start and stop ----------------------------------------------------------------------------------------------- */

struct teller *teller_new(const struct teller_config *c)
{
    struct teller *t = xcalloc(1, sizeof *t);
    pthread_condattr_t attr;

    t->c = *c;
    if (t->c.gap_ms == 0)
        t->c.gap_ms = TELLER_GAP_MS;
    if (t->c.repeat_ms == 0)
        t->c.repeat_ms = TELLER_REPEAT_MS;
    t->seen = xcalloc(c->site->devices, sizeof *t->seen);
    t->told = xcalloc(c->site->devices, sizeof *t->told);
    for (unsigned i = 0; i < c->site->devices; i++)
        t->needed = t->needed || c->profile[i]->tells > 0;
    if (pthread_mutex_init(&t->lock, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&t->wake, &attr) != 0)
        fatal("teller: no mutex");
    (void)pthread_condattr_destroy(&attr);
    return t;
}

int teller_start(struct teller *t)
{
    if (!t->needed)
        return 0;
    if (pthread_create(&t->thread, NULL, work, t) != 0) {
        log_warnx("devices cannot be told of water and day: no thread");
        return NILA_ERR_IO;
    }
    t->running = true;
    return 0;
}

void teller_stop(struct teller *t)
{
    if (t == NULL || !t->running)
        return;
    (void)pthread_mutex_lock(&t->lock);
    t->stop = true;
    (void)pthread_cond_signal(&t->wake);
    (void)pthread_mutex_unlock(&t->lock);
    (void)pthread_join(t->thread, NULL);
    t->running = false;
}

void teller_free(struct teller *t)
{
    if (t == NULL)
        return;
    (void)pthread_cond_destroy(&t->wake);
    (void)pthread_mutex_destroy(&t->lock);
    free(t->seen);
    free(t->told);
    free(t);
}
