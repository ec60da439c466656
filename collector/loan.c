/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "loan.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "doze.h"

#define TURN_MS     1000
#define ABORT_TRIES 5
#define ABORT_MS    2000 /* between them */

/* What is still to be done about a device. */
struct after {
    int64_t since_ms;  /* wall clock; 0: it is the pond's */
    int64_t settle_ms; /* monotonic; 0: it is still lent */
    int aborts;        /* tries left to abort its calibration */
    int64_t abort_ms;  /* the next one; monotonic */
    uid_t user;
};

struct loan {
    struct loan_config c;
    pthread_t thread;
    pthread_mutex_t lock; /* all below */
    pthread_cond_t wake;
    bool stop;
    char id[LOAN_ID_SIZE]; /* "": nothing is lent */
    unsigned device;
    uid_t user;
    int64_t began_ms, used_ms; /* monotonic */
    struct after *after;       /* of each device */
    void (*changed)(void *arg);
    void *changed_arg;
};

static const char *slug_of(const struct loan *l, unsigned device)
{
    return l->c.site->device[device].slug;
}

static int64_t end_ms(const struct loan *l)
{
    const int64_t idle = l->used_ms + l->c.idle_ms, most = l->began_ms + l->c.most_ms;
    return idle < most ? idle : most;
}

static bool is(const struct loan *l, const char *id)
{
    return l->id[0] != '\0' && strcmp(l->id, id) == 0;
}

/* --- the journal -------------------------------------------------------------------------------------------------- */

static void begin_set(const struct loan *l, unsigned device, struct reading_set *set)
{
    const struct site *site = l->c.site;
    const struct site_device *d = &site->device[device];

    *set = (struct reading_set){
        .ts_ms = clock_wall_ms(), .clock_trusted = clock_trusted(), .boot_ms = clock_mono_ms()};
    set->tags.regency = site->regency;
    (void)snprintf(set->tags.kecamatan, sizeof set->tags.kecamatan, "%s", site->kecamatan);
    (void)snprintf(set->tags.site, sizeof set->tags.site, "%s", site->slug);
    (void)snprintf(set->tags.device, sizeof set->tags.device, "%s", d->slug);
    if (d->pond >= 0)
        (void)snprintf(set->tags.pond, sizeof set->tags.pond, "%s", site->pond[d->pond].slug);
}

static void add(struct reading_set *set, enum metric metric, double value)
{
    set->v[set->n++] =
        (struct reading_value){.metric = metric, .flag = READING_PASS, .value = value};
}

static void tell(const struct loan *l, const struct reading_set *set)
{
    if (l->c.deliver(l->c.arg, set, 1) != 0)
        log_debug("device %s: its calibration was not taken",
                  set->tags.device); /* the receiver counts and logs */
}

static void tell_state(const struct loan *l, unsigned device, bool lent, uid_t user)
{
    struct reading_set set;

    begin_set(l, device, &set);
    add(&set, METRIC_CALIBRATING, lent);
    add(&set, METRIC_CAL_USER, (double)user);
    tell(l, &set);
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

/* Under the lock. */
static void end(struct loan *l, bool returned, const char *why)
{
    const struct profile *p = l->c.profile[l->device];
    struct after *a = &l->after[l->device];

    log_info("device %s: its calibration by user %u has ended: %s", slug_of(l, l->device),
             (unsigned)l->user, why);
    l->id[0] = '\0';
    a->settle_ms = clock_mono_ms() + (int64_t)p->settle_s * 1000;
    a->aborts = !returned && p->has_abort ? ABORT_TRIES : 0;
    a->abort_ms = 0;
    (void)pthread_cond_signal(&l->wake);
}

/* Writes the profile's abort, once; false: it was not heard. */
static bool abort_at(const struct loan *l, unsigned device)
{
    const struct site_device *d = &l->c.site->device[device];
    const struct profile *p = l->c.profile[device];
    const struct bus_question q = {
        .unit = d->unit,
        .function = 16,
        .first = p->abort_address,
        .count = 1,
        .timeout_ms = p->timeout_ms > 0 ? p->timeout_ms : l->c.site->bus[d->bus].timeout_ms,
        .write = &p->abort_value};
    struct bus_answer a = {0};
    const int rc = l->c.ask(l->c.arg, (unsigned)d->bus, &q, NULL, &a);

    if (rc == 0)
        log_info("device %s: its open calibration was aborted; the one before stays in force",
                 d->slug);
    return rc == 0 || rc == NILA_ERR_EXCEPTION;
}

/* Aborts what is due at one device. Called with the lock, which it gives up meanwhile. */
static void try_abort(struct loan *l, unsigned device)
{
    struct after *a = &l->after[device];
    bool done;

    (void)pthread_mutex_unlock(&l->lock);
    done = abort_at(l, device);
    (void)pthread_mutex_lock(&l->lock);
    a->aborts = done ? 0 : a->aborts - 1;
    a->abort_ms = clock_mono_ms() + ABORT_MS;
    if (!done && a->aborts == 0)
        log_warnx("device %s: does not hear that its calibration is aborted; it ends by itself",
                  slug_of(l, device));
}

/* What is due at the devices that were given back. Called with the lock, which it gives up at times. */
static void look_after(struct loan *l)
{
    for (unsigned i = 0; i < l->c.site->devices; i++) {
        struct after *a = &l->after[i];
        const int64_t now = clock_mono_ms();
        uid_t user;

        if (a->since_ms == 0 || a->settle_ms == 0)
            continue;
        if (a->aborts > 0 && now >= a->abort_ms && !l->stop)
            try_abort(l, i);
        if (now < a->settle_ms)
            continue;
        a->since_ms = 0;
        l->c.lend(l->c.arg, i, false);
        user = a->user;
        (void)pthread_mutex_unlock(&l->lock); /* the journal may be slow */
        tell_state(l, i, false, user);
        log_info("device %s: its values are the pond's again", slug_of(l, i));
        (void)pthread_mutex_lock(&l->lock);
    }
}

/* --- the thread --------------------------------------------------------------------------------------------------- */

static void *work(void *arg)
{
    struct loan *l = arg;
    bool idle;

    (void)pthread_mutex_lock(&l->lock);
    while (!l->stop) {
        const int64_t now = clock_mono_ms();
        struct timespec t;

        if (l->id[0] != '\0' && now >= end_ms(l))
            end(l, false, "nothing was asked for too long");
        look_after(l);
        if (l->changed != NULL)
            l->changed(l->changed_arg);
        idle = l->id[0] == '\0';
        for (unsigned i = 0; idle && i < l->c.site->devices; i++)
            idle = l->after[i].since_ms == 0;
        t = doze_until(now + TURN_MS);
        if (l->stop)
            break;
        if (idle)
            (void)pthread_cond_wait(&l->wake, &l->lock);
        else
            (void)pthread_cond_timedwait(&l->wake, &l->lock, &t);
    }
    (void)pthread_mutex_unlock(&l->lock);
    return NULL;
}

int loan_start(struct loan **out, const struct loan_config *c)
{
    struct loan *l = xcalloc(1, sizeof *l);
    pthread_condattr_t attr;

    l->c = *c;
    if (l->c.idle_ms == 0)
        l->c.idle_ms = LOAN_IDLE_MS;
    if (l->c.most_ms == 0)
        l->c.most_ms = LOAN_MOST_MS;
    l->after = xcalloc(c->site->devices, sizeof *l->after);
    if (pthread_mutex_init(&l->lock, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&l->wake, &attr) != 0)
        fatal("loan: no mutex");
    (void)pthread_condattr_destroy(&attr);
    if (pthread_create(&l->thread, NULL, work, l) != 0) {
        log_warnx("loan: cannot start a thread");
        free(l->after);
        free(l);
        return NILA_ERR_IO;
    }
    *out = l;
    return 0;
}

void loan_stop(struct loan *l)
{
    if (l == NULL)
        return;
    (void)pthread_mutex_lock(&l->lock);
    if (l->id[0] != '\0')
        end(l, false, "the collector stops");
    l->stop = true;
    (void)pthread_cond_signal(&l->wake);
    (void)pthread_mutex_unlock(&l->lock);
    (void)pthread_join(l->thread, NULL);
    for (unsigned i = 0; i < l->c.site->devices; i++) {
        if (l->after[i].since_ms == 0)
            continue;
        if (l->after[i].aborts > 0 && !abort_at(l, i))
            log_warnx("device %s: does not hear that its calibration is aborted; it ends by itself",
                      slug_of(l, i));
        l->c.lend(l->c.arg, i, false);
        tell_state(l, i, false, l->after[i].user);
    }
    (void)pthread_cond_destroy(&l->wake);
    (void)pthread_mutex_destroy(&l->lock);
    free(l->after);
    free(l);
}

void loan_watch(struct loan *l, void (*changed)(void *arg), void *arg)
{
    (void)pthread_mutex_lock(&l->lock);
    l->changed = changed;
    l->changed_arg = arg;
    (void)pthread_mutex_unlock(&l->lock);
}

/* --- who has what ------------------------------------------------------------------------------------------------- */

/* An id nobody guesses. */
static bool make_id(char id[static LOAN_ID_SIZE])
{
    uint64_t r;

    if (getrandom(&r, sizeof r, 0) != (ssize_t)sizeof r)
        return false;
    (void)snprintf(id, LOAN_ID_SIZE, "%016" PRIx64, r);
    return true;
}

int loan_take(struct loan *l, unsigned device, uid_t user, struct loan_terms *out)
{
    const int64_t now = clock_mono_ms();
    struct after *a = &l->after[device];
    bool fresh;

    if (l->c.profile[device]->ranges == 0)
        return NILA_ERR_UNSUPPORTED;
    (void)pthread_mutex_lock(&l->lock);
    if (l->id[0] != '\0' || a->aborts > 0 || !make_id(l->id)) {
        const bool lent = l->id[0] != '\0';
        *out = (struct loan_terms){.device = lent ? l->device : device,
                                   .user = lent ? l->user : a->user,
                                   .since_ms = l->after[lent ? l->device : device].since_ms,
                                   .left_ms = lent ? end_ms(l) - now : 0};
        (void)pthread_mutex_unlock(&l->lock);
        return NILA_ERR_BUSY;
    }
    fresh = a->since_ms == 0; /* else the one before still settles */
    l->device = device;
    l->user = user;
    l->began_ms = l->used_ms = now;
    *a = (struct after){.since_ms = fresh ? clock_wall_ms() : a->since_ms, .user = user};
    *out = (struct loan_terms){
        .device = device, .user = user, .since_ms = a->since_ms, .left_ms = end_ms(l) - now};
    (void)snprintf(out->id, sizeof out->id, "%s", l->id);
    l->c.lend(l->c.arg, device, true);
    (void)pthread_cond_signal(&l->wake);
    (void)pthread_mutex_unlock(&l->lock);
    log_info("device %s: user %u calibrates it", slug_of(l, device), (unsigned)user);
    if (fresh)
        tell_state(l, device, true, user);
    return 0;
}

int loan_device(struct loan *l, const char *id, uid_t user, unsigned *device)
{
    int rc = NILA_ERR_NOT_FOUND;

    (void)pthread_mutex_lock(&l->lock);
    if (is(l, id) && l->user == user) {
        *device = l->device;
        rc = 0;
    }
    (void)pthread_mutex_unlock(&l->lock);
    return rc;
}

/* Does a range of the profile hold all of q? */
static bool allowed(const struct profile *p, const struct bus_question *q)
{
    for (unsigned i = 0; i < p->ranges; i++) {
        const struct profile_range *r = &p->range[i];
        if (r->function == q->function && q->count > 0 && q->first >= r->first &&
            q->first + q->count <= r->first + r->count &&
            (!r->has_value || (q->write != NULL && q->write[0] == r->value)))
            return true;
    }
    return false;
}

int loan_use(struct loan *l, const char *id, uid_t user, const struct bus_question *q)
{
    int rc = NILA_ERR_NOT_FOUND;

    (void)pthread_mutex_lock(&l->lock);
    if (is(l, id) && l->user == user) {
        l->used_ms = clock_mono_ms();
        rc = allowed(l->c.profile[l->device], q) ? 0 : NILA_ERR_DENIED;
    }
    (void)pthread_mutex_unlock(&l->lock);
    return rc;
}

int loan_result(struct loan *l, const char *id, uid_t user, const struct loan_result *r)
{
    struct reading_set set;
    unsigned device;
    int rc = loan_device(l, id, user, &device);

    if (rc != 0)
        return rc;
    begin_set(l, device, &set);
    add(&set, METRIC_CAL_USER, (double)user);
    add(&set, METRIC_CAL_OF, r->metric);
    add(&set, METRIC_CAL_SLOPE_PCT, r->slope_pct);
    add(&set, METRIC_CAL_OFFSET, r->offset);
    add(&set, METRIC_CAL_DUE_DAY, r->due_day);
    tell(l, &set);
    log_info("device %s: user %u put a calibration of %s into force: slope %.1f %%, offset %.3f",
             slug_of(l, device), (unsigned)user, metric_info(r->metric)->name, r->slope_pct,
             r->offset);
    return 0;
}

int loan_return(struct loan *l, const char *id, uid_t user, bool settle)
{
    int rc = NILA_ERR_NOT_FOUND;

    (void)pthread_mutex_lock(&l->lock);
    if (is(l, id) && l->user == user) {
        end(l, true, "given back");
        if (!settle)
            l->after[l->device].settle_ms = clock_mono_ms();
        rc = 0;
    }
    (void)pthread_mutex_unlock(&l->lock);
    return rc;
}

void loan_drop(struct loan *l, const char *id)
{
    (void)pthread_mutex_lock(&l->lock);
    if (is(l, id))
        end(l, false, "its connection was lost");
    (void)pthread_mutex_unlock(&l->lock);
}

bool loan_lasts(struct loan *l, const char *id, int64_t *left_ms)
{
    bool lasts;

    (void)pthread_mutex_lock(&l->lock);
    lasts = is(l, id);
    *left_ms = lasts ? end_ms(l) - clock_mono_ms() : 0;
    (void)pthread_mutex_unlock(&l->lock);
    return lasts;
}

int64_t loan_since_ms(struct loan *l, unsigned device)
{
    int64_t since;

    if (l == NULL)
        return 0;
    (void)pthread_mutex_lock(&l->lock);
    since = l->after[device].since_ms;
    (void)pthread_mutex_unlock(&l->lock);
    return since;
}
