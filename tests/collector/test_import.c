/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/control.h"
#include "collector/import.h"
#include "journal_help.h"

static char dir[80], csv[100], journal_path[100], sock[100];
static struct site *site;
static struct buf mistakes;

static int set_up(void **state)
{
    struct buf b = {0};
    char why[256];

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(csv, sizeof csv, "%s/a.csv", dir);
    (void)snprintf(journal_path, sizeof journal_path, "%s/j.db", dir);
    (void)snprintf(sock, sizeof sock, "%s/c.sock", dir);
    buf_printf(&b,
               "{\"site\":{\"slug\":\"uji\",\"name\":\"Uji\",\"regency\":\"seruyan\",\"kecamatan\":"
               "\"62.07.03\"},"
               "\"ponds\":[{\"slug\":\"kolam-1\",\"name\":\"Kolam "
               "1\",\"area_m2\":400,\"depth_m\":1.2,\"system\":"
               "\"pond\"},"
               "{\"slug\":\"kolam-2\",\"name\":\"Kolam "
               "2\",\"area_m2\":60,\"depth_m\":1,\"system\":\"tarpaulin\"}],"
               "\"buses\":[],"
               "\"sinks\":[{\"slug\":\"pusat\",\"url\":\"http://"
               "127.0.0.1:8086\",\"api\":\"v1\",\"database\":\"nila\"}],"
               "\"journal\":{\"path\":\"%s\",\"max_bytes\":16777216,\"keep_days\":35},"
               "\"control\":{\"socket\":\"%s\"}}",
               journal_path, sock);
    log_set_level(LOG_LEVEL_ERROR);
    if (site_load_memory(&site, "site", b.p, b.n, why, sizeof why) != 0)
        fail_msg("%s", why);
    buf_free(&b);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    clock_set(NULL);
    site_free(site);
    buf_free(&mistakes);
    log_set_level(LOG_LEVEL_INFO);
    support_rmdir(dir);
    return 0;
}

static void note_mistake(void *arg, const char *text)
{
    (void)arg;
    buf_printf(&mistakes, "%s\n", text + strlen(dir) + 1); /* without the folder */
}

static size_t shown;
static void note_progress(void *arg, size_t done, size_t all)
{
    (void)arg;
    assert_true(done <= all && done >= shown);
    shown = done;
}

static int import(const char *text, struct import_report *r)
{
    const struct import_options o = {.mistake = note_mistake, .progress = note_progress};
    char why[256];

    support_write(csv, text);
    buf_clear(&mistakes);
    buf_str(&mistakes, "");
    shown = 0;
    return import_file(site, csv, &o, r, why, sizeof why);
}

static void refuses_bad_cells_by_file_line_and_column(void **state)
{
    static const struct {
        const char *says, *rows, *words;
    } T[] = {
        {"a pond of elsewhere", "2026-11-24T05:00+07:00,kolam-9,a,ph,7,1",
         "a.csv:2:24: pond \"kolam-9\": no such pond"},
        {"a strange metric", "2026-11-24T05:00+07:00,kolam-1,a,asam,7,1",
         "a.csv:2:34: metric \"asam\": no such metric"},
        {"a word as value", "2026-11-24T05:00+07:00,kolam-1,a,ph,tujuh,1",
         "a.csv:2:37: value \"tujuh\": not a number"},
        {"NaN", "2026-11-24T05:00+07:00,kolam-1,a,ph,nan,1", "value \"nan\": not a"},
        {"beyond doubles", "2026-11-24T05:00+07:00,kolam-1,a,ph,1e999,1",
         "value \"1e999\": not a finite number"},
        {"no time", ",kolam-1,a,ph,7,1", "a.csv:2:1: time \"\": a time is written"},
        {"a day that is none", "2026-06-31T05:00+07:00,kolam-1,a,ph,7,1",
         "a.csv:2:1: time \"2026-06-31T05:00+07:00\": there is no such day"},
        {"a time to come", "2030-01-01T05:00+07:00,kolam-1,a,ph,7,1",
         "more than a day in the future"},
        {"a logger without a clock", "1970-01-01T07:00+07:00,kolam-1,a,ph,7,1",
         "before the year 2000"},
        {"a device that is no slug", "2026-11-24T05:00+07:00,kolam-1,Alat 1,ph,7,1",
         "device \"Alat 1\": not a device slug"},
        {"flag 5", "2026-11-24T05:00+07:00,kolam-1,a,ph,7,5",
         "a.csv:2:39: flag \"5\": flag is 1 pass"},
        {"a word as flag", "2026-11-24T05:00+07:00,kolam-1,a,ph,7,ok",
         "flag \"ok\": flag is 1 pass"},
        {"no value, no flag 9", "2026-11-24T05:00+07:00,kolam-1,a,ph,,1",
         "no value: a missing value is marked by flag 9"},
        {"no value, no flag", "2026-11-24T05:00+07:00,kolam-1,a,ph,,",
         "no value: a missing value is marked by flag 9"},
        {"a value and flag 9", "2026-11-24T05:00+07:00,kolam-1,a,ph,7,9", "a value with flag 9"},
        {"too few cells", "2026-11-24T05:00+07:00,kolam-1,a,ph,7", "a.csv:2:"},
        {"a contradiction",
         "2026-11-24T05:00+07:00,kolam-1,a,ph,7,1\n2026-11-23T22:00Z,kolam-1,a,ph,7.1,1",
         "a.csv:3: contradicts line 2"},
        {"another flag is a contradiction too",
         "2026-11-24T05:00+07:00,kolam-1,a,ph,7,1\n2026-11-24T05:00+07:00,kolam-1,a,ph,7,2",
         "a.csv:3: contradicts line 2"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct import_report r;
        char text[600];
        (void)snprintf(
            text, sizeof text,
            "time,pond,device,metric,value,flag\n%s\n2026-11-20T05:00+07:00,kolam-2,b,ph,7,1\n",
            T[i].rows);
        if (import(text, &r) != NILA_ERR_PARSE || r.mistakes != 1 ||
            strstr(mistakes.p, T[i].words) == NULL)
            fail_msg("%s: %zu mistakes: %s", T[i].says, r.mistakes, mistakes.p);
        assert_int_equal(access(journal_path, F_OK),
                         -1); /* nothing was stored, not even the good row */
    }
}

static void names_every_mistake_of_a_file(void **state)
{
    struct import_report r;

    (void)state;
    assert_int_equal(import("time,pond,device,metric,value,flag\n"
                            "x,kolam-9,a,asam,y,1\n"
                            "2026-11-24T05:00+07:00,kolam-1,a,ph,7,1\n"
                            "2026-11-24T05:00+07:00,kolam-1,a,ph,7,8\n",
                            &r),
                     NILA_ERR_PARSE);
    assert_int_equal(r.mistakes, 5);
    assert_int_equal(r.rows, 3);
    assert_int_equal(r.values, 0);
}

static void refuses_strange_and_missing_columns(void **state)
{
    struct import_report r;

    (void)state;
    assert_int_equal(import("time,pond,device,metric,nilai,flag\nx\n", &r), NILA_ERR_PARSE);
    assert_non_null(strstr(mistakes.p, "column value is missing"));
    assert_non_null(strstr(mistakes.p, "column \"nilai\" is not known"));
    assert_int_equal(import("", &r), NILA_ERR_PARSE);
    assert_true(r.mistakes >= 1);
}

static void says_why_a_file_cannot_be_read(void **state)
{
    const struct import_options o = {0};
    struct import_report r;
    char why[256];

    (void)state;
    assert_int_equal(import_file(site, "/no/such.csv", &o, &r, why, sizeof why),
                     NILA_ERR_NOT_FOUND);
    assert_non_null(strstr(why, "/no/such.csv"));
}

static void gathers_rows_to_sets_in_the_order_of_time(void **state)
{
    struct import_report r;
    struct journal_row rows[8];
    struct journal *j;

    (void)state;
    assert_int_equal(
        import(
            "\xef\xbb\xbf"
            "time;pond;device;metric;value;flag\r\n"
            "2026-11-24 06:00;kolam-1;a;do_mgl;5,13;\r\n" /* an alias, a comma, no zone, no flag */
            "2026-11-24T05:00:00+07:00;kolam-1;a;temp_c;28,5;1\r\n"
            "2026-11-23T22:00:00Z;kolam-1;a;ph;;9\r\n"
            "2026-11-24T05:00:00+07:00;kolam-2;a;ph;6,9;3\r\n"
            "2026-11-24T05:00:00+07:00;;cuaca;rain_mm;0;2\r\n"
            "2026-11-24T05:00:00+07:00;kolam-1;a;temp_c;28,5;1\r\n",
            &r),
        0);
    assert_int_equal(r.rows, 6);
    assert_int_equal(r.sets, 4);
    assert_int_equal(r.values, 5);
    assert_int_equal(r.repeated, 1);
    assert_int_equal(r.assumed_wib, 1);
    assert_int_equal(shown, 5);
    j = help_open(journal_path);
    assert_int_equal(journal_peek(j, 0, rows, 8), 4);
    assert_string_equal(rows[0].set.tags.pond, "");
    assert_string_equal(rows[0].set.tags.device, "cuaca");
    assert_string_equal(rows[1].set.tags.pond, "kolam-1");
    assert_int_equal(rows[1].set.n, 2);
    assert_int_equal(rows[1].set.ts_ms, 1795471200000);
    assert_int_equal(rows[1].set.tags.regency, REGENCY_SERUYAN);
    assert_int_equal(rows[1].set.v[0].flag, READING_PASS);
    assert_int_equal(rows[1].set.v[1].flag, READING_MISSING);
    assert_true(isnan(rows[1].set.v[1].value));
    assert_int_equal(rows[2].set.v[0].flag, READING_SUSPECT);
    assert_int_equal(rows[3].set.v[0].metric, METRIC_DO_MG_L);
    assert_true(rows[3].set.v[0].value == 5.13);
    assert_int_equal(rows[3].set.v[0].flag, READING_NOT_EVALUATED);
    assert_int_equal(rows[3].set.v[0].bits, READING_BIT_IMPORTED);
    assert_int_equal(rows[3].set.ts_ms, 1795474800000);
    assert_int_equal(help_stats(j).pending[0], 4); /* they are for the sink as well */
    journal_close(j);
}

/* n moments of two ponds with three values each. */
static char *many(int n)
{
    struct buf b = {0};

    buf_str(&b, "time,pond,device,metric,value,flag\n");
    for (int i = 0; i < n; i++) {
        char t[40];
        (void)civil_format_iso(t, sizeof t, 1795000000000 + (int64_t)i * 60000);
        for (int pond = 1; pond <= 2; pond++)
            buf_printf(&b,
                       "%s,kolam-%d,logger-%d,do_mg_l,%d.%02d,1\n%s,kolam-%d,logger-%d,temp_c,28.5,"
                       "1\n%s,kolam-%d,logger-%d,ph,7,2\n",
                       t, pond, pond, i % 10, i % 100, t, pond, pond, t, pond, pond);
    }
    return b.p;
}

static void imports_through_a_running_collector(void **state)
{
    struct journal *j = help_open(journal_path);
    struct uplink *uplinks[1] = {NULL};
    const struct control_sources src = {.site = site, .journal = j, .uplink = uplinks};
    struct control *c = NULL;
    struct import_report r;
    struct journal_row row;
    char *text = many(1500);

    (void)state;
    assert_int_equal(control_start(&c, sock, &src), 0);
    assert_int_equal(import(text, &r), 0);
    assert_int_equal(r.values, 9000);
    assert_int_equal(r.sets, 3000); /* no moment of a device was torn in two by a request's bound */
    assert_int_equal(shown, 9000);
    assert_int_equal(journal_last_seq(j), 3000);
    assert_int_equal(journal_peek(j, 2999, &row, 1), 1);
    assert_string_equal(row.set.tags.device, "logger-2");
    assert_true(row.set.v[0].value == 28.5 && row.set.v[1].value == 9.99);
    control_stop(c);
    journal_close(j);
    free(text);
}

static void imports_straight_into_the_journal_when_no_collector_runs(void **state)
{
    struct import_report r;
    struct journal *j;
    char *text = many(1500);

    (void)state;
    assert_int_equal(import(text, &r), 0);
    assert_int_equal(r.sets, 3000);
    j = help_open(journal_path);
    assert_int_equal(journal_last_seq(j), 3000);
    journal_close(j);
    free(text);
}

static void is_busy_when_somebody_holds_the_journal_and_does_not_answer(void **state)
{
    struct journal *j = help_open(journal_path);
    struct import_report r;

    (void)state;
    assert_int_equal(import("time,pond,device,metric,value\n2026-11-24 06:00,kolam-1,a,ph,7\n", &r),
                     NILA_ERR_BUSY);
    assert_int_equal(r.values, 0);
    assert_int_equal(journal_last_seq(j), 0);
    journal_close(j);
}

static void imports_an_empty_table(void **state)
{
    struct import_report r;

    (void)state;
    assert_int_equal(import("time,pond,device,metric,value,flag\n", &r), 0);
    assert_int_equal(r.rows, 0);
    assert_int_equal(access(journal_path, F_OK), -1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(refuses_bad_cells_by_file_line_and_column),
        TEST(names_every_mistake_of_a_file),
        TEST(refuses_strange_and_missing_columns),
        TEST(says_why_a_file_cannot_be_read),
        TEST(gathers_rows_to_sets_in_the_order_of_time),
        TEST(imports_through_a_running_collector),
        TEST(imports_straight_into_the_journal_when_no_collector_runs),
        TEST(is_busy_when_somebody_holds_the_journal_and_does_not_answer),
        TEST(imports_an_empty_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
