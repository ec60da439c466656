/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger: rows C2b and C6b. The production records on the simulated card: the power goes before every single operation while meals are
 * entered, on a card that honours its syncs, or that now and then fails at writes and syncs as well. A meal whose entering was confirmed
 * is there, once, the file is whole, and opens.
 *
 *   ledger honest|failing CUTS SEED */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "card.h"
#include "collector/common/log.h"
#include "meals.h"
#include "tests/support/support.h"
#include "torture.h"

static char root[256], live[280], cut[280], live_db[300], cut_db[300];
static struct torture_tally t;
static uint64_t rng, chance;
static bool failing, ill;

static size_t tried_at[MEALS_MOST],
    stored_at[MEALS_MOST]; /* operations of the card before; SIZE_MAX: not */
static int meals;
static uint64_t failures, refusals;

static int fault(void *arg, enum card_op op, const char *name)
{
    (void)arg;
    (void)name;
    if (!ill || (op != CARD_SYNC && op != CARD_WRITE) ||
        torture_below(&chance, op == CARD_SYNC ? 2 : 20) != 0)
        return 0;
    failures++;
    return EIO;
}

static struct records *open_again(void)
{
    struct records *r = NULL;
    char why[256] = "";

    for (int tries = 0; tries < 3 && records_open(&r, live_db, why, sizeof why) != 0; tries++) {
        if (!failing)
            fatal("%s, on a card that works", why);
        ill = tries < 1 && ill; /* it gets well */
    }
    if (r == NULL)
        TORTURE_FAULT(t.lost, "the records do not open on a card that is well again: %s", why);
    return r;
}

static void enter(struct records *r)
{
    if (meals == MEALS_MOST)
        fatal("more than %d meals", MEALS_MOST);
    tried_at[meals] = card_ops();
    stored_at[meals] = SIZE_MAX;
    if (meals_enter(r, meals) == 0)
        stored_at[meals] = card_ops();
    else if (failing)
        refusals++;
    else
        fatal("a meal is not taken, on a card that works");
    meals++;
}

static void check(size_t at)
{
    static unsigned char times[MEALS_MOST];
    struct records *r = NULL;
    char why[256] = "";
    int others;

    t.runs++;
    if (records_open(&r, cut_db, why, sizeof why) != 0) {
        TORTURE_FAULT(t.lost, "cut before operation %zu: %s", at, why);
        return;
    }
    records_close(r);
    if ((others = meals_count(cut_db, times)) != 0)
        TORTURE_FAULT(t.wrong, "cut before operation %zu: %s", at,
                      others < 0 ? "the file is damaged" : "meals that nobody has entered");
    for (int k = 0; k < meals; k++) {
        const bool stored = stored_at[k] <= at;
        t.acknowledged += stored ? 1 : 0;
        if (stored && others >= 0 && times[k] == 0)
            TORTURE_FAULT(
                t.lost, "cut before operation %zu: meal %d was confirmed and is not there", at, k);
        if (times[k] > 1 || (times[k] == 1 && tried_at[k] > at))
            TORTURE_FAULT(t.extra, "cut before operation %zu: meal %d is there %d times", at, k,
                          times[k]);
    }
}

/* What the file in cut has is what has happened. */
static void rebase(void)
{
    static unsigned char times[MEALS_MOST];

    if (meals_count(cut_db, times) < 0)
        fatal("%s: cannot be read", cut_db);
    for (int k = 0; k < meals; k++)
        tried_at[k] = stored_at[k] = times[k] > 0 ? 0 : SIZE_MAX;
}

static void stretch(uint64_t most)
{
    struct records *r;
    size_t next;
    uint64_t one, same;

    card_begin(live);
    card_set_fault(fault, NULL);
    r = open_again();
    for (unsigned i = 8 + torture_below(&rng, 30); r != NULL && i > 0; i--) {
        const bool was_refused = failing && meals > 0 && stored_at[meals - 1] == SIZE_MAX;
        ill = failing && torture_below(&rng, 2) == 0;
        /* a program is started anew now and then, and more often when it has failed */
        if (torture_below(&rng, was_refused ? 2 : 12) == 0) {
            records_close(r);
            r = open_again();
        } else {
            enter(r);
        }
    }
    ill = false;
    if (r != NULL)
        enter(r); /* well again: it must be taken */
    if (r != NULL && stored_at[meals - 1] == SIZE_MAX)
        TORTURE_FAULT(t.lost, "a meal is not taken on a card that is well again");
    card_pause(true);
    records_close(r);
    next = torture_random(&rng) % (card_ops() + 1);
    for (size_t at = 0; at <= card_ops() && t.runs < most; at++) {
        one = rng + at;
        card_cut(cut, at, CARD_HONEST, &one);
        check(at);
    }
    one = same = torture_random(&rng);
    card_cut(cut, next, CARD_HONEST, &one);
    rebase();
    card_cut(live, next, CARD_HONEST, &same);
    card_end();
}

int main(int argc, char **argv)
{
    uint64_t most;

    if (argc < 4 || (strcmp(argv[1], "honest") != 0 && strcmp(argv[1], "failing") != 0))
        fatal("usage: ledger honest|failing CUTS SEED");
    failing = strcmp(argv[1], "failing") == 0;
    most = strtoull(argv[2], NULL, 10);
    rng = strtoull(argv[3], NULL, 10);
    chance = rng ^ 0x5eed;
    log_set_level(LOG_LEVEL_ERROR);
    (void)snprintf(root, sizeof root, "%s", support_tmpdir());
    (void)snprintf(live, sizeof live, "%s/live", root);
    (void)snprintf(cut, sizeof cut, "%s/cut", root);
    (void)snprintf(live_db, sizeof live_db, "%s/r.db", live);
    (void)snprintf(cut_db, sizeof cut_db, "%s/r.db", cut);
    if (mkdir(live, 0700) != 0 || mkdir(cut, 0700) != 0)
        fatal("%s: no folders", root);
    meals_begin(live_db, root);
    while (t.runs < most && t.lost + t.extra + t.wrong < 1000)
        stretch(most);
    if (failing)
        printf("# %" PRIu64 " operations failed, %" PRIu64 " meals were not taken\n", failures,
               refusals);
    support_rmdir(root);
    return torture_end(&t);
}
