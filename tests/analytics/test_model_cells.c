/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a forecast to what the officers' pages, prints, files and API say of places with few farms. */
#include "tests/support/support.h"

#include "analytics/web/model_accuracy.h"
#include "analytics/web/model_cells.h"
#include "analytics/web/model_forecast.h"
#include "collector/common/civil.h"
#include "tests/analytics/world.h"

static struct {
    struct world *w;
    struct forecast *f;
    struct page_model model;
} at;

/* One farm with a pond in each kecamatan named, NULL ends. */
static void make_world(const char *const *kecamatan)
{
    int32_t day = civil_day_of(2026, 5, 31);
    struct forecast_request q;
    char why[160] = "";

    at.w = world_new();
    for (size_t k = 0; kecamatan[k] != NULL; k++) {
        char slug[SLUG_SIZE];

        (void)snprintf(slug, sizeof slug, "kolam-%u", (unsigned)k);
        (void)world_farm(at.w, kecamatan[k]);
        (void)world_pond(at.w, k, slug, POND_SYSTEM_POND);
        (void)world_cycle(at.w, k, day - 90, 2000 + 100.0 * (double)k, 10);
        world_sample(at.w, k, day - 3, 30, 150);
    }
    at.w->s.as_of_ms = civil_day_start(day + 1) - 1;
    q = (struct forecast_request){.snapshot = &at.w->s,
                                  .as_of_day = day,
                                  .months = 3,
                                  .draws = 100,
                                  .seed = 7,
                                  .issued_ms = 1780246800000};
    if (forecast_run(&q, &at.f, why, sizeof why) != 0)
        fail_msg("%s", why);
    at.model = (struct page_model){.now_ms = 1780246800000, .notice = ""};
    model_summarise(at.f, &at.model.forecast);
}

static void drop_world(void)
{
    forecast_free(at.f);
    world_free(at.w);
}

static void few_farms_are_told_with_a_neighbour_everywhere(void **state)
{
    static const char *const FARMS[] = {"62.02.05", "62.02.01", "62.02.06", "62.02.06",
                                        "62.02.06", "62.02.11", "62.02.11", "62.02.11",
                                        "62.07.03", "62.07.03", "62.07.04", NULL};
    const struct page_forecast *f = &at.model.forecast;
    const size_t besi = supply_node_kecamatan(0), baamang = supply_node_kecamatan(4),
                 sembuluh = supply_node_kecamatan(19), hanau = supply_node_kecamatan(20);
    void (*const page[])(struct buf *, const struct page_model *, enum lang) = {page_region,
                                                                                page_export};
    struct buf b = {0};

    (void)state;
    make_world(FARMS);
    for (size_t p = 0; p < f->neraca.periods; p++) {
        unsigned first = f->neraca.period[p].first_lead, leads = f->neraca.period[p].leads;
        double sum = 0;

        for (unsigned lead = first; lead < first + leads; lead++)
            sum += supply_summarise(at.f->supply, sembuluh, lead).mean +
                   supply_summarise(at.f->supply, hanau, lead).mean;
        assert_close(f->neraca.supply[sembuluh][p].mean, sum, 1e-9 * (1 + sum));
        assert_true(f->neraca.supply[hanau][p].mean == 0);
        assert_true(f->neraca.supply[sembuluh][p].p10 <= f->neraca.supply[sembuluh][p].p90);
        assert_int_equal(f->rounded.supply[hanau][p], 0);
        assert_int_equal(f->rounded.supply[sembuluh][p], f->rounded.supply[2][p]);
    }
    /* Baamang and Kota Besi are next to each other; two are too few, and Ketapang is next */
    assert_int_equal(f->merge.cell[4], 0);
    assert_int_equal(f->merge.cell[5], 0);
    assert_int_equal(f->tracked[besi], 5);
    assert_int_equal(f->tracked[baamang], 0);
    for (size_t i = 0; i < sizeof page / sizeof page[0]; i++) {
        page[i](&b, &at.model, LANG_ID);
        assert_non_null(strstr(b.p, "Kota Besi + Baamang + Mentawa Baru Ketapang"));
        assert_non_null(strstr(b.p, "Danau Sembuluh + Hanau"));
        assert_null(strstr(b.p, ">Hanau<"));
        assert_null(strstr(b.p, "\"Hanau\""));
        buf_clear(&b);
    }
    page_print(&b, &at.model, "", LANG_EN);
    assert_non_null(strstr(b.p, ">Kota Besi + Baamang + Mentawa Baru Ketapang</th><td>5</td>"));
    assert_null(strstr(b.p, ">Hanau<"));
    buf_clear(&b);
    api_forecast(&b, &at.model);
    assert_non_null(strstr(b.p, "{\"node\":\"62.02.01+62.02.05+62.02.06\",\"level\":\"kecamatan\","
                                "\"tracked\":5,\"ponds\":5,"));
    assert_null(strstr(b.p, "\"62.07.04\""));
    buf_free(&b);
    drop_world();
}

static void a_regency_of_one_farm_is_not_told_nor_the_other(void **state)
{
    static const char *const FARMS[] = {"62.02.06", "62.02.06", "62.02.06", "62.07.04", NULL};
    struct page_forecast *f = &at.model.forecast;
    struct buf b = {0};

    (void)state;
    make_world(FARMS);
    assert_true(f->merge.told_joint);
    assert_true(f->neraca.supply[SUPPLY_JOINT][0].p90 >= 0);
    for (size_t node = 1; node < DEMAND_NODES; node++) {
        assert_true(isnan(f->neraca.supply[node][0].mean));
        assert_true(f->rounded.part[node][0][NERACA_SUPPLY] == PAGE_UNTOLD);
        assert_false(f->neraca.known[node]);
    }
    page_region(&b, &at.model, LANG_ID);
    assert_non_null(strstr(b.p, "Seruyan: angkanya tidak ditampilkan sendiri"));
    assert_non_null(strstr(b.p, "Kotim: angkanya tidak ditampilkan sendiri"));
    assert_null(strstr(b.p, ">nan"));
    assert_null(strstr(b.p, "115.292.150")); /* PAGE_UNTOLD is a mark, no number */
    buf_clear(&b);
    page_print(&b, &at.model, "", LANG_ID);
    assert_non_null(strstr(b.p, "Seruyan: angkanya tidak ditampilkan sendiri"));
    assert_null(strstr(b.p, ">nan"));
    assert_null(strstr(b.p, "115.292.150"));
    buf_clear(&b);
    api_forecast(&b, &at.model);
    assert_non_null(strstr(b.p, "{\"node\":\"seruyan\",\"level\":\"regency\",\"tracked\":null,"
                                "\"ponds\":null,\"months\":[{\"lead\":1,\"month\":\"2026-06\","
                                "\"mean_kg\":null"));
    buf_free(&b);
    drop_world();
}

static void one_or_two_farms_see_their_own(void **state)
{
    static const char *const FARMS[] = {"62.02.06", "62.07.04", NULL};
    struct buf b = {0};

    (void)state;
    make_world(FARMS);
    for (size_t node = 0; node < DEMAND_NODES; node++)
        assert_true(at.model.forecast.neraca.supply[node][0].mean >= 0);
    page_export(&b, &at.model, LANG_EN);
    assert_non_null(strstr(b.p, "\"Hanau\""));
    buf_free(&b);
    drop_world();
}

/* A farm with five ponds is one farm; one whose ponds are empty gave nothing to the figures. */
static void farms_are_counted_not_ponds(void **state)
{
    struct merge_farms farms;

    (void)state;
    at.w = world_new();
    (void)world_farm(at.w, "62.02.06");
    (void)world_farm(at.w, "62.02.06");
    (void)world_pond(at.w, 0, "a-1", POND_SYSTEM_POND);
    (void)world_pond(at.w, 0, "a-2", POND_SYSTEM_POND);
    merge_on_record(&at.w->s, &farms);
    assert_int_equal(farms.n[5], 1); /* the other farm has no pond */
    world_free(at.w);
}

/* Three farms; all harvested in May, one in June: what came in June is that farm's. */
static void what_one_farm_harvested_is_no_proof_of_a_forecast(void **state)
{
    struct page_accuracy *a = calloc(1, sizeof *a);
    struct rec_issued_value value = {.mean = 150, .factor = 1};
    struct accuracy_pair pair[4];
    struct accuracy_match m = {.pair = pair};
    struct buf b = {0};

    (void)state;
    assert_non_null(a);
    at.w = world_new();
    for (size_t k = 0; k < 3; k++) {
        char slug[SLUG_SIZE];

        (void)snprintf(slug, sizeof slug, "kolam-%u", (unsigned)k);
        (void)world_farm(at.w, "62.02.06");
        (void)world_pond(at.w, k, slug, POND_SYSTEM_POND);
        (void)world_cycle(at.w, k, civil_day_of(2026, 1, 1), 2000, 10);
        world_harvest(at.w, k, civil_day_of(2026, 5, 5), 100, 5, HARVEST_PARTIAL);
    }
    world_harvest(at.w, 0, civil_day_of(2026, 6, 5), 4321, 5, HARVEST_FINAL);
    for (int k = 0; k < RECORDS_QUANTILES; k++)
        value.q[k] = 100 + 10 * k;
    for (size_t node = 0; node < 2; node++) /* joint and Kotim, where they all lie */
        for (int k = 0; k < 2; k++) {
            struct accuracy_pair *p = &pair[m.n++];

            *p = (struct accuracy_pair){.month = 2026 * 12 + 5 - k,
                                        .as_of_day = civil_day_of(2026, 5 - k, 2),
                                        .node = node,
                                        .lead = 1,
                                        .forecast = &value};
            p->actual[ACCURACY_FIRST] = p->actual[ACCURACY_NOW] = k == 0 ? 4321 : 300;
        }
    model_judge(&m, &at.w->s, a);
    assert_int_equal(a->past_n, 2);
    assert_true(a->past[0].untold);
    assert_false(a->past[1].untold);
    for (size_t node = 0; node < 2; node++) {
        assert_int_equal(a->withheld[node], 1);
        assert_int_equal(a->score[node][0].n, 1);
        assert_true(a->score[node][0].bias_pct < 0 && a->score[node][0].bias_pct > -90);
    }
    at.model = (struct page_model){.now_ms = 1780246800000, .notice = ""};
    at.model.forecast.accuracy = *a;
    at.model.forecast.accuracy.ready = true;
    at.model.forecast.state = PAGE_FORECAST_READY;
    page_accuracy(&b, &at.model, LANG_EN);
    assert_null(strstr(b.p, "4.3"));
    assert_null(strstr(b.p, "-9")); /* 150 of 4321: -97 % */
    assert_non_null(strstr(b.p, "1 forecasts are not judged here"));
    assert_non_null(strstr(b.p, "0.3"));
    buf_free(&b);
    free(a);
    world_free(at.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_farms_are_told_with_a_neighbour_everywhere),
        cmocka_unit_test(a_regency_of_one_farm_is_not_told_nor_the_other),
        cmocka_unit_test(one_or_two_farms_see_their_own),
        cmocka_unit_test(farms_are_counted_not_ponds),
        cmocka_unit_test(what_one_farm_harvested_is_no_proof_of_a_forecast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
