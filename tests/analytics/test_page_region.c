/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The region's page, its accuracy and its print: supply, demand, balance. */
#include "tests/analytics/pages.h"

#include "analytics/web/model_forecast.h"

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

static void the_region_is_ordered_month_balance_joint_kotim_seruyan(void **state)
{
    struct buf b = {0};
    const char *head;

    (void)state;
    make_page(&b, 3, LANG_ID);
    head = strstr(b.p, "<thead>");
    assert_non_null(head);
    assert_ptr_equal(strstr(head,
                            "<tr><th scope=\"col\">Bulan</th><th scope=\"col\">Neraca</th><th "
                            "scope=\"col\">Gabungan</th>"
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
    assert_non_null(strstr(b.p, "</b><span>\u25bc defisit</span></td>"));
    assert_int_equal(count(b.p, "<svg class=\"chart\""), 2); /* stacked, and side by side */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_world(the_accuracy_is_told_in_plain_words),
        with_world(the_region_is_ordered_month_balance_joint_kotim_seruyan),
        with_world(the_balance_tells_its_chance_and_what_it_is_made_of),
        with_world(without_demand_there_is_supply_and_no_chance),
        with_world(the_region_says_when_there_is_no_forecast),
        with_world(the_print_has_the_shape_of_the_prognosis),
        with_world(other_fish_that_were_entered_stand_beside_tilapia),
        with_world(a_revision_is_told_only_of_the_numbers_that_were_issued),
        with_world(the_print_is_of_the_period_asked_for),
        with_world(printed_kecamatan_add_up_to_the_regency_in_every_period),
        with_world(followed_and_beyond_are_two_columns_that_add_up),
        with_world(without_official_figures_it_is_called_a_prior),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
