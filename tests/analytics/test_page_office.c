/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages of the offices' daily work, in both languages, from a small region: what they say, what they hold back, and that
 * names are only text. */
#include "tests/support/support.h"

#include "analytics/web/page_office.h"
#include "analytics/web/report_sheet.h"
#include "analytics/web/viewer.h"
#include "collector/common/civil.h"
#include "tests/analytics/world.h"

static struct world *w;
static struct page_model model;
static int32_t today;

/* Three farms in Baamang, one in Kota Besi, three in Hanau; the last wrote nothing for 40 days. */
static int make_region(void **state)
{
    static const char *const PLACE[] = {"62.02.05", "62.02.05", "62.02.05", "62.02.01",
                                        "62.07.04", "62.07.04", "62.07.04"};

    (void)state;
    w = world_new();
    today = civil_day_of(2026, 11, 24);
    for (size_t k = 0; k < 7; k++) {
        char slug[SLUG_SIZE];

        (void)snprintf(slug, sizeof slug, "kolam-%u", (unsigned)k);
        (void)world_farm(w, PLACE[k]);
        (void)snprintf(w->s.farm[k].name, sizeof w->s.farm[k].name, "Pokdakan <b>%u", (unsigned)k);
        (void)world_pond(w, k, slug, k < 4 ? POND_SYSTEM_POND : POND_SYSTEM_CAGE);
        (void)snprintf(w->s.pond[k].name, sizeof w->s.pond[k].name, "Kolam & %u", (unsigned)k);
        (void)world_cycle(w, k, today - 100, 1500 + 10.0 * (double)k, 9);
        world_feed(w, k, k == 6 ? today - 40 : today - 3, 30);
        if (k < 6)
            world_harvest(w, k, today - 45, 40 + (double)k, 5, HARVEST_PARTIAL);
    }
    w->s.as_of_ms = civil_day_start(today + 1) - 1;
    model = (struct page_model){.now_ms = civil_day_start(today) + 36000000,
                                .notice = "",
                                .office = {"Dinas Perikanan <Kotim>", ""}};
    return 0;
}

static int drop_region(void **state)
{
    (void)state;
    world_free(w);
    return 0;
}

static void says(const struct buf *b, const char *words)
{
    if (strstr(b->p, words) == NULL)
        fail_msg("\"%s\" is not on the page", words);
}

static void says_not(const struct buf *b, const char *words)
{
    if (strstr(b->p, words) != NULL)
        fail_msg("\"%s\" is on the page", words);
}

static void the_report_is_a_letter(void **state)
{
    struct monthly_report *r = malloc(sizeof *r);
    struct buf b = {0};

    (void)state;
    assert_non_null(r);
    monthly_report(r, &w->s, 2026 * 12 + 9, model.now_ms);
    page_report(&b, &model, r, SUPPLY_JOINT, "", "", LANG_ID);
    says(&b, "Gabungan, Oktober 2026");
    says(&b, "Nomor: \u2026\u2026 / \u2026\u2026 / XI / 2026");
    says(&b, "Dinas Perikanan &lt;Kotim&gt;");
    says(&b, "SEMENTARA: catatan yang terlambat masih diterima");
    says(&b, "Mengetahui,");
    says(&b, "Penyusun,");
    says(&b, "(nama, NIP)");
    /* one row of both kecamatan with their four ponds */
    says(&b, "<th scope=\"row\">Kota Besi + Baamang</th><td>4</td><td>800</td><td>4</td>");
    says_not(&b, ">Baamang<");
    says_not(&b, "Pokdakan"); /* no farm is named */
    /* two farms of Hanau harvested: neither their 89 kg nor Kotim's 166 are told, both together are */
    says(&b, "<td>255</td>");
    says_not(&b, "<td>89</td>");
    says_not(&b, "<td>166</td>");
    says(&b, "Tanpa kolam aktif: Cempaga, ");
    says(&b, "7 dari 7 kolam aktif melapor");
    buf_clear(&b);
    page_report(&b, &model, r, 1, "2026-13", "", LANG_EN);
    says(&b, "There is no such month");
    says(&b, "Kotim, October 2026");
    says_not(&b, ">Hanau<");
    says(&b, "Acknowledged,");
    buf_free(&b);
    free(r);
}

/* What the configuration has stands on the paper, in the reader's language; what it has not is left to be filled in. */
static void head_number_and_signatures_are_the_configurations(void **state)
{
    struct letters_config letters = {
        .of = {{.office_en = "Fisheries Office",
                .address = "Jl. Tjilik Riwut <1>",
                .place = "Sampit",
                .number = "500.5/{nomor}/DISKAN/{bulan}/{tahun}",
                .head = {.title = {"Kepala Dinas", "Head of the office"},
                         .name = "Ir. Contoh",
                         .rank = "Pembina Tk. I",
                         .nip = "19700101 199503 1 001"},
                .author = {.title = {"Analis Akuakultur", ""}, .name = "Siti Contoh"}}}};
    struct monthly_report *r = malloc(sizeof *r);
    struct page_model with = model;
    struct buf b = {0};

    (void)state;
    assert_non_null(r);
    with.letters = &letters;
    monthly_report(r, &w->s, 2026 * 12 + 9, model.now_ms);
    page_report(&b, &with, r, 1, "2026-10", "017", LANG_ID);
    says(&b, "Nomor: 500.5/017/DISKAN/XI/2026");
    says(&b, "Jl. Tjilik Riwut &lt;1&gt;");
    says(&b, "Sampit, ");
    says(&b, "<p>Kepala Dinas<span>");
    says(&b, "Ir. Contoh<span>Pembina Tk. I</span><span>NIP. 19700101 199503 1 001</span>");
    says(&b, "Penyusun,<span>Analis Akuakultur</span>");
    says(&b, "/laporan/2026-10.xlsx?wilayah=kotim");
    buf_clear(&b);
    page_report(&b, &with, r, 1, "2026-10", "", LANG_EN);
    says(&b, "500.5/\u2026\u2026/DISKAN/XI/2026");
    says(&b, "<span>Fisheries Office</span>");
    says(&b, "<p>Head of the office<span>");
    says(&b, "<span>Analis Akuakultur</span>"); /* no English title is known */
    buf_clear(&b);
    page_report(&b, &with, r, SUPPLY_JOINT, "2026-10", "", LANG_ID);
    says(&b, "(nama, NIP)"); /* Seruyan's */
    says(&b, "Nomor: \u2026\u2026 / \u2026\u2026 / XI / 2026");
    buf_free(&b);
    free(r);
}

/* The file tells what the page tells: no figure of one or two farms. */
static void the_report_as_a_file_holds_back_the_same(void **state)
{
    struct monthly_report *r = malloc(sizeof *r);
    struct buf b = {0};
    struct sheet *s;
    char why[256];

    (void)state;
    assert_non_null(r);
    monthly_report(r, &w->s, 2026 * 12 + 9, model.now_ms);
    assert_int_equal(sheet_new(&s, SHEET_DATA, why, sizeof why), 0);
    report_sheet(s, r, SUPPLY_JOINT, "Data contoh", false, LANG_EN);
    assert_int_equal(sheet_done(s, &b, why, sizeof why), 0);
    says(&b, "month,level,code,name,active_ponds,area_m2,");
    says(&b, "2026-10,kecamatan,62.02.01+62.02.05,Kota Besi + Baamang,4,800,4,");
    says(&b, "Data contoh");
    says(&b, ",255,");
    says_not(&b, ",89,");
    says_not(&b, ",166,");
    buf_clear(&b);
    assert_int_equal(sheet_new(&s, SHEET_XLSX, why, sizeof why), 0);
    report_sheet(s, r, 1, "", true, LANG_ID);
    assert_int_equal(sheet_done(s, &b, why, sizeof why), 0);
    assert_int_equal(memcmp(b.p, "PK\x03\x04", 4), 0);
    buf_free(&b);
    free(r);
}

static void how_many_ponds_of_one_farm_report_is_not_told(void **state)
{
    struct monthly_report *r = malloc(sizeof *r);
    struct buf b = {0};

    (void)state;
    assert_non_null(r);
    for (size_t k = 5; k < 7; k++) /* one farm in Seruyan is left */
        w->s.pond[k].farm = 0;
    monthly_report(r, &w->s, 2026 * 12 + 9, model.now_ms);
    page_report(&b, &model, r, 2, "2026-10", "", LANG_ID);
    says(&b, "Seruyan, Oktober 2026");
    says(&b, "\u2013 dari \u2013 kolam aktif melapor");
    buf_free(&b);
    free(r);
}

static void the_month_asked_for_is_read_with_care(void **state)
{
    static const struct {
        const char *says, *asked;
        int32_t month;
        bool good;
    } row[] = {
        {"a month", "2026-09", 2026 * 12 + 8, true},
        {"the present one", "2026-11", 2026 * 12 + 10, true},
        {"one to come", "2026-12", 2026 * 12 + 9, false},
        {"nothing", "", 2026 * 12 + 9, false},
        {"a quarter", "2026-Q3", 2026 * 12 + 9, false},
        {"something else", "<script>", 2026 * 12 + 9, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        bool good = !row[i].good;

        print_message("%s\n", row[i].says);
        assert_int_equal(page_report_month(row[i].asked, model.now_ms, &good), row[i].month);
        assert_int_equal(good, row[i].good);
    }
}

static void late_ponds_come_first(void **state)
{
    struct page_ponds_filter f = {-1, -1, false};
    struct page_ponds list;
    struct buf b = {0};

    (void)state;
    page_ponds_list(&list, &w->s, NULL, &f, model.now_ms);
    assert_int_equal(list.n, 7);
    assert_int_equal(list.active, 7);
    assert_int_equal(list.written, 6);
    assert_string_equal(list.row[0].pond, "kolam-6");
    assert_int_equal(list.row[0].silent_days, 40);
    page_ponds(&b, &model, &list, &f, LANG_ID);
    says(&b, "6 dari 7 kolam bersiklus melapor dalam 14 hari terakhir.");
    says(&b, "terlambat, 40 hari");
    says(&b, "Kolam &amp; 6</a><span>Pokdakan &lt;b&gt;6, Hanau");
    says(&b, "hari ke-100, tebar 1.560 ekor");
    free(list.row);
    buf_free(&b);
}

static void filters_leave_out(void **state)
{
    bool may[7] = {true, true, true, true, false, false, false};
    static const struct {
        const char *says;
        struct page_ponds_filter f;
        bool with_may;
        size_t rows;
        unsigned active;
    } row[] = {
        {"Seruyan", {REGENCY_SERUYAN, -1, false}, false, 3, 3},
        {"ponds", {-1, POND_SYSTEM_POND, false}, false, 4, 4},
        {"late ones, of which there is one", {-1, -1, true}, false, 1, 7},
        {"what the viewer may see", {-1, -1, false}, true, 4, 4},
        {"nothing", {REGENCY_SERUYAN, POND_SYSTEM_BIOFLOC, false}, false, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct page_ponds list;
        struct buf b = {0};

        print_message("%s\n", row[i].says);
        page_ponds_list(&list, &w->s, row[i].with_may ? may : NULL, &row[i].f, model.now_ms);
        assert_int_equal(list.n, row[i].rows);
        assert_int_equal(list.active, row[i].active);
        page_ponds(&b, &model, &list, &row[i].f, LANG_EN);
        if (row[i].rows == 0)
            says(&b, "No pond fits this choice.");
        free(list.row);
        buf_free(&b);
    }
}

static void the_ledger_adds_up_by_month(void **state)
{
    struct rec_fingerlings row[] = {
        {civil_day_of(2026, 10, 3), "BBI <Sampit>", FINGERLINGS_PRODUCED, 42000, 4, REGENCY_KOTIM,
         REGENCY_KOTIM},
        {civil_day_of(2026, 10, 9), "BBI <Sampit>", FINGERLINGS_TRANSFERRED, 9000, 5, REGENCY_KOTIM,
         REGENCY_SERUYAN},
        {civil_day_of(2026, 10, 9), "BBI <Sampit>", FINGERLINGS_SOLD, 18000, NAN, REGENCY_KOTIM,
         REGENCY_KOTIM},
    };
    const struct viewer seruyan = {.role = ROLE_OFFICER, .regency = {[REGENCY_SERUYAN] = true}};
    struct buf b = {0};

    (void)state;
    page_seed(&b, &model, &w->s, LANG_ID);
    says(&b, "Belum ada catatan benih");
    buf_clear(&b);
    w->s.fingerlings = row;
    w->s.fingerling_rows = 3;
    page_seed(&b, &model, &w->s, LANG_ID);
    says(&b,
         "<th scope=\"row\">Oktober 2026</th><td>33.000</td><td>42.000</td><td>0</td><td>9.000</td>"
         "<td>18.000</td>");
    says(&b, "<th scope=\"row\">Oktober "
             "2026</th><td>9.000</td><td>0</td><td>9.000</td><td>0</td><td>0</td>");
    says(&b, "<th scope=\"row\">November 2026</th><td>\u2013</td>");
    says(&b, "BBI &lt;Sampit&gt;");
    says(&b, "Kotawaringin Timur \u2192 Seruyan");
    buf_clear(&b);
    /* rows are of the reader's regency, as in what they download; the sums are of both */
    model.viewer = &seruyan;
    page_seed(&b, &model, &w->s, LANG_ID);
    model.viewer = NULL;
    says(&b, "<td>33.000</td><td>42.000</td>");
    says(&b, "Kotawaringin Timur \u2192 Seruyan");
    says_not(&b, "<b>42.000</b>");
    says_not(&b, "<b>18.000</b>");
    w->s.fingerlings = NULL;
    w->s.fingerling_rows = 0;
    buf_free(&b);
}

static void the_sketch_shades_what_is_told(void **state)
{
    struct monthly *m = malloc(sizeof *m);
    enum monthly_measure what;
    struct buf b = {0};

    (void)state;
    assert_non_null(m);
    monthly_make(m, &w->s, 2026 * 12 + 9, false);
    assert_int_equal(page_sketch_find("tebar", &what), 0);
    assert_int_equal(what, MONTHLY_STOCKED);
    assert_int_equal(page_sketch_find("nilai", &what), NILA_ERR_NOT_FOUND);
    page_sketch(&b, &model, m, MONTHLY_HARVEST, LANG_EN);
    says(&b, "A sketch: where each kecamatan (district) lies, roughly");
    says(&b, "\"petak k0 r1\""); /* Hanau, where two farms harvested, is not told */
    says(&b, "<th scope=\"row\">Hanau</th><td>\u2013</td>");
    says(&b, "<th scope=\"row\">Joint</th><td>255</td>");
    buf_clear(&b);
    page_sketch(&b, &model, m, MONTHLY_PONDS, LANG_EN);
    says(&b, "4*</text>");
    says(&b, "\"petak n5 r0\"");
    says(&b, "<th scope=\"row\">Kota Besi + Baamang</th><td>4</td>");
    says(&b, "<th scope=\"row\">Hanau</th><td>3</td>");
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        if (strlen(region_kecamatan(k)->name) <= 13)
            says(&b, region_kecamatan(k)->name);
    says(&b, "Mentawa Baru<tspan");
    buf_free(&b);
    free(m);
}

static void odd_figures_are_asked_about_kindly(void **state)
{
    struct oddity *odd = NULL;
    struct buf b = {0};
    size_t n;

    (void)state;
    page_oddities(&b, &model, &w->s, NULL, 0, LANG_ID);
    says(&b, "Tidak ada angka yang perlu ditelaah.");
    buf_clear(&b);
    w->s.cycle[0].count = 20000;
    n = oddities_find(&w->s, 0, &odd);
    page_oddities(&b, &model, &w->s, odd, n, LANG_ID);
    says(&b, "boleh jadi benar");
    says(&b, "Tebar 100 ekor per m\u00b2; di atas 50 jarang muat.");
    says(&b, "href=\"/kolam/kolam-0\">Kolam &amp; 0</a>");
    free(odd);
    buf_free(&b);
}

#define of_region(test) cmocka_unit_test_setup_teardown(test, make_region, drop_region)

int main(void)
{
    const struct CMUnitTest tests[] = {
        of_region(the_report_is_a_letter),
        of_region(head_number_and_signatures_are_the_configurations),
        of_region(the_report_as_a_file_holds_back_the_same),
        of_region(how_many_ponds_of_one_farm_report_is_not_told),
        of_region(the_month_asked_for_is_read_with_care),
        of_region(late_ponds_come_first),
        of_region(filters_leave_out),
        of_region(the_ledger_adds_up_by_month),
        of_region(the_sketch_shades_what_is_told),
        of_region(odd_figures_are_asked_about_kindly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
