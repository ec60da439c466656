/* SPDX-License-Identifier: GPL-3.0-or-later */
/* untracked: what the ponds bring that exist and are not followed here, as draws under the same common paths, so that
 * total = tracked + untracked draw by draw, summed from kecamatan to regencies to joint.
 *
 * How many: the register's count of a kecamatan and system (its ponds, else its farms times the ponds a farm has: those of the
 * farms on record, leaning on UNTRACKED_PONDS_A_FARM by the weight of UNTRACKED_FARMS_WEIGHT farms), less the ponds on record
 * there, not below 0. On record is a pond that was ever stocked and is not left out for its silence. More on record than
 * registered is a question to the office (struct untracked_question).
 *
 * What one brings in month m of draw i: the mean of the ponds on record of that system in its kecamatan, which leans on
 * the regency's, which leans on a typical pond of the regency (typical.h) times what the ponds of both regencies bring
 * against their typical ponds; each with the weight of UNTRACKED_LEAN ponds (assumption). So the draw's path is in it at every
 * level. Ponds differ among themselves, and part of that lasts: the ponds outside of a kecamatan and system have one factor through
 * all months of a draw lognormal of mean 1. Its log-variance is UNTRACKED_PLACE_SD^2 times LEAN / (ponds on
 * record + LEAN), as the place is known the less the fewer are followed there, and that of the mean of its farms, each of which
 * keeps a factor of log-sd UNTRACKED_FARM_SD (assumptions both). The rest is chance by month: the sum of n is Gamma distributed
 * with the spread typical.cv / sqrt n less what lasts of it, months apart from each other (assumption; a pond harvested in one
 * month is not in the next).
 * All of it times exp(theta_r) of the draw (coverage.h), learned from official figures of periods that are over and from the
 * survey, of the last UNTRACKED_BACK_MONTHS months, against the register as it was counted then.
 *
 * Without a register a regency's untracked part is its tracked part times exp(theta_r), and only when there is an official
 * figure for it. A regency is refused, and only its tracked part is counted, when there is neither, or when fewer than 5 %
 * of its registered farms are on record and no official figure was used. */
#ifndef ANALYTICS_UNTRACKED_H
#define ANALYTICS_UNTRACKED_H

#include "coverage.h"
#include "figures.h"
#include "supply.h"

#define UNTRACKED_PONDS_A_FARM 2.0 /* assumption */
#define UNTRACKED_FARMS_WEIGHT 5.0
#define UNTRACKED_LEAN         20.0 /* ponds */
#define UNTRACKED_PLACE_SD     0.2
#define UNTRACKED_FARM_SD      0.4
#define UNTRACKED_FARMS_LEAST  0.05
#define UNTRACKED_BACK_MONTHS  24 /* older figures say little of the ponds of today; assumption */

enum untracked_gap {
    UNTRACKED_TOLD,
    UNTRACKED_UNKNOWN, /* neither register nor official figure */
    UNTRACKED_FEW      /* too few farms on record, and no official figure that could be used */
};
/* The reason, "" for UNTRACKED_TOLD. */
const char *untracked_words(enum untracked_gap gap, bool english);

struct untracked_cell {
    bool registered, by_pond; /* by_pond: the register counts ponds there, else farms */
    double units;             /* as the register counts */
    double ponds;             /* the same in ponds */
    double on_record;         /* ponds */
    double outside;           /* ponds less those on record, >= 0 */
    double pond_kg_month; /* what one outside would bring at theta 0; mean of draws and months */
    /* means of the draws before official figures, by lead - 1 */
    double tracked_kg[SUPPLY_MONTHS_MAX], outside_kg[SUPPLY_MONTHS_MAX];
};

struct untracked_question {
    size_t kecamatan;
    enum pond_system system;
    bool by_pond;
    double registered, on_record; /* ponds, or farms where the register counts those */
};

struct untracked_regency {
    enum untracked_gap gap;
    bool registered, few;             /* few: fewer farms on record than UNTRACKED_FARMS_LEAST */
    double ponds, on_record, outside; /* of the register */
    size_t figures, visits;         /* it was learned from: periods that are over, units visited */
    size_t visits_odd;              /* visits to units the register does not have: not used */
    double prior_ratio, ratio;      /* exp of theta: median before and after learning */
    struct supply_summary coverage; /* tracked / total of all months */
};

struct untracked {
    struct untracked_cell cell[REGION_KECAMATAN_COUNT][POND_SYSTEM_COUNT];
    struct untracked_regency regency[REGENCY_COUNT];
    double ponds_a_farm[POND_SYSTEM_COUNT];
    struct coverage coverage;
    size_t questions;
    struct untracked_question question[REGION_KECAMATAN_COUNT * POND_SYSTEM_COUNT];
};

/* Whether anything is known of the ponds outside in one regency at least: a register, or an official figure of it. */
bool untracked_possible(const struct records_snapshot *s, bool without_official);

/* Counts the register against the records: cells without pond_kg_month, regencies' counts, questions. pond: of every pond. */
void untracked_count(struct untracked *u, const struct records_snapshot *s,
                     const struct supply_pond *pond, int32_t as_of_day);

/* Adds the untracked part to f, which was run with by_system: sets tracked_kg, untracked_kg and kg. farms: with an open cycle, by
 * node. *out is the caller's, free(). Never fails. */
void untracked_add(struct untracked **out, const struct records_snapshot *s,
                   const struct supply_pond *pond, struct supply_forecast *f, const double *farms,
                   bool without_official, uint64_t seed);

/* What came out of all ponds of o's node, tracked and not, from its first month to the end of the as-of day's month, in each draw of f
 * (with its rest_kg): the harvest on record, what is left of that month by the draw, and those outside in the proportion in which the
 * ponds on record did then, at the draw's theta; chance between the ponds outside is left out (assumption: they are many).
 * false: a regency of the node has no untracked part. The same seed as untracked_add's. */
bool untracked_past(const struct untracked *u, const struct records_snapshot *s,
                    const struct supply_forecast *f, const struct rec_official *o, uint64_t seed,
                    double *kg);

/* After figures_apply: takes the untracked part of a regency away again that leant on an official figure which was refused. */
void untracked_settle(struct untracked *u, const struct figures *y, struct supply_forecast *f);

/* Works out the regencies' coverage, last of all. */
void untracked_cover(struct untracked *u, const struct supply_forecast *f);

/* The untracked part of the same records under a scenario: with the ratios that u learned and the spread of the typical ponds of
 * based_on, so that draws differ by the scenario alone. f was run with by_system. */
void untracked_suppose(const struct untracked *u, const struct supply_forecast *based_on,
                       struct supply_forecast *f, uint64_t seed);

/* Share of a system in a kecamatan's total of a lead, by the means, 0..1; a kecamatan's shares sum to 1 or are all 0. */
double untracked_share(const struct untracked *u, size_t kecamatan, enum pond_system y,
                       unsigned lead);

#endif
