/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "packed.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/gzip.h"
#include "collector/common/log.h"

#define LEVEL  5 /* 6 takes a third longer for one byte in a hundred */
#define PLACES 4096U
#define WAYS   4U /* places that a hash may have */

/* The body, and behind it what it was packed to. */
struct one {
    uint64_t hash;
    size_t n, packed_n; /* packed_n 0: it does not get smaller */
    bool asked;         /* since the hand was here */
    char bytes[];
};

struct packed {
    pthread_mutex_t lock; /* guards all below; not held while something is packed */
    struct one *place[PLACES];
    size_t hand; /* goes round and takes what nobody asked for since it came by */
    size_t bytes, most;
    uint64_t packings;
};

struct packed *packed_new(size_t most)
{
    struct packed *p = xcalloc(1, sizeof *p);

    p->most = most > 0 ? most : PACKED_BYTES;
    pthread_mutex_init(&p->lock, NULL);
    return p;
}

static size_t size_of(const struct one *o)
{
    return sizeof *o + o->n + o->packed_n;
}

static struct one **place_of(struct packed *p, uint64_t hash, unsigned way)
{
    return &p->place[((hash ^ hash >> 32) + way) % PLACES];
}

static void clear(struct packed *p, struct one **place)
{
    if (*place == NULL)
        return;
    p->bytes -= size_of(*place);
    free(*place);
    *place = NULL;
}

void packed_free(struct packed *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < PLACES; i++)
        clear(p, &p->place[i]);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

/* The lock is held. */
static struct one *find(struct packed *p, const struct buf *body, uint64_t hash)
{
    for (unsigned way = 0; way < WAYS; way++) {
        struct one *o = *place_of(p, hash, way);

        if (o != NULL && o->hash == hash && o->n == body->n && memcmp(o->bytes, body->p, o->n) == 0)
            return o;
    }
    return NULL;
}

static bool take(struct packed *p, const struct buf *body, uint64_t hash, struct buf *out,
                 bool *smaller)
{
    struct one *o;

    pthread_mutex_lock(&p->lock);
    o = find(p, body, hash);
    if (o != NULL) {
        o->asked = true;
        *smaller = o->packed_n > 0;
        buf_add(out, o->bytes + o->n, o->packed_n);
    }
    pthread_mutex_unlock(&p->lock);
    return o != NULL;
}

/* Until there is room for so many bytes; twice round at most. */
static void make_room(struct packed *p, size_t n)
{
    while (p->bytes + n > p->most) {
        struct one **place = &p->place[p->hand];

        p->hand = (p->hand + 1) % PLACES;
        if (*place != NULL && (*place)->asked)
            (*place)->asked = false;
        else
            clear(p, place);
    }
}

/* An empty place, else one that nobody asked for, else the first. */
static struct one **place_for(struct packed *p, uint64_t hash)
{
    struct one **best = place_of(p, hash, 0);

    for (unsigned way = 0; way < WAYS; way++) {
        struct one **place = place_of(p, hash, way);

        if (*place == NULL)
            return place;
        if (!(*place)->asked && (*best)->asked)
            best = place;
    }
    return best;
}

static void keep(struct packed *p, const struct buf *body, uint64_t hash, const struct buf *packed)
{
    struct one *o;

    if (body->n > PACKED_MOST || sizeof *o + body->n + packed->n > p->most)
        return;
    o = xcalloc(1, sizeof *o + body->n + packed->n);
    *o = (struct one){.hash = hash, .n = body->n, .packed_n = packed->n};
    memcpy(o->bytes, body->p, body->n);
    if (packed->n > 0)
        memcpy(o->bytes + body->n, packed->p, packed->n);
    pthread_mutex_lock(&p->lock);
    if (find(p, body, hash) == NULL) { /* else another thread was quicker */
        struct one **place;

        make_room(p, size_of(o));
        place = place_for(p, hash);
        clear(p, place);
        p->bytes += size_of(o);
        *place = o;
        o = NULL;
    }
    pthread_mutex_unlock(&p->lock);
    free(o);
}

bool packed_body(struct packed *p, const struct buf *body, uint64_t hash, struct buf *out)
{
    struct buf made = {0};
    bool smaller = false;

    if (body->n <= PACKED_MOST && take(p, body, hash, out, &smaller))
        return smaller;
    smaller = gzip_pack(&made, body->p, body->n, LEVEL) == 0 && made.n < body->n;
    if (!smaller)
        buf_clear(&made);
    pthread_mutex_lock(&p->lock);
    p->packings++;
    pthread_mutex_unlock(&p->lock);
    keep(p, body, hash, &made);
    buf_add(out, made.p, made.n);
    buf_free(&made);
    return smaller;
}

struct packed_counts packed_counts(struct packed *p)
{
    struct packed_counts c;

    pthread_mutex_lock(&p->lock);
    c = (struct packed_counts){p->packings, p->bytes};
    pthread_mutex_unlock(&p->lock);
    return c;
}
