/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "crew.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/common/log.h"
#include "pondrun.h"

enum {
    CHUNK_PONDS = 8,
    SLOTS_A_THREAD = 4 /* a slow pond holds up nobody until so many chunks wait for their turn */
};

/* A chunk that is worked on or waits for its turn. */
struct slot {
    struct supply_pond pond[CHUNK_PONDS];
    double *kg; /* [CHUNK_PONDS][months + 1][draws] (pondrun.h) */
    bool ready;
};

struct crew {
    const struct supply_input *in;
    const struct paths *paths;
    int32_t end_day;
    crew_turn turn;
    void *arg;
    size_t block;  /* (months + 1) * draws */
    size_t chunks; /* of all ponds */
    size_t slots;
    struct slot *slot;        /* chunk c lies in slot c % slots */
    pthread_mutex_t lock;     /* of what follows, of ready, and of turns */
    pthread_cond_t made_room; /* a slot is free again */
    size_t next;              /* chunk to be handed out */
    size_t over;              /* chunks whose turn is over */
};

unsigned crew_threads(unsigned asked)
{
    long cores = asked > 0 ? (long)asked : sysconf(_SC_NPROCESSORS_ONLN);

    return cores < 1 ? 1 : cores < SUPPLY_THREADS_MAX ? (unsigned)cores : SUPPLY_THREADS_MAX;
}

static size_t ponds_of(const struct crew *c, size_t chunk)
{
    size_t left = c->in->records->ponds - chunk * CHUNK_PONDS;

    return left < CHUNK_PONDS ? left : CHUNK_PONDS;
}

static void work(const struct crew *c, struct pondrun *w, size_t chunk)
{
    struct slot *s = &c->slot[chunk % c->slots];
    size_t n = ponds_of(c, chunk);

    memset(s->kg, 0, n * c->block * sizeof *s->kg);
    for (size_t k = 0; k < n; k++)
        pondrun_pond(w, chunk * CHUNK_PONDS + k, s->kg + k * c->block, &s->pond[k]);
}

/* With the lock: every chunk whose turn it is. */
static void take_turns(struct crew *c)
{
    size_t before = c->over;

    for (; c->over < c->chunks && c->slot[c->over % c->slots].ready; c->over++) {
        struct slot *s = &c->slot[c->over % c->slots];

        for (size_t k = 0; k < ponds_of(c, c->over); k++)
            c->turn(c->arg, c->over * CHUNK_PONDS + k, &s->pond[k], s->kg + k * c->block);
        s->ready = false;
    }
    if (c->over == before)
        return;
    (void)pthread_cond_broadcast(&c->made_room);
    if (c->in->progress != NULL)
        c->in->progress(c->in->progress_arg,
                        c->over < c->chunks ? c->over * CHUNK_PONDS : c->in->records->ponds,
                        c->in->records->ponds);
}

static void *worker(void *arg)
{
    struct crew *c = arg;
    struct pondrun *w = pondrun_new(c->in, c->paths, c->end_day);

    (void)pthread_mutex_lock(&c->lock);
    for (;;) {
        size_t chunk;

        while (c->next < c->chunks && c->next >= c->over + c->slots)
            (void)pthread_cond_wait(&c->made_room, &c->lock);
        if (c->next >= c->chunks)
            break;
        chunk = c->next++;
        (void)pthread_mutex_unlock(&c->lock);
        work(c, w, chunk);
        (void)pthread_mutex_lock(&c->lock);
        c->slot[chunk % c->slots].ready = true;
        take_turns(c);
    }
    (void)pthread_mutex_unlock(&c->lock);
    pondrun_free(w);
    return NULL;
}

static void start_and_join(struct crew *c, size_t threads)
{
    pthread_t helper[SUPPLY_THREADS_MAX];
    size_t started = 0;

    (void)pthread_mutex_init(&c->lock, NULL);
    (void)pthread_cond_init(&c->made_room, NULL);
    while (started + 1 < threads && pthread_create(&helper[started], NULL, worker, c) == 0)
        started++;
    (void)worker(c);
    for (size_t i = 0; i < started; i++)
        (void)pthread_join(helper[i], NULL);
    (void)pthread_cond_destroy(&c->made_room);
    (void)pthread_mutex_destroy(&c->lock);
}

void crew_run(const struct supply_input *in, const struct paths *paths, int32_t end_day,
              crew_turn turn, void *arg)
{
    struct crew c = {.in = in,
                     .paths = paths,
                     .end_day = end_day,
                     .turn = turn,
                     .arg = arg,
                     .block = ((size_t)in->months + 1) * in->draws,
                     .chunks = (in->records->ponds + CHUNK_PONDS - 1) / CHUNK_PONDS};
    size_t threads = crew_threads(in->threads);

    if (c.chunks == 0)
        return;
    threads = threads < c.chunks ? threads : c.chunks;
    c.slots = threads * SLOTS_A_THREAD < c.chunks ? threads * SLOTS_A_THREAD : c.chunks;
    c.slot = xcalloc(c.slots, sizeof *c.slot);
    for (size_t k = 0; k < c.slots; k++)
        c.slot[k].kg = xcalloc(CHUNK_PONDS * c.block, sizeof *c.slot[k].kg);
    start_and_join(&c, threads);
    for (size_t k = 0; k < c.slots; k++)
        free(c.slot[k].kg);
    free(c.slot);
}
