/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include "tests/analytics/world.h"

#include <gsl/gsl_randist.h>

#include "analytics/supply/neraca.h"
#include "collector/common/civil.h"

enum {
    DRAWS = 400,
    MONTHS = 7,
    FIRST = 2026 * 12 + 11 /* December 2026 .. June 2027: two whole quarters */
};

static struct world *w;
static struct supply_forecast f;
static struct rec_assumption entry[16];
static struct rec_official office[8];
static struct rec_registry registry[2];
static struct demand *d;
static struct figures *y;
static struct neraca n;
static double farms[DEMAND_NODES] = {4, 2, 2};
static const struct figures_past *past; /* NULL: what is past is not known */

static void assume(enum records_key key, const char *node, double value, double low, double high)
{
    struct rec_assumption *a = &entry[w->s.assumptions++];

    *a = (struct rec_assumption){.key = key,
                                 .value = value,
                                 .low = low,
                                 .high = high,
                                 .first_month = INT32_MIN,
                                 .last_month = INT32_MAX,
                                 .day = 20500};
    (void)snprintf(a->node, sizeof a->node, "%s", node);
    (void)snprintf(a->source, sizeof a->source, "Sumber \"%s\", %u", node, (unsigned)key);
}

static void say(const char *node, const char *period, int32_t first, unsigned months, double kg,
                bool final)
{
    struct rec_official *o = &office[w->s.officials++];

    *o = (struct rec_official){.first_month = first,
                               .months = months,
                               .kg = kg,
                               .final = final,
                               .cut_off_day = 20700,
                               .revision = 1};
    (void)snprintf(o->node, sizeof o->node, "%s", node);
    (void)snprintf(o->period, sizeof o->period, "%s", period);
    (void)snprintf(o->source, sizeof o->source, "Dinas");
}

/* Ponds in three kecamatan of kotim and two of seruyan; demand about what there is. */
static int set_up(void **state)
{
    static const size_t WITH[] = {0, 3, 5, 18, 20};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    (void)state;
    w = world_new();
    w->s.assumption = entry;
    w->s.official = office;
    w->s.registry = registry;
    f = (struct supply_forecast){.first_month = FIRST,
                                 .months = MONTHS,
                                 .draws = DRAWS,
                                 .as_of_day = civil_day_of(2026, 11, 24)};
    f.kg = calloc((size_t)SUPPLY_NODES * MONTHS * DRAWS, sizeof *f.kg);
    for (size_t i = 0; i < DRAWS; i++) {
        double weather = gsl_ran_gaussian_ziggurat(rng, 0.2);

        for (size_t k = 0; k < 5; k++)
            for (unsigned lead = 1; lead <= MONTHS; lead++) {
                double kg =
                    2003.85 * (double)(k + 1) * exp(weather + gsl_ran_gaussian_ziggurat(rng, 0.4));
                size_t node = supply_node_kecamatan(WITH[k]);

                supply_draws(&f, node, lead)[i] = kg;
                supply_draws(&f, supply_node_regency(region_kecamatan(WITH[k])->regency),
                             lead)[i] += kg;
                supply_draws(&f, SUPPLY_JOINT, lead)[i] += kg;
            }
    }
    gsl_rng_free(rng);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    demand_free(d);
    figures_free(y);
    d = NULL;
    y = NULL;
    free(f.kg);
    world_free(w);
    return 0;
}

static void known(void)
{
    assume(KEY_POPULATION, "kotim", 20000, 20000, 20000);
    assume(KEY_POPULATION, "seruyan", 30000, 30000, 30000);
    assume(KEY_CONSUMPTION_AKI, "joint", 45, 40, 51);
    assume(KEY_TILAPIA_SHARE, "joint", 20, 15, 27);
    assume(KEY_LOSS, "joint", 5, 3, 8);
    assume(KEY_INFLOW, "seruyan", 3001.5, 2000, 4100);
    assume(KEY_OUTFLOW, "kotim", 777.7, 500, 1000);
}

static void make(void)
{
    char why[160] = "";

    demand_free(d);
    figures_free(y);
    if (figures_apply(&y, &w->s, &f, past, false, 3, why, sizeof why) != 0)
        fail_msg("%s", why);
    demand_new(&d, &w->s, FIRST, MONTHS, DRAWS, 3);
    neraca_make(&n, &f, d, y, &w->s, farms);
}

static void periods_are_months_whole_quarters_and_all(void **state)
{
    static const char *const NAME[] = {"2026-12", "2027-01", "2027-02", "2027-03", "2027-04",
                                       "2027-05", "2027-06", "2027-Q1", "2027-Q2", "all"};

    (void)state;
    make();
    assert_int_equal(n.periods, sizeof NAME / sizeof NAME[0]);
    for (size_t p = 0; p < n.periods; p++)
        assert_string_equal(n.period[p].name, NAME[p]);
    assert_true(n.period[8].first_lead == 5 && n.period[8].leads == 3);
    assert_true(n.period[9].first_lead == 1 && n.period[9].leads == MONTHS);
}

static void quarters_have_the_range_of_summed_draws(void **state)
{
    double sum[DRAWS] = {0}, balance[DRAWS] = {0}, ends = 0;
    struct supply_summary want;
    size_t deficits = 0;

    (void)state;
    known();
    make();
    for (unsigned lead = 2; lead <= 4; lead++) {
        for (size_t i = 0; i < DRAWS; i++) {
            double kg = supply_draws(&f, 1, lead)[i];
            size_t at = demand_at(d, REGENCY_KOTIM, lead) + i;

            sum[i] += kg;
            balance[i] += kg - d->outflow[at] - (kg - d->outflow[at]) * d->loss[at] - d->kg[at];
        }
        ends += n.supply[1][lead - 1].p90;
    }
    want = supply_summarise_draws(sum, DRAWS);
    assert_close(n.supply[1][7].p10, want.p10, 1e-6);
    assert_close(n.supply[1][7].p90, want.p90, 1e-6);
    assert_true(n.supply[1][7].p90 < 0.95 * ends); /* what summing the ends would have given */
    want = supply_summarise_draws(balance, DRAWS);
    assert_close(n.cell[1][7].balance.mean, want.mean, 1e-6);
    assert_close(n.cell[1][7].balance.p10, want.p10, 1e-6);
    for (size_t i = 0; i < DRAWS; i++)
        deficits += balance[i] < 0;
    assert_close(n.cell[1][7].risk.p_deficit, (double)deficits / DRAWS, 1e-12);
    print_message("kotim Q1: P(deficit) %.3f, shortfall %.0f kg; both short %.3f, covered %.3f, "
                  "transfer %.0f kg\n",
                  n.cell[1][7].risk.p_deficit, n.cell[1][7].risk.shortfall_kg, n.pair[7].p_both,
                  n.pair[7].p_covered, n.transfer_kg[7]);
    assert_true(n.cell[1][7].risk.p_deficit > 0 && n.cell[1][7].risk.p_deficit < 1);
    assert_close(n.pair[7].p_none + n.pair[7].p_both + n.pair[7].p_covered + n.pair[7].p_uncovered,
                 1, 1e-12);
    assert_true(n.short_after_kg[7] <=
                n.cell[1][7].risk.mean_kg + n.cell[2][7].risk.mean_kg + 1e-9);
}

static void rounded_figures_add_up_every_way(void **state)
{
    static const double UNIT[] = {1, 3, 7, 11, 30, 70, 100, 110, 300, 700, 1000, 1e6};
    static struct neraca_rounded r;

    (void)state;
    known();
    make();
    for (size_t u = 0; u < sizeof UNIT / sizeof UNIT[0]; u++) {
        neraca_round(&n, UNIT[u], &r);
        for (size_t p = 0; p < n.periods; p++) {
            long long kecamatan[3] = {0};

            for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
                kecamatan[supply_node_regency(region_kecamatan(k)->regency)] +=
                    r.supply[supply_node_kecamatan(k)][p];
            for (size_t g = 0; g < NERACA_PARTS; g++)
                assert_int_equal(r.part[0][p][g], r.part[1][p][g] + r.part[2][p][g]);
            assert_int_equal(r.balance[0][p], r.balance[1][p] + r.balance[2][p]);
            for (size_t node = 0; node < DEMAND_NODES; node++) {
                const long long *v = r.part[node][p];

                assert_int_equal(r.balance[node][p], v[0] + v[1] - v[2] - v[3] - v[4]);
                assert_int_equal(r.supply[node][p], v[0]);
                if (node > 0)
                    assert_int_equal(kecamatan[node], v[0]);
                assert_int_equal(r.tracked[node][p], v[0]); /* nothing lies outside */
                /* near its own mean: a unit a part and month */
                assert_true(
                    fabs((double)r.balance[node][p] - n.cell[node][p].balance.mean / UNIT[u]) <=
                    2.0 * NERACA_PARTS * n.period[p].leads);
            }
        }
        for (size_t node = 0; node < SUPPLY_NODES; node++) {
            long long months = 0;

            for (size_t p = 0; p < MONTHS; p++)
                months += r.supply[node][p];
            assert_int_equal(months, r.supply[node][9]);
            assert_int_equal(r.supply[node][1] + r.supply[node][2] + r.supply[node][3],
                             r.supply[node][7]);
        }
        assert_int_equal(r.supply[0][9], llround(n.supply[0][9].mean / UNIT[u]));
    }
}

static void risk_is_told_only_when_it_may_be(void **state)
{
    (void)state;
    make();
    for (size_t node = 0; node < DEMAND_NODES; node++)
        assert_int_equal(n.gap[node], NERACA_NO_DEMAND);
    assert_int_equal(n.missing[0], KEY_POPULATION);
    known();
    w->s.assumptions = 4;
    entry[3].key = KEY_LOSS; /* all but the share */
    make();
    assert_int_equal(n.gap[1], NERACA_NO_DEMAND);
    assert_int_equal(n.missing[0], KEY_TILAPIA_SHARE);
    assert_close(n.cell[1][0].risk.p_deficit, 0, 0);
    assert_true(n.supply[1][0].mean > 0);
    entry[3].key = KEY_TILAPIA_SHARE;
    (void)snprintf(entry[3].node, sizeof entry[3].node, "kotim");
    make();
    assert_int_equal(n.gap[1], NERACA_TOLD); /* each for itself */
    assert_int_equal(n.gap[2], NERACA_NO_DEMAND);
    assert_int_equal(n.gap[0], NERACA_NO_DEMAND);
    (void)snprintf(entry[3].node, sizeof entry[3].node, "joint");
    registry[0] = (struct rec_registry){.kecamatan = 5, .farms = 41};
    registry[1] = (struct rec_registry){.kecamatan = 18, .farms = 40};
    w->s.registers = 2;
    make();
    assert_int_equal(n.gap[1], NERACA_FEW_FARMS); /* 2 of 41 */
    assert_int_equal(n.gap[2], NERACA_TOLD);      /* 2 of 40 */
    assert_int_equal(n.gap[0], NERACA_FEW_FARMS); /* 4 of 81 */
    say("kotim", "2027-Q1", 2027 * 12, 3, 3 * n.supply[1][1].mean, false);
    make();
    assert_int_equal(n.gap[1], NERACA_TOLD); /* the figure speaks of all farms */
    assert_true(n.official[1] && !n.official[0]);
}

static void figures_are_used_refused_or_counted(void **state)
{
    static const struct {
        const char *node, *period;
        int32_t first;
        unsigned months;
        double kg;
        enum combine_verdict verdict;
        bool partly, used;
    } T[] = {
        {"kotim", "2026-Q3", 2026 * 12 + 6, 3, 400, COMBINE_BELOW_RECORD, true, false},
        {"seruyan", "2026-Q3", 2026 * 12 + 6, 3, 400, COMBINE_FITS, true, false}, /* only counted */
        {"62.02.01", "2026-08", 2026 * 12 + 7, 1, 800, COMBINE_FITS, true, false}, /* so too */
        {"kotim", "2027-Q1", 2027 * 12, 3, 36000, COMBINE_FITS, false, true},
        {"seruyan", "2027-02", 2027 * 12 + 1, 1, 0, COMBINE_ZERO, false, false},
        {"kotim", "2027", 2027 * 12, 12, 150000, COMBINE_FITS, true, false},
        {"joint", "2028", 2028 * 12, 12, 150000, COMBINE_FITS, true, false}, /* beyond */
        {"62.02.02", "2027-01", 2027 * 12, 1, 50, COMBINE_NO_DRAW, false, false},
    };
    size_t listed = 0;
    double before, after;

    (void)state;
    (void)world_farm(w, "62.02.01");
    (void)world_pond(w, 0, "p", POND_SYSTEM_POND);
    (void)world_cycle(w, 0, civil_day_of(2026, 2, 1), 2000, 10);
    world_harvest(w, 0, civil_day_of(2026, 8, 5), 900, NAN, HARVEST_FINAL);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        say(T[i].node, T[i].period, T[i].first, T[i].months, T[i].kg, false);
    before = supply_summarise(&f, 1, 2).mean;
    make();
    after = supply_summarise(&f, 1, 2).mean;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        const struct figure *g = &y->figure[listed];

        if (listed == y->n || strcmp(g->record.node, T[i].node) != 0 ||
            strcmp(g->record.period, T[i].period) != 0)
            continue;
        print_message("%s %s: %s\n", T[i].node, T[i].period, figure_words(g, true));
        assert_int_equal(g->verdict, T[i].verdict);
        assert_int_equal(g->partly, T[i].partly);
        assert_int_equal(figure_used(g), T[i].used);
        if (!T[i].used)
            assert_true(figure_words(g, false)[0] != '\0');
        listed++;
    }
    assert_int_equal(listed, y->n);
    assert_int_equal(y->n, 5);
    assert_int_equal(y->over, 2);
    assert_int_equal(y->beyond, 1);
    assert_close(y->figure[0].harvested_kg, 900, 1e-9);
    assert_int_equal(y->way, COMBINE_WEIGHTS);
    assert_true(fabs(after - before) > 1 && fabs(after - 12000) < fabs(before - 12000));
}

/* In every draw as much again as in December, and a tonne. */
static bool as_december(void *arg, const struct rec_official *o, double *kg)
{
    const double *december = arg;

    assert_string_equal(o->period, "2026-Q4");
    for (size_t i = 0; i < DRAWS; i++)
        kg[i] = 1000 + december[i];
    return true;
}

/* Of a quarter that has begun the past part and the leads together are what the figure speaks of. */
static void a_quarter_that_has_begun_counts_by_its_sum(void **state)
{
    static double december[DRAWS];
    const size_t node = supply_node_regency(REGENCY_KOTIM);
    const struct figures_past from = {as_december, december};
    double before, after;

    (void)state;
    memcpy(december, supply_draws(&f, node, 1), sizeof december);
    before = supply_summarise(&f, node, 1).mean;
    say("kotim", "2026-Q4", 2026 * 12 + 9, 3, 1000 + 2.6 * before, true);
    say("kotim", "2027", 2027 * 12, 12, 150000, true);
    make(); /* the past is not known: as it was */
    assert_true(y->figure[0].partly && !y->figure[0].begun && !figure_used(&y->figure[0]));
    assert_non_null(strstr(figure_words(&y->figure[0], true), "part of its period is past"));
    assert_true(y->figure[1].endless && !figure_used(&y->figure[1]));
    assert_non_null(strstr(figure_words(&y->figure[1], false), "berlanjut sesudah"));
    assert_close(supply_summarise(&f, node, 1).mean, before, 1e-9);
    past = &from;
    make();
    past = NULL;
    after = supply_summarise(&f, node, 1).mean;
    print_message("December %.0f, then %.0f; %s\n", before, after,
                  figure_words(&y->figure[0], true));
    assert_true(figure_used(&y->figure[0]));
    assert_close(y->figure[0].past_kg, 1000 + before, 1e-6);
    assert_non_null(strstr(figure_words(&y->figure[0], false), "diambil dari catatan"));
    /* a figure 30 % above both parts: each goes up by most of that, and the months behind with the weather */
    assert_true(after > 1.1 * before && after < 1.3 * before);
    assert_int_equal(y->figure[1].verdict, COMBINE_FITS);
}

static void a_figure_the_draws_contradict_is_refused_in_words(void **state)
{
    size_t cells = (size_t)SUPPLY_NODES * MONTHS * DRAWS;
    double *before = calloc(cells, sizeof *before);
    double kotim = 3 * supply_summarise(&f, 1, 5).mean;

    (void)state;
    memcpy(before, f.kg, cells * sizeof *before);
    say("joint", "2027-Q2", 2027 * 12 + 3, 3, 5e6, true);
    make();
    assert_true(y->figure[0].against && y->figure[0].above && !figure_used(&y->figure[0]));
    assert_non_null(strstr(figure_words(&y->figure[0], false), "jauh di atas yang dapat dipanen"));
    assert_false(figures_cover(y, "joint"));
    assert_int_equal(y->way, COMBINE_NOTHING);
    assert_memory_equal(before, f.kg, cells * sizeof *before);
    /* one that fits beside it is used all the same; one far below is refused in other words */
    say("kotim", "2027-Q2", 2027 * 12 + 3, 3, kotim, true);
    say("seruyan", "2027-Q2", 2027 * 12 + 3, 3, 40, true);
    make();
    assert_true(figure_used(&y->figure[1]) && y->figure[1].verdict == COMBINE_FITS);
    assert_string_equal(figure_words(&y->figure[1], true), "");
    assert_non_null(strstr(figure_words(&y->figure[2], true), "contradicts the ponds on record"));
    assert_true(y->figure[0].above && !y->figure[2].above);
    assert_true(memcmp(before, f.kg, cells * sizeof *before) != 0);
    free(before);
}

static void a_figure_that_surprises_is_used_and_said(void **state)
{
    double q = 3 * supply_summarise(&f, 0, 5).mean;

    (void)state;
    say("joint", "2027-Q2", 2027 * 12 + 3, 3, 2.3 * q, true);
    make();
    print_message("%.0f kg beside %.0f: %s\n", 2.3 * q, q, figure_words(&y->figure[0], true));
    assert_true(figure_used(&y->figure[0]) && y->figure[0].verdict == COMBINE_SURPRISES);
    assert_non_null(strstr(figure_words(&y->figure[0], false), "jauh dari perkiraan kolam"));
    assert_true(figures_cover(y, "seruyan") && figures_cover(y, "joint"));
    assert_true(supply_summarise(&f, 0, 6).mean > 1.2 * q / 3);
}

/* The cell of a row by its column's name; quoted cells may hold commas. */
static void cell_of(const char *text, size_t row, const char *column, char *out, size_t size)
{
    const char *p = text, *head = strstr(text, column);
    size_t at = 0, k = 0;
    bool quoted = false;

    assert_non_null(head);
    for (const char *h = text; h < head; h++)
        at += *h == ',';
    while (row-- > 0)
        p = strchr(p, '\n') + 1;
    for (; at > 0; p++) {
        quoted ^= *p == '"';
        at -= *p == ',' && !quoted;
    }
    for (; (*p != ',' || quoted) && *p != '\n'; p++) {
        quoted ^= *p == '"';
        if (*p != '"' && k + 1 < size)
            out[k++] = *p;
    }
    out[k] = '\0';
}

static long whole(const char *text, size_t row, const char *column)
{
    char cell[64], *end;
    long v;

    cell_of(text, row, column, cell, sizeof cell);
    v = strtol(cell, &end, 10);
    if (cell[0] == '\0' || *end != '\0')
        fail_msg("row %zu, %s: \"%s\"", row, column, cell);
    return v;
}

static void the_file_adds_up_and_names_its_sources(void **state)
{
    struct buf b = {0};
    char cell[4000];
    const size_t periods = 10;

    (void)state;
    known();
    say("kotim", "2027-Q1", 2027 * 12, 3, 36000, true);
    make();
    neraca_csv(&b, &n, &f, d, y, &w->s, false);
    for (size_t row = 1; row <= 3 * periods; row++) {
        assert_int_equal(whole(b.p, row, "supply_kg") + whole(b.p, row, "inflow_kg") -
                             whole(b.p, row, "outflow_kg") - whole(b.p, row, "loss_kg") -
                             whole(b.p, row, "demand_kg"),
                         whole(b.p, row, "balance_kg"));
        assert_true(whole(b.p, row, "balance_p10_kg") <= whole(b.p, row, "balance_p90_kg"));
        cell_of(b.p, row, "outlook", cell, sizeof cell);
        assert_non_null(strstr(cell, "mungkin"));
        cell_of(b.p, row, "note", cell, sizeof cell);
        assert_non_null(strstr(cell, "rentang tidak dijumlahkan"));
    }
    for (size_t p = 1; p <= periods; p++)
        assert_int_equal(whole(b.p, p, "supply_kg"), whole(b.p, periods + p, "supply_kg") +
                                                         whole(b.p, 2 * periods + p, "supply_kg"));
    cell_of(b.p, periods, "based_on", cell, sizeof cell);
    assert_non_null(strstr(cell, "tilapia_share joint 20 (15-27) %: Sumber joint, 3, 2026-02-16"));
    assert_non_null(strstr(cell, "official kotim 2027-Q1 36000 kg, final, rev. 1: Dinas"));
    cell_of(b.p, 3 * periods, "based_on", cell, sizeof cell);
    assert_null(strstr(cell, "official"));
    assert_null(strstr(b.p, "nan"));
    buf_clear(&b);
    w->s.assumptions = 0;
    make();
    neraca_csv(&b, &n, &f, d, y, &w->s, false);
    assert_true(whole(b.p, 1, "supply_kg") > 0);
    cell_of(b.p, 1, "note", cell, sizeof cell);
    assert_non_null(strstr(cell, "kebutuhan belum diisi (population)"));
    cell_of(b.p, 1, "p_deficit", cell, sizeof cell);
    assert_string_equal(cell, "");
    cell_of(b.p, 1, "demand_kg", cell, sizeof cell);
    assert_string_equal(cell, "");
    buf_clear(&b);
    neraca_csv(&b, &n, &f, d, y, &w->s, true);
    cell_of(b.p, 1, "note", cell, sizeof cell);
    assert_non_null(strstr(cell, "demand not entered yet"));
    assert_non_null(strstr(cell, "ranges are not summed"));
    buf_free(&b);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(periods_are_months_whole_quarters_and_all),
        TEST(quarters_have_the_range_of_summed_draws),
        TEST(rounded_figures_add_up_every_way),
        TEST(risk_is_told_only_when_it_may_be),
        TEST(figures_are_used_refused_or_counted),
        TEST(a_quarter_that_has_begun_counts_by_its_sum),
        TEST(a_figure_the_draws_contradict_is_refused_in_words),
        TEST(a_figure_that_surprises_is_used_and_said),
        TEST(the_file_adds_up_and_names_its_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
