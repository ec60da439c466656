/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of every page, the home page and a pond's, errors, colours and the API. */
#include "tests/analytics/pages.h"

#include "analytics/web/assets.h"
#include "collector/common/gzip.h"
#include "collector/common/jsonconf.h"

static void every_page_keeps_the_house_rules(void **state)
{
    struct buf b = {0};

    (void)state;
    for (int page = 0; page < PAGES; page++) {
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            make_page(&b, page, (enum lang)lang);
            assert_well_formed(PAGE_NAME[page], b.p);
            if (count(b.p, "<h1") != 1 || count(b.p, "<main") != 1)
                fail_msg("%s: one h1, one main", PAGE_NAME[page]);
            if (strstr(b.p, lang == LANG_ID ? "<html lang=\"id\">" : "<html lang=\"en\">") == NULL)
                fail_msg("%s: lang", PAGE_NAME[page]);
            if (strstr(b.p, "<p class=\"notice\">Data contoh / simulasi</p>") == NULL)
                fail_msg("%s: notice", PAGE_NAME[page]);
            /* the policy of the server forbids them, and there is nothing to run */
            if (strstr(b.p, "<script") != NULL || strstr(b.p, " style=") != NULL ||
                strstr(b.p, " onclick") != NULL || strstr(b.p, "javascript:") != NULL)
                fail_msg("%s: script or inline style", PAGE_NAME[page]);
            if (strstr(b.p, "nan") != NULL && strstr(b.p, "nan\"") != NULL)
                fail_msg("%s: nan in an attribute", PAGE_NAME[page]);
            if (strchr(b.p, '{') != NULL)
                fail_msg("%s: a placeholder: %.40s", PAGE_NAME[page], strchr(b.p, '{'));
        }
    }
    buf_free(&b);
}

static void the_language_link_keeps_the_path(void **state)
{
    struct buf b = {0};

    (void)state;
    make_page(&b, 1, LANG_ID);
    assert_non_null(strstr(b.p, "href=\"/kolam/kotim-1?lang=en\""));
    make_page(&b, 3, LANG_EN);
    assert_non_null(strstr(b.p, "href=\"/wilayah?lang=id\""));
    buf_free(&b);
}

static void home_counts_and_sorts_worst_first(void **state)
{
    static const char *const ORDER[] = {"Kolam 2",  "Karamba 3", "Karamba 1", "Kolam 4",
                                        "Kolam 5 ", "Kolam 3",   "Karamba 2", "Kolam 1"};
    struct buf b = {0};
    const char *at;

    (void)state;
    make_page(&b, 0, LANG_ID);
    assert_non_null(
        strstr(b.p, "9 kolam. 3 perlu tindakan sekarang. 3 tanpa data. 2 waspada. </p>"));
    at = strstr(b.p, "class=\"cards\"");
    for (size_t i = 0; i < sizeof ORDER / sizeof ORDER[0]; i++) {
        char heading[64];
        const char *found;
        (void)snprintf(heading, sizeof heading, "\">%s", ORDER[i]);
        found = strstr(b.p, heading);
        if (found == NULL || found < at)
            fail_msg("%s is not where it belongs", ORDER[i]);
        at = found;
    }
    make_page(&b, 0, LANG_EN);
    assert_non_null(strstr(b.p, "9 ponds. 3 need action now. 3 without data. 2 on watch. </p>"));
    buf_free(&b);
}

static void one_pond_is_told_in_the_singular(void **state)
{
    struct buf b = {0};

    (void)state;
    memset(world->pond, 0, sizeof world->pond);
    world->model.ponds = 0;
    world_pond(world, "kotim-1", "Kolam 1", 1.2, 28, 7, NAN);
    world_settle(world);
    make_page(&b, 0, LANG_EN);
    assert_non_null(strstr(b.p, "1 pond. 1 needs action now."));
    world->model.ponds = 0;
    world_pond(world, "kotim-1", "Kolam 1", 6.2, 28, 7, NAN);
    world_settle(world);
    make_page(&b, 0, LANG_ID);
    assert_non_null(strstr(b.p, "1 kolam. Semua aman."));
    world->model.ponds = 0;
    world_settle(world);
    make_page(&b, 0, LANG_ID);
    assert_non_null(strstr(b.p, "Belum ada kolam tercatat"));
    buf_free(&b);
}

static void each_state_has_its_words_and_shape(void **state)
{
    static const struct {
        const char *slug, *id, *en, *title, *step;
    } T[] = {
        {"kotim-1", "AMAN", "OK", "Air dalam keadaan baik", "Tidak ada tindakan."},
        {"kotim-2", "BAHAYA", "DANGER", "Oksigen sangat rendah", "Nyalakan semua kincir/aerator"},
        {"kotim-3", "WASPADA", "WATCH", "Oksigen rendah", "Nyalakan kincir/aerator."},
        {"kotim-4", "TIDAK ADA DATA", "NO DATA", "sejak 03.07\u00a0WIB", "Lihat ikan langsung"},
        {"kotim-5", "TIDAK ADA DATA", "NO DATA", "Angka sensor meragukan",
         "Bersihkan ujung sensor"},
        {"seruyan-1", "BAHAYA", "DANGER", "Air terlalu asam", "Jangan menabur kapur"},
        {"seruyan-2", "WASPADA", "WATCH", "Air terlalu panas", "Beri pakan hanya pagi dan sore"},
        {"seruyan-3", "BAHAYA", "DANGER", "Amonia tinggi", "Hentikan pakan hari ini."},
        {"seruyan-4", "TIDAK ADA DATA", "NO DATA", "dalam 7 hari terakhir", "Lihat ikan langsung"},
    };
    struct buf b = {0};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        const struct page_pond *p = page_find(&world->model, T[i].slug);
        char badge[64];
        assert_non_null(p);
        buf_clear(&b);
        page_pond(&b, &world->model, p, &world->day, LANG_ID);
        (void)snprintf(badge, sizeof badge, "</svg>%s</span>", T[i].id);
        if (strstr(b.p, badge) == NULL || strstr(b.p, T[i].title) == NULL ||
            strstr(b.p, T[i].step) == NULL)
            fail_msg("%s: %s, %s, %s", T[i].slug, T[i].id, T[i].title, T[i].step);
        buf_clear(&b);
        page_pond(&b, &world->model, p, &world->day, LANG_EN);
        (void)snprintf(badge, sizeof badge, "</svg>%s</span>", T[i].en);
        if (strstr(b.p, badge) == NULL)
            fail_msg("%s: %s", T[i].slug, T[i].en);
    }
    buf_free(&b);
}

static void an_ammonia_of_hours_ago_says_when(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct buf b = {0};

    (void)state;
    assert_non_null(w);
    world_make(w);
    w->model.ponds = 0;
    world_put(world_pond(w, "kotim-1", "Kolam 1", 5.3, 28.0, 9.0, NAN), METRIC_TAN_N_MG_L, 1.3,
              READING_PASS, 125);
    world_settle(w);
    page_pond(&b, &w->model, &w->pond[0], &w->day, LANG_ID);
    assert_non_null(strstr(b.p, "BAHAYA</span>"));
    assert_non_null(strstr(b.p, "0,54 mg/L (diukur 03.07\u00a0WIB), batas 0,50"));
    assert_non_null(strstr(b.p, "0,54\u00a0mg/L <small>(diukur 03.07\u00a0WIB)</small>"));
    buf_free(&b);
    free(w);
}

static void an_old_value_is_shown_nowhere(void **state)
{
    struct buf b = {0};

    (void)state;
    for (int page = 0; page < 3; page++) {
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            make_page(&b, page, (enum lang)lang); /* kotim-4 had 13.37 mg/L two hours ago */
            /* with its unit: the drawings are full of numbers */
            if (strstr(b.p, "13,4\u00a0mg") != NULL || strstr(b.p, "13.4\u00a0mg") != NULL)
                fail_msg("%s shows a value of two hours ago", PAGE_NAME[page]);
        }
    }
    make_page(&b, 2, LANG_ID);
    assert_non_null(strstr(b.p, "<dt>Oksigen</dt><dd>\u2013</dd>"));
    buf_free(&b);
}

static void a_doubtful_value_is_marked(void **state)
{
    struct buf b = {0};

    (void)state;
    page_pond(&b, &world->model, page_find(&world->model, "kotim-5"), &world->day, LANG_ID);
    assert_non_null(strstr(b.p, "0,0\u00a0mg/L <small>(meragukan)</small>"));
    buf_free(&b);
}

static void hostile_names_are_only_text(void **state)
{
    struct buf b = {0};
    struct page_pond *p;

    (void)state;
    world->model.notice = "<img src=x onerror=alert(1)>";
    world->model.phone = "\"><script>1</script>";
    p = world_pond(world, "kotim-9", "<script>alert('a')</script>\x01\xFF", 1.0, 28, 7, NAN);
    (void)snprintf(p->farm, sizeof p->farm, "%s", "\"onmouseover=\"x</p>");
    p->has_cycle = p->has_estimate = true;
    world_ask(&p->estimate);
    world_settle(world);
    for (int page = 0; page < 3; page++) {
        if (page == 0)
            page_home(&b, &world->model, LANG_ID);
        else if (page == 1)
            page_records(&b, &world->model, LANG_ID);
        else
            page_pond(&b, &world->model, page_find(&world->model, "kotim-9"), &world->day, LANG_ID);
        assert_well_formed("hostile", b.p);
        assert_null(strstr(b.p, "<script"));
        assert_null(strstr(b.p, "<img"));
        assert_null(strstr(b.p, "\"onmouseover"));
        assert_non_null(strstr(b.p, "&lt;script&gt;alert(&#39;a&#39;)"));
        buf_clear(&b);
    }
    api_ponds(&b, &world->model);
    assert_non_null(strstr(b.p, "\\u0001"));
    buf_free(&b);
}

static void numbers_are_in_the_form_of_the_language(void **state)
{
    struct buf b = {0};

    (void)state;
    make_page(&b, 1, LANG_ID);
    assert_non_null(strstr(b.p, "5,3\u00a0mg/L"));
    assert_non_null(strstr(b.p, "28,4\u00a0\u00b0C"));
    assert_non_null(strstr(b.p, "3.000 ekor"));
    assert_non_null(strstr(b.p, "29 Agustus 2026"));
    assert_non_null(strstr(b.p, "Dibaca 05.10\u00a0WIB"));
    assert_non_null(strstr(b.p, "182 gram per ekor, biasanya antara 151 dan 219 gram"));
    assert_non_null(strstr(b.p, "sekitar 4 Januari 2027: kira-kira 640 kg"));
    make_page(&b, 1, LANG_EN);
    assert_non_null(strstr(b.p, "5.3\u00a0mg/L"));
    assert_non_null(strstr(b.p, "3,000 fish"));
    assert_non_null(strstr(b.p, "Read at 05:10\u00a0WIB"));
    buf_free(&b);
}

static void a_database_that_is_away_is_said_with_the_time(void **state)
{
    struct buf b = {0};

    (void)state;
    world->model.away_since_ms = WORLD_NOW - 40 * WORLD_MINUTE;
    make_page(&b, 0, LANG_ID);
    assert_non_null(strstr(b.p, "Basis data tidak terhubung sejak 04.32\u00a0WIB"));
    make_page(&b, 1, LANG_EN);
    assert_non_null(strstr(b.p, "The database has not been reachable since 04:32\u00a0WIB"));
    buf_clear(&b);
    assert_int_equal(api_health(&b, &world->model), 503);
    buf_free(&b);
}

static void a_day_that_is_not_there_is_said(void **state)
{
    struct page_day none = {0}, empty = {.ready = true, .from_ms = 1, .to_ms = 2};
    struct buf b = {0};

    (void)state;
    page_pond(&b, &world->model, page_find(&world->model, "kotim-1"), &none, LANG_ID);
    assert_int_equal(count(b.p, "Grafik belum siap"), 2);
    buf_clear(&b);
    page_pond(&b, &world->model, page_find(&world->model, "kotim-1"), &empty, LANG_ID);
    assert_int_equal(count(b.p, "Tidak ada data dalam 24 jam terakhir."), 2);
    buf_free(&b);
}

static void the_table_has_the_hourly_means_and_dashes_for_gaps(void **state)
{
    struct buf b = {0};

    (void)state;
    make_page(&b, 1, LANG_ID);
    /* no oxygen from 13.32 to 15.27 */
    assert_non_null(strstr(b.p, "<th scope=\"row\">14.00</th><td>\u2013</td><td>"));
    assert_non_null(strstr(b.p, "<th scope=\"row\">16.00</th><td>6,"));
    buf_free(&b);
}

static void a_probe_that_speaks_seldom_is_still_a_line(void **state)
{
    struct buf b = {0};
    const char *line, *end;

    (void)state;
    for (size_t i = 0; i < 48; i++) { /* each half hour, as an imported history has it */
        world->ts[1][i] = world->day.from_ms + (int64_t)i * 30 * WORLD_MINUTE;
        world->value[1][i] = 28;
    }
    memmove(world->ts[1] + 20, world->ts[1] + 26,
            22 * sizeof world->ts[1][0]); /* three hours miss */
    world->day.temp.n = 42;
    make_page(&b, 1, LANG_ID);
    line = strstr(strstr(b.p, "id=\"t-t\""), "class=\"line\"");
    end = strchr(line, '>');
    assert_int_equal(count(line, "M") - count(end, "M"), 2); /* one gap, not 41 */
    buf_free(&b);
}

static void the_farmer_without_estimate_is_told_why(void **state)
{
    struct page_pond *p = NULL;
    struct buf b = {0};

    (void)state;
    for (size_t i = 0; i < world->model.ponds; i++)
        if (world->pond[i].has_cycle)
            p = &world->pond[i];
    assert_non_null(p);
    p->estimate.harvest_day_p50 = INT32_MAX;
    page_pond(&b, &world->model, p, &world->day, LANG_ID);
    assert_non_null(strstr(b.p, "Panen belum dapat diperkirakan"));
    p->estimate.cycle = -1;
    buf_clear(&b);
    page_pond(&b, &world->model, p, &world->day, LANG_ID);
    assert_non_null(strstr(b.p, "Lebih dari 45 hari"));
    p->has_estimate = false;
    buf_clear(&b);
    page_pond(&b, &world->model, p, &world->day, LANG_ID);
    assert_non_null(strstr(b.p, "Perkiraan sedang dihitung"));
    p->has_cycle = false;
    buf_clear(&b);
    page_pond(&b, &world->model, p, &world->day, LANG_ID);
    assert_non_null(strstr(b.p, "Tidak ada siklus yang sedang berjalan"));
    buf_free(&b);
}

static void the_telephone_is_a_link_of_digits(void **state)
{
    struct buf b = {0};

    (void)state;
    page_pond(&b, &world->model, page_find(&world->model, "kotim-2"), &world->day, LANG_ID);
    assert_non_null(strstr(b.p, "href=\"tel:081234567890\""));
    world->model.phone = "";
    buf_clear(&b);
    page_pond(&b, &world->model, page_find(&world->model, "kotim-2"), &world->day, LANG_ID);
    assert_null(strstr(b.p, "tel:"));
    assert_non_null(strstr(b.p, "hubungi penyuluh."));
    buf_free(&b);
}

static void errors_speak_both_languages(void **state)
{
    struct buf b = {0};

    (void)state;
    make_page(&b, 5, LANG_ID);
    assert_non_null(strstr(b.p, "<h1>Halaman tidak ada</h1>"));
    assert_non_null(strstr(b.p, "<p lang=\"en\">No such page."));
    make_page(&b, 6, LANG_EN);
    assert_non_null(strstr(b.p, "<h1>Not ready</h1>"));
    assert_non_null(strstr(b.p, "<p lang=\"id\">Belum siap."));
    buf_free(&b);
}

static void pages_fit_a_thin_line(void **state)
{
    size_t style_n;
    const char *style = assets_style(&style_n);
    struct buf b = {0}, packed = {0}, css = {0};

    (void)state;
    for (int i = 0; i < 40; i++) { /* a large group of ponds, all in trouble */
        char slug[SLUG_SIZE], name[32];
        (void)snprintf(slug, sizeof slug, "kotim-1%02d", i);
        (void)snprintf(name, sizeof name, "Kolam besar %d", i);
        world_pond(world, slug, name, 1.0 + i * 0.1, 27.0 + i * 0.17, 5.0 + i * 0.1, 0.7);
    }
    world_settle(world);
    world_neraca(&world->model.forecast, 12);
    for (size_t n = 0; n < SUPPLY_NODES; n++)
        world->model.forecast.tracked[n] = 9;
    assert_int_equal(gzip_pack(&css, style, style_n, 6), 0);
    for (int page = 0; page < PAGES; page++) {
        make_page(&b, page, LANG_ID);
        assert_int_equal(gzip_pack(&packed, b.p, b.n, 6), 0);
        print_message("%-12s %6zu bytes, %5zu packed, with style %5zu\n", PAGE_NAME[page], b.n,
                      packed.n, packed.n + css.n);
        if (packed.n + css.n >= 15000)
            fail_msg("%s: %zu bytes", PAGE_NAME[page], packed.n + css.n);
    }
    buf_free(&b);
    buf_free(&packed);
    buf_free(&css);
}

/* --- contrast (WCAG 2.1, 1.4.3 and 1.4.11) --- */

/* Value of a colour token ("#rrggbb") after `from`, or fails. */
static unsigned token(const char *from, const char *name)
{
    char key[32];
    const char *p;
    char *end;
    unsigned long rgb;

    (void)snprintf(key, sizeof key, "--%s: #", name);
    p = strstr(from, key);
    if (p == NULL)
        fail_msg("no colour --%s", name);
    p += strlen(key);
    rgb = strtoul(p, &end, 16);
    if (end != p + 6)
        fail_msg("--%s is not of six digits", name);
    return (unsigned)rgb;
}

static double luminance(unsigned rgb)
{
    static const double WEIGHT[] = {0.2126, 0.7152, 0.0722};
    double sum = 0;

    for (int i = 0; i < 3; i++) {
        double c = (double)((rgb >> (16 - 8 * i)) & 255) / 255.0;
        sum += WEIGHT[i] * (c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static double contrast(unsigned a, unsigned b)
{
    double x = luminance(a), y = luminance(b);
    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

static void colours_can_be_told_apart_by_day_and_by_night(void **state)
{
    static const struct {
        const char *front, *back;
        double least;
    } PAIR[] = {
        {"ink", "bg", 4.5},           {"ink", "card", 4.5},
        {"soft", "bg", 4.5},          {"soft", "card", 4.5},
        {"link", "bg", 4.5},          {"link", "card", 4.5},
        {"bg", "link", 4.5},          {"ok-on", "ok", 4.5},
        {"watch-on", "watch", 4.5},   {"danger-on", "danger", 4.5},
        {"nodata-on", "nodata", 4.5}, {"notice-on", "notice", 4.5},
        {"ink", "night", 4.5},        {"line", "bg", 3},
        {"line", "night", 3},         {"limit-watch", "bg", 3},
        {"limit-watch", "night", 3},  {"limit-danger", "bg", 3},
        {"limit-danger", "night", 3}, {"part0", "bg", 3},
        {"part1", "bg", 3},           {"edge", "bg", 3},
        {"edge", "card", 3},
    };
    size_t n;
    const char *style = assets_style(&n), *dark = strstr(style, "prefers-color-scheme: dark");

    (void)state;
    assert_non_null(dark);
    assert_true(contrast(0x000000, 0xffffff) > 20.99); /* the measure itself: 21 to 1 */
    for (size_t i = 0; i < sizeof PAIR / sizeof PAIR[0]; i++) {
        for (int night = 0; night < 2; night++) {
            const char *from = night ? dark : style;
            double c = contrast(token(from, PAIR[i].front), token(from, PAIR[i].back));
            if (c < PAIR[i].least)
                fail_msg("%s on %s%s: %.2f", PAIR[i].front, PAIR[i].back, night ? ", dark" : "", c);
        }
    }
}

static void the_style_has_large_targets_and_text(void **state)
{
    size_t n;
    const char *style = assets_style(&n);

    (void)state;
    assert_int_equal(strlen(style), n);
    assert_non_null(strstr(style, "font: 18px"));
    assert_true(count(style, "min-height: 48px") >= 4);
    assert_null(strstr(style, "url(")); /* nothing is fetched from elsewhere */
    assert_null(strstr(style, "@import"));
}

static void assert_json(const char *says, const struct buf *b)
{
    struct jsonconf *c = NULL;
    char why[256] = "";

    if (jsonconf_open_memory(&c, says, b->p, b->n, why, sizeof why) != 0)
        fail_msg("%s", why);
    jsonconf_close(c);
}

static void the_api_is_json_and_says_what_the_pages_say(void **state)
{
    struct buf b = {0};

    (void)state;
    assert_int_equal(api_health(&b, &world->model), 200);
    assert_json("health", &b);
    assert_non_null(strstr(b.p, "\"status\":\"ok\""));
    buf_clear(&b);
    assert_int_equal(api_health(&b, NULL), 503);
    assert_json("health", &b);
    buf_clear(&b);
    api_ponds(&b, &world->model);
    assert_json("ponds", &b);
    assert_non_null(strstr(b.p, "\"pond\":\"kotim-2\",\"name\":\"Kolam 2\""));
    assert_non_null(strstr(b.p, "\"level\":\"danger\",\"reason\":\"do_critical\""));
    assert_non_null(strstr(b.p, "13.3700,\"flag\":1,\"bits\":0,\"current\":false"));
    buf_clear(&b);
    api_forecast(&b, &world->model);
    assert_json("forecast", &b);
    assert_int_equal(count(b.p, "\"node\":"), SUPPLY_NODES);
    assert_int_equal(count(b.p, "\"spread_factor\":1.320"), 2); /* leads 2 and 3 of joint */
    assert_non_null(strstr(b.p, "\"lead\":1,\"month\":\"2026-12\",\"mean_kg\":14626.0"));
    world->model.forecast.state = PAGE_FORECAST_WAITING;
    buf_clear(&b);
    api_forecast(&b, &world->model);
    assert_json("forecast", &b);
    assert_non_null(strstr(b.p, "\"state\":\"waiting\"}"));
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_world(every_page_keeps_the_house_rules),
        with_world(the_language_link_keeps_the_path),
        with_world(home_counts_and_sorts_worst_first),
        with_world(one_pond_is_told_in_the_singular),
        with_world(each_state_has_its_words_and_shape),
        with_world(an_ammonia_of_hours_ago_says_when),
        with_world(an_old_value_is_shown_nowhere),
        with_world(a_doubtful_value_is_marked),
        with_world(hostile_names_are_only_text),
        with_world(numbers_are_in_the_form_of_the_language),
        with_world(a_database_that_is_away_is_said_with_the_time),
        with_world(a_day_that_is_not_there_is_said),
        with_world(the_table_has_the_hourly_means_and_dashes_for_gaps),
        with_world(a_probe_that_speaks_seldom_is_still_a_line),
        with_world(the_farmer_without_estimate_is_told_why),
        with_world(the_telephone_is_a_link_of_digits),
        with_world(errors_speak_both_languages),
        with_world(pages_fit_a_thin_line),
        cmocka_unit_test(colours_can_be_told_apart_by_day_and_by_night),
        cmocka_unit_test(the_style_has_large_targets_and_text),
        with_world(the_api_is_json_and_says_what_the_pages_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
