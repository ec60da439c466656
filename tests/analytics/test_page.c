/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include "tests/analytics/pageworld.h"

#include "analytics/web/assets.h"
#include "analytics/web/model_forecast.h"
#include "collector/common/gzip.h"
#include "collector/common/jsonconf.h"

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

static int count(const char *text, const char *what)
{
    int n = 0;
    for (const char *p = text; (p = strstr(p, what)) != NULL; p += strlen(what))
        n++;
    return n;
}

#define PAGES 10
static const char *const PAGE_NAME[PAGES] = {"home", "pond", "silent pond", "region", "help",
                                             "404",  "503",  "records",     "print",  "accuracy"};

static void make_page(struct buf *b, int page, enum lang lang)
{
    const struct page_model *m = &world->model;

    buf_clear(b);
    switch (page) {
    case 0:
        page_home(b, m, lang);
        break;
    case 1:
        page_pond(b, m, page_find(m, "kotim-1"), &world->day, lang);
        break;
    case 2:
        page_pond(b, m, page_find(m, "kotim-4"), &world->day, lang);
        break;
    case 3:
        page_region(b, m, lang);
        break;
    case 4:
        page_help(b, m, lang);
        break;
    case 5:
        page_error(b, 404, m->notice, lang);
        break;
    case 8:
        page_print(b, m, "", lang);
        break;
    case 7:
        page_records(b, m, lang);
        break;
    case 9:
        page_accuracy(b, m, lang);
        break;
    default:
        page_error(b, 503, m->notice, lang);
        break;
    }
}

/* Every tag closed in order; void elements of HTML and self-closed ones aside. */
static void assert_well_formed(const char *says, const char *p)
{
    static const char *const VOID[] = {"!DOCTYPE", "meta", "link"};
    char stack[64][24];
    int depth = 0;

    while ((p = strchr(p, '<')) != NULL) {
        const char *end = strchr(p, '>');
        size_t n = strcspn(p + 1 + (p[1] == '/'), " >/");
        char name[24];
        bool alone = end != NULL && end[-1] == '/';
        if (end == NULL || n == 0 || n >= sizeof name)
            fail_msg("%s: not a tag: %.40s", says, p);
        memcpy(name, p + 1 + (p[1] == '/'), n);
        name[n] = '\0';
        for (size_t i = 0; i < sizeof VOID / sizeof VOID[0]; i++)
            alone = alone || strcmp(name, VOID[i]) == 0;
        if (p[1] == '/') {
            if (depth == 0 || strcmp(stack[depth - 1], name) != 0)
                fail_msg("%s: </%s> closes <%s>", says, name, depth > 0 ? stack[depth - 1] : "");
            depth--;
        } else if (!alone) {
            assert_true(depth < 64);
            memcpy(stack[depth++], name, sizeof name);
        }
        p = end;
    }
    assert_int_equal(depth, 0);
}

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

static void the_accuracy_is_told_in_plain_words(void **state)
{
    struct page_accuracy *a = &world->model.forecast.accuracy;
    struct buf b = {0};

    (void)state;
    make_page(&b, 9, LANG_ID);
    assert_non_null(strstr(b.p, "6 dari 8 ramalan gabungan mengenai"));
    assert_non_null(
        strstr(b.p, "Gabungan: rentang ramalan 2 sampai 3 bulan ke depan dikali 1,32, karena "
                    "rentang model mengenai 7 dari 14 ramalan terdahulu."));
    assert_non_null(strstr(b.p, "<tr><th scope=\"row\">1</th><td>6 / 8</td><td>14%</td>"
                                "<td>\u22126%</td><td>+31%</td><td>\u2013</td><td>1,26</td></tr>"));
    assert_non_null(strstr(b.p, "<th scope=\"row\">Semua, catatan pertama</th><td>5 / 8</td>"));
    assert_int_equal(count(b.p, "panen di bawah rentang"), 1); /* 8 t of 9 to 16 */
    assert_int_equal(count(b.p, "\u2713 mengenai"), 1);        /* 13 t */
    assert_int_equal(count(b.p, "panen di atas rentang"), 1);  /* 18 t */
    assert_non_null(strstr(b.p, "12,0 <span class=\"soft\">(9,0\u201316,0)</span></td><td>8,0"
                                "</td><td>+50%</td>"));
    assert_null(strstr(b.p, "Kotim: menurut jarak")); /* nothing of it was judged */
    assert_non_null(strstr(b.p, "Tidak dinilai: 1 ramalan bulan"));
    assert_non_null(strstr(b.p, "di luar catatan tidak dinilai"));
    make_page(&b, 3, LANG_EN); /* the region's page tells the factor and leads there */
    assert_non_null(strstr(b.p, "2 to 3 months ahead is multiplied by 1.32"));
    assert_non_null(strstr(b.p, "href=\"/wilayah/ketepatan\""));
    recalibrate_none(&a->recalibration);
    a->score[SUPPLY_JOINT][0] = (struct accuracy_score){0};
    make_page(&b, 9, LANG_EN);
    assert_non_null(strstr(b.p, "No forecast can be judged yet."));
    assert_non_null(strstr(b.p, "The range is not corrected."));
    make_page(&b, 3, LANG_EN);
    assert_null(strstr(b.p, "is multiplied by"));
    a->ready = false;
    make_page(&b, 9, LANG_EN);
    assert_non_null(strstr(b.p, "could not be read"));
    buf_free(&b);
}

static void the_region_is_ordered_month_joint_kotim_seruyan(void **state)
{
    struct buf b = {0};
    const char *head;

    (void)state;
    make_page(&b, 3, LANG_ID);
    head = strstr(b.p, "<thead>");
    assert_non_null(head);
    assert_ptr_equal(strstr(head,
                            "<tr><th scope=\"col\">Bulan</th><th scope=\"col\">Gabungan</th>"
                            "<th scope=\"col\">Kotim</th><th scope=\"col\">Seruyan</th></tr>"),
                     head + strlen("<thead>"));
    assert_non_null(strstr(b.p, "Desember 2026: sekitar 14,6 ton dari kedua kabupaten, biasanya "
                                "antara 10,2 dan 19,6 ton."));
    assert_non_null(strstr(b.p, "<td><b>14,6</b><span>10,2\u201319,6</span></td>"));
    assert_non_null(strstr(b.p, "Triwulan 1 2027"));
    assert_non_null(strstr(b.p, "entang tidak dijumlahkan"));
    assert_non_null(strstr(b.p, "41 kolam dengan siklus berjalan dari 58 kolam tercatat"));
    assert_non_null(strstr(b.p, "disesuaikan dengan angka resmi"));
    assert_non_null(strstr(b.p, "24 November 2026"));
    assert_int_equal(count(b.p, "<svg class=\"chart\""), 1);
    world->model.forecast.with_official = false;
    make_page(&b, 3, LANG_ID);
    assert_non_null(strstr(b.p, "bukan seluruh produksi wilayah"));
    make_page(&b, 3, LANG_EN);
    assert_non_null(strstr(b.p, "anges are not summed"));
    buf_free(&b);
}

static void the_balance_tells_its_chance_and_what_it_is_made_of(void **state)
{
    struct buf b = {0};

    (void)state;
    make_page(&b, 3, LANG_ID);
    assert_non_null(strstr(b.p, "sangat mungkin cukup, 6%"));
    assert_non_null(strstr(b.p, "mungkin kurang, 62%"));
    assert_non_null(strstr(b.p, "bila kurang: 33,0 ton"));
    assert_non_null(strstr(b.p, "2,5 ton, Seruyan ke Kotim"));
    assert_non_null(strstr(b.p, "12,3 ton, Kotim ke Seruyan"));
    assert_non_null(strstr(b.p, "Dukcapil &amp; BPS"));
    assert_non_null(strstr(b.p, "<b>21,5</b><span>14\u201330</span>"));
    assert_non_null(strstr(b.p, "(Desember 2026 \u2026 Januari 2027)"));
    assert_non_null(strstr(b.p, "Kotim, 2027-Q1"));
    assert_non_null(strstr(b.p, "Danau Sembuluh, 2027-01"));
    assert_non_null(strstr(b.p, "di bawah panen yang sudah tercatat; tidak dipakai"));
    assert_non_null(strstr(b.p, "Skenario, bukan kebutuhan"));
    assert_non_null(strstr(b.p, "465,9 ton per bulan di Kotim"));
    make_page(&b, 3, LANG_EN);
    assert_non_null(strstr(b.p, "very likely enough"));
    assert_non_null(strstr(b.p, "below the harvest on record; not used"));
    assert_non_null(strstr(b.p, "That is production, not consumption."));
    buf_free(&b);
}

static void without_demand_there_is_supply_and_no_chance(void **state)
{
    struct page_forecast *f = &world->model.forecast;
    struct buf b = {0};

    (void)state;
    for (size_t k = 0; k < DEMAND_NODES; k++) {
        f->neraca.known[k] = k == 1;
        f->neraca.gap[k] = k == 1 ? NERACA_TOLD : NERACA_NO_DEMAND;
        f->neraca.missing[k] = KEY_TILAPIA_SHARE;
    }
    make_page(&b, 3, LANG_ID);
    assert_non_null(strstr(b.p, "Seruyan: kebutuhan belum diisi (bagian nila dalam konsumsi ikan"));
    assert_null(strstr(b.p, "Kotim: kebutuhan belum diisi"));
    assert_non_null(strstr(b.p, "sangat mungkin cukup")); /* Kotim's is told */
    assert_null(strstr(b.p, "Bila kedua kabupaten"));
    f->neraca.known[1] = false;
    f->neraca.gap[1] = NERACA_NO_DEMAND;
    f->population[REGENCY_SERUYAN] = NAN;
    make_page(&b, 3, LANG_ID);
    assert_non_null(strstr(b.p, "Kotim: kebutuhan belum diisi"));
    assert_null(strstr(b.p, "mungkin kurang"));
    assert_null(strstr(b.p, "mungkin cukup"));
    assert_null(strstr(b.p, "Skenario"));
    assert_non_null(strstr(b.p, "<b>14,6</b>"));
    make_page(&b, 3, LANG_EN);
    assert_non_null(strstr(b.p, "Kotim: demand not entered yet (share of tilapia"));
    f->neraca.known[1] = true;
    f->neraca.gap[1] = NERACA_FEW_FARMS;
    f->neraca.farms[1] = 2;
    make_page(&b, 3, LANG_EN);
    assert_non_null(strstr(b.p, "Kotim: only 2 of 60 registered fish farms"));
    assert_null(strstr(b.p, "very likely"));
    buf_free(&b);
}

static void the_region_says_when_there_is_no_forecast(void **state)
{
    struct buf b = {0};

    (void)state;
    world->model.forecast.state = PAGE_FORECAST_WAITING;
    make_page(&b, 3, LANG_ID);
    assert_non_null(strstr(b.p, "Prakiraan sedang dihitung"));
    assert_null(strstr(b.p, "<table"));
    world->model.forecast.state = PAGE_FORECAST_FAILED;
    make_page(&b, 3, LANG_ID);
    assert_non_null(strstr(b.p, "tidak dapat dihitung"));
    world_forecast(&world->model.forecast);
    world->model.forecast.without_water = true;
    world->model.forecast.forgotten = 2;
    make_page(&b, 3, LANG_ID);
    assert_non_null(strstr(b.p, "tanpa data sensor"));
    assert_non_null(strstr(b.p, "2 siklus tidak dihitung"));
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

static void what_does_not_fit_is_asked_in_plain_words(void **state)
{
    static const struct {
        enum lang lang;
        const char *says;
    } T[] = {
        {LANG_ID, "Sampel 12 November 2026 di Kolam 1: rata-rata 96 gram, lebih kecil dari yang "
                  "diperkirakan (162 gram).<ul><li>Apakah ikan besar sudah diambil?"},
        {LANG_ID, "Apakah anakan ikut terjaring?"},
        {LANG_ID, "Sampel 2 November 2026 di Kolam 1: rata-rata 312 gram, jauh lebih besar"},
        {LANG_ID, "tertulis 12,0 ekor per kg, diperkirakan 5,9 ekor per kg"},
        {LANG_ID, "tertulis 4.100 ekor mati atau hilang, padahal diperkirakan hanya ada 2.500"},
        {LANG_ID, "tertulis 250,0 kg per hari, jauh lebih banyak"},
        {LANG_ID, "Pakan 16 November 2026 di Kolam 1 (7,5 kg): jenisnya tidak dikenal"},
        {LANG_EN, "Sample of 12 November 2026 in Kolam 1: mean 96 grams, smaller than expected "
                  "(162 grams).<ul><li>Were the big fish taken out already?"},
        {LANG_EN, "4,100 fish dead or lost are written down, but only some 2,500"},
    };
    struct buf b = {0};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        for (int page = 1; page <= 7; page += 6) {
            make_page(&b, page, T[i].lang);
            if (strstr(b.p, T[i].says) == NULL)
                fail_msg("%s: %s", PAGE_NAME[page], T[i].says);
        }
    make_page(&b, 7, LANG_ID);
    assert_non_null(strstr(b.p, "1 kolam mempunyai catatan yang tidak cocok"));
    assert_non_null(strstr(b.p, "<h2>Tambak Mentaya</h2>"));
    assert_int_equal(count(b.p, "Karamba Kuala Pembuang"), 0);
    /* three causes of one sample are one question; six questions in all */
    assert_int_equal(count(b.p, "<li>Sampel 12"), 1);
    assert_int_equal(count(b.p, "<ul><li>"), 6);
    make_page(&b, 3, LANG_ID);
    assert_non_null(strstr(b.p, "href=\"/wilayah/catatan\">Catatan yang perlu ditanyakan: 1"));
    buf_free(&b);
}

static void without_questions_none_is_asked(void **state)
{
    struct buf b = {0};

    (void)state;
    for (size_t i = 0; i < world->model.ponds; i++)
        world->pond[i].estimate.doubts = 0;
    make_page(&b, 1, LANG_ID);
    assert_null(strstr(b.p, "Yang perlu ditanyakan"));
    make_page(&b, 7, LANG_EN);
    assert_non_null(strstr(b.p, "There is no record to ask about."));
    world->model.forecast.state = PAGE_FORECAST_FAILED;
    make_page(&b, 7, LANG_EN);
    assert_non_null(strstr(b.p, "The forecast could not be computed."));
    buf_free(&b);
}

static void the_farmer_sees_kilograms_by_size(void **state)
{
    struct buf b = {0};

    (void)state;
    make_page(&b, 1, LANG_ID);
    assert_non_null(strstr(b.p, "lebih kecil dari ukuran 8<span class=\"soft\"> (di bawah 125 g)"
                                "</span></th><td>11</td>"));
    assert_non_null(
        strstr(b.p, "ukuran 5<span class=\"soft\"> (200\u2013250 g)</span></th><td>140</td>"));
    assert_non_null(
        strstr(b.p, "ukuran 3<span class=\"soft\"> (333 g ke atas)</span></th><td>3</td>"));
    buf_free(&b);
}

static void the_print_has_the_shape_of_the_prognosis(void **state)
{
    static const struct {
        enum lang lang;
        const char *says;
    } T[] = {
        {LANG_ID, "<h1>Prognosa Neraca Pangan: Ikan Nila</h1>"},
        {LANG_ID, "<p class=\"masa\">Desember 2026</p>"},
        {LANG_ID,
         "<b>Pemerintah Kabupaten Kotawaringin Timur</b><span>Dinas &lt;Perikanan&gt;</span>"},
        {LANG_ID,
         "<b>Pemerintah Kabupaten Seruyan</b><span>Dinas yang membidangi perikanan</span>"},
        {LANG_ID,
         "Sementara, belum diterbitkan (tanpa nomor revisi). Data sampai 24 November 2026"},
        {LANG_ID, "<th scope=\"row\">di antaranya: nila</th><td><b>14,6</b>"},
        {LANG_ID, "<th scope=\"row\">di antaranya: ikan lain</th><td class=\"isi\"></td>"},
        {LANG_ID, "entang tidak dijumlahkan"},
        {LANG_ID, "41 kolam dengan siklus berjalan dari 58 kolam tercatat"},
        {LANG_ID, "Dukcapil &amp; BPS"},
        {LANG_ID, "Kepala Dinas &lt;Perikanan&gt;<span>Kotawaringin Timur</span>"},
        {LANG_ID, "href=\"/wilayah/cetak?bulan=2027-Q1\""},
        {LANG_EN, "<h1>Food Balance Prognosis: Tilapia</h1>"},
        {LANG_EN, "Provisional, not issued yet (no revision number). Data up to 24 November 2026"},
        {LANG_EN, "anges are not summed"},
    };
    struct buf b = {0};

    (void)state;
    world->model.office[REGENCY_KOTIM] = "Dinas <Perikanan>";
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        make_page(&b, 8, T[i].lang);
        if (strstr(b.p, T[i].says) == NULL)
            fail_msg("%s", T[i].says);
    }
    /* every sheet tells what it is; each of 27 kecamatan is named in a table of its own row */
    make_page(&b, 8, LANG_ID);
    assert_int_equal(count(b.p, "Data sampai 24 November 2026"), 2);
    assert_int_equal(count(b.p, "class=\"kaki\""), 1);
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++) {
        char row[96];

        (void)snprintf(row, sizeof row, "<tr><th scope=\"row\">%s</th>", region_kecamatan(k)->name);
        assert_non_null(strstr(b.p, row));
    }
    assert_non_null(strstr(b.p, "<th scope=\"row\">Jumlah Kotim</th>"));
    buf_free(&b);
}

static void other_fish_that_were_entered_stand_beside_tilapia(void **state)
{
    struct page_forecast *f = &world->model.forecast;
    const long long *part = f->rounded.part[1][0];
    long long all = part[NERACA_SUPPLY] + part[NERACA_INFLOW] - part[NERACA_OUTFLOW] -
                    part[NERACA_LOSS] + 12345;
    struct buf b = {0};
    char cell[FORMAT_SIZE], want[160];

    (void)state;
    f->other[PAGE_OTHER_SUPPLY][1][0] = 12345;
    f->other_known[PAGE_OTHER_SUPPLY][1][0] = true;
    make_page(&b, 8, LANG_ID);
    assert_non_null(
        strstr(b.p, "<td><b>1.234,5</b></td><td class=\"isi\"></td><td class=\"isi\">"));
    f->other[PAGE_OTHER_DEMAND][1][0] = 20001;
    f->other_known[PAGE_OTHER_DEMAND][1][0] = true;
    make_page(&b, 8, LANG_ID);
    assert_non_null(
        strstr(b.p, "<td><b>1.234,5</b></td><td><b>2.000,1</b></td><td><b>\u2212765,6</b></td>"));
    (void)format_number(cell, sizeof cell, LANG_ID, (double)all / 10, 1);
    (void)snprintf(want, sizeof want, "<td><b>%s</b></td>", cell);
    assert_non_null(strstr(b.p, want));
    /* the demand for tilapia is not known: neither is that for all fish, what is available is */
    f->neraca.known[1] = false;
    make_page(&b, 8, LANG_ID);
    (void)snprintf(want, sizeof want, "<td><b>%s</b></td><td class=\"isi\"></td>", cell);
    assert_non_null(strstr(b.p, want));
    buf_free(&b);
}

static void a_revision_is_told_only_of_the_numbers_that_were_issued(void **state)
{
    struct page_forecast *f = &world->model.forecast;
    struct rec_issued_value value[PAGE_MONTHS + 1] = {0};
    struct rec_issue issue[3];

    (void)state;
    (void)snprintf(value[0].node, sizeof value[0].node, "kotim"); /* not looked at */
    for (unsigned lead = 1; lead <= f->months; lead++) {
        (void)snprintf(value[lead].node, sizeof value[lead].node, "joint");
        value[lead].lead = lead;
        value[lead].mean = f->neraca.supply[SUPPLY_JOINT][lead - 1].mean;
    }
    for (unsigned i = 0; i < 3; i++)
        issue[i] = (struct rec_issue){
            .as_of_day = f->as_of_day, .revision = i + 1, .values = f->months + 1, .value = value};
    issue[2].as_of_day--;
    assert_int_equal(model_revision(issue, 3, f), 2);
    issue[1].values--; /* a month short */
    assert_int_equal(model_revision(issue, 3, f), 1);
    value[2].mean += 0.1; /* a record came in since */
    assert_int_equal(model_revision(issue, 3, f), 0);
    assert_int_equal(model_revision(NULL, 0, f), 0);
}

static void the_print_is_of_the_period_asked_for(void **state)
{
    struct buf b = {0};
    size_t q = world->model.forecast.months; /* the first quarter */

    (void)state;
    world->model.forecast.final[q] = true;
    world->model.forecast.revision = 3;
    page_print(&b, &world->model, "2027-Q1", LANG_ID);
    assert_non_null(strstr(b.p, "Seruyan: 62.07 (Kemendagri), 6208 (BPS)"));
    assert_non_null(strstr(b.p, "<p class=\"masa\">Triwulan 1 2027</p>"));
    assert_non_null(strstr(b.p, "Tetap, revisi 3. Data"));
    buf_clear(&b);
    page_print(&b, &world->model, "all", LANG_EN);
    assert_non_null(strstr(b.p, "<p class=\"masa\">December 2026 \u2013 May 2027</p>"));
    assert_non_null(strstr(b.p, "Provisional, revision 3. Data"));
    buf_clear(&b);
    page_print(&b, &world->model, "2031-07<b>", LANG_ID);
    assert_non_null(strstr(b.p, "Masa \u201c2031-07&lt;b&gt;\u201d tidak ada dalam prakiraan ini; "
                                "yang ditampilkan Desember 2026."));
    assert_null(strstr(b.p, "07<b>"));
    buf_clear(&b);
    world->model.forecast.state = PAGE_FORECAST_WAITING;
    page_print(&b, &world->model, "all", LANG_ID);
    assert_non_null(strstr(b.p, "Prakiraan sedang dihitung."));
    buf_free(&b);
}

/* The digits of a mean in tenths; the cells of a row in order. */
static long cell_units(const char **at)
{
    long units = 0;
    bool minus;

    *at = strstr(*at, "<td><b>");
    assert_non_null(*at);
    *at += strlen("<td><b>");
    minus = strncmp(*at, "\u2212", 3) == 0 || **at == '-';
    for (; **at != '<'; (*at)++)
        if (**at >= '0' && **at <= '9')
            units = units * 10 + (**at - '0');
    return minus ? -units : units;
}

static void printed_kecamatan_add_up_to_the_regency_in_every_period(void **state)
{
    struct buf b = {0};

    (void)state;
    make_page(&b, 3, LANG_ID);
    for (int r = 0; r < REGENCY_COUNT; r++) {
        size_t regency = supply_node_regency((enum regency)r), rows = 0;
        long sum[NERACA_PERIODS] = {0};
        const char *at = strstr(b.p, r == 0 ? "Kotim: semua bulan per kecamatan"
                                            : "Seruyan: semua bulan per kecamatan");

        assert_non_null(at);
        for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++) {
            if (region_kecamatan(k)->regency != (enum regency)r)
                continue;
            rows++;
            for (size_t p = 0; p < world->model.forecast.neraca.periods; p++)
                sum[p] += cell_units(&at);
        }
        assert_true(rows >= 10);
        for (size_t p = 0; p < world->model.forecast.neraca.periods; p++) {
            assert_int_equal(cell_units(&at), sum[p]);
            assert_int_equal(sum[p], world->model.forecast.rounded.supply[regency][p]);
        }
    }
    buf_free(&b);
}

static void followed_and_beyond_are_two_columns_that_add_up(void **state)
{
    struct page_forecast *f = &world->model.forecast;
    struct buf b = {0};
    const char *at;

    (void)state;
    for (int page = 3; page <= 8; page += 5) {
        f->neraca.whole[1] = f->neraca.whole[2] = false;
        make_page(&b, page, LANG_ID);
        assert_null(strstr(b.p, "luar pantauan (ton)"));
        f->neraca.whole[1] = f->neraca.whole[2] = true;
        make_page(&b, page, LANG_EN);
        assert_non_null(strstr(b.p, "Tracked, and estimated beyond (tonnes)"));
        make_page(&b, page, LANG_ID);
        at = strstr(b.p, "Terpantau dan taksiran luar pantauan (ton)");
        assert_non_null(at);
        assert_non_null(strstr(at, "<th scope=\"col\">Seruyan: taksiran luar pantauan</th>"));
        for (size_t p = 0; p < f->neraca.periods; p++)
            for (size_t node = 0; node < DEMAND_NODES; node++) {
                long tracked = cell_units(&at), beyond = cell_units(&at);

                assert_int_equal(tracked, f->rounded.tracked[node][p]);
                assert_int_equal(tracked + beyond, f->rounded.supply[node][p]);
            }
    }
    buf_free(&b);
}

static void silent_ponds_are_listed_with_what_is_left_out(void **state)
{
    struct page_pond *p = NULL;
    struct buf b = {0};

    (void)state;
    for (size_t i = 0; i < world->model.ponds; i++)
        if (strcmp(world->pond[i].pond.slug, "kotim-3") == 0)
            p = &world->pond[i];
    assert_non_null(p);
    make_page(&b, 7, LANG_ID);
    assert_null(strstr(b.p, "Kolam tanpa kabar, tidak dihitung"));
    p->has_cycle = p->has_estimate = true;
    p->stocked_day = civil_day(WORLD_NOW) - 120;
    p->estimate = (struct supply_pond){
        .cycle = -1, .forgotten_cycle = 0, .silent_days = 61, .forgotten_kg = 1432.4};
    world->model.forecast.forgotten = 1;
    world->model.forecast.forgotten_kg[0] = world->model.forecast.forgotten_kg[1] = 1432.4;
    make_page(&b, 7, LANG_ID);
    assert_non_null(strstr(b.p, "Kolam tanpa kabar, tidak dihitung"));
    assert_non_null(strstr(b.p,
                           "<a href=\"/kolam/kotim-3\">Kolam 3</a><span class=\"soft\"> Tambak "
                           "Mentaya \u00b7 Baamang</span></th><td>61</td>"
                           "<td>1.432</td>"));
    assert_non_null(strstr(b.p, "<td></td><td><b>1.432</b></td>"));
    make_page(&b, 3, LANG_EN);
    assert_non_null(strstr(b.p, "some 1.4 tonnes of fish (Kotim 1.4, Seruyan 0.0)"));
    buf_clear(&b);
    page_pond(&b, &world->model, p, &world->day, LANG_ID);
    assert_non_null(strstr(b.p, "Sudah 61 hari tanpa catatan. Kira-kira 1.432 kg panen"));
    buf_free(&b);
}

static void a_ledger_from_which_more_goes_than_comes_is_asked_about(void **state)
{
    struct seed_ledger *seed = &world->model.forecast.seed[REGENCY_SERUYAN];
    struct buf b = {0};

    (void)state;
    *seed = (struct seed_ledger){.came_in = 20000, .went_out = 31500};
    make_page(&b, 7, LANG_ID);
    assert_null(strstr(b.p, "Buku benih"));
    seed->asks = true;
    make_page(&b, 7, LANG_ID);
    assert_non_null(strstr(b.p,
                           "Buku benih Seruyan: tercatat keluar (dijual dan dikirim) 31.500 ekor, "
                           "padahal masuk (dihasilkan dan diterima) hanya 20.000 ekor."));
    assert_int_equal(count(b.p, "Buku benih"), 1);
    buf_free(&b);
}

static void more_on_record_than_registered_is_asked_about(void **state)
{
    struct page_forecast *f = &world->model.forecast;
    struct buf b = {0};

    (void)state;
    make_page(&b, 7, LANG_ID);
    assert_null(strstr(b.p, "di register hanya"));
    f->register_question[0] = (struct untracked_question){0, POND_SYSTEM_CAGE, false, 3, 5};
    f->register_question[1] = (struct untracked_question){1, POND_SYSTEM_POND, true, 1200, 1250};
    f->register_questions = 2;
    make_page(&b, 7, LANG_ID);
    assert_non_null(strstr(b.p, ", karamba: 5 pembudidaya tercatat di sini, padahal di register "
                                "hanya 3. Apakah registernya perlu diperbarui?"));
    make_page(&b, 7, LANG_EN);
    assert_non_null(strstr(b.p, ", earthen ponds: 1,250 ponds are on record here, but only 1,200 "
                                "in the register."));
    buf_free(&b);
}

static void a_cycle_that_may_be_over_is_asked_about(void **state)
{
    struct page_pond *p = NULL;
    struct buf b = {0};

    (void)state;
    for (size_t i = 0; i < world->model.ponds; i++)
        if (strcmp(world->pond[i].pond.slug, "kotim-1") == 0)
            p = &world->pond[i];
    assert_non_null(p);
    p->estimate.silent_days = 33;
    p->estimate.ended_share = 0.19;
    make_page(&b, 1, LANG_ID);
    assert_null(strstr(b.p, "Apakah sudah dipanen?"));
    p->estimate.ended_share = 0.42;
    make_page(&b, 1, LANG_ID);
    assert_non_null(strstr(b.p,
                           "Sudah 33 hari tanpa catatan. Kemungkinan ikan sudah dipanen tetapi "
                           "belum dicatat: 42%. Apakah sudah dipanen?"));
    buf_free(&b);
}

static void without_official_figures_it_is_called_a_prior(void **state)
{
    struct buf b = {0};

    (void)state;
    for (int page = 3; page <= 8; page += 5) {
        world->model.forecast.with_official = true;
        make_page(&b, page, LANG_ID);
        assert_null(strstr(b.p, "Taksiran awal (prior)"));
        world->model.forecast.with_official = false;
        make_page(&b, page, LANG_ID);
        assert_non_null(strstr(b.p, "Taksiran awal (prior): belum ada angka resmi"));
        make_page(&b, page, LANG_EN);
        assert_non_null(strstr(b.p, "A prior estimate: no official figure"));
    }
    buf_free(&b);
}

#define with_world(test) cmocka_unit_test_setup_teardown(test, make_world, drop_world)
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
        with_world(the_accuracy_is_told_in_plain_words),
        with_world(the_region_is_ordered_month_joint_kotim_seruyan),
        with_world(the_balance_tells_its_chance_and_what_it_is_made_of),
        with_world(without_demand_there_is_supply_and_no_chance),
        with_world(the_region_says_when_there_is_no_forecast),
        with_world(a_database_that_is_away_is_said_with_the_time),
        with_world(a_day_that_is_not_there_is_said),
        with_world(the_table_has_the_hourly_means_and_dashes_for_gaps),
        with_world(a_probe_that_speaks_seldom_is_still_a_line),
        with_world(the_farmer_without_estimate_is_told_why),
        with_world(the_telephone_is_a_link_of_digits),
        with_world(what_does_not_fit_is_asked_in_plain_words),
        with_world(without_questions_none_is_asked),
        with_world(the_farmer_sees_kilograms_by_size),
        with_world(the_print_has_the_shape_of_the_prognosis),
        with_world(other_fish_that_were_entered_stand_beside_tilapia),
        with_world(a_revision_is_told_only_of_the_numbers_that_were_issued),
        with_world(the_print_is_of_the_period_asked_for),
        with_world(printed_kecamatan_add_up_to_the_regency_in_every_period),
        with_world(followed_and_beyond_are_two_columns_that_add_up),
        with_world(silent_ponds_are_listed_with_what_is_left_out),
        with_world(a_ledger_from_which_more_goes_than_comes_is_asked_about),
        with_world(more_on_record_than_registered_is_asked_about),
        with_world(a_cycle_that_may_be_over_is_asked_about),
        with_world(without_official_figures_it_is_called_a_prior),
        with_world(errors_speak_both_languages),
        with_world(pages_fit_a_thin_line),
        cmocka_unit_test(colours_can_be_told_apart_by_day_and_by_night),
        cmocka_unit_test(the_style_has_large_targets_and_text),
        with_world(the_api_is_json_and_says_what_the_pages_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
