/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smoother.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_statistics_double.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "silence.h"
#include "smoother_season.h"

enum {
    ROUNDS = 2,     /* of the line of all cycles around what they said in the round before */
    SEASONS_MAX = 8 /* two kinds, and 104 weeks touch at most four of each */
};

struct smoother {
    const struct supply_input *in;
    struct paths *paths;
    struct smoother_weeks weeks;
    size_t from; /* its week 0 among the weeks of paths */
    struct smoother_field *field;
    struct smoother_cycle *cycle;
    struct smoother_losses *losses;
    double *growth[REGENCY_COUNT];
    size_t seasons;
    struct smoother_season season[SEASONS_MAX];
};

/* A cycle that is over, or is lived in: not one of the future, not one without fish, not one that is left out. */
static bool counts(const struct supply_input *in, size_t cycle)
{
    const struct rec_cycle *c = &in->records->cycle[cycle];

    return c->count > 0 && c->stocked_day <= in->as_of_day &&
           (c->closed_day <= in->as_of_day || in->ignore_silence ||
            !silence_too_long(in->records, cycle, in->as_of_day));
}

/* From the first stocking of a cycle that lives today; cycles that were over by then tell nothing anybody needs. */
static struct smoother_weeks weeks_of(const struct supply_input *in, const struct paths *p,
                                      size_t *from)
{
    int32_t first = in->as_of_day + 1;

    for (size_t c = 0; c < in->records->cycles; c++) {
        const struct rec_cycle *y = &in->records->cycle[c];

        if (y->closed_day > in->as_of_day && y->stocked_day < first && counts(in, c))
            first = y->stocked_day;
    }
    *from = paths_week(p, first);
    if (first > in->as_of_day)
        return (struct smoother_weeks){0, first};
    return (struct smoother_weeks){PATHS_PAST_WEEKS - *from, p->first_day + 7 * (int32_t)*from};
}

static void add_cycles(struct smoother *s, bool losses, struct smoother_found *found)
{
    const struct records_snapshot *r = s->in->records;

    found->cycles = found->samples = 0;
    for (size_t c = 0; c < r->cycles; c++) {
        const struct rec_pond *pond = &r->pond[r->cycle[c].pond];
        enum regency regency = r->farm[pond->farm].regency;
        struct smoother_course course;

        if (r->cycle[c].closed_day < s->weeks.first_day || !counts(s->in, c))
            continue;
        course = smoother_cycle_add(s->cycle, c, s->growth[regency],
                                    &s->field->sum[regency][pond->system]);
        found->cycles += course.samples > 0;
        found->samples += course.samples;
        if (losses)
            smoother_losses_add(s->losses, c, &course, s->season, s->seasons);
    }
}

/* Those that touch the weeks looked at. Low flow goes on for weeks after its season. */
static void find_seasons(struct smoother *s)
{
    int year = civil_from_day(s->weeks.first_day).year - 1;
    int last = civil_from_day(s->in->as_of_day).year;

    for (; year <= last; year++)
        for (int k = 0; k < PATHS_EVENT_KINDS; k++) {
            enum paths_event kind = (enum paths_event)k;
            int days;
            int32_t begin = paths_season(kind, year, &days);

            days += kind == PATHS_LOW_FLOW ? 7 * PATHS_APPETITE_WEEKS : 0;
            if (begin <= s->in->as_of_day && begin + days > s->weeks.first_day &&
                s->seasons < SEASONS_MAX)
                smoother_season_init(&s->season[s->seasons++], kind, year, s->paths->first_day);
        }
}

/* Weeks to come keep their own steps, from the new last week on. */
static void carry_on(const struct smoother *s, double *x, const double *given, double kept)
{
    size_t draws = s->paths->draws, last = PATHS_PAST_WEEKS - 1;

    for (size_t i = 0; i < draws; i++) {
        double moved = given[(s->weeks.n - 1) * draws + i] - x[last * draws + i];

        for (size_t w = 0; w < s->weeks.n; w++)
            x[(s->from + w) * draws + i] = given[w * draws + i];
        for (size_t w = last + 1; w < s->paths->weeks; w++) {
            moved *= kept;
            x[w * draws + i] += moved;
        }
    }
}

static void draw_all(struct smoother *s, struct smoother_found *found)
{
    struct smoother_field *f = s->field;
    size_t draws = s->paths->draws;
    double *x = xcalloc(f->dims * draws, sizeof *x);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    if (rng == NULL)
        fatal("no memory");
    gsl_rng_set(rng, paths_stream(s->in->seed, "paths/given-events"));
    for (size_t k = 0; k < s->seasons; k++) {
        smoother_season_choose(&s->season[k], f, s->weeks.first_day, s->paths, x, rng,
                               found->event_p[s->season[k].kind]);
        found->season[s->season[k].kind] = true;
    }
    gsl_rng_set(rng, paths_stream(s->in->seed, "paths/given"));
    smoother_field_draw(f, x, draws, rng);
    for (size_t r = 0; r < REGENCY_COUNT; r++)
        carry_on(s, s->paths->rest[r], x + smoother_at_rest(f, r, 0) * draws, PATHS_REST_KEPT);
    carry_on(s, s->paths->ln_price, x + smoother_at_price(f, 0) * draws, PATHS_PRICE_KEPT);
    paths_sum(s->paths);
    gsl_rng_free(rng);
    free(x);
}

void smoother_condition(struct paths *p, const struct supply_input *in,
                        struct smoother_found *found)
{
    struct smoother s = {.in = in, .paths = p};
    struct smoother_found none = {0}, *told = found != NULL ? found : &none;

    *told = (struct smoother_found){0};
    s.weeks = weeks_of(in, p, &s.from);
    if (s.weeks.n == 0)
        return;
    s.field = smoother_field_new(s.weeks.n);
    s.cycle = smoother_cycle_new(in, s.weeks);
    s.losses = smoother_losses_new(in);
    for (size_t r = 0; r < REGENCY_COUNT; r++)
        s.growth[r] = xcalloc(s.weeks.n, sizeof *s.growth[r]);
    find_seasons(&s);
    for (int round = 0; round < ROUNDS; round++) {
        smoother_field_clear(s.field);
        add_cycles(&s, round + 1 == ROUNDS, told);
        smoother_field_solve(s.field);
        for (size_t r = 0; r < REGENCY_COUNT; r++)
            smoother_field_growth(s.field, r, s.growth[r]);
    }
    draw_all(&s, told);
    told->weeks = s.weeks.n;
    for (size_t r = 0; r < REGENCY_COUNT; r++) {
        const double *z = p->z[r] + (PATHS_PAST_WEEKS - 1) * p->draws;

        told->growth_mean[r] = gsl_stats_mean(z, 1, p->draws);
        told->growth_sd[r] = gsl_stats_sd(z, 1, p->draws);
        free(s.growth[r]);
    }
    smoother_losses_free(s.losses);
    smoother_cycle_free(s.cycle);
    smoother_field_free(s.field);
}

void smoother_growth(const struct smoother_found *found, enum regency r, double q[static 3])
{
    static const double NORMAL_P90 = 1.2815515655446004;

    for (int k = 0; k < 3; k++)
        q[k] = exp(found->growth_mean[r] + (k - 1) * NORMAL_P90 * found->growth_sd[r]);
}
