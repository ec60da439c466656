/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <string.h>

#include "analytics/web/suppose.h"

#define FIRST (2026 * 12 + 11) /* December 2026 */

struct row {
    const char *says;
    const char *value[SUPPOSE_FIELDS];
    size_t faults;
    const char *bad;   /* names of bad fields, in order */
    const char *acts;  /* as scenario_text writes them */
    const char *query; /* of what is good */
};

static struct suppose made(const struct row *r)
{
    struct suppose s = {0};

    for (int f = 0; f < SUPPOSE_FIELDS; f++)
        suppose_take(&s, (enum suppose_field)f, r->value[f]);
    suppose_read(&s, FIRST, 6, true);
    return s;
}

static void fields_make_a_scenario_or_are_named(void **state)
{
    static const struct row T[] = {
        {"nothing", {NULL}, 0, "", "", ""},
        {"all empty, as a form sends it", {"", "", "", "", "", "", "", ""}, 0, "", "", ""},
        {"zeros suppose nothing", {"0", "0", "", "", "", "0", "", ""}, 0, "", "", NULL},
        {"everything",
         {"30", "+20", "2027-01", "2027-02", "2027-03", "40", "50", "seruyan", "2026-12", "2027-02",
          "kotim"},
         0,
         "",
         "fingerlings=-30%,from=2027-02,in=kotim feed_price=+20%,from=2027-02 "
         "acid=2027-01,in=kotim smoke=2027-02..2027-03,in=kotim "
         "aerators=40%,from=2027-02,in=kotim "
         "transfer=50000,to=seruyan,from=2026-12,until=2026-12 ",
         "benih=30&pakan=20&asam=2027-01&asap=2027-02&asap-sampai=2027-03&kincir=40&"
         "kirim=50&kirim-ke=seruyan&kirim-bulan=2026-12&mulai=2027-02&di=kotim&"},
        {"sent nowhere and never",
         {[SUPPOSE_SEND] = "5"},
         2,
         "kirim-ke kirim-bulan ",
         "",
         "kirim=5&"},
        {"a place and a month, and nothing to send",
         {[SUPPOSE_SEND_TO] = "kotim", [SUPPOSE_SEND_IN] = "2027-01"},
         0,
         "",
         "",
         NULL},
        {"sent to another place, and outside",
         {[SUPPOSE_SEND] = "5", [SUPPOSE_SEND_TO] = "kobar", [SUPPOSE_SEND_IN] = "2026-11"},
         2,
         "kirim-ke kirim-bulan ",
         "",
         "kirim=5&"},
        {"more than all there are", {[SUPPOSE_SEND] = "10000"}, 1, "kirim ", "", ""},
        {"a month of haze", {[SUPPOSE_SMOKE] = "2027-05"}, 0, "", "smoke=2027-05 ", NULL},
        {"cheaper feed", {[SUPPOSE_FEED_PRICE] = "-50"}, 0, "", "feed_price=-50% ", "pakan=-50&"},
        {"too much", {"101", "201", NULL, NULL, NULL, "-1"}, 3, "benih pakan kincir ", "", ""},
        {"too cheap", {[SUPPOSE_FEED_PRICE] = "-51"}, 1, "pakan ", "", ""},
        {"no numbers", {"3O", "1.5", NULL, NULL, NULL, "0x1"}, 3, "benih pakan kincir ", "", ""},
        {"a sign alone", {"-", "+"}, 2, "benih pakan ", "", ""},
        {"two signs", {"--5", "++5"}, 2, "benih pakan ", "", ""},
        {"a number that wraps", {"4294967306"}, 1, "benih ", "", ""},
        {"before and after the forecast",
         {NULL, NULL, "2026-11", "2027-06"},
         2,
         "asam asap ",
         "",
         ""},
        {"haze that ends before it begins",
         {NULL, NULL, NULL, "2027-02", "2027-01"},
         1,
         "asap-sampai ",
         "",
         "asap=2027-02&"},
        {"an end without a beginning",
         {[SUPPOSE_SMOKE_UNTIL] = "2027-01"},
         1,
         "asap-sampai ",
         "",
         ""},
        {"nowhere", {"10", [SUPPOSE_PLACE] = "kobar"}, 1, "di ", "", "benih=10&"},
        {"endless", {"100000000000000000000000000000"}, 1, "benih ", "", ""},
        {"markup", {"<script>", [SUPPOSE_PLACE] = "\"&"}, 2, "benih di ", "", ""},
    };

    (void)state;
    for (size_t k = 0; k < sizeof T / sizeof T[0]; k++) {
        struct suppose s = made(&T[k]);
        char bad[200] = "", acts[600] = "";
        struct buf query = {0};

        print_message("%s\n", T[k].says);
        for (int f = 0; f < SUPPOSE_FIELDS; f++)
            if (s.bad[f])
                (void)strcat(strcat(bad, suppose_name((enum suppose_field)f)), " ");
        for (size_t a = 0; a < s.scenario.acts; a++) {
            char text[SCENARIO_TEXT];

            scenario_text(&s.scenario.act[a], text);
            (void)strcat(strcat(acts, text), " ");
        }
        assert_int_equal(s.faults, T[k].faults);
        assert_string_equal(bad, T[k].bad);
        assert_string_equal(acts, T[k].acts);
        suppose_query(&s, &query);
        if (T[k].query != NULL)
            assert_string_equal(query.p != NULL ? query.p : "", T[k].query);
        buf_free(&query);
    }
}

static void what_the_form_makes_the_grammar_takes_too(void **state)
{
    static const struct row r = {"",
                                 {"30", "-20", "2027-01", "2027-02", "2027-03", "40", "7", "kotim",
                                  "2027-01", "2027-02", "seruyan"},
                                 0,
                                 "",
                                 "",
                                 ""};
    struct suppose s = made(&r);
    struct scenario again = {0};

    (void)state;
    assert_int_equal(s.scenario.acts, 6);
    for (size_t a = 0; a < s.scenario.acts; a++) {
        char text[SCENARIO_TEXT], why[256] = "";
        const struct scenario_act *x = &s.scenario.act[a], *y = &again.act[a];

        scenario_text(x, text);
        if (scenario_add(&again, text, true, why, sizeof why) != 0)
            fail_msg("%s", why);
        assert_int_equal(x->kind, y->kind);
        assert_int_equal(x->from_month, y->from_month);
        assert_int_equal(x->until_month, y->until_month);
        assert_true(fabs(x->value - y->value) < 1e-12);
        assert_int_equal(x->to, y->to);
        assert_int_equal(x->share, y->share);
        assert_memory_equal(x->in, y->in, sizeof x->in);
    }
}

static void nothing_is_sent_where_nothing_is_known_of_fingerlings(void **state)
{
    struct suppose s = {0};

    (void)state;
    suppose_take(&s, SUPPOSE_SEND, "5");
    suppose_take(&s, SUPPOSE_SEND_TO, "kotim");
    suppose_take(&s, SUPPOSE_SEND_IN, "2027-01");
    suppose_read(&s, FIRST, 6, false);
    assert_int_equal(s.faults, 1);
    assert_true(s.bad[SUPPOSE_SEND]);
    assert_int_equal(s.scenario.acts, 0);
    suppose_take(&s, SUPPOSE_SEND, "0");
    suppose_read(&s, FIRST, 6, false);
    assert_int_equal(s.faults, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_make_a_scenario_or_are_named),
        cmocka_unit_test(what_the_form_makes_the_grammar_takes_too),
        cmocka_unit_test(nothing_is_sent_where_nothing_is_known_of_fingerlings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
