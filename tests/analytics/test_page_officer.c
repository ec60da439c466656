/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an officer reads, prints and takes away: footnotes, what was learned, the file for a spreadsheet. */
#include "tests/support/support.h"

#include "tests/analytics/pageworld.h"

#include "collector/common/csv.h"

static struct world *world;

static int make_world(void **state)
{
    (void)state;
    world = malloc(sizeof *world);
    assert_non_null(world);
    world_make(world);
    return 0;
}

static int drop_world(void **state)
{
    (void)state;
    free(world);
    return 0;
}

static void assert_says(const struct buf *b, const char *words)
{
    if (strstr(b->p, words) == NULL)
        fail_msg("\"%s\" is not on the page", words);
}

static void page_and_paper_say_that_the_file_may_differ(void **state)
{
    static const char *const WORDS[LANG_COUNT] = {"berbeda beberapa persepuluh ton.",
                                                  "differ by a few tenths of a tonne."};
    struct buf b = {0};

    (void)state;
    for (int l = 0; l < LANG_COUNT; l++) {
        page_region(&b, &world->model, (enum lang)l);
        assert_says(&b, WORDS[l]);
        assert_says(&b, "href=\"/wilayah/prakiraan.csv\"");
        buf_clear(&b);
        page_print(&b, &world->model, "", (enum lang)l);
        assert_says(&b, WORDS[l]);
        buf_clear(&b);
    }
    buf_free(&b);
}

static void what_was_asked_for_is_repeated_in_short(void **state)
{
    static const struct {
        const char *says, *asked, *shown;
    } T[] = {
        {"twenty characters", "abcdefghijklmnopqrst", "\u201cabcdefghijklmnopqrst\u201d"},
        {"one more", "abcdefghijklmnopqrstu", "\u201cabcdefghijklmnopqrst\u2026\u201d"},
        {"marks of HTML", "<<<<<<<<<<<<<<<<<<<<<",
         "\u201c&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;"
         "\u2026\u201d"},
        {"characters of two bytes",
         "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
         "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9",
         "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u2026\u201d"},
        {"no UTF-8", "ab\xff", "\u201cab\u2026\u201d"},
    };
    struct buf b = {0}, longest = {0};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        page_print(&b, &world->model, T[i].asked, LANG_ID);
        if (strstr(b.p, T[i].shown) == NULL)
            fail_msg("%s: %s", T[i].says, T[i].asked);
        buf_clear(&b);
    }
    for (int i = 0; i < 3000; i++)
        buf_str(&longest, "x");
    page_print(&b, &world->model, longest.p, LANG_EN);
    assert_says(&b, "\u201cxxxxxxxxxxxxxxxxxxxx\u2026\u201d");
    assert_null(strstr(b.p, "xxxxxxxxxxxxxxxxxxxxx"));
    buf_free(&b);
    buf_free(&longest);
}

static void what_the_ponds_told_of_weather_is_told(void **state)
{
    struct smoother_found *l = &world->model.forecast.learned;
    struct buf b = {0};

    (void)state;
    *l = (struct smoother_found){0};
    page_region(&b, &world->model, LANG_ID);
    assert_says(&b, "memakai dugaan awal: belum ada siklus");
    buf_clear(&b);
    *l = (struct smoother_found){.weeks = 20,
                                 .cycles = 7,
                                 .samples = 1234,
                                 .growth_mean = {log(0.93), log(1.1)},
                                 .growth_sd = {0.1, 0.05},
                                 .event_p = {{0.12, 0.3}, {0.98, 0}},
                                 .season = {true, false}};
    page_region(&b, &world->model, LANG_ID);
    /* 0.93 exp(-+1.2816 x 0.1) and 1.1 exp(-+1.2816 x 0.05) */
    assert_says(&b, "Kotim tumbuh 93% (82\u2013106%), di Seruyan 110% (103\u2013117%)");
    assert_says(&b, "1.234 penimbangan pada 7 siklus");
    assert_says(&b, "banjir air asam, menurut catatan kematian dan penimbangan: Kotim 12%, Seruyan "
                    "30%.");
    assert_null(strstr(b.p, "air sungai surut, menurut")); /* no such season was looked at */
    buf_clear(&b);
    l->season[PATHS_LOW_FLOW] = true;
    page_region(&b, &world->model, LANG_EN);
    assert_says(&b, "at 93% (82\u2013106%) of the usual rate in Kotim");
    assert_says(&b, "low rivers, by recorded deaths and samples: Kotim 98%, Seruyan 0%.");
    buf_clear(&b);
    api_forecast(&b, &world->model);
    assert_says(&b, "\"learned\":{\"weeks\":20,\"samples\":1234,\"cycles\":7,\"regencies\":[{"
                    "\"regency\":\"kotim\",\"growth_p10\":0.818,\"growth_p50\":0.930,"
                    "\"growth_p90\":1.057,\"p_acid\":0.120,\"p_low_flow\":0.980}");
    buf_free(&b);
}

static void nothing_at_all_has_no_range(void **state)
{
    struct page_forecast *f = &world->model.forecast;
    size_t node = supply_node_kecamatan(2), p = 0;
    struct buf b = {0};

    (void)state;
    f->rounded.supply[node][p] = f->rounded.tracked[node][p] = 0;
    f->neraca.supply[node][p] = f->neraca.tracked[node][p] = (struct supply_summary){0};
    f->neraca.untracked[node][p] = (struct supply_summary){0};
    page_print(&b, &world->model, "", LANG_ID);
    assert_null(strstr(b.p, "0,0\u20130,0"));
    assert_says(&b, "<td><b>0,0</b></td>");
    buf_free(&b);
}

/* The number of a cell, decimal comma or point; NaN when it is empty. */
static double value_of(const struct csv *c, const char *id, const char *en)
{
    int at = csv_find(c, id);
    double v = NAN;

    if (at < 0)
        at = csv_find(c, en);
    assert_true(at >= 0);
    if (csv_cell(c, at)[0] != '\0')
        assert_int_equal(csv_number(c, at, &v), 0);
    return v;
}

static void assert_close(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%g, wanted %g +- %g", got, want, within);
}

/* As a spreadsheet reads it: every place and period to the kilogram. */
static void the_file_has_the_figures_behind_the_page(void **state)
{
    const struct page_forecast *f = &world->model.forecast;

    (void)state;
    world->model.notice = "Data \"contoh\"; simulasi";
    for (int l = 0; l < LANG_COUNT; l++) {
        struct buf b = {0};
        struct csv *c = NULL;
        char why[256] = "";
        size_t rows = 0;

        page_export(&b, &world->model, (enum lang)l);
        assert_memory_equal(b.p, "\xef\xbb\xbf\"", 4);
        if (csv_open_memory(&c, "prakiraan.csv", b.p, b.n, why, sizeof why) != 0)
            fail_msg("%s", why);
        assert_int_equal(csv_semicolon(c), l == LANG_ID);
        while (csv_next(c) == 1) {
            size_t node = rows / f->neraca.periods, p = rows % f->neraca.periods;

            assert_string_equal(csv_cell(c, 0), supply_node_code(node));
            assert_string_equal(csv_cell(c, 3), f->neraca.period[p].name);
            assert_string_equal(csv_cell(c, (int)csv_columns(c) - 1), world->model.notice);
            assert_close(value_of(c, "pasokan rata-rata (ton)", "supply, mean (t)"),
                         f->neraca.supply[node][p].mean / 1000, 0.00051);
            assert_close(value_of(c, "pasokan P90 (ton)", "supply, P90 (t)"),
                         f->neraca.supply[node][p].p90 / 1000, 0.00051);
            if (node < DEMAND_NODES && f->neraca.known[node])
                assert_close(value_of(c, "neraca P10 (ton)", "balance, P10 (t)"),
                             f->neraca.cell[node][p].balance.p10 / 1000, 0.00051);
            else
                assert_true(isnan(value_of(c, "neraca P10 (ton)", "balance, P10 (t)")));
            rows++;
        }
        assert_int_equal(rows, SUPPLY_NODES * f->neraca.periods);
        csv_close(c);
        buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(page_and_paper_say_that_the_file_may_differ, make_world,
                                        drop_world),
        cmocka_unit_test_setup_teardown(what_was_asked_for_is_repeated_in_short, make_world,
                                        drop_world),
        cmocka_unit_test_setup_teardown(what_the_ponds_told_of_weather_is_told, make_world,
                                        drop_world),
        cmocka_unit_test_setup_teardown(nothing_at_all_has_no_range, make_world, drop_world),
        cmocka_unit_test_setup_teardown(the_file_has_the_figures_behind_the_page, make_world,
                                        drop_world),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
