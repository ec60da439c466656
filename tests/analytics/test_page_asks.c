/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the pages ask about records that do not fit, and what is left out meanwhile. */
#include "tests/analytics/pages.h"

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
    /* three causes of one sample are one question; six questions in all, and the list of files */
    assert_int_equal(count(b.p, "<li>Sampel 12"), 1);
    assert_int_equal(count(b.p, "<ul><li>"), 6 + 1);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_world(what_does_not_fit_is_asked_in_plain_words),
        with_world(without_questions_none_is_asked),
        with_world(the_farmer_sees_kilograms_by_size),
        with_world(silent_ponds_are_listed_with_what_is_left_out),
        with_world(a_ledger_from_which_more_goes_than_comes_is_asked_about),
        with_world(more_on_record_than_registered_is_asked_about),
        with_world(a_cycle_that_may_be_over_is_asked_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
