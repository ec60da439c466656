/* SPDX-License-Identifier: GPL-3.0-or-later */
/* supply: the monthly harvest of kecamatan, regencies and both together, as draws.
 *
 * Common paths (weather, events) are drawn once, from what all ponds together tell of the past (smoother.h), and go on from
 * there; draw i of every pond uses path i, so the sum over ponds of draw i is a
 * joint draw. Everything shown is computed from the draws: joint = sum of the regencies = sum of the kecamatan, draw by
 * draw. Same seed and same records: same numbers, whatever the number of threads. One more pond changes
 * the other ponds' numbers through the paths alone, as far as its records tell of weather and events that they share.
 *
 * Months: a harvest belongs to the civil month (WIB) of its day; lead 1 is the month after the as-of day's. What is
 * harvested between the as-of day and the end of its month belongs to the current month and is in no lead.
 * Only ponds in the records are counted: this is tracked supply, not the region's, until untracked.h adds the others. The assumptions are stated in
 * harvest.h, ensemble.h, filter.h, paths.h and pondrun.h. */
#ifndef ANALYTICS_SUPPLY_H
#define ANALYTICS_SUPPLY_H

#include <stddef.h>
#include <stdint.h>

#include "analytics/fish/filter.h"
#include "analytics/records/records.h"
#include "hazard.h"
#include "seed.h"
#include "smoother_found.h"

/* Nodes of the tree, in this order: joint, the two regencies, the 27 kecamatan. */
#define SUPPLY_NODES (1 + REGENCY_COUNT + REGION_KECAMATAN_COUNT)
#define SUPPLY_JOINT 0
static inline size_t supply_node_regency(enum regency r)
{
    return 1 + (size_t)r;
}
static inline size_t supply_node_kecamatan(size_t k)
{
    return 1 + REGENCY_COUNT + k;
}
const char *supply_node_code(size_t node);  /* "joint", "kotim", "62.02.01" */
const char *supply_node_level(size_t node); /* "joint", "regency", "kecamatan" */

/* Daily water of a pond for growth, from the sensors; days without data have do_effect NaN and the model's climatology
 * is used for them. */
struct supply_water {
    int32_t first_day; /* WIB day number of [0] */
    size_t days;
    double *temp_c, *do_effect, *nh3_n_mg_l; /* NaN: not known */
};

#define SUPPLY_MONTHS_MAX  12
#define SUPPLY_DRAWS_MIN   50
#define SUPPLY_DRAWS_MAX   2000
#define SUPPLY_THREADS_MAX 16
/* Called now and then with the ponds that are done, one call at a time, from any of the run's threads. */
typedef void (*supply_progress)(void *arg, size_t done, size_t of);
struct scenario;
struct evidence;
struct supply_input {
    const struct records_snapshot *records;
    const struct supply_water *water; /* one a pond of the snapshot, or NULL */
    int32_t as_of_day; /* last day whose records are known; later rows are not looked at */
    unsigned months,
        draws; /* lead 1..months (1..12); lead 1 is the month after as_of_day's; draws 50..2000 */
    uint64_t seed;
    bool by_system;   /* keeps what untracked.h needs: system_kg and typical */
    unsigned threads; /* 0: as many as the machine has processors; at most 16 are used */
    /* Every open cycle is taken to be alive however long nothing was written about it (silence.h); to compare with. */
    bool ignore_silence;
    supply_progress progress; /* NULL: not told */
    void *progress_arg;
    bool
        prior_paths; /* leave the common paths as drawn; only to measure what conditioning is worth */
    /* [REGENCY_COUNT]: what each office's records tell of the common past (evidence.h), an entry NULL: nothing is known of it.
     * NULL: what records tells, of both regencies */
    const struct evidence *const *evidence;
    const struct scenario *scenario; /* what is supposed to happen (scenario.h), NULL: nothing */
    const struct hazard_learned
        *hazard;    /* [POND_SYSTEM_COUNT]; NULL: supply_run learns it of records */
    size_t members; /* of a pond's filter, at least (filter.h); 0: as many as usual */
};

struct supply_forecast {
    int64_t issued_ms; /* the snapshot's as_of_ms */
    int32_t as_of_day;
    int32_t first_month; /* month number (civil.h) of lead 1 */
    unsigned months, draws;
    struct hazard_learned hazard[POND_SYSTEM_COUNT]; /* as it was used */
    unsigned tracked[SUPPLY_NODES];                  /* ponds with an open cycle behind each node */
    /* Open cycles left out until a newer row confirms them: silent for more than SILENCE_OUT_DAYS (silence.h). */
    unsigned forgotten;                     /* of all ponds */
    unsigned forgotten_ponds[SUPPLY_NODES]; /* the same by node */
    double forgotten_kg[SUPPLY_NODES];      /* sum of supply_pond.forgotten_kg */
    double forgotten_month_kg[SUPPLY_NODES]
                             [SUPPLY_MONTHS_MAX]; /* [lead - 1], kg left out of the months */
    struct seed_ledger seed[REGENCY_COUNT];       /* what the hatcheries' ledger says (seed.h) */
    struct smoother_found learned; /* of the common paths; weeks 0: nothing, they are as drawn */
    /* The kecamatan of that regency are not known apart, as its own office keeps them (exchange.h): its sum lies under its first one,
     * so that all adds up, and is no figure of that place (supply_node_told). */
    bool undivided[REGENCY_COUNT];
    bool in_place; /* a draw keeps its number whatever official figures say (combine.h) */
    double *kg;    /* [node][lead - 1][draw] */
    /* [kecamatan][draw]: what ponds on record bring from the day after the as-of day to the end of its month */
    double *rest_kg;
    /* kg = tracked_kg + untracked_kg, the same shape; both NULL while only ponds on record are counted (untracked.h) */
    double *tracked_kg, *untracked_kg;
    /* What earlier forecasts made of the spread of tracked_kg (recalibrate.h), [joint, regencies][lead - 1]; 0: nothing was. Of joint
     * what came out. */
    double spread[1 + REGENCY_COUNT][SUPPLY_MONTHS_MAX];
    /* with by_system, else NULL: ponds on record, [kecamatan][system][lead - 1][draw] */
    double *system_kg;
    struct typical *typical;
};

/* Sizes people buy, from class to class: below 8 fish a kg, then 8, 5, 4 and 3. Bounds in g, the last infinite. */
#define SUPPLY_CLASSES 5
extern const double SUPPLY_CLASS_G[SUPPLY_CLASSES + 1];

/* What one pond's open cycle is expected to be: for pages. */
struct supply_pond {
    long
        cycle; /* index in the snapshot, -1: no open cycle that counts; then all from mass on is 0 */
    long forgotten_cycle; /* an open cycle that was left out because of silence, -1: none */
    int32_t silent_days;  /* since the newest sign of life of either (silence.h); 0 without one */
    /* Chance that the fish of cycle were harvested and nobody wrote it down, 0..1. What is told below of fish and harvest is
     * told of the case that they are still there; the sums of the forecast weigh both. */
    double ended_share;
    /* What was left out with forgotten_cycle, were its fish still there: mean kg of its harvest, whenever that is, and of all
     * the pond's harvests by month [lead - 1]. */
    double forgotten_kg, forgotten_month_kg[SUPPLY_MONTHS_MAX];
    double mass_g_p10, mass_g_p50, mass_g_p90; /* today */
    double count_p50, biomass_kg_p50;
    double class_kg[SUPPLY_CLASSES]; /* mean kg in the pond by size */
    size_t doubts;                   /* what does not fit in the records: to be asked */
    struct filter_doubt doubt[FILTER_QUESTIONS];
    /* of the final harvest; INT32_MAX: not within 400 days, or no cycle */
    int32_t harvest_day_p10, harvest_day_p50, harvest_day_p90;
    double harvest_kg_p10, harvest_kg_p50, harvest_kg_p90;
};

/* Runs the model. *out is the caller's, supply_free. ponds_out (may be NULL) gets one entry a pond of the snapshot, in the
 * caller's array. NILA_ERR_RANGE for months or draws out of bounds. */
NILA_MUST_CHECK int supply_run(const struct supply_input *in, struct supply_forecast **out,
                               struct supply_pond *ponds_out);
void supply_free(struct supply_forecast *f); /* NULL is fine */

static inline double *supply_draws(const struct supply_forecast *f, size_t node, unsigned lead)
{
    return f->kg + ((node * f->months) + (lead - 1)) * f->draws;
}

/* Draws of what ponds on record bring; of what others bring NULL when they are not counted in. */
static inline double *supply_tracked(const struct supply_forecast *f, size_t node, unsigned lead)
{
    return (f->tracked_kg != NULL ? f->tracked_kg : f->kg) +
           ((node * f->months) + (lead - 1)) * f->draws;
}
static inline double *supply_untracked(const struct supply_forecast *f, size_t node, unsigned lead)
{
    return f->untracked_kg == NULL ? NULL
                                   : f->untracked_kg + ((node * f->months) + (lead - 1)) * f->draws;
}
/* May the node be told of by its own name? */
bool supply_node_told(const struct supply_forecast *f, size_t node);
/* The first kecamatan of a regency. */
size_t supply_first_kecamatan(enum regency r);
/* The factor on a node's spread, of a kecamatan its regency's; 1: as the model gave it. */
double supply_spread(const struct supply_forecast *f, size_t node, unsigned lead);

static inline double *supply_system_draws(const struct supply_forecast *f, size_t kecamatan,
                                          enum pond_system y, unsigned lead)
{
    return f->system_kg +
           ((kecamatan * POND_SYSTEM_COUNT + (size_t)y) * f->months + (lead - 1)) * f->draws;
}

struct supply_summary {
    double mean, p10, p50, p90;
};
/* Over draws (>= 1); quantiles are interpolated between order statistics. */
struct supply_summary supply_summarise_draws(const double *kg, size_t draws);
struct supply_summary supply_summarise(const struct supply_forecast *f, size_t node, unsigned lead);

#endif
