/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of assumptions: which value counts, its history, and the form of those who may enter newer ones. */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "analytics/web/page_assume.h"
#include "collector/common/civil.h"

static struct page_model model;
static struct page_assume page;
static struct page_assume_row row[4];

static struct rec_assumption population(const char *node, double value, int32_t day)
{
    struct rec_assumption a = {.key = KEY_POPULATION,
                               .value = value,
                               .low = value,
                               .high = value,
                               .first_month = INT32_MIN,
                               .last_month = INT32_MAX,
                               .day = day};

    (void)snprintf(a.node, sizeof a.node, "%s", node);
    (void)snprintf(a.source, sizeof a.source, "BPS <%.0f>", value);
    return a;
}

/* Newest entry first: a late entry of an old figure does not count. */
static int make_page(void **state)
{
    const int32_t day = civil_day_of(2026, 6, 30);

    (void)state;
    model = (struct page_model){.now_ms = civil_day_start(day + 100), .notice = ""};
    memset(row, 0, sizeof row);
    row[0].a = population("kotim", 441000, day - 365);
    row[0].entered_ms = model.now_ms - 1000;
    row[1].a = population("kotim", 454515, day);
    row[1].entered_ms = model.now_ms - 9000000;
    (void)snprintf(row[1].by, sizeof row[1].by, "dinas-kotim");
    row[2].a = population("seruyan", 159849, day);
    row[2].entered_ms = model.now_ms - 9000000;
    row[3].a = population("kotim", 454000, day); /* the same day, entered before */
    row[3].entered_ms = model.now_ms - 10000000;
    page = (struct page_assume){.n = 4, .row = row, .csrf = "rahasia-1", .once = "sekali-1"};
    page_assume_settle(&page);
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

static void the_newest_by_its_date_counts(void **state)
{
    (void)state;
    assert_false(row[0].counts);
    assert_true(row[1].counts);
    assert_true(row[2].counts);
    assert_false(row[3].counts);
    row[3].a.first_month = row[3].a.last_month = 2027 * 12;
    page_assume_settle(&page);
    assert_true(row[3].counts); /* of its month, a thing of its own */
}

static void who_may_not_enter_reads(void **state)
{
    struct buf b = {0};

    (void)state;
    page_assume(&b, &model, &page, LANG_ID);
    says(&b, "454.515");
    says(&b, "BPS &lt;454515&gt;");
    says(&b, "dinas-kotim");
    says(&b, "Riwayat nilai yang lama");
    says(&b, "441.000");
    says_not(&b, "<form");
    says_not(&b, "rahasia-1");
    assert_true(strstr(b.p, "454.515") < strstr(b.p, "Riwayat"));
    assert_true(strstr(b.p, "441.000") > strstr(b.p, "Riwayat"));
    buf_free(&b);
}

static void an_officer_enters_values_of_the_own_regency(void **state)
{
    struct buf b = {0};

    (void)state;
    page.may[REGENCY_SERUYAN] = true;
    page_assume(&b, &model, &page, LANG_EN);
    says(&b, "<form method=\"post\" action=\"/asumsi\">");
    says(&b, "name=\"tanda\" value=\"rahasia-1\"");
    says(&b, "name=\"sekali\" value=\"sekali-1\"");
    says(&b, "<option value=\"seruyan\">");
    says_not(&b, "<option value=\"kotim\">");
    says_not(&b, "<option value=\"joint\">");
    buf_clear(&b);
    page.may[REGENCY_KOTIM] = true;
    page_assume(&b, &model, &page, LANG_EN);
    says(&b, "<option value=\"joint\">");
    buf_free(&b);
}

static void what_is_wrong_stands_by_its_field(void **state)
{
    struct buf b = {0};

    (void)state;
    page.may[REGENCY_KOTIM] = true;
    page.text[ASSUME_VALUE] = "1.500\"><script>";
    page.text[ASSUME_KEY] = "loss";
    page.faults = 1;
    (void)snprintf(page.fault[0].column, sizeof page.fault[0].column, "value");
    (void)snprintf(page.fault[0].reason, sizeof page.fault[0].reason, "bukan angka <b>");
    page_assume(&b, &model, &page, LANG_ID);
    says(&b, "<ul role=\"alert\">");
    says(&b, "bukan angka &lt;b&gt;");
    says(&b, "name=\"value\" value=\"1.500&quot;&gt;&lt;script&gt;\" aria-invalid=\"true\"");
    says(&b, "<option value=\"loss\" selected>");
    buf_free(&b);
}

#define of_page(test) cmocka_unit_test_setup(test, make_page)

int main(void)
{
    const struct CMUnitTest tests[] = {
        of_page(the_newest_by_its_date_counts),
        of_page(who_may_not_enter_reads),
        of_page(an_officer_enters_values_of_the_own_regency),
        of_page(what_is_wrong_stands_by_its_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
