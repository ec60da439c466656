/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "known.h"

#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"

enum {
    MOST = 500000,
    FIRST_CAP = 256, /* a power of two */
    BYTES = (CHANGE_UID_SIZE - 1) / 2
};

/* What a place of a map is about; a time is of entering. */
enum about {
    NOTHING, /* the place is empty */
    GROUP,
    ANY_TIME,
    ONE_TIME,
    NEXT,
    CLAIMED
};

struct key {
    uint8_t contents[BYTES];
    int64_t number; /* the time, or the id */
    int64_t about;  /* enum about; as wide as the others: a key is compared as bytes */
};

struct place {
    struct key key;
    int64_t value;        /* NEXT */
    uint32_t first, last; /* rows, one too high; 0: none */
};

struct map {
    struct place *place;
    size_t n, cap;
};

/* A row waits in two lines: with all of its contents, and with those of its time. */
struct row {
    int64_t id;
    uint32_t behind[2];
};

struct known {
    struct map loaded; /* forgotten when there is too much of it */
    struct map kept;   /* NEXT, CLAIMED */
    struct row *row;
    size_t rows, cap, most;
    uint64_t steps;
};

struct known *known_new(size_t most)
{
    struct known *k = xcalloc(1, sizeof *k);

    k->most = most > 0 ? most : MOST;
    return k;
}

void known_free(struct known *k)
{
    if (k == NULL)
        return;
    free(k->loaded.place);
    free(k->kept.place);
    free(k->row);
    free(k);
}

/* --- a map with open addressing --- */

static struct key key_of(enum about about, const char *contents, int64_t number)
{
    struct key key = {.about = about, .number = number};

    for (size_t i = 0; contents != NULL && i < BYTES; i++) {
        char high = contents[2 * i], low = contents[2 * i + 1];
        key.contents[i] = (uint8_t)((high <= '9' ? high - '0' : high - 'a' + 10) << 4 |
                                    (low <= '9' ? low - '0' : low - 'a' + 10));
    }
    return key;
}

static uint64_t hash_of(const struct key *key)
{
    uint64_t h;

    memcpy(&h, key->contents, sizeof h);
    h = (h ^ (uint64_t)key->number ^ (uint64_t)key->about << 56) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 32;
}

/* Where the key is, or the empty place where it would be. cap > 0. */
static struct place *seek(struct known *k, const struct map *m, const struct key *key)
{
    size_t i = (size_t)hash_of(key) & (m->cap - 1);

    for (;; i = (i + 1) & (m->cap - 1)) {
        k->steps++;
        if (m->place[i].key.about == NOTHING || memcmp(&m->place[i].key, key, sizeof *key) == 0)
            return &m->place[i];
    }
}

static void grow(struct known *k, struct map *m)
{
    struct map larger = {.n = m->n, .cap = m->cap > 0 ? 2 * m->cap : FIRST_CAP};

    larger.place = xcalloc(larger.cap, sizeof *larger.place);
    for (size_t i = 0; i < m->cap; i++)
        if (m->place[i].key.about != NOTHING)
            *seek(k, &larger, &m->place[i].key) = m->place[i];
    free(m->place);
    *m = larger;
}

static struct place *find(struct known *k, const struct map *m, const struct key *key)
{
    struct place *p = m->cap > 0 ? seek(k, m, key) : NULL;

    return p != NULL && p->key.about != NOTHING ? p : NULL;
}

static struct place *make(struct known *k, struct map *m, const struct key *key)
{
    struct place *p;

    if (2 * m->n >= m->cap)
        grow(k, m);
    p = seek(k, m, key);
    if (p->key.about == NOTHING) {
        p->key = *key;
        m->n++;
    }
    return p;
}

/* --- rows of old --- */

bool known_group(struct known *k, const char name[static CHANGE_UID_SIZE])
{
    const struct key key = key_of(GROUP, name, 0);

    if (find(k, &k->loaded, &key) != NULL)
        return true;
    if (k->rows >= k->most) {
        free(k->loaded.place);
        k->loaded = (struct map){0};
        k->rows = 0;
    }
    (void)make(k, &k->loaded, &key);
    return false;
}

static bool is_claimed(struct known *k, int64_t id)
{
    const struct key key = key_of(CLAIMED, NULL, id);

    return find(k, &k->kept, &key) != NULL;
}

static void queue_up(struct known *k, const struct key *key, int line)
{
    struct place *p = make(k, &k->loaded, key);
    const uint32_t at = (uint32_t)k->rows; /* one too high: the row is counted already */

    if (p->last != 0)
        k->row[p->last - 1].behind[line] = at;
    else
        p->first = at;
    p->last = at;
}

void known_row(struct known *k, const char contents[static CHANGE_UID_SIZE], int64_t entered_on,
               int64_t id)
{
    const struct key any = key_of(ANY_TIME, contents, 0),
                     one = key_of(ONE_TIME, contents, entered_on);

    if (is_claimed(k, id))
        return;
    if (k->rows == k->cap) {
        k->cap = k->cap > 0 ? 2 * k->cap : FIRST_CAP;
        k->row = xrealloc(k->row, k->cap, sizeof *k->row);
    }
    k->row[k->rows++] = (struct row){.id = id};
    queue_up(k, &any, 0);
    queue_up(k, &one, 1);
}

int64_t known_claim(struct known *k, const char contents[static CHANGE_UID_SIZE],
                    const int64_t *entered_on)
{
    const int line = entered_on != NULL;
    const struct key key =
        key_of(line != 0 ? ONE_TIME : ANY_TIME, contents, line != 0 ? *entered_on : 0);
    struct place *p = find(k, &k->loaded, &key);

    while (p != NULL && p->first != 0) {
        const struct row *r = &k->row[p->first - 1];

        k->steps++;
        p->first = r->behind[line]; /* claimed now or before, it is in nobody's way again */
        if (p->first == 0)
            p->last = 0;
        if (!is_claimed(k, r->id)) {
            const struct key claimed = key_of(CLAIMED, NULL, r->id);
            (void)make(k, &k->kept, &claimed);
            return r->id;
        }
    }
    return 0;
}

/* --- names of equal rows --- */

int64_t known_next(struct known *k, const char contents[static CHANGE_UID_SIZE])
{
    const struct key key = key_of(NEXT, contents, 0);
    const struct place *p = find(k, &k->kept, &key);

    return p != NULL ? p->value : 1;
}

void known_set_next(struct known *k, const char contents[static CHANGE_UID_SIZE], int64_t next)
{
    const struct key key = key_of(NEXT, contents, 0);

    make(k, &k->kept, &key)->value = next;
}

uint64_t known_steps(const struct known *k)
{
    return k->steps;
}
