/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include "tests/analytics/pageworld.h"

#include "analytics/web/assets.h"
#include "collector/common/gzip.h"

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

#define LONG_MAX 9600
static int64_t long_ts[2][LONG_MAX];
static double long_value[2][LONG_MAX];

/* So many days of a value each step, up to now. */
static void world_long(struct page_day *d, enum page_span span, int days, int64_t step_ms)
{
    *d = (struct page_day){.ready = true,
                           .span = span,
                           .from_ms = WORLD_NOW - days * CIVIL_DAY_MS,
                           .to_ms = WORLD_NOW};
    d->oxygen = (struct series){METRIC_DO_MG_L, 0, long_ts[0], long_value[0]};
    d->temp = (struct series){METRIC_TEMP_C, 0, long_ts[1], long_value[1]};
    for (int64_t t = d->from_ms; t < d->to_ms; t += step_ms) {
        size_t n = d->oxygen.n++;
        double phase = (double)(t % CIVIL_DAY_MS) / (double)CIVIL_DAY_MS * 6.2831853;

        assert_true(n < LONG_MAX);
        d->temp.n = d->oxygen.n;
        long_ts[0][n] = long_ts[1][n] = t;
        long_value[0][n] = 4.5 + 2.2 * sin(phase) + 0.3 * sin((double)n * 0.37);
        long_value[1][n] = 29 + 1.5 * sin(phase) + 0.2 * sin((double)n * 0.11);
    }
}

static void put_event(struct page_day *d, int days_ago, enum page_event_kind kind, double value,
                      double of)
{
    d->event[d->events++] =
        (struct page_event){WORLD_NOW - days_ago * CIVIL_DAY_MS, kind, value, of};
}

static const struct page_pond *pond(const char *slug)
{
    const struct page_pond *p = page_find(&world->model, slug);

    assert_non_null(p);
    return p;
}

static void spans_have_names_and_nonsense_is_the_day(void **state)
{
    (void)state;
    for (int s = 0; s < PAGE_SPANS; s++)
        assert_int_equal(page_span_find(page_span_name((enum page_span)s)), s);
    assert_int_equal(page_span_find(NULL), PAGE_SPAN_DAY);
    assert_int_equal(page_span_find(""), PAGE_SPAN_DAY);
    assert_int_equal(page_span_find("<script>"), PAGE_SPAN_DAY);
}

static void a_week_is_drawn_with_its_nights_and_a_table_by_day(void **state)
{
    struct page_day *d = calloc(1, sizeof *d);
    struct buf b = {0};

    (void)state;
    assert_non_null(d);
    world_long(d, PAGE_SPAN_WEEK, 7, 5 * WORLD_MINUTE);
    page_pond(&b, &world->model, pond("kotim-1"), d, LANG_ID);
    assert_non_null(strstr(b.p, "<h3>Oksigen 7 hari terakhir</h3>"));
    assert_non_null(strstr(b.p, "href=\"/kolam/kotim-1?masa=7#grafik\" aria-current=\"true\""));
    assert_non_null(strstr(b.p, "href=\"/kolam/kotim-1?masa=7&amp;lang=en\""));
    assert_non_null(strstr(b.p, "<th scope=\"row\">23 Nov</th><td>4,5<span>"));
    assert_int_equal(count(b.p, "class=\"night\""), 2 * 8); /* the first and last are cut */
    buf_clear(&b);
    page_pond(&b, &world->model, pond("kotim-1"), d, LANG_EN);
    assert_non_null(strstr(b.p, "<h3>Oxygen, last 7 days</h3>"));
    assert_non_null(strstr(b.p, "Show the figures by day"));
    d->oxygen.n = d->temp.n = 0;
    buf_clear(&b);
    page_pond(&b, &world->model, pond("kotim-1"), d, LANG_ID);
    assert_int_equal(count(b.p, "Tidak ada data dalam masa ini."), 2);
    buf_free(&b);
    free(d);
}

static void a_cycle_shows_what_was_recorded_and_a_table_by_week(void **state)
{
    struct page_day *d = calloc(1, sizeof *d);
    struct buf b = {0};

    (void)state;
    assert_non_null(d);
    world_long(d, PAGE_SPAN_CYCLE, 87, 15 * WORLD_MINUTE);
    put_event(d, 87, EVENT_STOCKED, 3000, 8.4);
    put_event(d, 30, EVENT_SAMPLE, 30, 142.6);
    put_event(d, 12, EVENT_DEATH, 17, NAN);
    put_event(d, 2, EVENT_HARVEST, 120.5, 5.2);
    put_event(d, 1, EVENT_OXYGEN, 3.24, NAN);
    d->events_left = 3;
    page_pond(&b, &world->model, pond("kotim-1"), d, LANG_ID);
    assert_non_null(strstr(b.p, "<h3>Oksigen sejak tebar</h3>"));
    assert_non_null(strstr(b.p, "Lihat angka tiap minggu"));
    assert_int_equal(count(b.p, "class=\"mark\""), 2 * 5);
    assert_non_null(strstr(b.p, "Catatan pada grafik (5)"));
    assert_non_null(strstr(b.p, "<li><b>T</b> 29 Agu: tebar 3.000 ekor, 8,4 gram per ekor</li>"));
    assert_non_null(strstr(b.p, "<li><b>S</b> 25 Okt: sampling 30 ekor, rata-rata 143 gram</li>"));
    assert_non_null(strstr(b.p, "<li><b>P</b> 22 Nov: panen 120,5 kg</li>"));
    assert_non_null(
        strstr(b.p, "<b>O</b> 23 Nov 05.12\u00a0WIB: oksigen diukur dengan tangan: 3,2"));
    assert_non_null(strstr(b.p, "3 catatan yang lebih lama"));
    assert_int_equal(count(b.p, "class=\"night\""), 0);
    assert_null(strstr(b.p, "Bagian gelap: malam."));
    buf_clear(&b);
    d->from_ms = WORLD_NOW - 20 * CIVIL_DAY_MS; /* what lies before is not on this chart */
    page_pond(&b, &world->model, pond("kotim-1"), d, LANG_EN);
    assert_non_null(strstr(b.p, "Notes on the chart (3)"));
    assert_null(strstr(b.p, "fish stocked"));
    buf_free(&b);
    free(d);
}

static void only_a_pond_with_fish_has_a_cycle_to_show(void **state)
{
    struct buf b = {0};

    (void)state;
    page_pond(&b, &world->model, pond("kotim-1"), &world->day, LANG_ID);
    assert_non_null(strstr(b.p, "?masa=siklus#grafik"));
    buf_clear(&b);
    page_pond(&b, &world->model, pond("kotim-2"), &world->day, LANG_ID);
    assert_null(strstr(b.p, "?masa=siklus"));
    buf_free(&b);
}

static void trouble_at_a_pond_without_a_device_is_a_card(void **state)
{
    struct page_pond *p = NULL;
    struct buf b = {0};
    const char *cards, *silent, *at;

    (void)state;
    for (size_t i = 0; i < world->model.ponds; i++)
        if (strcmp(world->pond[i].pond.slug, "seruyan-4") == 0)
            p = &world->pond[i];
    assert_non_null(p);
    assert_false(p->heard);
    p->status =
        (struct pond_status){.level = STATUS_DANGER, .reason = REASON_MORTALITY, .value = 212};
    page_order(&world->model);
    page_home(&b, &world->model, LANG_ID);
    cards = strstr(b.p, "<ul class=\"cards\">");
    at = strstr(b.p, "href=\"/kolam/seruyan-4\"");
    silent = strstr(b.p, "Tanpa kabar alat");
    assert_true(cards != NULL && at != NULL && at > cards && silent == NULL);
    buf_free(&b);
    world_make(world);
}

static void the_longest_page_of_a_pond_is_under_15_kb(void **state)
{
    static const struct {
        enum page_span span;
        int days, minutes;
    } T[] = {{PAGE_SPAN_DAY, 1, 5}, {PAGE_SPAN_WEEK, 7, 5}, {PAGE_SPAN_CYCLE, 95, 15}};
    struct page_day *d = calloc(1, sizeof *d);
    struct buf b = {0}, packed = {0}, css = {0};
    size_t n;
    const char *style = assets_style(&n);

    (void)state;
    assert_non_null(d);
    assert_int_equal(gzip_pack(&css, style, n, 6), 0);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        world_long(d, T[i].span, T[i].days, T[i].minutes * WORLD_MINUTE);
        for (size_t k = 0; k < PAGE_EVENTS_MAX; k++)
            put_event(d, (int)(PAGE_EVENTS_MAX - k), EVENT_DEATH, (double)k, NAN);
        buf_clear(&b);
        buf_clear(&packed);
        page_pond(&b, &world->model, pond("kotim-1"), d, LANG_ID);
        assert_int_equal(gzip_pack(&packed, b.p, b.n, 6), 0);
        print_message("%-6s %6zu bytes, %5zu packed, with style %5zu\n", page_span_name(T[i].span),
                      b.n, packed.n, packed.n + css.n);
        if (packed.n + css.n >= 15000)
            fail_msg("%s: %zu bytes", page_span_name(T[i].span), packed.n + css.n);
    }
    buf_free(&b);
    buf_free(&packed);
    buf_free(&css);
    free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_have_names_and_nonsense_is_the_day),
        cmocka_unit_test(a_week_is_drawn_with_its_nights_and_a_table_by_day),
        cmocka_unit_test(a_cycle_shows_what_was_recorded_and_a_table_by_week),
        cmocka_unit_test(only_a_pond_with_fish_has_a_cycle_to_show),
        cmocka_unit_test(trouble_at_a_pond_without_a_device_is_a_card),
        cmocka_unit_test(the_longest_page_of_a_pond_is_under_15_kb),
    };
    return cmocka_run_group_tests(tests, make_world, drop_world);
}
