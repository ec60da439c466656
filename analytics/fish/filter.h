/* SPDX-License-Identifier: GPL-3.0-or-later */
/* filter: what is known of one open cycle, as weighted members of an ensemble that are corrected by what people write down.
 *
 * Draw i of every pond lives under common path i (weather, events), so that draws of ponds may be added. Therefore each draw
 * has members of its own, all under its path, and what is kept for draw i is p(fish | records, path i). An observation
 * multiplies the weights; where they become too unequal it is taken in by stages (tempering), each followed by systematic
 * resampling over all members. Who survives stays in his place; a copy that fills another draw's place is carried over to
 * that draw's path by the regression of the members on three sums of the path (the growth deviation now, its sum since
 * stocking, the logs of losses). Then Liu-West kernel shrinkage x' = m + a (x - m) + sqrt(1 - a^2) L e, with m the
 * regression's value for the path and L L' the covariance around it: mean and spread stay as they are. The path itself is not
 * weighed here: it comes conditioned on the records of all ponds (supply/smoother.h), so that nothing counts twice.
 *
 * Mass and feeding level on one side, number, mortality and share of dead seen on the other know nothing of each other until
 * feed is written down, and are weighed apart until then.
 *
 * What does not fit is never refused: it is taken in with the doubt it deserves, and asked about (filter_question).
 *
 * Threads: one filter, one thread. Same generator state and calls: same bytes. */
#ifndef ANALYTICS_FILTER_H
#define ANALYTICS_FILTER_H

#include "ensemble.h"
#include "losses.h"

#define FILTER_PATH_SUMS 3
#define FILTER_MEMBERS   1600
#define FILTER_QUESTIONS 8

/* Numbers that do not fit, to be asked about; the likeliest explanation first where there are several. */
enum filter_question {
    FILTER_ASK_GRADED, /* sample smaller than the one before: were the big ones taken out and not written down? */
    FILTER_ASK_RECRUITS, /* ... or did young fish get into the net? */
    FILTER_ASK_POND,     /* ... or is it another pond's (also: far bigger than can be)? */
    FILTER_ASK_HARVEST_MORE, /* more fish harvested than there should be: is the number stocked right? */
    FILTER_ASK_HARVEST_SIZE, /* fish a kilogram does not fit the fish: is it right? */
    FILTER_ASK_LOST_MORE,    /* more dead or lost than there should be */
    FILTER_ASK_FEED_MORE, /* far more feed than such fish eat: another pond's, or another unit? */
    FILTER_ASK_FEED_LESS, /* far less */
    FILTER_ASK_FEED_KIND, /* a kind of feed nobody knows: taken as pellets */
    FILTER_ASK_COUNT
};
struct filter_doubt {
    enum filter_question ask;
    int32_t day;
    double written, expected; /* g, fish, fish a kg, kg a day, as the question has it; NaN: none */
};

struct filter {
    struct ensemble *fish; /* draws * inner members */
    size_t draws, inner;
    bool coupled;    /* feed has tied mass and number together */
    double *ln_w[2]; /* ln weights of the two sides, [fish->n]; coupled: the first alone */
    /* the sample before: day 0 none */
    int32_t sample_day;
    double sample_ln_g, sample_sd;
    bool taken; /* a harvest since then or before */
    size_t doubts;
    struct filter_doubt doubt[FILTER_QUESTIONS]; /* the newest ones */
    double *path;                                /* sums of the paths, [draw][FILTER_PATH_SUMS] */
    const double *weighed; /* the ln_w that weight is of at present; NULL: none */
    double *like, *weight, *work, *under, *moved, *jitter, *block; /* work */
    size_t *from;
};

/* draws >= 2. members: at least so many of all draws together, 0: FILTER_MEMBERS, rounded down to as many
 * for each draw, at least one; fewer cost less and make ranges a little narrower. Never NULL. */
struct filter *filter_new(size_t draws, size_t members);
void filter_free(struct filter *f); /* NULL is fine */

/* Begins a cycle, as ensemble_stock. */
void filter_stock(struct filter *f, const struct ensemble_prior *prior, double count, double mass_g,
                  int32_t day, gsl_rng *rng);
/* Goes on in time; paths in s are [draws]. */
void filter_go(struct filter *f, const struct ensemble_span *s, gsl_rng *rng);

/* A weighed sample of fish (> 0) with mean_g (> 0); cv of single weights, NaN: not measured. */
void filter_sample(struct filter *f, double fish, double mean_g, double cv, gsl_rng *rng);

/* count (>= 0) dead fish written down since the last call (or since stocking). A number far beyond what any member expects
 * is taken as one event that leaves the mortality rate as it was. */
void filter_deaths(struct filter *f, double count, gsl_rng *rng);

/* count (>= 0) fish lost to flood, theft or predators, as the farmer guesses it (within a third); not for LOSS_DIED. */
void filter_lost(struct filter *f, enum loss kind, double count, gsl_rng *rng);

/* kg of feed a day (pellets) over the last four weeks, as evidence of how much fish there is: people feed near half of the
 * most that fish eat, within a factor of 1.6. */
void filter_fed(struct filter *f, double feed_kg, gsl_rng *rng);

/* Puts a question on the list; the oldest gives way. */
void filter_ask(struct filter *f, enum filter_question q, int32_t day, double written,
                double expected);

/* A partial harvest of kg; fish_per_kg NaN: not written down. Number and size are evidence, then the fish are gone. */
void filter_harvest(struct filter *f, double kg, double fish_per_kg, gsl_rng *rng);

/* Weighted mean mass of each draw's members into mass_g [draws]. */
void filter_masses_g(struct filter *f, double *mass_g);

/* Resamples, and puts one member of each draw into out (an ensemble of draws with per_path 1), to go on with. */
void filter_pick(struct filter *f, struct ensemble *out, gsl_rng *rng);

#endif
