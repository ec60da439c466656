/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Threads: one a collector asks for its status, so that one that hangs holds up no other; one puts the test readings, which may take
 * half a minute; one reads heartbeats. All of what pages see is under one lock, which is held for copies only. */
#include "fleet.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collector/common/clock.h"
#include "collector/common/control.h"
#include "collector/common/log.h"

#define STATUS_MS   3000  /* a status is made at once */
#define READ_MS     32000 /* control.h of the collector: an answer comes within 30 s */
#define CALM_MS     5000  /* between two looks when nobody watches */
#define WATCHED_MS  1000
#define MAPS_MS     60000 /* registers change with the site file only */
#define BEATS_MS    30000
#define LINES_MOST  5000 /* of an answer; a site has fewer */
#define READS_QUEUE 16

struct member {
    struct fleet *f;
    char socket[SITE_PATH_SIZE];       /* as box.socket, for its threads */
    struct fleet_box box;              /* under the lock */
    int64_t maps_ms;                   /* monotonic; its thread's own */
    int64_t read_ms[FLEET_READS_MOST]; /* monotonic times of the last readings; under the lock */
    pthread_t thread;
    bool runs;
};

struct order {
    size_t member;
    char device[SLUG_SIZE];
};

struct fleet {
    const struct analytics_config *config;
    fleet_changed changed;
    void *arg;
    pthread_mutex_t lock;
    pthread_cond_t moved; /* stop, watched, an order */
    atomic_bool stop;
    bool watched;
    size_t members, orders;
    struct member member[FLEET_COLLECTORS];
    struct order order[READS_QUEUE];
    pthread_t reader, listener;
    bool reads, listens;
    size_t beats;
    struct series_beat *beat;
    int64_t beats_ms;
};

/* --- looking ------------------------------------------------------------------------------------------------------ */

struct answer {
    struct fleet_box box;
    struct fleet_registers *map;
    size_t maps, lines;
};

static int status_line(void *arg, const char *json)
{
    struct answer *a = arg;

    return ++a->lines > LINES_MOST ? NILA_ERR_FULL : fleet_take_status(&a->box, json);
}

static int registers_line(void *arg, const char *json)
{
    struct answer *a = arg;

    return ++a->lines > LINES_MOST ? NILA_ERR_FULL : fleet_take_registers(&a->map, &a->maps, json);
}

static void clear_maps(struct answer *a)
{
    for (size_t i = 0; i < a->maps; i++)
        fleet_registers_clear(&a->map[i]);
    free(a->map);
    a->map = NULL;
    a->maps = a->lines = 0;
}

/* Puts what was heard in the place of what was known; the maps and readings stay. */
static void put_status(struct member *m, struct answer *a, int rc, const char *why)
{
    struct fleet_box *box = &m->box;
    struct fleet_box old = *box;
    const int64_t now_ms = clock_wall_ms();

    if (rc == 0) {
        *box = a->box;
        memcpy(box->key, old.key, sizeof box->key);
        memcpy(box->socket, old.socket, sizeof box->socket);
        box->map = old.map;
        box->maps = old.maps;
        box->traffic = old.traffic;
        box->frames = old.frames;
        old.traffic = NULL;
        box->reading = old.reading;
        box->readings = old.readings;
        box->heard_ms = now_ms;
        old.map = NULL;
        old.maps = 0;
        old.reading = NULL;
        old.readings = 0;
        a->box = old; /* to be freed */
    } else if (old.rc != rc) {
        log_info("web: collector %s: %s", old.key, why); /* told when it begins */
    }
    if (rc == 0 && old.rc != 0 && old.tried_ms != 0)
        log_info("web: collector %s answers again", old.key);
    box->rc = rc;
    box->tried_ms = now_ms;
    (void)snprintf(box->why, sizeof box->why, "%s", rc != 0 ? why : "");
}

static void look_at_maps(struct member *m)
{
    struct fleet *f = m->f;
    struct answer a = {.lines = 0};
    char why[256];
    int rc = control_call_until(m->socket, "{\"v\":1,\"op\":\"registers\"}", registers_line, &a,
                                STATUS_MS, &f->stop, why, sizeof why);

    m->maps_ms = clock_mono_ms();
    if (rc == 0) {
        (void)pthread_mutex_lock(&f->lock);
        struct answer old = {.map = m->box.map, .maps = m->box.maps};
        m->box.map = a.map;
        m->box.maps = a.maps;
        (void)pthread_mutex_unlock(&f->lock);
        a = old;
    } else {
        log_debug("web: %s: registers: %s", m->socket, why); /* an older one has none */
    }
    clear_maps(&a);
}

static int frame_line(void *arg, const char *json)
{
    return fleet_take_frame(arg, json);
}

/* Of each bus; the names are copied, because the lock is not held while the collector is asked. */
static void look_at_frames(struct member *m)
{
    struct fleet *f = m->f;
    struct fleet_frames *got;
    size_t buses, told = 0;
    bool well = true;

    (void)pthread_mutex_lock(&f->lock);
    buses = m->box.buses;
    got = xcalloc(buses + 1, sizeof *got);
    for (size_t i = 0; i < buses; i++)
        memcpy(got[i].bus, m->box.bus[i].slug, sizeof got[i].bus);
    (void)pthread_mutex_unlock(&f->lock);
    for (size_t i = 0; i < buses && well && !atomic_load(&f->stop); i++) {
        char request[96], why[256];

        /* a slug needs no escaping */
        (void)snprintf(request, sizeof request, "{\"v\":1,\"op\":\"frames\",\"bus\":\"%s\"}",
                       got[i].bus);
        well = control_call_until(m->socket, request, frame_line, &got[i], STATUS_MS, &f->stop, why,
                                  sizeof why) == 0;
        told += well; /* an older collector has none */
    }
    (void)pthread_mutex_lock(&f->lock);
    free(m->box.traffic);
    m->box.traffic = got;
    m->box.frames = told;
    (void)pthread_mutex_unlock(&f->lock);
}

static void look(struct member *m)
{
    struct fleet *f = m->f;
    struct answer a = {.lines = 0};
    char why[256] = "";
    int rc = control_call_until(m->socket, "{\"v\":1,\"op\":\"status\"}", status_line, &a,
                                STATUS_MS, &f->stop, why, sizeof why);
    bool anew;

    if (rc == 0 && a.box.now_ms == 0)
        rc = NILA_ERR_PROTO;
    if (rc == NILA_ERR_PROTO && why[0] == '\0')
        (void)snprintf(why, sizeof why, "its answer is not understood");
    if (why[0] == '\0')
        (void)snprintf(why, sizeof why, "%s", nila_err_text(rc));
    (void)pthread_mutex_lock(&f->lock);
    anew = rc == 0 && (m->maps_ms == 0 || m->box.started_ms != a.box.started_ms ||
                       clock_mono_ms() - m->maps_ms > MAPS_MS);
    put_status(m, &a, rc, why);
    (void)pthread_mutex_unlock(&f->lock);
    fleet_box_clear(&a.box);
    if (anew)
        look_at_maps(m);
    if (rc == 0)
        look_at_frames(m);
}

/* Waits until mono_ms, or until something has moved; the lock is held. */
static void wait_until(struct fleet *f, int64_t mono_ms)
{
    struct timespec t = {.tv_sec = (time_t)(mono_ms / 1000),
                         .tv_nsec = (long)(mono_ms % 1000) * 1000000};

    (void)pthread_cond_timedwait(&f->moved, &f->lock, &t);
}

static void *member_thread(void *arg)
{
    struct member *m = arg;
    struct fleet *f = m->f;

    while (!atomic_load(&f->stop)) {
        int64_t began_ms = clock_mono_ms();

        look(m);
        f->changed(f->arg);
        (void)pthread_mutex_lock(&f->lock);
        while (!atomic_load(&f->stop) &&
               clock_mono_ms() < began_ms + (f->watched ? WATCHED_MS : CALM_MS))
            wait_until(f, began_ms + (f->watched ? WATCHED_MS : CALM_MS));
        (void)pthread_mutex_unlock(&f->lock);
    }
    return NULL;
}

/* --- test readings ------------------------------------------------------------------------------------------------ */

static struct fleet_reading *reading_of(struct fleet_box *box, const char *device)
{
    for (size_t i = 0; i < box->readings; i++)
        if (strcmp(box->reading[i].device, device) == 0)
            return &box->reading[i];
    return NULL;
}

static void put_reading(struct member *m, const char *device, struct answer *a, int rc,
                        const char *why)
{
    struct fleet_reading *r = reading_of(&m->box, device);

    if (r == NULL)
        return;
    r->done_ms = clock_wall_ms();
    if (rc == 0 && a->maps == 1) {
        fleet_registers_clear(&r->got);
        r->got = a->map[0];
        a->map[0] = (struct fleet_registers){0};
        r->state = FLEET_READ_DONE;
        r->why[0] = '\0';
    } else {
        r->state = FLEET_READ_FAILED;
        (void)snprintf(r->why, sizeof r->why, "%s", why[0] != '\0' ? why : nila_err_text(rc));
    }
}

static void serve_order(struct fleet *f, const struct order *o)
{
    struct member *m = &f->member[o->member];
    struct answer a = {.lines = 0};
    char request[160], why[256] = "";
    int rc;

    /* a slug needs no escaping */
    (void)snprintf(request, sizeof request,
                   "{\"v\":1,\"op\":\"registers\",\"device\":\"%s\",\"ask\":true}", o->device);
    rc = control_call_until(m->socket, request, registers_line, &a, READ_MS, &f->stop, why,
                            sizeof why);
    (void)pthread_mutex_lock(&f->lock);
    put_reading(m, o->device, &a, rc, why);
    (void)pthread_mutex_unlock(&f->lock);
    clear_maps(&a);
    f->changed(f->arg);
}

static void *reader_thread(void *arg)
{
    struct fleet *f = arg;

    (void)pthread_mutex_lock(&f->lock);
    while (!atomic_load(&f->stop)) {
        struct order o;

        if (f->orders == 0) {
            (void)pthread_cond_wait(&f->moved, &f->lock);
            continue;
        }
        o = f->order[0];
        memmove(f->order, f->order + 1, --f->orders * sizeof f->order[0]);
        (void)pthread_mutex_unlock(&f->lock);
        serve_order(f, &o);
        (void)pthread_mutex_lock(&f->lock);
    }
    (void)pthread_mutex_unlock(&f->lock);
    return NULL;
}

/* Seconds until a reading of the device may be asked for; 0: now. The lock is held. */
static int must_wait(const struct member *m, const struct fleet_reading *r, int64_t mono_ms)
{
    const int64_t since_ms = clock_wall_ms() - (r != NULL ? r->asked_ms : 0);
    const int64_t oldest_ms = m->read_ms[FLEET_READS_MOST - 1];

    if (r != NULL && since_ms >= 0 && since_ms < FLEET_READ_GAP_MS)
        return (int)((FLEET_READ_GAP_MS - since_ms + 999) / 1000);
    if (oldest_ms != 0 && mono_ms - oldest_ms < 60000)
        return (int)((60000 - (mono_ms - oldest_ms) + 999) / 1000);
    return 0;
}

static int order(struct fleet *f, size_t i, const char *device, int *wait_s)
{
    struct member *m = &f->member[i];
    struct fleet_reading *r = reading_of(&m->box, device);
    const int64_t mono_ms = clock_mono_ms();

    if (r != NULL && r->state == FLEET_READ_WAITING)
        return 0;
    *wait_s = must_wait(m, r, mono_ms);
    if (*wait_s == 0 && f->orders >= READS_QUEUE)
        *wait_s = FLEET_READ_GAP_MS / 1000;
    if (*wait_s > 0)
        return NILA_ERR_BUSY;
    memmove(m->read_ms + 1, m->read_ms, (FLEET_READS_MOST - 1) * sizeof m->read_ms[0]);
    m->read_ms[0] = mono_ms;
    if (r == NULL) {
        m->box.reading = xrealloc(m->box.reading, m->box.readings + 1, sizeof *r);
        r = &m->box.reading[m->box.readings++];
        *r = (struct fleet_reading){.state = FLEET_READ_NONE};
        (void)snprintf(r->device, sizeof r->device, "%s", device);
    }
    r->state = FLEET_READ_WAITING;
    r->asked_ms = clock_wall_ms();
    f->order[f->orders].member = i;
    (void)snprintf(f->order[f->orders++].device, SLUG_SIZE, "%s", device);
    (void)pthread_cond_broadcast(&f->moved);
    return 0;
}

static bool has_device(const struct fleet_box *box, const char *bus, const char *device)
{
    for (size_t i = 0; i < box->devices; i++)
        if (strcmp(box->device[i].slug, device) == 0 && strcmp(box->device[i].bus, bus) == 0)
            return true;
    return false;
}

int fleet_read(struct fleet *f, const char *box, const char *bus, const char *device, int *wait_s)
{
    int rc = NILA_ERR_NOT_FOUND;

    *wait_s = 0;
    if (f == NULL || !slug_valid(device))
        return rc;
    (void)pthread_mutex_lock(&f->lock);
    for (size_t i = 0; rc == NILA_ERR_NOT_FOUND && i < f->members; i++)
        if ((box[0] == '\0' || strcmp(f->member[i].box.key, box) == 0) &&
            has_device(&f->member[i].box, bus, device))
            rc = order(f, i, device, wait_s);
    (void)pthread_mutex_unlock(&f->lock);
    return rc;
}

/* --- heartbeats --------------------------------------------------------------------------------------------------- */

/* A connection of its own: the pages' data wait for no heartbeat. */
static void *listener_thread(void *arg)
{
    struct fleet *f = arg;
    struct series_source *source = NULL;
    char why[256];

    if (series_source_open(&source, f->config, why, sizeof why) != 0)
        log_warnx("web: heartbeats: %s", why);
    while (source != NULL && !atomic_load(&f->stop)) {
        const int64_t now_ms = clock_wall_ms(), next_ms = clock_mono_ms() + BEATS_MS;
        struct series_beat *beat = NULL;
        size_t n = 0;
        int rc = series_beats(source, now_ms - FLEET_BEAT_DAYS * INT64_C(86400000), &beat, &n);

        (void)pthread_mutex_lock(&f->lock);
        if (rc == 0) {
            free(f->beat);
            f->beat = beat;
            f->beats = n;
            f->beats_ms = now_ms;
        }
        while (!atomic_load(&f->stop) && clock_mono_ms() < next_ms)
            wait_until(f, next_ms);
        (void)pthread_mutex_unlock(&f->lock);
    }
    series_source_close(source);
    return NULL;
}

/* --- start, stop, copies ------------------------------------------------------------------------------------------ */

static void begin_members(struct fleet *f, const struct analytics_config *c)
{
    f->members = c->collectors < FLEET_COLLECTORS ? c->collectors : FLEET_COLLECTORS;
    for (size_t i = 0; i < f->members; i++) {
        struct member *m = &f->member[i];
        m->f = f;
        memcpy(m->box.key, c->collector[i].slug, sizeof m->box.key);
        memcpy(m->box.socket, c->collector[i].socket, sizeof m->box.socket);
        memcpy(m->socket, c->collector[i].socket, sizeof m->socket);
        m->box.disk_free = m->box.disk_size = m->box.power_weak = -1;
    }
}

int fleet_start(struct fleet **out, const struct analytics_config *c, fleet_changed changed,
                void *arg)
{
    struct fleet *f = xcalloc(1, sizeof *f);
    pthread_condattr_t attr;
    bool well;

    f->config = c;
    f->changed = changed;
    f->arg = arg;
    if (pthread_mutex_init(&f->lock, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&f->moved, &attr) != 0)
        fatal("web: no mutex");
    (void)pthread_condattr_destroy(&attr);
    begin_members(f, c);
    well = true;
    for (size_t i = 0; well && i < f->members; i++)
        well = f->member[i].runs =
            pthread_create(&f->member[i].thread, NULL, member_thread, &f->member[i]) == 0;
    if (well && f->members > 0)
        well = f->reads = pthread_create(&f->reader, NULL, reader_thread, f) == 0;
    if (well && c->source == SOURCE_INFLUX && c->influx_url[0] != '\0')
        well = f->listens = pthread_create(&f->listener, NULL, listener_thread, f) == 0;
    if (!well) {
        fleet_stop(f);
        return NILA_ERR_IO;
    }
    *out = f;
    return 0;
}

void fleet_stop(struct fleet *f)
{
    if (f == NULL)
        return;
    (void)pthread_mutex_lock(&f->lock);
    atomic_store(&f->stop, true);
    (void)pthread_cond_broadcast(&f->moved);
    (void)pthread_mutex_unlock(&f->lock);
    for (size_t i = 0; i < f->members; i++)
        if (f->member[i].runs)
            (void)pthread_join(f->member[i].thread, NULL);
    if (f->reads)
        (void)pthread_join(f->reader, NULL);
    if (f->listens)
        (void)pthread_join(f->listener, NULL);
    for (size_t i = 0; i < f->members; i++)
        fleet_box_clear(&f->member[i].box);
    free(f->beat);
    (void)pthread_cond_destroy(&f->moved);
    (void)pthread_mutex_destroy(&f->lock);
    free(f);
}

void fleet_watched(struct fleet *f, bool watched)
{
    (void)pthread_mutex_lock(&f->lock);
    f->watched = watched;
    (void)pthread_cond_broadcast(&f->moved);
    (void)pthread_mutex_unlock(&f->lock);
}

/* A copy of n things; NULL for none. */
static void *copy(const void *from, size_t n, size_t size)
{
    void *to;

    if (n == 0)
        return NULL;
    to = xcalloc(n, size);
    memcpy(to, from, n * size);
    return to;
}

static void copy_registers(struct fleet_registers *to, const struct fleet_registers *from)
{
    *to = *from;
    to->reg = copy(from->reg, from->n, sizeof *from->reg);
    to->question = copy(from->question, from->questions, sizeof *from->question);
}

static void copy_box(struct fleet_box *to, const struct fleet_box *from)
{
    *to = *from;
    to->bus = copy(from->bus, from->buses, sizeof *from->bus);
    to->device = copy(from->device, from->devices, sizeof *from->device);
    to->sink = copy(from->sink, from->sinks, sizeof *from->sink);
    to->map = copy(from->map, from->maps, sizeof *from->map);
    for (size_t i = 0; i < from->maps; i++)
        copy_registers(&to->map[i], &from->map[i]);
    to->traffic = copy(from->traffic, from->frames, sizeof *from->traffic);
    to->reading = copy(from->reading, from->readings, sizeof *from->reading);
    for (size_t i = 0; i < from->readings; i++)
        copy_registers(&to->reading[i].got, &from->reading[i].got);
}

struct fleet_view *fleet_view(struct fleet *f)
{
    struct fleet_view *v = xcalloc(1, sizeof *v);

    v->now_ms = clock_wall_ms();
    if (f == NULL)
        return v;
    (void)pthread_mutex_lock(&f->lock);
    v->boxes = f->members;
    v->box = f->members > 0 ? xcalloc(f->members, sizeof *v->box) : NULL;
    for (size_t i = 0; i < f->members; i++)
        copy_box(&v->box[i], &f->member[i].box);
    v->beats = f->beats;
    v->beat = copy(f->beat, f->beats, sizeof *f->beat);
    v->beats_ms = f->beats_ms;
    v->influx = f->listens;
    (void)pthread_mutex_unlock(&f->lock);
    return v;
}

void fleet_view_free(struct fleet_view *v)
{
    if (v == NULL)
        return;
    for (size_t i = 0; i < v->boxes; i++)
        fleet_box_clear(&v->box[i]);
    free(v->box);
    free(v->beat);
    free(v);
}

/* --- looking up --------------------------------------------------------------------------------------------------- */

const struct fleet_box *fleet_find(const struct fleet_view *v, const char *key, const char *bus,
                                   const char *device, size_t *index)
{
    for (size_t i = 0; i < v->boxes; i++) {
        const struct fleet_box *x = &v->box[i];
        if (key[0] != '\0' && strcmp(x->key, key) != 0)
            continue;
        for (size_t k = 0; k < x->devices; k++)
            if (strcmp(x->device[k].slug, device) == 0 && strcmp(x->device[k].bus, bus) == 0) {
                *index = k;
                return x;
            }
    }
    return NULL;
}

const struct fleet_box *fleet_find_bus(const struct fleet_view *v, const char *key, const char *bus,
                                       size_t *index)
{
    for (size_t i = 0; i < v->boxes; i++) {
        const struct fleet_box *x = &v->box[i];
        if (key[0] != '\0' && strcmp(x->key, key) != 0)
            continue;
        for (size_t k = 0; k < x->buses; k++)
            if (strcmp(x->bus[k].slug, bus) == 0) {
                *index = k;
                return x;
            }
    }
    return NULL;
}

bool fleet_heard(const struct fleet_view *v, const struct fleet_box *box)
{
    return box->heard_ms != 0 && box->rc == 0 && v->now_ms - box->heard_ms < FLEET_SILENT_MS;
}

const struct fleet_registers *fleet_map(const struct fleet_box *box, const char *device)
{
    for (size_t i = 0; i < box->maps; i++)
        if (strcmp(box->map[i].device, device) == 0)
            return &box->map[i];
    return NULL;
}

const struct fleet_frames *fleet_frames_of(const struct fleet_box *box, const char *bus)
{
    for (size_t i = 0; i < box->frames; i++)
        if (strcmp(box->traffic[i].bus, bus) == 0)
            return &box->traffic[i];
    return NULL;
}

const struct fleet_reading *fleet_reading_of(const struct fleet_box *box, const char *device)
{
    for (size_t i = 0; i < box->readings; i++)
        if (strcmp(box->reading[i].device, device) == 0)
            return &box->reading[i];
    return NULL;
}
