/* SPDX-License-Identifier: GPL-3.0-or-later */
/* power: rows C2 and C3. The power goes before every single operation of a stretch of the journal's life, on a card that honours
 * its syncs (honest), that ignores them (liar), or that ignores them and ruins what is under way (ruiner); the journal's own code then
 * opens what is left. From one of the cuts the life goes on, to be cut again.
 *
 *   power honest|liar|ruiner CUTS SEED
 *
 * power believed CUTS SEED holds a liar to an honest card's promise: it must find losses, or the oracle sees nothing. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "card.h"
#include "collector/common/log.h"
#include "tests/support/support.h"
#include "world.h"

#define STEPS 40

static char root[256], live[280], cut[280];
static bool believed; /* what a liar has confirmed must be there */

static enum card_kind kind_of(const char *name)
{
    if (strcmp(name, "honest") == 0)
        return CARD_HONEST;
    if (strcmp(name, "liar") == 0 || strcmp(name, "believed") == 0)
        return CARD_LIAR;
    if (strcmp(name, "ruiner") == 0)
        return CARD_RUINER;
    fatal("%s: no kind of card", name);
}

/* One stretch: some steps, then a cut before each of their operations; the world goes on behind one of them. What the journal makes
 * of that one is looked at in a copy, so that the next stretch begins with bringing it in order, and is cut there as well. */
static void stretch(struct world *w, enum card_kind kind, uint64_t most, struct torture_tally *t)
{
    size_t ops, next;
    uint64_t rng, again;

    w->lied = w->lied || kind != CARD_HONEST;
    card_begin(live);
    if (world_open(w) != 0)
        fatal("%s: does not open", w->path);
    for (unsigned i = 10 + torture_below(&w->rng, STEPS); i > 0; i--)
        world_step(w);
    if (torture_below(&w->rng, 4) == 0)
        world_close(w);
    ops = card_ops();
    card_pause(true);
    world_close(w);
    next = torture_random(&w->rng) % (ops + 1);
    for (size_t at = 0; at <= ops && t->runs < most; at++) {
        rng = w->rng + at;
        card_cut(cut, at, kind, &rng);
        world_check(w, cut, at, kind == CARD_HONEST || believed, t);
    }
    rng = again = torture_random(&w->rng);
    card_cut(cut, next, kind, &again);
    world_rebase(w, cut);
    card_cut(live, next, kind, &rng);
    card_end();
}

int main(int argc, char **argv)
{
    static struct world w;
    struct torture_tally t = {0};
    uint64_t seed, most;

    if (argc < 4)
        fatal("usage: power honest|liar|ruiner CUTS SEED");
    most = strtoull(argv[2], NULL, 10);
    seed = strtoull(argv[3], NULL, 10);
    log_set_level(getenv("NILA_LOUD") != NULL ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR);
    (void)snprintf(root, sizeof root, "%s", support_tmpdir());
    (void)snprintf(live, sizeof live, "%s/live", root);
    (void)snprintf(cut, sizeof cut, "%s/cut", root);
    if (mkdir(live, 0700) != 0 || mkdir(cut, 0700) != 0)
        fatal("%s: no folders", root);
    believed = strcmp(argv[1], "believed") == 0;
    world_begin(&w, live, seed);
    if (w.max_bytes < 1 << 20)
        world_fill(&w);
    /* a liar tells the truth every second time: what it has ruined is brought in order on a card that can be trusted */
    for (int i = 0; t.runs < most; i++)
        stretch(&w, i % 2 == 0 ? kind_of(argv[1]) : CARD_HONEST, most, &t);
    printf("# %u of %" PRIu64 " journals were found damaged and begun anew\n", w.begun_anew,
           t.runs);
    world_end(&w);
    support_rmdir(root);
    return torture_end(&t);
}
