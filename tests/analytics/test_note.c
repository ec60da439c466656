/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include "tests/analytics/pageworld.h"

#include "analytics/fish/losses.h"
#include "analytics/web/assets.h"
#include "analytics/web/page_note.h"
#include "analytics/web/share.h"
#include "analytics/web/viewer.h"
#include "collector/common/gzip.h"

#define TODAY civil_day(WORLD_NOW)

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

static void numbers_are_read_as_people_write_them(void **state)
{
    static const struct {
        const char *text;
        enum lang lang;
        double value; /* NaN: refused */
    } T[] = {
        {"12", LANG_ID, 12},
        {"12,5", LANG_ID, 12.5},
        {"12.5", LANG_ID, 12.5},
        {"1.500", LANG_ID, 1500},
        {"1.234.567", LANG_ID, 1234567},
        {"1.234,5", LANG_ID, 1234.5},
        {"1234,25", LANG_ID, 1234.25},
        {"0,3", LANG_ID, 0.3},
        {"1,500", LANG_ID, 1.5},
        {"1,500", LANG_EN, 1500},
        {"1.500", LANG_EN, 1.5},
        {"12.5", LANG_EN, 12.5},
        {"1,234.5", LANG_EN, 1234.5},
        {"12,5", LANG_EN, 12.5},
        {"007", LANG_ID, 7},
        {"", LANG_ID, NAN},
        {"-3", LANG_ID, NAN},
        {"+3", LANG_ID, NAN},
        {"12 kg", LANG_ID, NAN},
        {"1e3", LANG_ID, NAN},
        {"0x10", LANG_ID, NAN},
        {"nan", LANG_ID, NAN},
        {"inf", LANG_ID, NAN},
        {"12,", LANG_ID, NAN},
        {",5", LANG_ID, NAN},
        {"1.23.4", LANG_ID, NAN},
        {"1,2,3", LANG_ID, NAN},
        {"1.234.56", LANG_ID, NAN},
        {"123456789012345678901234", LANG_ID, NAN},
        {"\xD9\xA3", LANG_ID, NAN}, /* a digit of another script */
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        double v = -1;
        int rc = note_number(T[i].text, T[i].lang, &v);
        if (isnan(T[i].value) ? rc != NILA_ERR_PARSE || v != -1
                              : rc != 0 || fabs(v - T[i].value) > 1e-9)
            fail_msg("\"%s\" in language %d: %d, %g", T[i].text, T[i].lang, rc, v);
    }
}

static struct note note_of(enum note_kind k, const char *day, const char *first, const char *second)
{
    struct note n = {.kind = k};

    (void)snprintf(n.pond, sizeof n.pond, "kotim-1");
    (void)snprintf(n.day, sizeof n.day, "%s", day);
    (void)snprintf(n.text[0], sizeof n.text[0], "%s", first);
    (void)snprintf(n.text[1], sizeof n.text[1], "%s", second);
    return n;
}

static void every_field_is_checked_in_a_farmers_terms(void **state)
{
    static const struct {
        const char *says;
        enum note_kind kind;
        const char *day, *first, *second;
        enum note_fault of_day, of_first, of_second;
    } T[] = {
        {"well", NOTE_FEED, "2026-11-24", "12,5", "apung", NOTE_FINE, NOTE_FINE, NOTE_FINE},
        {"kind may be empty", NOTE_FEED, "2026-11-24", "12,5", "", NOTE_FINE, NOTE_FINE, NOTE_FINE},
        {"tomorrow", NOTE_FEED, "2026-11-25", "12,5", "", NOTE_FUTURE, NOTE_FINE, NOTE_FINE},
        {"31 April", NOTE_FEED, "2026-04-31", "12,5", "", NOTE_NO_DAY, NOTE_FINE, NOTE_FINE},
        {"no day", NOTE_FEED, "", "12,5", "", NOTE_EMPTY, NOTE_FINE, NOTE_FINE},
        {"words", NOTE_FEED, "kemarin", "12,5", "", NOTE_NO_DAY, NOTE_FINE, NOTE_FINE},
        {"two years ago", NOTE_FEED, "2024-11-24", "12,5", "", NOTE_LONG_AGO, NOTE_FINE, NOTE_FINE},
        {"nothing", NOTE_FEED, "2026-11-24", "", "", NOTE_FINE, NOTE_EMPTY, NOTE_FINE},
        {"no number", NOTE_FEED, "2026-11-24", "banyak", "", NOTE_FINE, NOTE_NO_NUMBER, NOTE_FINE},
        {"zero feed", NOTE_FEED, "2026-11-24", "0", "", NOTE_FINE, NOTE_OUT_OF_RANGE, NOTE_FINE},
        {"half a fish", NOTE_DEATH, "2026-11-24", "2,5", "", NOTE_FINE, NOTE_NOT_WHOLE, NOTE_FINE},
        {"no such harvest", NOTE_HARVEST, "2026-11-24", "100", "semua", NOTE_FINE, NOTE_FINE,
         NOTE_NO_WORD},
        {"final harvest", NOTE_HARVEST, "2026-11-24", "100", "final", NOTE_FINE, NOTE_FINE,
         NOTE_FINE},
        {"weight misses", NOTE_SAMPLE, "2026-11-24", "30", "", NOTE_FINE, NOTE_FINE, NOTE_EMPTY},
        {"too much oxygen", NOTE_WATER, "", "45", "", NOTE_FINE, NOTE_OUT_OF_RANGE, NOTE_FINE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct note n = note_of(T[i].kind, T[i].day, T[i].first, T[i].second);
        size_t faults = note_check(&n, TODAY, true, LANG_ID);
        size_t expected = (size_t)(T[i].of_day != NOTE_FINE) + (T[i].of_first != NOTE_FINE) +
                          (T[i].of_second != NOTE_FINE);
        if (n.day_fault != T[i].of_day || n.fault[0] != T[i].of_first ||
            n.fault[1] != T[i].of_second || faults != expected)
            fail_msg("%s: %d %d %d, %zu faults", T[i].says, (int)n.day_fault, (int)n.fault[0],
                     (int)n.fault[1], faults);
    }
}

/* Three decimals would be taken for thousands by whoever reads the records. */
static void cells_never_have_three_decimals(void **state)
{
    struct note n = note_of(NOTE_FEED, "2026-11-24", "0,125", "");

    (void)state;
    assert_int_equal(note_check(&n, TODAY, true, LANG_ID), 0);
    assert_string_equal(n.cell[0], "0.1250");
    n = note_of(NOTE_STOCK, "2026-11-24", "1.500", "8,4");
    assert_int_equal(note_check(&n, TODAY, true, LANG_ID), 0);
    assert_string_equal(n.cell[0], "1500");
}

static void names_of_kinds_are_found_and_others_are_not(void **state)
{
    enum note_kind k;

    (void)state;
    for (int i = 0; i < NOTE_KINDS; i++) {
        assert_int_equal(note_find(note_name((enum note_kind)i), &k), 0);
        assert_int_equal(k, i);
    }
    assert_int_equal(note_find("", &k), NILA_ERR_NOT_FOUND);
    assert_int_equal(note_find("../pakan", &k), NILA_ERR_NOT_FOUND);
}

static void form_page(struct buf *b, const struct note *n, bool money, enum text problem,
                      const char *uid, enum lang lang)
{
    const struct note_form f = {.note = n,
                                .pond = page_find(&world->model, "kotim-1"),
                                .key = "0123456789abcdef0123456789abcdef",
                                .uid = uid,
                                .based_on = "",
                                .typed = problem != TEXT_COUNT,
                                .money = money,
                                .problem = problem};

    world->model.token = "fedcba9876543210fedcba9876543210";
    buf_clear(b);
    page_note_form(b, &world->model, &f, lang);
}

static void a_form_keeps_what_was_typed_and_names_the_fault_beside_it(void **state)
{
    struct note n = note_of(NOTE_FEED, "2026-11-25", "<b>\"banyak", "a'pung");
    struct buf b = {0};

    (void)state;
    (void)note_check(&n, TODAY, false, LANG_ID);
    form_page(&b, &n, false, TEXT_COUNT, "", LANG_ID);
    assert_non_null(strstr(b.p, "value=\"&lt;b&gt;&quot;banyak\" aria-invalid=\"true\" "
                                "aria-describedby=\"jumlah-salah\""));
    assert_non_null(strstr(b.p, "id=\"jumlah-salah\">Ini bukan angka."));
    assert_non_null(strstr(b.p, "id=\"tanggal-salah\">Tanggal ini belum tiba."));
    assert_non_null(strstr(b.p, "value=\"a&#39;pung\""));
    assert_null(strstr(b.p, "<b>\"banyak"));
    assert_int_equal(count(b.p, "<h1"), 1);
    form_page(&b, &n, false, TEXT_COUNT, "", LANG_EN);
    assert_non_null(strstr(b.p, "This is no number."));
    n.fault[0] = NOTE_REFUSED;
    (void)snprintf(n.words, sizeof n.words, "<script>1</script>");
    form_page(&b, &n, false, TEXT_FAULT_REFUSED, "", LANG_ID);
    assert_null(strstr(b.p, "<script>1"));
    assert_int_equal(count(b.p, "&lt;script&gt;1"), 2);
    buf_free(&b);
}

static void every_kind_has_labels_buttons_and_one_main_button(void **state)
{
    struct buf b = {0};

    (void)state;
    for (int k = 0; k < NOTE_KINDS; k++)
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            struct note n = note_of((enum note_kind)k, "2026-11-24", "", "");
            size_t fields, numbers = 0;
            const struct note_field *f = note_fields((enum note_kind)k, &fields);

            form_page(&b, &n, true, TEXT_COUNT, "", (enum lang)lang);
            for (size_t i = 0; i < fields; i++) {
                char label[64];
                (void)snprintf(label, sizeof label, "<label for=\"%s\">", f[i].name);
                assert_int_equal(count(b.p, label), 1);
                numbers += f[i].number;
            }
            assert_int_equal(count(b.p, "data-langkah="), 2 * (int)numbers);
            assert_int_equal(count(b.p, "class=\"simpan\""), 1);
            assert_non_null(strstr(b.p, "<option value=\"kotim-1\" selected>"));
            assert_null(strchr(b.p, '{'));
        }
    buf_free(&b);
}

static void prices_are_asked_of_the_farmer_alone(void **state)
{
    struct note n = note_of(NOTE_HARVEST, "2026-11-24", "", "partial");
    struct buf b = {0};

    (void)state;
    form_page(&b, &n, false, TEXT_COUNT, "", LANG_ID);
    assert_null(strstr(b.p, "harga"));
    form_page(&b, &n, true, TEXT_COUNT, "", LANG_ID);
    assert_non_null(strstr(b.p, "name=\"harga\""));
    buf_free(&b);
}

static void taking_back_is_far_from_save_and_asked_once_more(void **state)
{
    struct note n = note_of(NOTE_FEED, "2026-11-24", "12", "");
    struct buf b = {0};
    const char *save, *withdraw;

    (void)state;
    form_page(&b, &n, false, TEXT_COUNT, "", LANG_ID);
    assert_null(strstr(b.p, "/catat/tarik")); /* there is nothing yet */
    form_page(&b, &n, false, TEXT_COUNT, "00112233445566778899aabbccddeeff", LANG_ID);
    save = strstr(b.p, "class=\"simpan\"");
    withdraw = strstr(b.p, "/catat/tarik?");
    assert_true(save != NULL && withdraw != NULL && withdraw > save);
    assert_non_null(strstr(save, "</form>")); /* it is a link outside of the form */
    assert_true(strstr(save, "</form>") < withdraw);
    assert_non_null(strstr(b.p, "angka lama tetap tersimpan"));
    buf_free(&b);
}

static void what_is_shared_is_encoded_and_names_nobody(void **state)
{
    struct buf b = {0};

    (void)state;
    share_encode(&b, "a b&c\u00b0%\n<\"#+~");
    assert_string_equal(b.p, "a%20b%26c%C2%B0%25%0A%3C%22%23%2B~");
    buf_clear(&b);
    share_pond(&b, &world->model, page_find(&world->model, "kotim-1"), LANG_ID);
    assert_non_null(strstr(b.p, "https://wa.me/?text=Kolam%201%2C%2024%20November%202026"));
    assert_non_null(strstr(b.p, "AMAN"));
    assert_non_null(strstr(b.p, "640%20kg"));
    assert_null(strstr(b.p, "Tambak"));  /* the farm */
    assert_null(strstr(b.p, "Mentaya")); /* the place */
    world->model.without_fish = true;
    buf_clear(&b);
    buf_str(&b, "");
    share_pond(&b, &world->model, page_find(&world->model, "kotim-1"), LANG_ID);
    assert_string_equal(b.p, "");
    world->model.without_fish = false;
    buf_free(&b);
}

/* Fish of 8 g stocked, weighed at 72 g; the figures of test_derived.c. */
static struct page_cycle cycle_of_72_g(void)
{
    return (struct page_cycle){.known = true,
                               .money = true,
                               .priced_kg = 60,
                               .derived = {.day_of_culture = 87,
                                           .weighed = true,
                                           .weighed_day = civil_day(WORLD_NOW) - 9,
                                           .mean_g = 72,
                                           .gain_g_day = 2.1,
                                           .sgr_pct_day = 4.377,
                                           .survival_pct = 93,
                                           .biomass_kg = 118.8,
                                           .feed_kg = 700,
                                           .fcr = 1.44,
                                           .cost_idr_kg = 17250,
                                           .sold_idr = 1710000},
                               .target = {.days = 41, .on = civil_day(WORLD_NOW) + 41, .kg = 412}};
}

static void the_cycle_is_reckoned_from_the_records(void **state)
{
    struct buf b = {0};

    (void)state;
    world->day.cycle = cycle_of_72_g();
    page_pond(&b, &world->model, page_find(&world->model, "kotim-1"), &world->day, LANG_ID);
    assert_non_null(strstr(b.p, "<dt>FCR</dt><dd>1,4</dd>"));
    assert_non_null(strstr(b.p, "<dt>Hidup (SR)</dt><dd>93%</dd>"));
    assert_non_null(strstr(b.p, "<dt>Hari ke</dt><dd>87</dd>"));
    assert_non_null(strstr(b.p, "<dt>Laju tumbuh (SGR)</dt><dd>4,4%</dd>"));
    assert_non_null(strstr(b.p, "41 hari lagi (4 Januari 2027) ikan 250 gram"));
    assert_non_null(strstr(b.p, "kira-kira 412 kg"));
    assert_non_null(strstr(b.p, "Rp 17.250 per kg ikan"));
    assert_non_null(strstr(b.p, "Rp 1.710.000 dari 60 kg"));
    buf_free(&b);
}

static void money_is_taken_out_for_whoever_is_not_the_farmer(void **state)
{
    struct buf b = {0};

    (void)state;
    world->day.cycle = cycle_of_72_g();
    page_cycle_without_money(&world->day.cycle);
    assert_true(isnan(world->day.cycle.derived.cost_idr_kg));
    page_pond(&b, &world->model, page_find(&world->model, "kotim-1"), &world->day, LANG_ID);
    assert_non_null(strstr(b.p, "<dt>FCR</dt><dd>1,4</dd>"));
    assert_null(strstr(b.p, "Rp "));
    assert_null(strstr(b.p, "Biaya"));
    buf_free(&b);
}

static void what_is_not_known_of_the_cycle_is_a_dash(void **state)
{
    struct buf b = {0};

    (void)state;
    world->day.cycle = cycle_of_72_g();
    world->day.cycle.derived.weighed = false;
    world->day.cycle.derived.fcr = world->day.cycle.derived.sgr_pct_day = NAN;
    world->day.cycle.derived.cost_idr_kg = world->day.cycle.target.days = NAN;
    page_pond(&b, &world->model, page_find(&world->model, "kotim-1"), &world->day, LANG_EN);
    assert_non_null(strstr(b.p, "<dt>FCR</dt><dd>\u2013</dd>"));
    assert_non_null(strstr(b.p, "Never weighed since stocking"));
    assert_non_null(strstr(b.p, "once a sampling shows that they grow"));
    assert_non_null(strstr(b.p, "The cost a kg can be reckoned once"));
    assert_null(strstr(b.p, "nan"));
    buf_free(&b);
}

/* What the form offers must be told apart as what it says. */
static void the_causes_that_are_offered_are_understood(void **state)
{
    static const struct {
        enum text text;
        enum loss loss;
    } T[] = {{TEXT_CAUSE_OXYGEN, LOSS_DIED},      {TEXT_CAUSE_ACID, LOSS_DIED},
             {TEXT_CAUSE_ILL, LOSS_DIED},         {TEXT_CAUSE_STOCKED, LOSS_DIED},
             {TEXT_CAUSE_HANDLED, LOSS_DIED},     {TEXT_CAUSE_UNKNOWN, LOSS_DIED},
             {TEXT_CAUSE_FLOOD, LOSS_FLOOD},      {TEXT_CAUSE_THEFT, LOSS_THEFT},
             {TEXT_CAUSE_PREDATOR, LOSS_PREDATOR}};
    struct note n = note_of(NOTE_DEATH, "2026-11-24", "12", "ekor membusuk");
    struct buf b = {0};

    (void)state;
    form_page(&b, &n, true, TEXT_COUNT, "", LANG_ID);
    assert_non_null(strstr(b.p, "list=\"sebab-pilihan\""));
    assert_non_null(strstr(b.p, "value=\"ekor membusuk\"")); /* other words stay */
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        char option[96];

        for (int lang = 0; lang < LANG_COUNT; lang++)
            assert_int_equal(loss_find(text_get((enum lang)lang, T[i].text)), T[i].loss);
        (void)snprintf(option, sizeof option, "<option value=\"%s\">",
                       text_get(LANG_ID, T[i].text));
        assert_non_null(strstr(b.p, option));
    }
    buf_free(&b);
}

static void what_was_measured_before_stocking_is_judged(void **state)
{
    char pond_name[] = "kotim-1", day[] = "2026-11-24", ph[] = "4.9000", none[] = "",
         fine[] = "7.0";
    struct rec_row row = {
        .uid = "00112233445566778899aabbccddeeff",
        .entered_ms = WORLD_NOW,
        .cells = 12,
        .text = {pond_name, day, ph, none, none, none, none, none, none, none, none, none}};
    struct note n = note_of(NOTE_STOCK, "2026-11-24", "3000", "8");
    struct note_check_row check = {&row};
    const struct note_form f = {.note = &n,
                                .pond = page_find(&world->model, "kotim-1"),
                                .check = &check,
                                .key = "0123456789abcdef0123456789abcdef",
                                .uid = "",
                                .based_on = "",
                                .problem = TEXT_COUNT};
    struct buf b = {0};

    (void)state;
    page_note_saved(&b, &world->model, f.pond, NOTE_PRESTOCK, &row, NAN, false, NULL, false,
                    LANG_ID);
    assert_non_null(strstr(b.p, "<b>BAHAYA</b>: pH kolam 4,9 terlalu asam"));
    buf_clear(&b);
    page_note_form(&b, &world->model, &f, LANG_EN);
    assert_non_null(strstr(b.p, "Pond pH 4.9 is too acid"));
    row.text[2] = fine;
    buf_clear(&b);
    page_note_form(&b, &world->model, &f, LANG_ID);
    assert_non_null(strstr(b.p, "Yang diukur aman untuk tebar."));
    day[8] = '0'; /* 4 November: long ago */
    buf_clear(&b);
    page_note_form(&b, &world->model, &f, LANG_ID);
    assert_non_null(strstr(b.p, "Air kolam belum dicek"));
    check.row = NULL;
    buf_clear(&b);
    page_note_form(&b, &world->model, &f, LANG_ID);
    assert_non_null(strstr(b.p, "Air kolam belum dicek"));
    buf_free(&b);
}

static void the_script_is_small_and_only_for_who_is_logged_in(void **state)
{
    struct viewer v = {.role = ROLE_FARMER, .user = "ahmad", .csrf = "fedc", .large = true};
    struct buf b = {0}, packed = {0};
    size_t n, style_n;
    const char *script = assets_script(&n), *style = assets_style(&style_n);

    (void)state;
    assert_int_equal(strlen(script), n);
    assert_true(n < 5000);
    assert_null(strstr(script, "http://"));
    assert_null(strstr(script, "eval("));
    assert_null(strstr(script, "innerHTML"));
    world->model.viewer = &v;
    page_home(&b, &world->model, LANG_ID);
    assert_int_equal(count(b.p, "<script"), 1);
    assert_non_null(strstr(b.p, "defer data-siapa=\"ahmad\" data-tanda=\"fedc\""));
    assert_non_null(strstr(b.p, "<html lang=\"id\" class=\"besar\">"));
    assert_non_null(strstr(b.p, "href=\"/?besar=0\""));
    assert_non_null(strstr(b.p, "href=\"/catat\""));
    /* everything that the first page loads */
    assert_int_equal(gzip_pack(&packed, b.p, b.n, 6), 0);
    n = packed.n;
    buf_clear(&packed);
    assert_int_equal(gzip_pack(&packed, script, strlen(script), 6), 0);
    n += packed.n;
    buf_clear(&packed);
    assert_int_equal(gzip_pack(&packed, style, style_n, 6), 0);
    n += packed.n;
    print_message("first page of a farmer, with style and script: %zu bytes packed\n", n);
    assert_true(n < 15000);
    v.role = ROLE_NONE;
    buf_clear(&b);
    page_home(&b, &world->model, LANG_ID);
    assert_null(strstr(b.p, "<script"));
    world->model.viewer = NULL;
    buf_free(&b);
    buf_free(&packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_as_people_write_them),
        cmocka_unit_test(every_field_is_checked_in_a_farmers_terms),
        cmocka_unit_test(cells_never_have_three_decimals),
        cmocka_unit_test(names_of_kinds_are_found_and_others_are_not),
        cmocka_unit_test(a_form_keeps_what_was_typed_and_names_the_fault_beside_it),
        cmocka_unit_test(every_kind_has_labels_buttons_and_one_main_button),
        cmocka_unit_test(prices_are_asked_of_the_farmer_alone),
        cmocka_unit_test(taking_back_is_far_from_save_and_asked_once_more),
        cmocka_unit_test(what_is_shared_is_encoded_and_names_nobody),
        cmocka_unit_test(the_cycle_is_reckoned_from_the_records),
        cmocka_unit_test(money_is_taken_out_for_whoever_is_not_the_farmer),
        cmocka_unit_test(what_is_not_known_of_the_cycle_is_a_dash),
        cmocka_unit_test(the_causes_that_are_offered_are_understood),
        cmocka_unit_test(what_was_measured_before_stocking_is_judged),
        cmocka_unit_test(the_script_is_small_and_only_for_who_is_logged_in),
    };
    return cmocka_run_group_tests(tests, make_world, drop_world);
}
