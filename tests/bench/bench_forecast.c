/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the forecast costs: made-up records of N ponds, 1000 draws, 12 months, for N = 1000, 3000, 10000 (and 30000 with
 * NILA_BENCH_LARGE=1; NILA_BENCH_PONDS=n: that N alone). Each N runs in a process of its own, so that its CPU time and the
 * most memory it had are its own. One thread. Parts are measured beside: the common paths, the future (as many members
 * followed as the forecast follows, each alone) and the sums; the past is what is left.
 *
 * "Daily growth": days of equal conditions (a week of the common path, nothing written down) are one step of the closed
 * form that daily steps agree with to 1e-4 over a whole cycle (growth.h, held by test_growth), so that a pond-draw's 365
 * days are 52 or 53 steps. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <gsl/gsl_randist.h>

#include "analytics/fish/harvest.h"
#include "analytics/fish/stream.h"
#include "analytics/supply/paths.h"
#include "analytics/supply/pondrun.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"

#define DRAWS        1000
#define MONTHS       12
#define TARGET_PONDS 10000
#define TARGET_S     60.0   /* CPU, at 10000 ponds */
#define TARGET_KB    1e6    /* likewise */
#define TARGET_RISE  1.10   /* exponent of CPU time in ponds */
#define SEED         2385UL /* of the records and of the forecast */
#define SIZES_MAX    4

static double cpu_s(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double peak_kb(void)
{
    struct rusage u;

    (void)getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_maxrss;
}

/* --- records: each pond has had a cycle, nine in ten have one now; samples every two weeks, deaths every week, one pond in
 * four writes feed down by the day, one in five sells by and by before the end --- */

#define ROWS_A_POND 12 /* at least, of samples and of deaths: a cycle has at most 150 days */
#define FEED_A_POND 150

struct farmer {
    double count, mass_g, gain, dying; /* g^0.33 a day; a day */
    bool feeds, sells;
};

static void live(struct records_snapshot *s, size_t cycle, const struct farmer *f, int32_t until,
                 gsl_rng *rng)
{
    double u = growth_u(f->mass_g), loss = growth_loss(28.5), alive = f->count, dead = 0;
    int32_t from = s->cycle[cycle].stocked_day;

    for (int32_t day = from + 1; day <= until; day++) {
        int32_t age = day - from;
        double mass;

        u = growth_step_u(u, f->gain, loss, 1);
        mass = growth_mass(u);
        dead += alive * f->dying / 2; /* half of them are seen */
        alive *= 1 - f->dying;
        if (f->feeds)
            s->feed[s->feeds++] =
                (struct rec_feed){.cycle = cycle,
                                  .day = day,
                                  .feed_kg = 0.5 * growth_ration_max(mass) * alive * mass / 1000};
        if (age % 14 == 0)
            s->sample[s->samples++] = (struct rec_sample){
                cycle, day, 30, mass * exp(gsl_ran_gaussian_ziggurat(rng, 0.055)), NAN};
        if (age % 7 == 0) {
            s->death[s->deaths++] =
                (struct rec_death){.cycle = cycle, .day = day, .count = floor(dead)};
            dead -= floor(dead);
        }
        if (f->sells && mass > 150 && age % 7 == 3) {
            double fish = 0.05 * alive;
            s->harvest[s->harvests++] = (struct rec_harvest){
                cycle, day, fish * mass / 1000, 1000 / mass, HARVEST_RETAIL, NAN};
            alive -= fish;
        }
    }
    if (s->cycle[cycle].closed_day == until)
        s->harvest[s->harvests++] = (struct rec_harvest){
            cycle, until, alive * growth_mass(u) / 1000, 1000 / growth_mass(u), HARVEST_FINAL, NAN};
}

static void add_pond(struct records_snapshot *s, size_t pond, int32_t as_of_day, gsl_rng *rng)
{
    const struct farmer f = {.count = 1000 + 4000 * gsl_rng_uniform(rng),
                             .mass_g = 8 + 7 * gsl_rng_uniform(rng),
                             .gain = 0.75 * growth_gain_feeding(0.5) *
                                     exp(gsl_ran_gaussian_ziggurat(rng, 0.2)),
                             .dying = 0.002 * exp(gsl_ran_gaussian_ziggurat(rng, 0.5)),
                             .feeds = pond % 4 == 0,
                             .sells = pond % 5 == 0};
    int32_t stocked = as_of_day - 7 - (int32_t)gsl_rng_uniform_int(rng, 126);
    struct rec_pond *p = &s->pond[pond];

    (void)snprintf(p->slug, sizeof p->slug, "pond-%05zu", pond);
    p->farm = pond / 4;
    p->system = (enum pond_system)(pond % POND_SYSTEM_COUNT);
    p->area_m2 = 200;
    p->depth_m = 1;
    s->cycle[s->cycles] = (struct rec_cycle){.pond = pond,
                                             .stocked_day = stocked - 140,
                                             .count = f.count,
                                             .mass_g = f.mass_g,
                                             .sex = SEX_MALE,
                                             .closed_day = stocked - 14};
    live(s, s->cycles, &f, stocked - 14, rng);
    s->cycles++;
    if (pond % 10 == 9)
        return; /* empty at present */
    s->cycle[s->cycles] = s->cycle[s->cycles - 1];
    s->cycle[s->cycles].stocked_day = stocked;
    s->cycle[s->cycles].closed_day = INT32_MAX;
    live(s, s->cycles, &f, as_of_day, rng);
    s->cycles++;
}

static struct records_snapshot *records_made_up(size_t ponds, int32_t as_of_day)
{
    struct records_snapshot *s = xcalloc(1, sizeof *s);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

    gsl_rng_set(rng, SEED);
    s->as_of_ms = civil_day_start(as_of_day);
    s->farms = (ponds + 3) / 4;
    s->ponds = ponds;
    s->farm = xcalloc(s->farms, sizeof *s->farm);
    s->pond = xcalloc(ponds, sizeof *s->pond);
    s->cycle = xcalloc(2 * ponds, sizeof *s->cycle);
    s->feed = xcalloc(2 * (ponds / 4 + 1) * FEED_A_POND, sizeof *s->feed);
    s->sample = xcalloc(2 * ponds * ROWS_A_POND, sizeof *s->sample);
    s->death = xcalloc(4 * ponds * ROWS_A_POND, sizeof *s->death);
    s->harvest = xcalloc(ponds + 2 * (ponds / 5 + 1) * 2 * ROWS_A_POND, sizeof *s->harvest);
    for (size_t k = 0; k < s->farms; k++) {
        struct rec_farm *f = &s->farm[k];

        (void)snprintf(f->slug, sizeof f->slug, "farm-%05zu", k);
        f->kecamatan = k % REGION_KECAMATAN_COUNT;
        f->regency = region_kecamatan(f->kecamatan)->regency;
    }
    for (size_t p = 0; p < ponds; p++)
        add_pond(s, p, as_of_day, rng);
    gsl_rng_free(rng);
    return s;
}

static void records_made_up_free(struct records_snapshot *s)
{
    free(s->farm);
    free(s->pond);
    free(s->cycle);
    free(s->feed);
    free(s->sample);
    free(s->death);
    free(s->harvest);
    free(s);
}

/* --- one size, in its own process --- */

struct cost {
    double ponds, rows, whole_s, paths_s, future_s, sums_s;
    double records_kb, peak_kb; /* memory when the records were there, and the most there was */
    double joint_kg;            /* mean of the first month, so that what was done shows */
};

static void nothing(void *arg, int32_t day, double kg, bool main, double mass_g)
{
    double *sum = arg;

    (void)day;
    (void)main;
    (void)mass_g;
    *sum += kg;
}

/* CPU seconds of the future of one pond: members as a usual cycle's 60th day has them. */
static double future_of(const struct supply_input *in, const struct paths *paths, size_t ponds)
{
    struct ensemble *e = ensemble_new(in->draws, 1);
    gsl_rng *rng = stream_new();
    struct ensemble_prior prior;
    struct harvest_buyers buyers;
    struct harvest_outlook o = {.prior = &prior,
                                .buyers = &buyers,
                                .temp_c = 28.5,
                                .nh3_effect = 1,
                                .stock_count = 3000,
                                .stock_mass_g = 10,
                                .first_day = in->as_of_day + 1,
                                .end_day = pondrun_end_day(in),
                                .main_end_day = in->as_of_day + PONDRUN_AHEAD_DAYS,
                                .path_day = paths->first_day,
                                .path_weeks = paths->weeks,
                                .path_stride = paths->draws};
    double start, sum = 0, took;

    ensemble_prior(POND_SYSTEM_POND, &prior);
    harvest_buyers(&buyers, 0, 0);
    start = cpu_s();
    for (size_t p = 0; p < ponds; p++) {
        gsl_rng_set(rng, p + 1);
        ensemble_stock(e, &prior, 3000, 10 + (double)(p % 12) * 15, in->as_of_day, rng);
        for (size_t i = 0; i < in->draws; i++) {
            struct harvest_member m = {.stocked = true,
                                       .restock_day = INT32_MAX,
                                       .u = e->u[i],
                                       .count = e->count[i],
                                       .ln_gain = ensemble_ln_gain(e, i),
                                       .mort = exp(e->ln_mort[i]),
                                       .do_usual = e->do_usual[i],
                                       .z = paths->growth[0][0] + i,
                                       .temp_dev = paths->temp_dev[0] + i,
                                       .loss = paths->loss[0] + i};

            gsl_rng_set(rng, paths_stream(in->seed ^ (i + 1), "bench"));
            m.target_g = harvest_target(&buyers, NULL, rng);
            harvest_follow(&o, &m, rng, nothing, &sum);
        }
    }
    took = cpu_s() - start;
    if (!(sum > 0))
        fatal("bench: nothing was harvested");
    ensemble_free(e);
    gsl_rng_free(rng);
    return took;
}

/* Ponds' months into 27 kecamatan, as supply.c adds them, and those into the nodes above. */
static double sums_of(const struct supply_input *in, size_t ponds)
{
    size_t block = (size_t)in->months * in->draws;
    double *kg = xcalloc(block, sizeof *kg);
    double *node = xcalloc(REGION_KECAMATAN_COUNT * block, sizeof *node), start, took;

    for (size_t x = 0; x < block; x++)
        kg[x] = (double)x;
    start = cpu_s();
    for (size_t p = 0; p < ponds; p++) {
        double *to = node + p / 4 % REGION_KECAMATAN_COUNT * block;

        kg[p % block] += 1;
        for (size_t x = 0; x < block; x++)
            to[x] += kg[x];
    }
    took = cpu_s() - start;
    if (!(node[block - 1] > 0))
        fatal("bench: no sums");
    free(kg);
    free(node);
    return took;
}

static struct cost run_size(size_t ponds)
{
    struct cost c = {.ponds = (double)ponds};
    int32_t as_of_day = civil_day_of(2026, 10, 31);
    struct records_snapshot *s = records_made_up(ponds, as_of_day);
    struct supply_input in = {.records = s,
                              .as_of_day = as_of_day,
                              .months = MONTHS,
                              .draws = DRAWS,
                              .seed = SEED,
                              .threads = 1};
    size_t share = ponds < 200 ? ponds : 200; /* the future is measured on so many */
    struct supply_forecast *f;
    struct paths *paths;
    double start = cpu_s();

    c.rows = (double)(s->cycles + s->feeds + s->samples + s->deaths + s->harvests);
    c.records_kb = peak_kb();
    if (supply_run(&in, &f, NULL) != 0)
        fatal("bench: the forecast refuses its records");
    c.whole_s = cpu_s() - start;
    c.peak_kb = peak_kb();
    c.joint_kg = supply_summarise(f, SUPPLY_JOINT, 1).mean;
    supply_free(f);
    start = cpu_s();
    paths = paths_new(in.seed, as_of_day, as_of_day + PONDRUN_AHEAD_DAYS, in.draws);
    c.paths_s = cpu_s() - start;
    c.future_s = future_of(&in, paths, share) * (double)ponds / (double)share;
    c.sums_s = sums_of(&in, ponds);
    paths_free(paths);
    records_made_up_free(s);
    return c;
}

static struct cost run_apart(size_t ponds)
{
    struct cost c = {0};
    int tube[2], status;
    pid_t child;

    if (pipe(tube) != 0 || (child = fork()) < 0)
        fatal("bench: no process for %zu ponds", ponds);
    if (child == 0) {
        c = run_size(ponds);
        _exit(write(tube[1], &c, sizeof c) == (ssize_t)sizeof c ? 0 : 1);
    }
    (void)close(tube[1]);
    if (read(tube[0], &c, sizeof c) != (ssize_t)sizeof c)
        c.ponds = 0;
    (void)close(tube[0]);
    if (waitpid(child, &status, 0) != child || status != 0 || !(c.ponds > 0))
        fatal("bench: %zu ponds did not come to an end", ponds);
    return c;
}

static void print_cost(const struct cost *c)
{
    printf("forecast: %6.0f ponds %8.0f rows: %7.2f CPU s, %6.3f ms a pond, %5.2f us a pond and "
           "draw; records %6.1f MB, most %6.1f MB; joint, month 1: %.0f t\n",
           c->ponds, c->rows, c->whole_s, 1000 * c->whole_s / c->ponds,
           1e6 * c->whole_s / c->ponds / DRAWS, c->records_kb / 1000, c->peak_kb / 1000,
           c->joint_kg / 1000);
    printf("forecast: %6.0f ponds, of which paths %.2f, past %.2f, future %.2f, sums %.2f CPU s\n",
           c->ponds, c->paths_s, c->whole_s - c->paths_s - c->future_s - c->sums_s, c->future_s,
           c->sums_s);
    (void)fflush(stdout);
}

/* Slope of a line through ln y over ln ponds. */
static double rise(const struct cost *c, size_t n, double (*y)(const struct cost *))
{
    double sx = 0, sy = 0, sxx = 0, sxy = 0;

    for (size_t k = 0; k < n; k++) {
        double x = log(c[k].ponds), v = log(y(&c[k]));

        sx += x;
        sy += v;
        sxx += x * x;
        sxy += x * v;
    }
    return ((double)n * sxy - sx * sy) / ((double)n * sxx - sx * sx);
}

static double whole_s(const struct cost *c)
{
    return c->whole_s;
}

static double memory(const struct cost *c)
{
    return c->peak_kb;
}

/* The targets are of TARGET_PONDS; of other sizes nothing is asked. */
static bool within(const struct cost *c, size_t ponds)
{
    return ponds != TARGET_PONDS || (c->whole_s < TARGET_S && c->peak_kb < TARGET_KB);
}

int main(void)
{
    static const size_t SIZE[SIZES_MAX] = {1000, 3000, 10000, 30000};
    const char *only = getenv("NILA_BENCH_PONDS");
    size_t sizes = getenv("NILA_BENCH_LARGE") != NULL ? SIZES_MAX : SIZES_MAX - 1;
    struct cost c[SIZES_MAX];
    double time_rise;

    if (only != NULL) {
        long n = strtol(only, NULL, 10);

        if (n < 1 || n > 1000000)
            fatal("NILA_BENCH_PONDS: %s is not a number of ponds (1 to 1000000)", only);
        c[0] = run_apart((size_t)n);
        print_cost(&c[0]);
        return within(&c[0], (size_t)n) ? 0 : 1;
    }
    for (size_t k = 0; k < sizes; k++) {
        c[k] = run_apart(SIZE[k]);
        print_cost(&c[k]);
    }
    time_rise = rise(c, sizes, whole_s);
    printf(
        "forecast: CPU time rises with ponds to the power of %.3f (target: at most %.2f), memory "
        "%.3f\n",
        time_rise, TARGET_RISE, rise(c, sizes, memory));
    printf("forecast: 10000 ponds x %d draws x %d months: %.1f CPU s, %.2f of %.0f; %.0f MB, %.2f "
           "of %.0f\n",
           DRAWS, MONTHS, c[2].whole_s, c[2].whole_s / TARGET_S, TARGET_S, c[2].peak_kb / 1000,
           c[2].peak_kb / TARGET_KB, TARGET_KB / 1000);
    return within(&c[2], SIZE[2]) && time_rise < TARGET_RISE ? 0 : 1;
}
