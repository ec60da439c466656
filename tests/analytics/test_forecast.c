/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <sys/stat.h>
#include <unistd.h>

#include "analytics/config.h"
#include "analytics/supply/accuracy_out.h"
#include "analytics/supply/forecast.h"
#include "collector/common/civil.h"
#include "collector/common/jsonconf.h"
#include "collector/common/watereq.h"
#include "tests/analytics/world.h"

#define DRAWS 100

/* Four ponds in both regencies, stocked 90 days before 31 May 2026. */
static void add_farm(struct world *w, size_t k, const char *kecamatan, int32_t day)
{
    char slug[SLUG_SIZE];

    (void)snprintf(slug, sizeof slug, "kolam-%u", (unsigned)k);
    (void)world_farm(w, kecamatan);
    (void)world_pond(w, k, slug, POND_SYSTEM_POND);
    (void)world_cycle(w, k, day - 90, 2000, 10);
    world_sample(w, k, day - 3, 30, 150);
}

static struct world *four_ponds(int32_t *as_of_day)
{
    static const char *const KECAMATAN[] = {"62.02.06", "62.02.01", "62.07.01", "62.07.03"};
    struct world *w = world_new();

    *as_of_day = civil_day_of(2026, 5, 31);
    for (size_t k = 0; k < 4; k++)
        add_farm(w, k, KECAMATAN[k], *as_of_day);
    w->s.as_of_ms = civil_day_start(*as_of_day + 1) - 1;
    return w;
}

static struct forecast_request ask(const struct world *w, int32_t as_of_day)
{
    return (struct forecast_request){.snapshot = &w->s,
                                     .as_of_day = as_of_day,
                                     .months = 3,
                                     .draws = DRAWS,
                                     .seed = 11,
                                     .issued_ms = 1780246800000};
}

static struct forecast *made(const struct forecast_request *q)
{
    struct forecast *f = NULL;
    char why[160] = "";

    assert_int_equal(forecast_run(q, &f, why, sizeof why), 0);
    return f;
}

static void refuses_what_it_cannot_do_in_words(void **state)
{
    static const struct {
        const char *says;
        unsigned months, draws;
        enum forecast_scope scope;
        int want;
        const char *word;
    } row[] = {
        {"no month", 0, DRAWS, FORECAST_TRACKED, NILA_ERR_RANGE, "months must be 1..12"},
        {"too many months", 13, DRAWS, FORECAST_TRACKED, NILA_ERR_RANGE, "months must be 1..12"},
        {"too few draws", 3, 10, FORECAST_TRACKED, NILA_ERR_RANGE, "draws 50..2000"},
        {"too many draws", 3, 5000, FORECAST_TRACKED, NILA_ERR_RANGE, "draws 50..2000"},
        {"untracked ponds", 3, DRAWS, FORECAST_ALL, NILA_ERR_UNSUPPORTED, "register"},
    };
    int32_t day;
    struct world *w = four_ponds(&day);

    (void)state;
    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
        struct forecast_request q = ask(w, day);
        struct forecast *f = NULL;
        char why[160] = "";

        print_message("%s\n", row[k].says);
        q.months = row[k].months;
        q.draws = row[k].draws;
        q.scope = row[k].scope;
        assert_int_equal(forecast_run(&q, &f, why, sizeof why), row[k].want);
        assert_non_null(strstr(why, row[k].word));
        assert_null(f);
    }
    world_free(w);
}

static void knows_its_scopes_by_name(void **state)
{
    enum forecast_scope s = FORECAST_ALL;

    (void)state;
    assert_int_equal(forecast_scope_find("tracked", &s), 0);
    assert_int_equal(s, FORECAST_TRACKED);
    assert_int_equal(forecast_scope_find("all", &s), 0);
    assert_int_equal(s, FORECAST_ALL);
    assert_int_equal(forecast_scope_find("some", &s), NILA_ERR_NOT_FOUND);
}

static void the_file_has_every_node_lead_and_draw_and_adds_up(void **state)
{
    int32_t day;
    struct world *w = four_ponds(&day);
    struct forecast_request q = ask(w, day);
    struct forecast *f = made(&q);
    struct buf b = {0};
    double sum[3][DRAWS] = {{0}}, joint[3][DRAWS] = {{0}}, all = 0;
    unsigned rows = 0;
    char *line, *rest = NULL;

    (void)state;
    forecast_csv(f, &b);
    line = strtok_r(b.p, "\n", &rest);
    assert_int_equal(strncmp(line, "node,lead,month,mean,p10,p50,p90,d1,d2,", 39), 0);
    assert_string_equal(strrchr(line, ','), ",d100");
    while ((line = strtok_r(NULL, "\n", &rest)) != NULL) {
        static const char *const MONTH[] = {"2026-06", "2026-07", "2026-08"};
        char *cell, *cells = NULL, *node = strtok_r(line, ",", &cells);
        long lead = strtol(strtok_r(NULL, ",", &cells), NULL, 10);
        unsigned n = 0;

        assert_in_range(lead, 1, 3);
        assert_string_equal(strtok_r(NULL, ",", &cells), MONTH[lead - 1]);
        for (int k = 0; k < 4; k++)
            assert_non_null(strtok_r(NULL, ",", &cells));
        for (; (cell = strtok_r(NULL, ",", &cells)) != NULL; n++) {
            double kg = strtod(cell, NULL);
            if (strcmp(node, "joint") == 0)
                joint[lead - 1][n] = kg;
            else if (node[0] == '6')
                sum[lead - 1][n] += kg;
        }
        assert_int_equal(n, DRAWS);
        rows++;
    }
    assert_int_equal(rows, 30 * 3);
    for (int m = 0; m < 3; m++) {
        for (int i = 0; i < DRAWS; i++) {
            assert_close(sum[m][i], joint[m][i], 1e-9 * joint[m][i]);
            all += joint[m][i];
        }
    }
    assert_true(all > 0);
    buf_free(&b);
    forecast_free(f);
    world_free(w);
}

static void saves_whole_or_not_at_all(void **state)
{
    int32_t day;
    struct world *w = four_ponds(&day);
    struct forecast_request q = ask(w, day);
    struct forecast *f = made(&q);
    char dir[256], path[300];
    struct buf b = {0};
    char *text;
    size_t n;

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/out.csv", dir);
    assert_int_equal(forecast_save(f, path), 0);
    forecast_csv(f, &b);
    text = support_read(path, &n);
    assert_int_equal(n, b.n);
    assert_memory_equal(text, b.p, n);
    free(text);
    (void)snprintf(path, sizeof path, "%s/none/out.csv", dir);
    assert_int_equal(forecast_save(f, path), NILA_ERR_IO);
    (void)snprintf(path, sizeof path, "%s/folder", dir);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(forecast_save(f, path),
                     NILA_ERR_IO); /* a folder cannot be replaced by a file */
    (void)snprintf(path, sizeof path, "%s/folder.part", dir);
    assert_int_not_equal(access(path, F_OK), 0);
    if (geteuid() != 0) {
        (void)snprintf(path, sizeof path, "%s/folder", dir);
        assert_int_equal(chmod(path, 0500), 0);
        (void)snprintf(path, sizeof path, "%s/folder/out.csv", dir);
        assert_int_equal(forecast_save(f, path), NILA_ERR_DENIED);
    }
    support_rmdir(dir);
    buf_free(&b);
    forecast_free(f);
    world_free(w);
}

/* Population and consumption of both regencies; the share when asked for. */
static size_t assume(struct rec_assumption *a, bool share)
{
    a[0] = (struct rec_assumption){KEY_POPULATION, "kotim",   454515, 454515,    454515,
                                   INT32_MIN,      INT32_MAX, 20000,  "Dukcapil"};
    a[1] = (struct rec_assumption){KEY_POPULATION, "seruyan", 159849, 159849,    159849,
                                   INT32_MIN,      INT32_MAX, 20000,  "Dukcapil"};
    a[2] = (struct rec_assumption){KEY_CONSUMPTION_AKI, "joint",   50,    45,   55,
                                   INT32_MIN,           INT32_MAX, 20000, "AKI"};
    a[3] = (struct rec_assumption){KEY_TILAPIA_SHARE, "joint",   20,    14,      28,
                                   INT32_MIN,         INT32_MAX, 20000, "Survei"};
    return share ? 4 : 3;
}

static void count_lines(const struct forecast *f, unsigned *lines, unsigned *demand,
                        unsigned *deficit)
{
    struct buf b = {0};
    char *rest = NULL, tail[48];

    *lines = *demand = *deficit = 0;
    forecast_lines(f, &b);
    (void)snprintf(tail, sizeof tail, " %lld", (long long)civil_month_start(2026 * 12 + 5));
    for (char *line = strtok_r(b.p, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        (*lines)++;
        *demand += strstr(line, "demand_mean_kg=") != NULL;
        *deficit += strstr(line, "p_deficit=") != NULL;
        if (strstr(line, ",lead=1,") != NULL)
            assert_string_equal(strrchr(line, ' '), tail);
        assert_non_null(strstr(line, "issued_ms=1780246800000"));
    }
    buf_free(&b);
}

static void its_points_carry_demand_and_deficit_once_they_are_known(void **state)
{
    int32_t day;
    struct world *w = four_ponds(&day);
    struct forecast_request q = ask(w, day);
    struct rec_assumption a[4];
    struct forecast *f;
    struct buf b = {0};
    unsigned lines, demand, deficit;

    (void)state;
    w->s.assumption = a;
    w->s.assumptions = assume(a, false);
    /* two farms a regency: only joint is told, and the 23 kecamatan where nobody has any */
    f = made(&q);
    count_lines(f, &lines, &demand, &deficit);
    assert_int_equal(lines, 24 * 3);
    forecast_free(f);
    add_farm(w, 4, "62.02.06", day);
    add_farm(w, 5, "62.07.03", day);
    f = made(&q);
    forecast_lines(f, &b);
    assert_non_null(strstr(b.p, "supply_forecast,lead=1,level=joint,node=joint,scenario=base "
                                "supply_mean_kg="));
    assert_non_null(
        strstr(b.p, "supply_forecast,lead=3,level=kecamatan,node=62.07.10,scenario=base "));
    assert_non_null(strstr(b.p, ",ponds=6,"));
    /* one farm in Kota Besi and two in Ketapang are told together, and nowhere by themselves */
    assert_non_null(strstr(b.p, ",node=62.02.01+62.02.06,"));
    assert_null(strstr(b.p, ",node=62.02.06,"));
    assert_null(strstr(b.p, ",node=62.02.01,"));
    assert_null(strstr(b.p, ",node=62.07.03,"));
    count_lines(f, &lines, &demand, &deficit);
    assert_int_equal(lines, 28 * 3); /* and each regency, and its three farms together */
    assert_int_equal(demand + deficit, 0);
    forecast_free(f);
    w->s.assumptions = assume(a, true);
    f = made(&q);
    count_lines(f, &lines, &demand, &deficit);
    assert_int_equal(lines, 28 * 3);
    assert_int_equal(demand, 9); /* joint and two regencies, three months */
    assert_int_equal(deficit, 9);
    buf_free(&b);
    forecast_free(f);
    world_free(w);
}

/* Whoever reads the ranges can tell that earlier forecasts have widened them. */
static void the_factor_on_the_ranges_is_in_json_and_balance(void **state)
{
    int32_t day;
    struct world *w = four_ponds(&day);
    struct forecast_request q = ask(w, day);
    struct forecast *f = made(&q);
    struct buf b = {0};
    char why[256] = "";
    struct jsonconf *c = NULL;

    (void)state;
    forecast_json(f, &b);
    assert_null(strstr(b.p, "\"active\":true"));
    assert_non_null(strstr(b.p, "\"spread_factor\":1}"));
    for (size_t node = 1; node < RECALIBRATE_NODES; node++)
        f->recalibration.group[node][1].factor = 1.5; /* leads 2 and 3 */
    recalibrate_apply(&f->recalibration, f->supply);
    buf_clear(&b);
    forecast_json(f, &b);
    if (jsonconf_open_memory(&c, "forecast", b.p, b.n, why, sizeof why) != 0)
        fail_msg("%s", why);
    jsonconf_close(c);
    assert_non_null(strstr(b.p,
                           "{\"node\":\"seruyan\",\"first_lead\":2,\"last_lead\":3,\"n\":0,"
                           "\"covered80\":0,\"active\":true,\"sd_ratio\":null,\"factor\":1.5}"));
    assert_non_null(strstr(b.p, "\"spread_factor\":1.5}"));
    buf_clear(&b);
    neraca_csv(&b, f->neraca, f->supply, f->demand, f->figures, f->snapshot, true);
    assert_non_null(strstr(b.p, ",based_on,spread_factor\n"));
    for (char *rest = NULL, *line = strtok_r(b.p, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, "kotim,", 6) == 0) /* of all three months the mean */
            assert_true(strcmp(strrchr(line, ','), ",1.500") == 0 ||
                        strcmp(strrchr(line, ','), ",1.000") == 0 ||
                        strcmp(strrchr(line, ','), ",1.333") == 0);
    }
    buf_clear(&b);
    accuracy_factor_words(&b, &f->recalibration, false);
    assert_non_null(strstr(b.p, "kotim, bulan ke-2 sampai 3: sebaran dikali 1.50"));
    buf_free(&b);
    forecast_free(f);
    world_free(w);
}

static void empty_records_give_a_whole_file_of_zeros(void **state)
{
    struct world *w = world_new();
    struct forecast_request q = ask(w, civil_day_of(2026, 1, 15));
    struct forecast *f = made(&q);
    struct buf b = {0};

    (void)state;
    forecast_csv(f, &b);
    forecast_lines(f, &b);
    assert_null(strstr(b.p, "nan"));
    assert_null(strstr(b.p, "inf"));
    assert_non_null(strstr(b.p, "\njoint,1,2026-02,0,0,0,0,0,0"));
    assert_false(f->neraca->known[SUPPLY_JOINT]);
    buf_free(&b);
    forecast_free(f);
    world_free(w);
}

/* --- water --- */

#define HOURS 72
static void add(struct series *s, int64_t from_ms, int hour, double value)
{
    s->ts_ms[s->n] = from_ms + (int64_t)hour * 3600000;
    s->value[s->n++] = value;
}

static void a_day_of_water_needs_twelve_hours_and_oxygen_counts_by_the_hour(void **state)
{
    int64_t ts[5][HOURS];
    double v[5][HOURS];
    struct forecast_hours h = {{METRIC_TEMP_C, 0, ts[0], v[0]},
                               {METRIC_DO_MG_L, 0, ts[1], v[1]},
                               {METRIC_PH, 0, ts[2], v[2]},
                               {METRIC_TAN_N_MG_L, 0, ts[3], v[3]},
                               {METRIC_NH3_N_MG_L, 0, ts[4], v[4]}};
    int32_t day = civil_day_of(2026, 5, 1);
    int64_t from = civil_day_start(day);
    const struct growth_oxygen felt = growth_oxygen_default();
    struct supply_water w;

    (void)state;
    add(&h.temp, from, -1, 99); /* the day before: not ours */
    for (int hour = 0; hour < 24; hour++) {
        add(&h.temp, from, hour, 28);
        add(&h.oxygen, from, hour, hour % 2 ? 7.0 : 0.8); /* mean 3.9, yet half the day without */
        add(&h.ph, from, hour, 8);
        add(&h.tan, from, hour, 1.0);
    }
    for (int hour = 24; hour < 35; hour++) /* eleven hours of the second day */
        add(&h.temp, from, hour, 28);
    for (int hour = 48; hour < 60; hour++) { /* twelve of the third */
        add(&h.temp, from, hour, 30);
        add(&h.nh3, from, hour, 0.2);
    }
    add(&h.temp, from, 72, 99); /* after the last day */
    forecast_water(&h, day, day + 2, &felt, &w);
    assert_int_equal(w.days, 3);
    assert_int_equal(w.first_day, day);
    assert_close(w.temp_c[0], 28, 1e-12);
    assert_close(w.do_effect[0], 0.5, 1e-12);
    assert_close(w.nh3_n_mg_l[0], 0.065596,
                 1e-5); /* 6.5596 % at 28 C, pH 8 (Emerson et al. 1975) */
    assert_true(isnan(w.temp_c[1]) && isnan(w.do_effect[1]) && isnan(w.nh3_n_mg_l[1]));
    assert_close(w.temp_c[2], 30, 1e-12);
    assert_true(isnan(w.do_effect[2]));
    assert_close(w.nh3_n_mg_l[2], 0.2, 1e-12);
    forecast_water_free(&w);
    assert_null(w.temp_c);
}

static void says_when_the_sensors_are_away_and_goes_without_when_asked(void **state)
{
    struct analytics_config c = {.source = SOURCE_INFLUX,
                                 .influx_url = "http://127.0.0.1:1", /* nobody listens there */
                                 .influx_database = "nila"};
    struct series_source *source = NULL;
    int32_t day;
    struct world *w = four_ponds(&day);
    struct forecast_request q = ask(w, day);
    struct forecast *f = NULL;
    char why[256] = "";

    (void)state;
    assert_int_equal(series_source_open(&source, &c, why, sizeof why), 0);
    q.source = source;
    assert_int_not_equal(forecast_run(&q, &f, why, sizeof why), 0);
    print_message("%s\n", why);
    assert_null(f);
    assert_non_null(strstr(why, "kolam-0"));
    q.source = NULL;
    f = made(&q);
    assert_int_equal(f->ponds_with_water, 0);
    assert_int_not_equal(forecast_write_back(f, source, why, sizeof why), 0);
    forecast_free(f);
    series_source_close(source);
    world_free(w);
}

/* --- the database --- */

static void complain(void *arg, const char *text)
{
    (void)arg;
    print_error("%s\n", text);
}

static void import(struct records *r, enum records_table t, const char *dir, const char *text)
{
    char path[300];
    struct records_report report;

    (void)snprintf(path, sizeof path, "%s/%s.csv", dir, records_table_name(t));
    support_write(path, text);
    assert_int_equal(records_import(r, t, path, civil_day_start(civil_day_of(2026, 6, 10)), 0,
                                    complain, NULL, &report),
                     0);
    assert_int_equal(report.bad, 0);
}

static void rows_entered_after_the_as_of_day_are_not_seen(void **state)
{
    struct forecast_request q = {
        .as_of_day = civil_day_of(2026, 5, 31), .months = 3, .draws = DRAWS, .seed = 11};
    struct records *r = NULL;
    struct forecast *before, *late, *timely;
    char dir[256], path[300], why[256] = "";
    size_t bytes = (size_t)SUPPLY_NODES * 3 * DRAWS * sizeof(double);

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/records.sqlite", dir);
    assert_int_equal(records_open(&r, path, why, sizeof why), 0);
    import(r, RECORDS_FARMS, dir,
           "farm,name,regency,kecamatan,village,group,kusuka,entered_on\n"
           "tani,Tani,kotim,62.02.06,,,,2026-02-01\n");
    import(r, RECORDS_PONDS, dir,
           "pond,farm,name,system,area_m2,depth_m,entered_on\n"
           "kolam-1,tani,Kolam 1,pond,200,1,2026-02-01\n");
    import(r, RECORDS_CYCLES, dir,
           "cycle,pond,stocked_on,count,mass_g,strain,sex,source,price_idr_each,entered_on\n"
           "k1,kolam-1,2026-02-20,2000,10,,mixed,,,2026-02-20\n");
    import(r, RECORDS_DEATHS, dir,
           "pond,on,count,cause,entered_on\nkolam-1,2026-05-01,3,,2026-05-01\n");
    q.records = r;
    before = made(&q);
    assert_int_equal(before->supply->tracked[SUPPLY_JOINT], 1);
    import(r, RECORDS_SAMPLES, dir,
           "pond,on,fish,total_g,gear,entered_on\nkolam-1,2026-05-20,30,7500,,2026-06-02\n");
    late = made(&q);
    assert_memory_equal(before->supply->kg, late->supply->kg, bytes);
    import(r, RECORDS_SAMPLES, dir,
           "pond,on,fish,total_g,gear,entered_on\nkolam-1,2026-05-21,30,7600,,2026-05-22\n");
    timely = made(&q);
    assert_true(memcmp(before->supply->kg, timely->supply->kg, bytes) != 0);
    assert_true(timely->pond[0].mass_g_p50 > before->pond[0].mass_g_p50);
    forecast_free(before);
    forecast_free(late);
    forecast_free(timely);
    records_close(r);
    support_rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_it_cannot_do_in_words),
        cmocka_unit_test(knows_its_scopes_by_name),
        cmocka_unit_test(the_file_has_every_node_lead_and_draw_and_adds_up),
        cmocka_unit_test(saves_whole_or_not_at_all),
        cmocka_unit_test(its_points_carry_demand_and_deficit_once_they_are_known),
        cmocka_unit_test(the_factor_on_the_ranges_is_in_json_and_balance),
        cmocka_unit_test(empty_records_give_a_whole_file_of_zeros),
        cmocka_unit_test(a_day_of_water_needs_twelve_hours_and_oxygen_counts_by_the_hour),
        cmocka_unit_test(says_when_the_sensors_are_away_and_goes_without_when_asked),
        cmocka_unit_test(rows_entered_after_the_as_of_day_are_not_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
