/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smoother.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_statistics_double.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "evidence.h"
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

bool smoother_counts(const struct supply_input *in, size_t cycle)
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

        if (y->closed_day > in->as_of_day && y->stocked_day < first && smoother_counts(in, c))
            first = y->stocked_day;
    }
    *from = paths_week(p, first);
    if (first > in->as_of_day)
        return (struct smoother_weeks){0, first};
    return (struct smoother_weeks){PATHS_PAST_WEEKS - *from, p->first_day + 7 * (int32_t)*from};
}

/* only: of one regency alone; REGENCY_COUNT: of all. */
static void add_cycles(struct smoother *s, size_t only, bool losses, struct smoother_found *found)
{
    const struct records_snapshot *r = s->in->records;

    found->cycles = found->samples = 0;
    for (size_t c = 0; c < r->cycles; c++) {
        const struct rec_pond *pond = &r->pond[r->cycle[c].pond];
        enum regency regency = r->farm[pond->farm].regency;
        struct smoother_course course;

        if (r->cycle[c].closed_day < s->weeks.first_day || !smoother_counts(s->in, c) ||
            (only != REGENCY_COUNT && only != (size_t)regency))
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

static void open_smoother(struct smoother *s)
{
    s->field = smoother_field_new(s->weeks.n);
    s->cycle = smoother_cycle_new(s->in, s->weeks);
    s->losses = smoother_losses_new(s->in);
    for (size_t r = 0; r < REGENCY_COUNT; r++)
        s->growth[r] = xcalloc(s->weeks.n, sizeof *s->growth[r]);
    find_seasons(s);
}

static void close_smoother(struct smoother *s)
{
    for (size_t r = 0; r < REGENCY_COUNT; r++)
        free(s->growth[r]);
    smoother_losses_free(s->losses);
    smoother_cycle_free(s->cycle);
    smoother_field_free(s->field);
}

/* The sums of the cycles, as lines around what they said together in the round before. */
static void look(struct smoother *s, size_t only, struct smoother_found *found)
{
    for (int round = 0; round < ROUNDS; round++) {
        smoother_field_clear(s->field);
        add_cycles(s, only, round + 1 == ROUNDS, found);
        smoother_field_solve(s->field);
        for (size_t r = 0; r < REGENCY_COUNT; r++)
            smoother_field_growth(s->field, r, s->growth[r]);
    }
}

/* The sums as the offices' evidence has them. */
static void take_evidence(struct smoother *s, const struct evidence *const *evidence,
                          struct smoother_found *found)
{
    const size_t each = (size_t)EVIDENCE_WEEKS * EVIDENCE_WEEKS + EVIDENCE_WEEKS;

    smoother_field_clear(s->field);
    for (size_t r = 0; r < REGENCY_COUNT; r++) {
        const struct evidence *e = evidence[r];

        if (e == NULL)
            continue;
        for (size_t y = 0; y < POND_SYSTEM_COUNT; y++)
            memcpy(s->field->sum[r][y].a, e->sum[y].a, each * sizeof *e->sum[y].a);
        for (size_t k = 0; k < s->seasons; k++)
            for (size_t j = 0; j < e->seasons; j++)
                if (e->season[j].kind == s->season[k].kind &&
                    e->season[j].year == s->season[k].year)
                    memcpy(s->season[k].ln_ratio[r], e->season[j].ln_ratio,
                           sizeof e->season[j].ln_ratio);
        found->cycles += e->cycles;
    }
    smoother_field_solve(s->field);
}

static struct smoother_weeks all_weeks(const struct paths *p)
{
    return (struct smoother_weeks){PATHS_PAST_WEEKS, p->first_day};
}

void smoother_tell(const struct supply_input *in, struct evidence *e)
{
    const size_t each = (size_t)EVIDENCE_WEEKS * EVIDENCE_WEEKS + EVIDENCE_WEEKS;
    struct paths *p = paths_new(in->seed, in->as_of_day, in->as_of_day, SUPPLY_DRAWS_MIN);
    struct smoother s = {.in = in, .paths = p, .weeks = all_weeks(p)};
    struct smoother_found found = {0};

    _Static_assert(EVIDENCE_SEASONS >= SEASONS_MAX, "every season has its place");
    open_smoother(&s);
    look(&s, e->regency, &found);
    for (size_t y = 0; y < POND_SYSTEM_COUNT; y++)
        memcpy(e->sum[y].a, s.field->sum[e->regency][y].a, each * sizeof *e->sum[y].a);
    e->seasons = s.seasons;
    for (size_t k = 0; k < s.seasons; k++) {
        e->season[k] = (struct evidence_season){
            .kind = s.season[k].kind, .year = s.season[k].year, .weeks = s.season[k].weeks};
        memcpy(e->season[k].ln_ratio, s.season[k].ln_ratio[e->regency],
               sizeof e->season[k].ln_ratio);
    }
    close_smoother(&s);
    paths_free(p);
}

void smoother_condition(struct paths *p, const struct supply_input *in,
                        struct smoother_found *found)
{
    struct smoother s = {.in = in, .paths = p};
    struct smoother_found none = {0}, *told = found != NULL ? found : &none;

    *told = (struct smoother_found){0};
    s.weeks = in->evidence != NULL ? all_weeks(p) : weeks_of(in, p, &s.from);
    if (s.weeks.n == 0)
        return;
    open_smoother(&s);
    if (in->evidence != NULL)
        take_evidence(&s, in->evidence, told);
    else
        look(&s, REGENCY_COUNT, told);
    draw_all(&s, told);
    told->weeks = s.weeks.n;
    for (size_t r = 0; r < REGENCY_COUNT; r++) {
        const double *z = p->z[r] + (PATHS_PAST_WEEKS - 1) * p->draws;

        told->growth_mean[r] = gsl_stats_mean(z, 1, p->draws);
        told->growth_sd[r] = gsl_stats_sd(z, 1, p->draws);
    }
    close_smoother(&s);
}

void smoother_growth(const struct smoother_found *found, enum regency r, double q[static 3])
{
    static const double NORMAL_P90 = 1.2815515655446004;

    for (int k = 0; k < 3; k++)
        q[k] = exp(found->growth_mean[r] + (k - 1) * NORMAL_P90 * found->growth_sd[r]);
}
