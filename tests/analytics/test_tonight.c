/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include "analytics/scene.h"
#include "tests/analytics/pageworld.h"

#define HOUR ((int64_t)3600000)
/* 2026-11-24 20:00 WIB */
#define DUSK (WORLD_NOW - WORLD_NOW % HOUR + 15 * HOUR)

/* A path that falls from 6 to low and has its members around it. */
static struct night_forecast falling(double low, int64_t issue_ms)
{
    struct night_forecast f = {.issue_ms = issue_ms,
                               .until_ms = issue_ms + 11 * HOUR,
                               .nights = 12,
                               .steps = 66,
                               .min = {low - 0.5, low, low + 0.5},
                               .min_at_ms = issue_ms + 9 * HOUR,
                               .smooth = 0.05};

    for (int k = 0; k < f.steps; k++) {
        double v = 6 + (low - 6) * (k + 1) / f.steps;
        f.path[k] = (struct night_quantiles){v - 0.5, v, v + 0.5};
    }
    for (int k = 0; k < NIGHT_MEMBERS; k++)
        f.member[k] = low - 0.5 + k * (1.0 / (NIGHT_MEMBERS - 1));
    return f;
}

static char *shown(struct world *w, struct buf *b, enum lang lang)
{
    buf_clear(b);
    page_tonight(b, &w->model, &w->pond[0], &w->day, lang);
    buf_str(b, "");
    return b->p;
}

static struct world *world_at(int64_t now_ms, struct page_night *g)
{
    static struct world w;

    w = (struct world){.model = {.limits = &STATUS_DEFAULTS, .notice = "", .phone = ""}};
    w.model.pond = w.pond;
    (void)world_pond(&w, "kotim-1", "Kolam 1", 4, 28, 6.8, NAN);
    world_day(&w);
    world_settle(&w);
    w.model.now_ms = now_ms;
    w.day.night = g;
    return &w;
}

static void what_could_not_be_read_is_said(void **state)
{
    struct rec_night at_dusk = {.day = civil_day(DUSK), .basis = NIGHT_BASIS_UNREAD};
    struct page_night g = {.unread = true};
    struct world *w = world_at(DUSK + WORLD_MINUTE, &g);
    struct buf b = {0};

    (void)state;
    assert_non_null(
        strstr(shown(w, &b, LANG_ID), "Ramalan malam ini belum bisa: data tidak terbaca."));
    assert_non_null(strstr(shown(w, &b, LANG_EN), "the data cannot be read"));
    g = (struct page_night){.asked_ms = DUSK, .ready = true, .unread = true};
    g.without = falling(2.2, DUSK); /* of an hour ago: better than nothing */
    assert_null(strstr(shown(w, &b, LANG_ID), "tidak terbaca"));
    g = (struct page_night){.asked_ms = 0}; /* the page itself has not asked yet */
    (void)snprintf(at_dusk.pond, sizeof at_dusk.pond, "%s", w->pond[0].pond.slug);
    w->model.board.night = &at_dusk;
    w->model.board.nights = 1;
    assert_non_null(strstr(shown(w, &b, LANG_ID), "data tidak terbaca"));
    (void)snprintf(at_dusk.basis, sizeof at_dusk.basis, "12 nights");
    assert_null(strstr(shown(w, &b, LANG_ID), "tidak terbaca"));
    buf_free(&b);
}

static void tonight_is_told_in_farmers_words(void **state)
{
    struct page_night g = {.asked_ms = DUSK, .nights = 12, .ready = true};
    struct world *w = world_at(DUSK + WORLD_MINUTE, &g);
    struct buf b = {0};
    const char *page;

    (void)state;
    g.without = falling(2.2, DUSK);
    page = shown(w, &b, LANG_ID);
    assert_non_null(strstr(page, "Malam ini"));
    assert_non_null(
        strstr(page, "Oksigen terendah sekitar 2,2 mg/L, kira-kira pukul 05.00\u00a0WIB"));
    assert_non_null(strstr(page, "Hampir pasti turun di bawah 3 mg/L."));
    assert_non_null(strstr(page, "Nyalakan kincir mulai pukul 03."));
    assert_non_null(strstr(page, "Dari 12 malam di kolam ini"));
    assert_non_null(strstr(page, "belum pernah diuji di kolam lahan gambut Kalimantan"));
    assert_non_null(strstr(page, "class=\"band\""));
    assert_null(strstr(page, "Dengan kincir"));
    assert_null(strstr(page, "%"));
    assert_non_null(strstr(shown(w, &b, LANG_EN), "almost certainly fall below 3 mg/L."));
    g.without = falling(3.2, DUSK);
    page = shown(w, &b, LANG_ID);
    assert_non_null(strstr(page, "Mungkin turun di bawah 3 mg/L."));
    g.without = falling(5.5, DUSK);
    page = shown(w, &b, LANG_ID);
    assert_non_null(strstr(page, "Hampir pasti tidak turun di bawah 3 mg/L."));
    assert_null(strstr(page, "Nyalakan kincir"));
    buf_free(&b);
}

static void with_and_without_aerator_stand_side_by_side(void **state)
{
    struct page_night g = {.asked_ms = DUSK, .nights = 12, .ready = true, .both = true};
    struct world *w = world_at(DUSK + WORLD_MINUTE, &g);
    struct buf b = {0};
    const char *page;

    (void)state;
    g.without = falling(2.2, DUSK);
    g.with = falling(4.4, DUSK);
    g.with.aerated = true;
    page = shown(w, &b, LANG_ID);
    assert_non_null(strstr(page, "Tanpa kincir"));
    assert_non_null(strstr(page, "Dengan kincir"));
    assert_non_null(strstr(page, "sekitar 4,4 mg/L"));
    buf_free(&b);
}

static void one_measurement_is_called_so(void **state)
{
    struct page_night g = {.asked_ms = DUSK, .ready = true};
    struct world *w = world_at(DUSK + WORLD_MINUTE, &g);
    struct buf b = {0};

    (void)state;
    g.without = falling(2.2, DUSK);
    g.without.basis = NIGHT_HANDHELD;
    g.without.level_mg_l = 5.4;
    g.without.level_ms = DUSK - HOUR;
    assert_non_null(strstr(shown(w, &b, LANG_ID),
                           "Satu pengukuran: 5,4 mg/L pukul 19.00\u00a0WIB. Kisarannya lebar"));
    buf_free(&b);
}

static void what_cannot_be_foretold_says_why(void **state)
{
    struct page_night g = {.asked_ms = DUSK, .nights = 1};
    struct world *w = world_at(DUSK, &g);
    struct buf b = {0};

    (void)state;
    assert_non_null(strstr(shown(w, &b, LANG_ID), "baru 1 malam terukur, perlu 3 malam"));
    g.nights = 9;
    assert_non_null(strstr(shown(w, &b, LANG_ID), "tidak ada pengukuran oksigen dalam 3 jam"));
    w->day.night = NULL;
    assert_non_null(strstr(shown(w, &b, LANG_ID), "sedang dihitung"));
    /* at noon there is no tonight yet */
    w->model.now_ms = DUSK - 8 * HOUR;
    assert_int_equal(strlen(shown(w, &b, LANG_ID)), 0);
    buf_free(&b);
}

static void the_morning_says_how_the_night_went(void **state)
{
    struct rec_night night = {.pond = "kotim-1", .day = civil_day(WORLD_NOW) - 1, .min_p50 = 1.9};
    struct world *w = world_at(DUSK - 12 * HOUR, NULL); /* 08:00 */
    struct buf b = {0};
    const char *page;

    (void)state;
    w->model.board.night = &night;
    w->model.board.nights = 1;
    page = shown(w, &b, LANG_ID);
    assert_non_null(strstr(page, "Tadi malam"));
    assert_non_null(strstr(page, "Oksigen terendah tadi malam 1,"));
    assert_non_null(strstr(page, "di bawah batas 3"));
    assert_non_null(strstr(page, "terendah sekitar 1,9 mg/L"));
    assert_non_null(strstr(page, "belum pernah diuji di kolam lahan gambut Kalimantan"));
    assert_non_null(strstr(shown(w, &b, LANG_EN), "not yet been tried on ponds of Kalimantan"));
    w->model.now_ms = DUSK - 10 * HOUR; /* 10:00 */
    assert_int_equal(strlen(shown(w, &b, LANG_ID)), 0);
    buf_free(&b);
}

static void a_card_that_tells_of_tonight_says_it_is_untried(void **state)
{
    struct world *w = world_at(DUSK, NULL);
    struct buf b = {0};

    (void)state;
    page_home(&b, &w->model, LANG_ID);
    assert_null(strstr(b.p, "gambut"));
    w->pond[0].status = (struct pond_status){
        .level = STATUS_WATCH, .reason = REASON_DO_NIGHT, .value = 2.2, .limit = 3, .ts_ms = DUSK};
    buf_clear(&b);
    page_home(&b, &w->model, LANG_ID);
    assert_non_null(strstr(b.p, "Oksigen malam ini akan turun"));
    assert_non_null(strstr(b.p, "belum pernah diuji di kolam lahan gambut Kalimantan"));
    buf_clear(&b);
    page_home(&b, &w->model, LANG_EN);
    assert_non_null(strstr(b.p, "not yet been tried on ponds of Kalimantan"));
    buf_free(&b);
}

/* --- the scene that pages and alarm share --- */

static void a_word_on_the_aerator_holds_through_a_night(void **state)
{
    struct rec_press press[] = {{"p", PRESS_AERATOR_ON, "", 10 * HOUR, NAN},
                                {"q", PRESS_AERATOR_OFF, "", 11 * HOUR, NAN},
                                {"p", PRESS_AERATOR_ON, "", 12 * HOUR, NAN},
                                {"p", PRESS_AERATOR_OFF, "", 20 * HOUR, NAN}};
    int64_t since = -1;

    (void)state;
    assert_true(scene_aerator_on(press, 3, "p", 13 * HOUR, &since));
    assert_int_equal(since, 10 * HOUR);
    assert_false(scene_aerator_on(press, 3, "p", 27 * HOUR, &since));
    assert_int_equal(since, 0);
    assert_false(scene_aerator_on(press, 4, "p", 21 * HOUR, &since));
    assert_int_equal(since, 20 * HOUR);
    assert_false(scene_aerator_on(press, 4, "r", 21 * HOUR, &since));
    assert_int_equal(since, 0);
}

static void a_ponds_limits_stand_over_the_usual_ones_when_they_fit(void **state)
{
    struct rec_limit limit[] = {{.pond = "p", .key = "do_watch_mg_l", .value = 4.5},
                                {.pond = "q", .key = "do_danger_mg_l", .value = 9}};
    struct status_limits own;
    const char *fault;

    (void)state;
    scene_limits(limit, 2, "p", &STATUS_DEFAULTS, &own, &fault);
    assert_null(fault);
    assert_float_equal(own.do_watch_mg_l, 4.5, 1e-12);
    scene_limits(limit, 2, "q", &STATUS_DEFAULTS, &own, &fault);
    assert_non_null(fault);
    assert_float_equal(own.do_danger_mg_l, STATUS_DEFAULTS.do_danger_mg_l, 1e-12);
}

static void a_low_night_is_a_reason_until_it_is_over(void **state)
{
    struct night_forecast f = falling(2.2, DUSK);
    struct status_scene scene = {.now_ms = DUSK + HOUR};

    (void)state;
    scene_night(&f, 3, &scene);
    assert_true(scene.night);
    assert_true(scene.night_p_watch > 0.9);
    assert_float_equal(scene.night_min_mg_l, 2.2, 1e-12);
    assert_int_equal(scene.night_low_ms, scene_crossing(&f, 3));
    assert_true(scene.night_low_ms > DUSK && scene.night_low_ms < f.until_ms);
    assert_int_equal(scene_crossing(&f, 1), 0);
    scene.now_ms = f.until_ms;
    scene_night(&f, 3, &scene);
    assert_false(scene.night);
    scene_night(NULL, 3, &scene);
    assert_false(scene.night);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tonight_is_told_in_farmers_words),
        cmocka_unit_test(what_could_not_be_read_is_said),
        cmocka_unit_test(with_and_without_aerator_stand_side_by_side),
        cmocka_unit_test(one_measurement_is_called_so),
        cmocka_unit_test(what_cannot_be_foretold_says_why),
        cmocka_unit_test(the_morning_says_how_the_night_went),
        cmocka_unit_test(a_card_that_tells_of_tonight_says_it_is_untried),
        cmocka_unit_test(a_word_on_the_aerator_holds_through_a_night),
        cmocka_unit_test(a_ponds_limits_stand_over_the_usual_ones_when_they_fit),
        cmocka_unit_test(a_low_night_is_a_reason_until_it_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
