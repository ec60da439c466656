/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <unistd.h>

#include "analytics/supply/scenario.h"
#include "analytics/supply/supply.h"
#include "collector/common/civil.h"
#include "tests/analytics/truth.h"

#define SEED  2385
#define PONDS 24
#define DRAWS 200

/* --- words --- */

static void reads_an_act_and_writes_it_back(void **state)
{
    static const struct {
        const char *text, *back; /* NULL: the same */
        enum scenario_kind kind;
        double value;
        bool kotim, seruyan;
    } row[] = {
        {"fingerlings=-30%", NULL, SCENARIO_FINGERLINGS, 0.7, true, true},
        {"fingerlings=-100%,from=2027-02,until=2027-05,in=seruyan", NULL, SCENARIO_FINGERLINGS, 0,
         false, true},
        {"feed_price=+20%", NULL, SCENARIO_FEED_PRICE, 1.2, true, true},
        {"feed_price=20%,until=2027-01", "feed_price=+20%,until=2027-01", SCENARIO_FEED_PRICE, 1.2,
         true, true},
        {"feed_price=-12.5%", NULL, SCENARIO_FEED_PRICE, 0.875, true, true},
        {"acid=2027-01", NULL, SCENARIO_ACID, 0, true, true},
        {"acid=2027-01,in=kotim", NULL, SCENARIO_ACID, 0, true, false},
        {"smoke=2026-08..2026-10", NULL, SCENARIO_SMOKE, 0, true, true},
        {"smoke=2026-09", NULL, SCENARIO_SMOKE, 0, true, true},
        {"aerators=38.5%,in=kotim,from=2027-03", "aerators=38.5%,from=2027-03,in=kotim",
         SCENARIO_AERATORS, 0.385, true, false},
        {"transfer=50000,to=seruyan", NULL, SCENARIO_TRANSFER, 50000, true, true},
        {"transfer=7.5%,from=2027-03,to=kotim,until=2027-04",
         "transfer=7.5%,to=kotim,from=2027-03,until=2027-04", SCENARIO_TRANSFER, 0.075, true, true},
    };

    (void)state;
    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
        struct scenario s = {0};
        char why[256] = "", text[SCENARIO_TEXT];

        print_message("%s\n", row[k].text);
        assert_int_equal(scenario_add(&s, row[k].text, true, why, sizeof why), 0);
        assert_int_equal(s.acts, 1);
        assert_int_equal(s.act[0].kind, row[k].kind);
        assert_close(s.act[0].value, row[k].value, 1e-12);
        assert_int_equal(s.act[0].in[REGENCY_KOTIM], row[k].kotim);
        assert_int_equal(s.act[0].in[REGENCY_SERUYAN], row[k].seruyan);
        scenario_text(&s.act[0], text);
        assert_string_equal(text, row[k].back != NULL ? row[k].back : row[k].text);
    }
}

static void says_what_is_wrong_with_an_act(void **state)
{
    static const struct {
        const char *before, *text;
        int rc;
        const char *en, *id;
    } row[] = {
        {NULL, "", NILA_ERR_PARSE, "must be fingerlings=", "harus fingerlings="},
        {NULL, "acid", NILA_ERR_PARSE, "must be fingerlings=", "harus fingerlings="},
        {NULL, "rain=2027-01", NILA_ERR_PARSE, "must be fingerlings=", "harus fingerlings="},
        {NULL, "aci=2027-01", NILA_ERR_PARSE, "must be fingerlings=", "harus fingerlings="},
        {NULL, "acid=January", NILA_ERR_PARSE, "as in acid=2027-01", "seperti acid=2027-01"},
        {NULL, "acid=2027-13", NILA_ERR_PARSE, "as in acid=2027-01", "seperti acid=2027-01"},
        {NULL, "acid=2027-01..2027-02", NILA_ERR_PARSE, "must be a month", "harus bulan"},
        {NULL, "smoke=2027-10..2027-08", NILA_ERR_RANGE, "ends before", "berakhir sebelum"},
        {NULL, "feed_price=1.2", NILA_ERR_RANGE, "-50% to 200%", "-50% sampai 200%"},
        {NULL, "feed_price=+201%", NILA_ERR_RANGE, "-50% to 200%", "-50% sampai 200%"},
        {NULL, "feed_price=nan%", NILA_ERR_RANGE, "percentage", "persen"},
        {NULL, "feed_price=+20%,in=kotim", NILA_ERR_PARSE, "one market", "pasar pakan"},
        {NULL, "fingerlings=+1%", NILA_ERR_RANGE, "-100% to 0%", "-100% sampai 0%"},
        {NULL, "aerators=0%", NILA_ERR_RANGE, "above 0%", "di atas 0%"},
        {NULL, "aerators=100.5%", NILA_ERR_RANGE, "to 100%", "sampai 100%"},
        {NULL, "aerators=10%,in=kobar", NILA_ERR_PARSE, "kotim or seruyan", "kotim atau seruyan"},
        {NULL, "aerators=10%,from=2027", NILA_ERR_PARSE, "from=2027-02", "from=2027-02"},
        {NULL, "aerators=10%,until=soon", NILA_ERR_PARSE, "until=2027-05", "until=2027-05"},
        {NULL, "aerators=10%,to=2027-02", NILA_ERR_PARSE, "go only from=", "hanya from="},
        {NULL, "acid=2027-01,from=2027-02", NILA_ERR_PARSE, "only in=", "hanya in="},
        {NULL, "fingerlings=-10%,from=2027-03,until=2027-02", NILA_ERR_RANGE, "ends before",
         "berakhir sebelum"},
        {NULL, "transfer=50000", NILA_ERR_PARSE, "where to?", "ke mana?"},
        {NULL, "transfer=50000,to=kobar", NILA_ERR_PARSE, "kotim or seruyan", "kotim atau seruyan"},
        {NULL, "transfer=50000,to=kotim,in=kotim", NILA_ERR_PARSE, "only to=", "hanya to="},
        {NULL, "transfer=0,to=kotim", NILA_ERR_RANGE, "1 to 999999999", "1 sampai 999999999"},
        {NULL, "transfer=-5,to=kotim", NILA_ERR_RANGE, "number of fish", "jumlah ekor"},
        {NULL, "transfer=5e3,to=kotim", NILA_ERR_RANGE, "number of fish", "jumlah ekor"},
        {NULL, "transfer=1000000000,to=kotim", NILA_ERR_RANGE, "number of fish", "jumlah ekor"},
        {NULL, "transfer=101%,to=kotim", NILA_ERR_RANGE, "above 0% to 100%", "di atas 0%"},
        {"transfer=5,to=kotim,until=2027-02", "transfer=6,to=seruyan,from=2027-02", NILA_ERR_RANGE,
         "meets", "bertemu"},
        {"acid=2027-01", "acid=2027-02", NILA_ERR_RANGE, "meets acid=2027-01", "bertemu dengan"},
        {"aerators=10%,in=kotim", "aerators=20%", NILA_ERR_RANGE, "meets", "bertemu"},
        {"feed_price=+20%", "feed_price=+5%,from=2027-05", NILA_ERR_RANGE, "meets", "bertemu"},
    };

    (void)state;
    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
        struct scenario s = {0}, kept;
        char en[256] = "", id[256] = "";

        print_message("\"%s\"\n", row[k].text);
        if (row[k].before != NULL)
            assert_int_equal(scenario_add(&s, row[k].before, true, en, sizeof en), 0);
        kept = s;
        assert_int_equal(scenario_add(&s, row[k].text, true, en, sizeof en), row[k].rc);
        assert_int_equal(scenario_add(&s, row[k].text, false, id, sizeof id), row[k].rc);
        assert_memory_equal(&s, &kept, sizeof s);
        if (strstr(en, row[k].en) == NULL || strstr(id, row[k].id) == NULL)
            fail_msg("\"%s\" and \"%s\"", en, id);
    }
}

static void acts_that_do_not_meet_go_together_up_to_sixteen(void **state)
{
    static const char *const TEXT[] = {"acid=2027-01,in=kotim", "acid=2027-01,in=seruyan",
                                       "acid=2027-12", "feed_price=+20%,until=2027-02",
                                       "feed_price=-5%,from=2027-03"};
    struct scenario s = {0};
    char why[256] = "", act[48];

    (void)state;
    for (size_t k = 0; k < sizeof TEXT / sizeof TEXT[0]; k++)
        assert_int_equal(scenario_add(&s, TEXT[k], true, why, sizeof why), 0);
    for (int m = 0; s.acts < SCENARIO_ACTS_MAX; m++) {
        (void)snprintf(act, sizeof act, "smoke=%d-%02d", 2027 + m / 12, m % 12 + 1);
        assert_int_equal(scenario_add(&s, act, true, why, sizeof why), 0);
    }
    assert_int_equal(scenario_add(&s, "smoke=2031-01", true, why, sizeof why), NILA_ERR_FULL);
    assert_non_null(strstr(why, "16"));
}

static void a_file_names_the_line_of_a_mistake(void **state)
{
    static const struct {
        const char *text;
        int rc;
        const char *words;
    } row[] = {
        {"{\"note\": \"haze\", \"scenario\": [\"smoke=2026-09\", \"aerators=10%\"]}", 0, ""},
        {"{\"scenario\": [\"smoke=2026-09\",\n  \"rain=1\"]}", NILA_ERR_CONFIG,
         ":2:3: scenario[1]: rain=1: must be"},
        {"{\"scenario\": [\"aerators=10%\", \"aerators=20%\"]}", NILA_ERR_CONFIG,
         "scenario[1]: aerators=20%: meets aerators=10%"},
        {"{\"scenario\": [7]}", NILA_ERR_CONFIG, "scenario[0]"},
        {"{\"scenarios\": []}", NILA_ERR_CONFIG, "scenario"},
        {"nonsense", NILA_ERR_CONFIG, ":1:1"},
    };
    char dir[256], path[300], why[256];

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/s.json", dir);
    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
        struct scenario s = {0};

        print_message("%s\n", row[k].text);
        why[0] = '\0';
        support_write(path, row[k].text);
        assert_int_equal(scenario_load(&s, path, true, why, sizeof why), row[k].rc);
        if (strstr(why, row[k].words) == NULL)
            fail_msg("%s", why);
        assert_int_equal(s.acts, row[k].rc == 0 ? 2 : 0);
    }
    (void)unlink(path);
    {
        struct scenario s = {0};
        assert_int_equal(scenario_load(&s, path, true, why, sizeof why), NILA_ERR_NOT_FOUND);
    }
    support_rmdir(dir);
}

static void an_act_outside_the_forecast_is_refused(void **state)
{
    static const struct {
        const char *text;
        int rc;
    } row[] = {{"acid=2026-05", NILA_ERR_RANGE},
               {"acid=2026-06", 0},
               {"acid=2026-08", 0},
               {"acid=2026-09", NILA_ERR_RANGE},
               {"feed_price=+5%", 0},
               {"feed_price=+5%,until=2026-05", NILA_ERR_RANGE},
               {"aerators=5%,from=2026-09", NILA_ERR_RANGE}};
    const int32_t as_of = civil_day_of(2026, 5, 31);

    (void)state;
    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
        struct scenario s = {0};
        char why[256] = "";

        print_message("%s\n", row[k].text);
        assert_int_equal(scenario_add(&s, row[k].text, true, why, sizeof why), 0);
        assert_int_equal(scenario_check(&s, as_of, 3, true, why, sizeof why), row[k].rc);
        if (row[k].rc != 0)
            assert_non_null(strstr(why, "covers 2026-06 to 2026-08"));
    }
}

static void a_common_beginning_is_for_acts_without_their_own(void **state)
{
    struct scenario s = {0};
    char why[256] = "";
    int32_t month;

    (void)state;
    assert_int_equal(scenario_add(&s, "acid=2027-01", true, why, sizeof why), 0);
    assert_int_equal(scenario_add(&s, "feed_price=+5%,until=2027-02", true, why, sizeof why), 0);
    assert_int_equal(scenario_add(&s, "aerators=5%,from=2026-12", true, why, sizeof why), 0);
    assert_int_equal(scenario_month("2027-03", &month), 0);
    assert_int_equal(scenario_from(&s, month, true, why, sizeof why), NILA_ERR_RANGE);
    assert_non_null(strstr(why, "feed_price"));
    assert_int_equal(s.act[1].from_month, SCENARIO_AT_ONCE);
    assert_int_equal(scenario_from(&s, month - 2, true, why, sizeof why), 0);
    assert_int_equal(s.act[0].from_month, month - 2);
    assert_int_equal(s.act[1].from_month, month - 2);
    assert_int_equal(s.act[2].from_month, month - 3);
    assert_int_equal(scenario_month("2027-3", &month), NILA_ERR_PARSE);
    assert_int_equal(scenario_month("2027-03-01", &month), NILA_ERR_PARSE);
}

/* --- what it does to the supply --- */

static struct supply_forecast *run(const struct truth *t, const char *const *text, size_t acts)
{
    struct scenario s = {0};
    char why[256] = "";
    struct supply_input in = {.records = &t->w->s,
                              .as_of_day = t->as_of_day,
                              .months = 6,
                              .draws = DRAWS,
                              .seed = 7,
                              .scenario = &s};
    struct supply_forecast *f = NULL;

    for (size_t k = 0; k < acts; k++)
        if (scenario_add(&s, text[k], true, why, sizeof why) != 0)
            fail_msg("%s", why);
    if (text == NULL)
        in.scenario = NULL;
    assert_int_equal(supply_run(&in, &f, NULL), 0);
    return f;
}

static struct supply_forecast *run_one(const struct truth *t, const char *text)
{
    return run(t, &text, 1);
}

static double total(const struct supply_forecast *f, size_t node)
{
    double sum = 0;

    for (unsigned lead = 1; lead <= f->months; lead++)
        sum += supply_summarise(f, node, lead).mean;
    return sum;
}

static void month_name(char *buf, size_t size, int32_t month)
{
    (void)snprintf(buf, size, "%04d-%02d", (int)(month / 12), (int)(month % 12) + 1);
}

static void nothing_supposed_is_the_forecast_bit_for_bit(void **state)
{
    struct truth t;
    struct supply_forecast *base, *empty;

    (void)state;
    truth_new(&t, SEED, PONDS);
    base = run(&t, NULL, 0);
    empty = run(&t, (const char *const[]){""}, 0);
    assert_true(total(base, SUPPLY_JOINT) > 0);
    assert_memory_equal(base->kg, empty->kg, (size_t)SUPPLY_NODES * 6 * DRAWS * sizeof(double));
    supply_free(base);
    supply_free(empty);
    truth_free(&t);
}

static void where_it_cannot_act_no_draw_differs(void **state)
{
    struct truth t;
    struct supply_forecast *base, *f;
    const size_t kotim = supply_node_regency(REGENCY_KOTIM);
    const size_t seruyan = supply_node_regency(REGENCY_SERUYAN);
    const size_t block = (size_t)6 * DRAWS * sizeof(double);
    char text[4][64], month[16];

    (void)state;
    truth_new(&t, SEED, PONDS);
    base = run(&t, NULL, 0);
    month_name(month, sizeof month, base->first_month);
    (void)snprintf(text[0], sizeof text[0], "acid=%s,in=kotim", month);
    (void)snprintf(text[1], sizeof text[1], "smoke=%s,in=kotim", month);
    (void)snprintf(text[2], sizeof text[2], "aerators=100%%,in=kotim");
    for (size_t k = 0; k < 3; k++) {
        print_message("%s\n", text[k]);
        f = run_one(&t, text[k]);
        assert_memory_equal(supply_draws(f, seruyan, 1), supply_draws(base, seruyan, 1), block);
        assert_true(memcmp(supply_draws(f, kotim, 1), supply_draws(base, kotim, 1), block) != 0);
        supply_free(f);
    }
    /* A week belongs to the month of its middle, so the month before may be touched, but none earlier. */
    month_name(month, sizeof month, base->first_month + 3);
    (void)snprintf(text[3], sizeof text[3], "feed_price=+80%%,from=%s", month);
    f = run_one(&t, text[3]);
    assert_memory_equal(supply_draws(f, SUPPLY_JOINT, 1), supply_draws(base, SUPPLY_JOINT, 1),
                        (size_t)2 * DRAWS * sizeof(double));
    assert_true(memcmp(supply_draws(f, SUPPLY_JOINT, 5), supply_draws(base, SUPPLY_JOINT, 5),
                       DRAWS * sizeof(double)) != 0);
    supply_free(f);
    supply_free(base);
    truth_free(&t);
}

static void signs_are_what_sense_says_and_grow_with_the_dose(void **state)
{
    struct truth t;
    struct supply_forecast *base;
    double last, now;
    char acid[32], smoke[48], month[2][16];

    (void)state;
    truth_new(&t, SEED, PONDS);
    base = run(&t, NULL, 0);
    month_name(month[0], sizeof month[0], base->first_month);
    month_name(month[1], sizeof month[1], base->first_month + 5);
    (void)snprintf(acid, sizeof acid, "acid=%s", month[0]);
    (void)snprintf(smoke, sizeof smoke, "smoke=%s..%s", month[0], month[1]);
    const char *const ORDER[][3] = {
        {"fingerlings=-20%", "fingerlings=-60%", "fingerlings=-100%"},
        {"feed_price=+20%", "feed_price=+60%", "feed_price=+200%"}, /* each lower than the last */
        {smoke, NULL, NULL},
        {acid, NULL, NULL},
        {"aerators=100%", "aerators=40%", "aerators=10%"}, /* above the base, falling to it */
    };
    for (size_t k = 0; k < sizeof ORDER / sizeof ORDER[0]; k++) {
        last = total(base, SUPPLY_JOINT);
        for (size_t x = 0; x < 3 && ORDER[k][x] != NULL; x++) {
            struct supply_forecast *f = run_one(&t, ORDER[k][x]);

            now = total(f, SUPPLY_JOINT);
            print_message("%s: %.1f after %.1f\n", ORDER[k][x], now, last);
            if (k == 4)
                assert_true(now > total(base, SUPPLY_JOINT) && (x == 0 || now < last));
            else
                assert_true(now < last);
            last = now;
            supply_free(f);
        }
    }
    supply_free(base);
    truth_free(&t);
}

static void a_price_that_ends_ends(void **state)
{
    struct truth t;
    struct paths *a, *b;
    struct scenario s = {0};
    char why[256] = "", text[64], month[16];
    int32_t first;

    (void)state;
    truth_new(&t, SEED, 1);
    first = civil_month_of_day(t.as_of_day) + 1;
    month_name(month, sizeof month, first + 1);
    (void)snprintf(text, sizeof text, "feed_price=+50%%,from=%s,until=%s", month, month);
    assert_int_equal(scenario_add(&s, text, true, why, sizeof why), 0);
    a = paths_new(3, t.as_of_day, t.as_of_day + 300, DRAWS);
    b = paths_new(3, t.as_of_day, t.as_of_day + 300, DRAWS);
    scenario_paths(&s, b, 3);
    for (int m = 0; m < 4; m++) {
        size_t at = paths_week(a, civil_month_first_day(first + m) + 14) * DRAWS;

        assert_close(b->ln_price[at] - a->ln_price[at], m == 1 ? log(1.5) : 0, 1e-12);
    }
    paths_free(a);
    paths_free(b);
    truth_free(&t);
}

static void more_aerators_keep_the_ponds_that_fewer_had(void **state)
{
    struct scenario few = {0}, many = {0};
    char why[256] = "";
    size_t n_few = 0, n_many = 0;

    (void)state;
    assert_int_equal(scenario_add(&few, "aerators=20%,in=kotim", true, why, sizeof why), 0);
    assert_int_equal(scenario_add(&many, "aerators=60%", true, why, sizeof why), 0);
    for (int p = 0; p < 2000; p++) {
        char slug[SLUG_SIZE];
        bool in_few, in_many;

        (void)snprintf(slug, sizeof slug, "kolam-%d", p);
        in_few = scenario_aerates(&few, slug, REGENCY_KOTIM, POND_SYSTEM_POND) != NULL;
        in_many = scenario_aerates(&many, slug, REGENCY_KOTIM, POND_SYSTEM_POND) != NULL;
        assert_true(!in_few || in_many);
        assert_null(scenario_aerates(&few, slug, REGENCY_SERUYAN, POND_SYSTEM_POND));
        assert_null(scenario_aerates(&many, slug, REGENCY_KOTIM, POND_SYSTEM_CAGE));
        n_few += in_few;
        n_many += in_many;
    }
    assert_in_range(n_few, 340, 460);
    assert_in_range(n_many, 1130, 1270);
    assert_null(scenario_aerates(NULL, "kolam-1", REGENCY_KOTIM, POND_SYSTEM_POND));
}

static void fewer_fingerlings_hold_in_their_months_and_regency(void **state)
{
    struct scenario s = {0};
    char why[256] = "";
    int32_t m;

    (void)state;
    assert_int_equal(scenario_month("2027-02", &m), 0);
    assert_int_equal(scenario_add(&s, "fingerlings=-30%,in=kotim,from=2027-02,until=2027-03", true,
                                  why, sizeof why),
                     0);
    assert_close(scenario_fingerlings(&s, REGENCY_KOTIM, m - 1), 1, 0);
    assert_close(scenario_fingerlings(&s, REGENCY_KOTIM, m), 0.7, 1e-12);
    assert_close(scenario_fingerlings(&s, REGENCY_KOTIM, m + 1), 0.7, 1e-12);
    assert_close(scenario_fingerlings(&s, REGENCY_KOTIM, m + 2), 1, 0);
    assert_close(scenario_fingerlings(&s, REGENCY_SERUYAN, m), 1, 0);
    assert_close(scenario_fingerlings(NULL, REGENCY_SERUYAN, m), 1, 0);
}

/* Ponds that wait for fingerlings go on when there are some again. */
static void a_stop_of_fingerlings_is_made_up_for_later(void **state)
{
    struct truth t;
    struct supply_forecast *base, *never, *late;
    char text[64], month[16];

    (void)state;
    truth_new(&t, SEED, PONDS);
    base = run(&t, NULL, 0);
    never = run_one(&t, "fingerlings=-100%");
    month_name(month, sizeof month, base->first_month);
    (void)snprintf(text, sizeof text, "fingerlings=-100%%,until=%s", month);
    late = run_one(&t, text);
    print_message("%.0f, never %.0f, late %.0f\n", total(base, SUPPLY_JOINT),
                  total(never, SUPPLY_JOINT), total(late, SUPPLY_JOINT));
    assert_true(total(never, SUPPLY_JOINT) < total(late, SUPPLY_JOINT));
    assert_true(total(late, SUPPLY_JOINT) < total(base, SUPPLY_JOINT));
    /* what swims now is not touched */
    for (unsigned i = 0; i < DRAWS; i++)
        assert_true(supply_draws(never, SUPPLY_JOINT, 1)[i] <=
                    supply_draws(base, SUPPLY_JOINT, 1)[i]);
    assert_close(supply_summarise(never, SUPPLY_JOINT, 1).mean,
                 supply_summarise(base, SUPPLY_JOINT, 1).mean,
                 0.05 * supply_summarise(base, SUPPLY_JOINT, 1).mean);
    supply_free(base);
    supply_free(never);
    supply_free(late);
    truth_free(&t);
}

static void what_is_sent_is_missing_there_and_stocked_here(void **state)
{
    const double have[REGENCY_COUNT] = {[REGENCY_KOTIM] = 40000, [REGENCY_SERUYAN] = 10000};
    const double nan[REGENCY_COUNT] = {[REGENCY_KOTIM] = 40000, [REGENCY_SERUYAN] = NAN};
    static const struct {
        const char *text;
        double kotim, seruyan; /* factors */
    } row[] = {
        {"transfer=5000,to=seruyan", 0.875, 1.5},
        {"transfer=10%,to=seruyan", 0.9, 1.4},
        {"transfer=5000,to=kotim", 1.125, 0.5},
        {"transfer=90000,to=kotim", 1.25, 0},  /* no more than there is */
        {"transfer=20000,to=seruyan", 0.5, 2}, /* and no more than the ponds take */
    };
    int32_t m;

    (void)state;
    assert_int_equal(scenario_month("2027-02", &m), 0);
    for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
        struct scenario s = {0};
        char why[256] = "", text[64];

        print_message("%s\n", row[k].text);
        (void)snprintf(text, sizeof text, "%s,from=2027-02,until=2027-03", row[k].text);
        assert_int_equal(scenario_add(&s, text, true, why, sizeof why), 0);
        assert_true(scenario_transfers(&s));
        assert_close(scenario_transfer(&s, REGENCY_KOTIM, m, have), row[k].kotim, 1e-12);
        assert_close(scenario_transfer(&s, REGENCY_SERUYAN, m + 1, have), row[k].seruyan, 1e-12);
        assert_close(scenario_transfer(&s, REGENCY_KOTIM, m - 1, have), 1, 0);
        assert_close(scenario_transfer(&s, REGENCY_SERUYAN, m + 2, have), 1, 0);
        assert_close(scenario_transfer(&s, REGENCY_KOTIM, m, nan), 1, 0);
        assert_close(scenario_fingerlings(&s, REGENCY_KOTIM, m), 1, 0);
    }
    assert_false(scenario_transfers(NULL));
}

/* A year of a ledger in which Kotim has 40000 a month and Seruyan 10000. */
static void keep_ledger(struct truth *t, struct rec_fingerlings row[24])
{
    for (int k = 0; k < 24; k++)
        row[k] = (struct rec_fingerlings){
            .day = civil_month_first_day(civil_month_of_day(t->as_of_day) - 12 + k / 2),
            .kind = FINGERLINGS_PRODUCED,
            .count = k % 2 == 0 ? 40000 : 10000,
            .from = k % 2 == 0 ? REGENCY_KOTIM : REGENCY_SERUYAN,
            .to = k % 2 == 0 ? REGENCY_KOTIM : REGENCY_SERUYAN};
    t->w->s.fingerlings = row;
    t->w->s.fingerling_rows = 24;
}

static void fingerlings_sent_over_move_the_harvest_after_their_month(void **state)
{
    const size_t kotim = supply_node_regency(REGENCY_KOTIM);
    const size_t seruyan = supply_node_regency(REGENCY_SERUYAN);
    struct rec_fingerlings row[24];
    struct truth t;
    struct supply_forecast *base, *some, *more;
    char month[16], text[2][80], why[256] = "";
    struct scenario s = {0};

    (void)state;
    truth_new(&t, SEED, PONDS);
    keep_ledger(&t, row);
    base = run(&t, NULL, 0);
    month_name(month, sizeof month, base->first_month);
    (void)snprintf(text[0], sizeof text[0], "transfer=4000,to=seruyan,from=%s,until=%s", month,
                   month);
    (void)snprintf(text[1], sizeof text[1], "transfer=20%%,to=seruyan,from=%s,until=%s", month,
                   month);
    some = run_one(&t, text[0]);
    more = run_one(&t, text[1]);
    print_message("kotim %.0f, %.0f, %.0f; seruyan %.0f, %.0f, %.0f\n", total(base, kotim),
                  total(some, kotim), total(more, kotim), total(base, seruyan),
                  total(some, seruyan), total(more, seruyan));
    /* what swims now is not touched */
    assert_close(supply_summarise(some, SUPPLY_JOINT, 1).mean /
                     supply_summarise(base, SUPPLY_JOINT, 1).mean,
                 1, 1e-3);
    assert_true(total(more, kotim) < total(some, kotim));
    assert_true(total(some, kotim) < total(base, kotim));
    assert_true(total(more, seruyan) > total(some, seruyan));
    assert_true(total(some, seruyan) > total(base, seruyan));
    supply_free(base);
    supply_free(some);
    supply_free(more);
    assert_int_equal(scenario_add(&s, text[0], true, why, sizeof why), 0);
    assert_int_equal(
        scenario_check_ledgers(&s, (bool[REGENCY_COUNT]){true, true}, true, why, sizeof why), 0);
    assert_int_equal(
        scenario_check_ledgers(&s, (bool[REGENCY_COUNT]){true, false}, true, why, sizeof why),
        NILA_ERR_RANGE);
    assert_non_null(strstr(why, "ledger of seruyan"));
    assert_int_equal(
        scenario_check_ledgers(&s, (bool[REGENCY_COUNT]){false, true}, false, why, sizeof why),
        NILA_ERR_RANGE);
    assert_non_null(strstr(why, "buku benih kotim"));
    truth_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_an_act_and_writes_it_back),
        cmocka_unit_test(says_what_is_wrong_with_an_act),
        cmocka_unit_test(acts_that_do_not_meet_go_together_up_to_sixteen),
        cmocka_unit_test(a_file_names_the_line_of_a_mistake),
        cmocka_unit_test(an_act_outside_the_forecast_is_refused),
        cmocka_unit_test(a_common_beginning_is_for_acts_without_their_own),
        cmocka_unit_test(nothing_supposed_is_the_forecast_bit_for_bit),
        cmocka_unit_test(where_it_cannot_act_no_draw_differs),
        cmocka_unit_test(signs_are_what_sense_says_and_grow_with_the_dose),
        cmocka_unit_test(a_price_that_ends_ends),
        cmocka_unit_test(more_aerators_keep_the_ponds_that_fewer_had),
        cmocka_unit_test(a_stop_of_fingerlings_is_made_up_for_later),
        cmocka_unit_test(fewer_fingerlings_hold_in_their_months_and_regency),
        cmocka_unit_test(what_is_sent_is_missing_there_and_stocked_here),
        cmocka_unit_test(fingerlings_sent_over_move_the_harvest_after_their_month),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
