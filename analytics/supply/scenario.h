/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario: what is supposed to happen from now on, on the same common paths and the same draws as the forecast without it.
 *
 * Acts, as they are written (months are civil months, WIB; both ends included):
 *     fingerlings=-30%        fewer fish at every stocking from now on; -100%..0%
 *     feed_price=+20%         price of feed against its own path; -50%..+200%; feeding follows (PATHS_PRICE_ELASTICITY)
 *     acid=2027-01            an acid flush of the peat that month, instead of the season's own from then on (paths.h)
 *     smoke=2026-08..2026-10  haze all through those months
 *     transfer=50000,to=seruyan  so many fingerlings (10%: that share of what the giver has) of each month go from the other
 *                             regency to this one, and are stocked there; a giver never gives more than it has in the draw.
 *                             Needs a ledger of fingerlings in both (seed.h), which tells how much that is of a month's.
 *     aerators=40%            aerators in that share of the ponds, the same ponds each time; more than 0 up to 100%. They take
 *                             away SCENARIO_AERATED of the growth that lack of oxygen costs. River cages get none.
 * and behind each, separated by commas: from=2027-02, until=2027-05 (not for acid and smoke), in=kotim or in=seruyan (not for
 * feed_price, which is one market, and transfer, which has to=). Weeks gone by are as they were. Two acts of one kind may not meet in a regency and month.
 *
 * Threads: a scenario that is not changed may be shared. */
#ifndef ANALYTICS_SCENARIO_H
#define ANALYTICS_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analytics/records/records.h"
#include "paths.h"

/* Share of 1 - (effect of oxygen on growth) that an aerator takes away. Assumption: run through the night it keeps most of a
 * pond above the limit, but not the corners, and not in a power cut. */
#define SCENARIO_AERATED 0.7
/* What a transfer makes of a month's fingerlings at most. Assumption: ponds do not take more than twice what they would have; what
 * comes beyond that is not stocked. */
#define SCENARIO_PACKED   2.0
#define SCENARIO_ACTS_MAX 16
#define SCENARIO_TEXT     96 /* bytes of one act as text */

enum scenario_kind {
    SCENARIO_FINGERLINGS,
    SCENARIO_FEED_PRICE,
    SCENARIO_ACID,
    SCENARIO_SMOKE,
    SCENARIO_AERATORS,
    SCENARIO_TRANSFER,
    SCENARIO_KINDS
};
/* "fingerlings", "feed_price", "acid", "smoke", "aerators", "transfer" */
const char *scenario_kind_name(enum scenario_kind k);

#define SCENARIO_AT_ONCE  INT32_MIN
#define SCENARIO_FOR_EVER INT32_MAX
struct scenario_act {
    enum scenario_kind kind;
    bool in[REGENCY_COUNT];          /* at least one */
    int32_t from_month, until_month; /* both included; SCENARIO_AT_ONCE, SCENARIO_FOR_EVER */
    /* factor of the number stocked 0..1, of the price > 0; share of ponds 0..1; of a transfer fish > 0 or, with share, a
     * share 0..1; else 0 */
    double value;
    bool share;
    enum regency to; /* of a transfer, else 0 */
};
struct scenario { /* {0}: nothing happens */
    size_t acts;
    struct scenario_act act[SCENARIO_ACTS_MAX];
};

/* Reads one act and adds it. NILA_ERR_PARSE not understood, NILA_ERR_RANGE a value out of its bounds or acts that meet,
 * NILA_ERR_FULL too many; words in why (size >= 256), in the reader's language; s is unchanged then. */
NILA_MUST_CHECK int scenario_add(struct scenario *s, const char *text, bool english, char *why,
                                 size_t why_size);
/* The file {"scenario": ["acid=2027-01", ...], "note": "..."}; errors name file:line:column. Errors of jsonconf_open and NILA_ERR_CONFIG. */
NILA_MUST_CHECK int scenario_load(struct scenario *s, const char *path, bool english, char *why,
                                  size_t why_size);
/* The month from which acts that name none (acid and smoke have theirs) begin. NILA_ERR_RANGE: one would end before it begins. */
NILA_MUST_CHECK int scenario_from(struct scenario *s, int32_t month, bool english, char *why,
                                  size_t why_size);
/* Acts that would change nothing in a forecast are mistakes: NILA_ERR_RANGE with words for one that lies wholly before the day
 * after as_of_day or after the last lead. */
NILA_MUST_CHECK int scenario_check(const struct scenario *s, int32_t as_of_day, unsigned months,
                                   bool english, char *why, size_t why_size);
/* One act as scenario_add reads it, always the same for the same act. */
void scenario_text(const struct scenario_act *a, char buf[SCENARIO_TEXT]);

/* "2027-01" to a month number and back. NILA_ERR_PARSE. */
NILA_MUST_CHECK int scenario_month(const char *text, int32_t *month);

/* Acid, smoke and feed price into paths of paths_new with that seed. */
void scenario_paths(const struct scenario *s, struct paths *p, uint64_t seed);
/* What the number at a stocking in that month is multiplied by, 0..1. s NULL: 1. */
double scenario_fingerlings(const struct scenario *s, enum regency r, int32_t month);
/* Likewise for what transfers of that month take from r's fingerlings or bring, 0..SCENARIO_PACKED. have: fish a month there would be
 * without, >= 0. s NULL: 1. */
double scenario_transfer(const struct scenario *s, enum regency r, int32_t month,
                         const double have[REGENCY_COUNT]);
/* Whether any act is a transfer. s NULL: false. */
bool scenario_transfers(const struct scenario *s);
/* NILA_ERR_RANGE with words when there is one, and not both regencies' ledgers are known. */
NILA_MUST_CHECK int scenario_check_ledgers(const struct scenario *s,
                                           const bool known[REGENCY_COUNT], bool english, char *why,
                                           size_t why_size);
/* The act that aerates a pond, or NULL. Which ponds does not depend on seed or records, and more of them holds fewer of them:
 * what 20 % chose is among what 40 % choose. s NULL: NULL. */
const struct scenario_act *scenario_aerates(const struct scenario *s, const char *slug,
                                            enum regency r, enum pond_system system);

#endif
