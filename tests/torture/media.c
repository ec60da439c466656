/* SPDX-License-Identifier: GPL-3.0-or-later */
/* media: rows C5 and C6. A card that fails for a while, now and then: full, read-only, with writes, reads or syncs that give an I/O
 * error. The program starts anew now and then, and at any moment the power may go: then what was confirmed must be there. When the
 * card is well again, readings are stored again within a second of the journal's clock.
 *
 *   media full|failing CUTS SEED
 *
 * NILA_ILLNESS="syncs fail" has that one alone. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "card.h"
#include "collector/common/log.h"
#include "tests/support/support.h"
#include "world.h"

#define STEPS 60

/* What is wrong with the card just now. */
struct illness {
    const char *name;
    int err;
    unsigned ops;    /* bits of enum card_op that fail */
    unsigned one_in; /* of these, by chance; 1: all */
};

#define BIT(op) (1U << (op))
static const struct illness FULL[] = {
    {"full", ENOSPC, BIT(CARD_WRITE) | BIT(CARD_OPEN), 1},
    {"nearly full", ENOSPC, BIT(CARD_WRITE) | BIT(CARD_OPEN), 3},
    {"full for syncs", ENOSPC, BIT(CARD_SYNC), 2},
};
static const struct illness FAILING[] = {
    {"writes fail", EIO, BIT(CARD_WRITE), 1},
    {"some writes fail", EIO, BIT(CARD_WRITE), 7},
    {"syncs fail", EIO, BIT(CARD_SYNC), 1},
    {"some syncs fail", EIO, BIT(CARD_SYNC), 3},
    {"reads fail", EIO, BIT(CARD_READ), 2},
    {"everything fails", EIO, BIT(CARD_WRITE) | BIT(CARD_SYNC) | BIT(CARD_READ), 4},
    {"read-only", EROFS,
     BIT(CARD_WRITE) | BIT(CARD_TRUNCATE) | BIT(CARD_SYNC) | BIT(CARD_OPEN) | BIT(CARD_RENAME), 1},
    {"truncation fails", EIO, BIT(CARD_TRUNCATE) | BIT(CARD_RENAME), 1},
};

static char root[256], live[280], cut[280];
static const struct illness *ill; /* NULL: well */
static uint64_t chance, failures;

static int fault(void *arg, enum card_op op, const char *name)
{
    (void)arg;
    (void)name;
    if (ill == NULL || (ill->ops & BIT(op)) == 0 || torture_below(&chance, ill->one_in) != 0)
        return 0;
    failures++;
    return ill->err;
}

/* The card is well: within two seconds of the journal's clock a reading is stored. */
static void recovers(struct world *w, const char *after, struct torture_tally *t)
{
    ill = NULL;
    for (int try = 0; try < 3; try++) {
        if (world_store_one(w))
            return;
    }
    TORTURE_FAULT(t->lost, "after \"%s\" nothing can be stored although the card is well", after);
}

static void stretch(struct world *w, const struct illness *list, size_t n, uint64_t most,
                    struct torture_tally *t)
{
    const char *only = getenv("NILA_ILLNESS");
    const struct illness *now = &list[torture_below(&w->rng, (unsigned)n)];
    size_t ops, next;
    uint64_t rng, again;

    for (size_t i = 0; only != NULL && i < n; i++)
        if (strcmp(list[i].name, only) == 0)
            now = &list[i];
    card_begin(live);
    card_set_fault(fault, NULL);
    w->may_fail = true;
    for (unsigned i = 5 + torture_below(&w->rng, STEPS); i > 0; i--) {
        ill = torture_below(&w->rng, 3) == 0 ? now : i % 16 == 0 ? NULL : ill;
        world_step(w);
        if (ill != NULL && torture_below(&w->rng, 12) == 0)
            recovers(w, ill->name, t);
    }
    recovers(w, now->name, t);
    ops = card_ops();
    card_pause(true);
    world_close(w);
    next = torture_random(&w->rng) % (ops + 1);
    for (size_t at = 0; at <= ops && t->runs < most; at++) {
        rng = w->rng + at;
        card_cut(cut, at, CARD_HONEST, &rng);
        world_check(w, cut, at, true, t);
    }
    rng = again = torture_random(&w->rng);
    card_cut(cut, next, CARD_HONEST, &again);
    world_rebase(w, cut);
    card_cut(live, next, CARD_HONEST, &rng);
    card_end();
}

int main(int argc, char **argv)
{
    static struct world w;
    struct torture_tally t = {0};
    const bool full = argc > 1 && strcmp(argv[1], "full") == 0;
    uint64_t seed, most;

    if (argc < 4 || (!full && strcmp(argv[1], "failing") != 0))
        fatal("usage: media full|failing CUTS SEED");
    most = strtoull(argv[2], NULL, 10);
    seed = strtoull(argv[3], NULL, 10);
    chance = seed ^ 0x5eed;
    log_set_level(getenv("NILA_LOUD") != NULL ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR);
    (void)snprintf(root, sizeof root, "%s", support_tmpdir());
    (void)snprintf(live, sizeof live, "%s/live", root);
    (void)snprintf(cut, sizeof cut, "%s/cut", root);
    if (mkdir(live, 0700) != 0 || mkdir(cut, 0700) != 0)
        fatal("%s: no folders", root);
    world_begin(&w, live, seed);
    if (w.max_bytes < 1 << 20)
        world_fill(&w);
    while (t.runs < most)
        stretch(&w, full ? FULL : FAILING,
                full ? sizeof FULL / sizeof FULL[0] : sizeof FAILING / sizeof FAILING[0], most, &t);
    world_end(&w);
    printf("# %" PRIu64 " operations failed, %" PRIu64 " calls said so; %u of %" PRIu64
           " journals were found damaged\n",
           failures, w.failures, w.begun_anew, t.runs);
    support_rmdir(root);
    return torture_end(&t);
}
