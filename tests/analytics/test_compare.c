/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include "analytics/supply/compare.h"
#include "collector/common/civil.h"
#include "tests/analytics/world.h"

#define DRAWS  200
#define MONTHS 7 /* from July 2026: two whole quarters */

/* Six ponds, three in each regency; the last of each is a river cage. What is eaten is known. */
struct place {
    struct world *w;
    struct rec_assumption assumption[5];
    struct rec_official official;
    struct rec_registry registry[6];
    struct forecast_request q;
    struct forecast *f;
};

static void assume(struct place *p, enum records_key key, const char *node, double value)
{
    struct rec_assumption *a = &p->assumption[p->w->s.assumptions++];

    *a = (struct rec_assumption){.key = key,
                                 .value = value,
                                 .low = value,
                                 .high = value,
                                 .first_month = INT32_MIN,
                                 .last_month = INT32_MAX};
    (void)snprintf(a->node, sizeof a->node, "%s", node);
}

static void place_new(struct place *p, double official_kg)
{
    static const char *const KECAMATAN[] = {"62.02.06", "62.02.01", "62.02.02",
                                            "62.07.01", "62.07.03", "62.07.01"};
    const int32_t day = civil_day_of(2026, 6, 30);

    memset(p, 0, sizeof *p);
    p->w = world_new();
    for (size_t k = 0; k < 6; k++) {
        char slug[SLUG_SIZE];

        (void)snprintf(slug, sizeof slug, "kolam-%u", (unsigned)k);
        (void)world_farm(p->w, KECAMATAN[k]);
        (void)world_pond(p->w, k, slug, k % 3 == 2 ? POND_SYSTEM_CAGE : POND_SYSTEM_POND);
        (void)world_cycle(p->w, k, day - 60, 2000, 10);
        world_sample(p->w, k, day - 3, 30, 90);
        /* these are all there are */
        if (region_find_kecamatan(KECAMATAN[k], &p->registry[k].kecamatan) != 0)
            fail_msg("%s", KECAMATAN[k]);
        p->registry[k].system = k % 3 == 2 ? POND_SYSTEM_CAGE : POND_SYSTEM_POND;
        p->registry[k].farms = p->registry[k].ponds = 1;
        p->registry[k].as_of_day = day - 30;
    }
    p->w->s.registry = p->registry;
    p->w->s.registers = 6;
    p->w->s.as_of_ms = civil_day_start(day + 1) - 1;
    p->w->s.assumption = p->assumption;
    assume(p, KEY_POPULATION, "kotim", 450);
    assume(p, KEY_POPULATION, "seruyan", 450);
    assume(p, KEY_CONSUMPTION_AKI, "joint", 50);
    assume(p, KEY_TILAPIA_SHARE, "joint", 20);
    if (official_kg > 0) {
        p->official = (struct rec_official){.node = "joint",
                                            .period = "2026-Q3",
                                            .first_month = 2026 * 12 + 6,
                                            .months = 3,
                                            .kg = official_kg,
                                            .source = "Dinas"};
        p->w->s.official = &p->official;
        p->w->s.officials = 1;
    }
    p->q = (struct forecast_request){.snapshot = &p->w->s,
                                     .as_of_day = day,
                                     .scope = FORECAST_ALL,
                                     .months = MONTHS,
                                     .draws = DRAWS,
                                     .seed = 11,
                                     .issued_ms = 1780246800000};
    {
        char why[256] = "";
        if (forecast_run(&p->q, &p->f, why, sizeof why) != 0)
            fail_msg("%s", why);
    }
}

static void place_free(struct place *p)
{
    forecast_free(p->f);
    world_free(p->w);
}

static struct compare *against(const struct place *p, const char *a, const char *b)
{
    struct scenario s = {0};
    struct compare *c = NULL;
    char why[256] = "";

    if (a != NULL && scenario_add(&s, a, true, why, sizeof why) != 0)
        fail_msg("%s", why);
    if (b != NULL && scenario_add(&s, b, true, why, sizeof why) != 0)
        fail_msg("%s", why);
    if (compare_run(p->f, &p->q, &s, true, &c, why, sizeof why) != 0)
        fail_msg("%s", why);
    return c;
}

static size_t period(const struct compare *c, const char *name)
{
    for (size_t k = 0; k < c->periods; k++)
        if (strcmp(c->period[k].name, name) == 0)
            return k;
    fail_msg("no period %s", name);
    return 0;
}

static void means_add_up_over_months_regencies_and_the_two_sides(void **state)
{
    struct place p;
    struct compare *c;
    size_t q3;

    (void)state;
    place_new(&p, 0);
    c = against(&p, "feed_price=+50%", "acid=2026-12,in=kotim");
    q3 = period(c, "2026-Q3");
    assert_string_equal(c->period[c->periods - 1].name, "all");
    for (size_t node = 0; node < SUPPLY_NODES; node++) {
        double months = 0;

        for (size_t k = 0; k < c->periods; k++) {
            const struct compare_cell *x = &c->cell[node][k];

            assert_close(x->supposed.mean - x->base.mean, x->change.mean,
                         1e-9 * (1 + x->base.mean));
            assert_true(x->p_lower >= 0 && x->p_lower <= 1);
            assert_true(x->change.p10 <= x->change.p90);
            assert_close(x->base.mean, p.f->neraca->supply[node][k].mean, 1e-9 * x->base.mean);
        }
        for (size_t k = 0; k < 3; k++)
            months += c->cell[node][k].change.mean;
        assert_close(c->cell[node][q3].change.mean, months, 1e-6);
    }
    for (size_t k = 0; k < c->periods; k++)
        assert_close(c->cell[SUPPLY_JOINT][k].change.mean,
                     c->cell[1][k].change.mean + c->cell[2][k].change.mean, 1e-6);
    assert_true(c->cell[SUPPLY_JOINT][c->periods - 1].change.mean < 0);
    print_message("lower in %.3f of the draws\n", c->cell[SUPPLY_JOINT][c->periods - 1].p_lower);
    assert_true(c->cell[SUPPLY_JOINT][c->periods - 1].p_lower > 0.6);
    compare_free(c);
    place_free(&p);
}

static void no_supposition_no_change(void **state)
{
    static const double OFFICIAL[] = {0, 3000};

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        struct place p;
        struct compare *c;

        place_new(&p, OFFICIAL[k]);
        c = against(&p, NULL, NULL);
        for (size_t node = 0; node < SUPPLY_NODES; node++)
            for (size_t x = 0; x < c->periods; x++) {
                assert_true(c->cell[node][x].change.p10 == 0);
                assert_true(c->cell[node][x].change.p90 == 0);
            }
        compare_free(c);
        place_free(&p);
    }
}

static void an_official_figure_counts_on_both_sides(void **state)
{
    struct place plain, told;
    struct compare *a, *b;
    size_t q3;

    (void)state;
    place_new(&plain, 0);
    q3 = 0;
    a = against(&plain, "feed_price=+50%", "aerators=100%,in=kotim");
    q3 = period(a, "2026-Q3");
    place_new(&told, 0.7 * a->cell[SUPPLY_JOINT][q3].base.mean);
    assert_true(figure_used(&told.f->figures->figure[0]));
    b = against(&told, "feed_price=+50%", "aerators=100%,in=kotim");
    print_message("base %.0f, with the figure %.0f; supposed %.0f and %.0f\n",
                  a->cell[0][q3].base.mean, b->cell[0][q3].base.mean, a->cell[0][q3].supposed.mean,
                  b->cell[0][q3].supposed.mean);
    assert_true(b->cell[0][q3].base.mean < 0.95 * a->cell[0][q3].base.mean);
    /* what is supposed changes it by the same share, not back to the figure */
    assert_close(b->cell[0][q3].supposed.mean / b->cell[0][q3].base.mean,
                 a->cell[0][q3].supposed.mean / a->cell[0][q3].base.mean, 0.1);
    for (size_t k = 0; k < b->periods; k++)
        assert_close(b->cell[0][k].supposed.mean,
                     b->cell[1][k].supposed.mean + b->cell[2][k].supposed.mean, 1e-6);
    compare_free(a);
    compare_free(b);
    place_free(&plain);
    place_free(&told);
}

static void where_it_cannot_act_nothing_changes_and_a_deficit_grows_where_it_does(void **state)
{
    struct place p;
    struct compare *c;
    size_t all;

    (void)state;
    place_new(&p, 0);
    c = against(&p, "acid=2026-12,in=kotim", NULL);
    all = c->periods - 1;
    for (size_t k = 0; k < c->periods; k++) {
        const struct compare_cell *x = &c->cell[supply_node_regency(REGENCY_SERUYAN)][k];

        assert_true(x->change.p10 == 0 && x->change.p90 == 0 && x->change.mean == 0);
        assert_true(x->p_lower == 0);
    }
    for (size_t k = 0; k < 5; k++) /* July to November: before it */
        assert_true(c->cell[SUPPLY_JOINT][k].change.mean == 0);
    assert_true(c->cell[1][all].change.mean < 0);
    compare_free(c);
    c = against(&p, "acid=2027-01", NULL); /* nor does it spare the season's December */
    assert_true(c->cell[SUPPLY_JOINT][period(c, "2026-12")].change.p10 == 0);
    assert_true(c->cell[SUPPLY_JOINT][period(c, "2026-12")].change.p90 == 0);
    assert_true(c->cell[SUPPLY_JOINT][period(c, "2027-01")].change.mean < 0);
    compare_free(c);
    c = against(&p, "feed_price=+200%", NULL);
    for (size_t node = 0; node < DEMAND_NODES; node++) {
        assert_int_equal(c->gap[node], NERACA_TOLD);
        print_message("%s: %.3f, then %.3f\n", supply_node_code(node), c->base[node][0].p_deficit,
                      c->supposed[node][0].p_deficit);
        for (size_t k = 0; k < c->periods; k++)
            assert_true(c->base[node][k].p_deficit == p.f->neraca->cell[node][k].risk.p_deficit);
        assert_true(c->supposed[node][all].p_deficit >= c->base[node][all].p_deficit);
        assert_true(c->supposed[node][all].mean_kg > c->base[node][all].mean_kg);
    }
    compare_free(c);
    place_free(&p);
}

static void an_act_outside_is_refused_and_nothing_made(void **state)
{
    struct place p;
    struct scenario s = {0};
    struct compare *c = NULL;
    char why[256] = "";

    (void)state;
    place_new(&p, 0);
    assert_int_equal(scenario_add(&s, "acid=2028-01", false, why, sizeof why), 0);
    assert_int_equal(compare_run(p.f, &p.q, &s, false, &c, why, sizeof why), NILA_ERR_RANGE);
    assert_non_null(strstr(why, "meliputi 2026-07 sampai 2027-01"));
    assert_null(c);
    place_free(&p);
}

static size_t lines(const struct buf *b)
{
    size_t n = 0;

    for (size_t i = 0; i < b->n; i++)
        n += b->p[i] == '\n';
    return n;
}

static void files_have_every_node_and_period(void **state)
{
    struct place p;
    struct compare *c;
    struct buf b = {0};

    (void)state;
    place_new(&p, 0);
    c = against(&p, "feed_price=+50%", "aerators=25%,in=kotim");
    compare_csv(c, &b);
    assert_int_equal(lines(&b), 1 + SUPPLY_NODES * c->periods);
    assert_non_null(strstr(b.p, "\njoint,2026-07,"));
    assert_non_null(strstr(b.p, "\nseruyan,2026-Q4,"));
    assert_non_null(strstr(b.p, "\n62.07.10,all,0,0,0,0,0,0,0,0,0,0,,\n"));
    assert_null(strstr(b.p, "nan"));
    buf_clear(&b);
    compare_json(c, &b);
    assert_non_null(strstr(b.p, "\"scenario\":[\"feed_price=+50%\",\"aerators=25%,in=kotim\"]"));
    assert_non_null(strstr(b.p, "\"period\":\"2026-Q3\",\"base\":{\"mean\":"));
    assert_non_null(strstr(b.p, "\"p_deficit\":"));
    buf_clear(&b);
    compare_table(c, false, &b);
    assert_non_null(strstr(b.p, "rentang tidak dijumlahkan"));
    assert_non_null(strstr(b.p, "P(defisit)"));
    buf_clear(&b);
    p.f->neraca->gap[1] = c->gap[1] = NERACA_NO_DEMAND;
    compare_table(c, true, &b);
    assert_non_null(strstr(b.p, "ranges do not add up"));
    assert_non_null(strstr(b.p, "demand not entered yet"));
    buf_free(&b);
    compare_free(c);
    place_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_add_up_over_months_regencies_and_the_two_sides),
        cmocka_unit_test(no_supposition_no_change),
        cmocka_unit_test(an_official_figure_counts_on_both_sides),
        cmocka_unit_test(where_it_cannot_act_nothing_changes_and_a_deficit_grows_where_it_does),
        cmocka_unit_test(an_act_outside_is_refused_and_nothing_made),
        cmocka_unit_test(files_have_every_node_and_period),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
