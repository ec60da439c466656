/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock: row C10. A machine without a battery for its clock: switched on in 1970, in 2000, in 2100 or years off either way, set and set
 * wrong again at any moment between two readings, put right by a time server sooner, later or never, in 2026, over the end of 32-bit
 * seconds in January 2038, in 2039 and over the last plausible year. Whatever the journal calls sure must be the true time; what was sent
 * must be the same point ever after; no two readings of a device may become one point.
 *
 *   clock FARMS SEED */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "card.h"
#include "collector/common/log.h"
#include "tests/support/support.h"
#include "world.h"

static const int64_t BASE_MS[] = {
    INT64_C(1795471950000), /* November 2026 */
    INT64_C(2147483000000), /* 2038-01-19T03:03:20Z: ten minutes before 2^31 s */
    INT64_C(2192000000000), /* June 2039 */
    INT64_C(4102444700000), /* a minute before the year 2100 */
};

static char root[256], live[280], cut[280];

int main(int argc, char **argv)
{
    static struct world w;
    struct torture_tally t = {0};
    uint64_t farms, rng;

    if (argc < 3)
        fatal("usage: clock FARMS SEED");
    farms = strtoull(argv[1], NULL, 10);
    rng = strtoull(argv[2], NULL, 10);
    log_set_level(getenv("NILA_LOUD") != NULL ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR);
    (void)snprintf(root, sizeof root, "%s", support_tmpdir());
    (void)snprintf(live, sizeof live, "%s/live", root);
    (void)snprintf(cut, sizeof cut, "%s/cut", root);
    if (mkdir(live, 0700) != 0 || mkdir(cut, 0700) != 0)
        fatal("%s: no folders", root);
    for (uint64_t i = 0; i < farms; i++) {
        world_begin(&w, live, torture_random(&rng));
        world_mad_clock(&w, BASE_MS[i % (sizeof BASE_MS / sizeof BASE_MS[0])]);
        card_begin(live);
        for (unsigned boots = 1 + torture_below(&w.rng, 6); boots > 0; boots--) {
            for (unsigned k = 10 + torture_below(&w.rng, 60); k > 0; k--)
                world_step(&w);
            world_close(&w);
            card_cut(cut, card_ops(), CARD_HONEST, &rng); /* all of it is on the card */
            world_check(&w, cut, card_ops(), true, &t);
            world_boot(&w);
        }
        world_end(&w);
        card_end();
        support_rmdir(live);
        if (mkdir(live, 0700) != 0)
            fatal("%s: no folder", live);
    }
    support_rmdir(root);
    return torture_end(&t);
}
