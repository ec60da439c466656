/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "analytics/records/records.h"
#include "collector/common/civil.h"
#include "tests/analytics/recordsfile.h"
#include "tests/support/nobody.h"

static int64_t now_ms;

static int32_t day(const char *text)
{
    int32_t d;
    assert_int_equal(civil_parse_day(text, &d), 0);
    return d;
}

static int64_t end_of(const char *text)
{
    return civil_day_start(day(text) + 1) - 1;
}

static int set_up(void **state)
{
    (void)records_set_up(state);
    now_ms = end_of("2026-11-24");
    return 0;
}

static void complain(void *arg, const char *text)
{
    (void)arg;
    fail_msg("%s", text);
}

static void take(enum records_table t, const char *text)
{
    char file[300];
    struct records_report r;

    (void)snprintf(file, sizeof file, "%s/x.csv", dir);
    support_write(file, text);
    assert_int_equal(records_import(db, t, file, now_ms, 0, complain, NULL, &r), 0);
}

static void base(const char *entered)
{
    char text[400];

    (void)snprintf(text, sizeof text,
                   "farm,name,regency,kecamatan,village,group,entered_on\n"
                   "f-2,Dua,seruyan,62.07.03,Sembuluh I,Pokdakan Dua,%s\n"
                   "f-1,Satu,kotim,62.02.06,Sawahan,,%s\n",
                   entered, entered);
    take(RECORDS_FARMS, text);
    (void)snprintf(text, sizeof text,
                   "pond,farm,name,system,area_m2,depth_m,entered_on\n"
                   "p-3,f-1,Kolam 3,tarpaulin,60,1,%s\n"
                   "p-1,f-1,Kolam 1,pond,200,1.25,%s\n"
                   "p-2,f-2,Keramba 2,cage,24.5,2,%s\n",
                   entered, entered, entered);
    take(RECORDS_PONDS, text);
}

static struct records_snapshot *snapshot(const char *as_of)
{
    struct records_snapshot *s;

    assert_int_equal(records_snapshot(db, end_of(as_of), &s), 0);
    return s;
}

static void a_snapshot_is_sorted_and_joined(void **state)
{
    struct records_snapshot *s;

    (void)state;
    base("2026-01-01");
    take(RECORDS_CYCLES, "cycle,pond,stocked_on,count,mass_g,sex\n"
                         "c-3,p-2,2026-09-01,1000,7.5,mixed\n"
                         "c-2,p-1,2026-07-01,2100,8.25,male\n"
                         "c-1,p-1,2026-02-01,2000,6,\n");
    s = snapshot("2026-11-24");
    assert_int_equal(s->farms, 2);
    assert_string_equal(s->farm[0].slug, "f-1");
    assert_string_equal(s->farm[1].group, "Pokdakan Dua");
    assert_int_equal(s->farm[1].regency, REGENCY_SERUYAN);
    assert_string_equal(region_kecamatan(s->farm[1].kecamatan)->code, "62.07.03");
    assert_int_equal(s->ponds, 3);
    assert_string_equal(s->pond[1].slug, "p-2");
    assert_int_equal(s->pond[1].farm, 1);
    assert_int_equal(s->pond[1].system, POND_SYSTEM_CAGE);
    assert_float_equal(s->pond[1].area_m2, 24.5, 1e-12);
    assert_float_equal(s->pond[0].depth_m, 1.25, 1e-12);
    assert_int_equal(records_find_pond(s, "p-3"), 2);
    assert_int_equal(records_find_pond(s, "p-4"), -1);
    assert_int_equal(s->cycles, 3);
    assert_string_equal(s->cycle[0].slug, "c-1");
    assert_string_equal(s->cycle[1].slug, "c-2");
    assert_string_equal(s->cycle[2].slug, "c-3");
    assert_int_equal(s->cycle[0].sex, SEX_UNKNOWN);
    assert_int_equal(s->cycle[1].sex, SEX_MALE);
    assert_int_equal(s->cycle[2].sex, SEX_MIXED);
    assert_float_equal(s->cycle[1].count, 2100, 0);
    assert_float_equal(s->cycle[1].mass_g, 8.25, 1e-12);
    /* the next stocking ends a cycle whose harvest nobody wrote down */
    assert_int_equal(s->cycle[0].closed_day, day("2026-07-01"));
    assert_int_equal(s->cycle[1].closed_day, INT32_MAX);
    assert_int_equal(s->cycle[2].closed_day, INT32_MAX);
    records_snapshot_free(s);
}

static void events_find_the_cycle_that_lived_that_day(void **state)
{
    struct records_snapshot *s;

    (void)state;
    base("2026-01-01");
    take(RECORDS_CYCLES, "cycle,pond,stocked_on,count,mass_g\n"
                         "c-1,p-1,2026-02-01,2000,6\n"
                         "c-2,p-1,2026-06-20,2000,6\n"
                         "c-3,p-1,2026-10-15,2000,6\n");
    take(RECORDS_HARVESTS,
         "pond,on,kg,fish_per_kg,kind,price_idr_kg\n"
         "p-1,2026-10-15,410,4.5,final,34000\n" /* emptied and stocked the same day */
         "p-1,2026-06-05,390,,final,\n"
         "p-1,2026-06-07,15.5,,final,\n" /* the rest, two days later */
         "p-1,2026-05-20,40,,partial,\n"
         "p-1,2026-11-20,1,,retail,\n"
         "p-1,2026-01-15,1,,retail,\n"); /* before anything was stocked */
    take(RECORDS_DEATHS, "pond,on,count\n"
                         "p-1,2026-02-01,30\n"  /* of the journey */
                         "p-1,2026-06-07,2\n"   /* on the last day of harvest */
                         "p-1,2026-06-08,1\n"   /* the pond is empty */
                         "p-1,2026-01-31,1\n"   /* not stocked yet */
                         "p-1,2026-10-15,9\n"); /* new fish that did not bear the journey */
    take(RECORDS_FEED, "pond,on,feed_kg,kind\np-1,2026-07-02,3,\np-1,2026-07-01,2.5,Azolla "
                       "segar\np-1,2026-06-10,1,\n");
    s = snapshot("2026-11-24");
    assert_int_equal(s->stray, 4);
    assert_int_equal(s->cycle[0].closed_day, day("2026-06-07"));
    assert_int_equal(s->cycle[1].closed_day, day("2026-10-15"));
    assert_int_equal(s->cycle[2].closed_day, INT32_MAX);
    assert_int_equal(s->harvests, 5);
    assert_int_equal(s->harvest[0].cycle, 0);
    assert_int_equal(s->harvest[0].kind, HARVEST_PARTIAL);
    assert_int_equal(s->harvest[2].day, day("2026-06-07"));
    assert_int_equal(s->harvest[3].cycle, 1);
    assert_float_equal(s->harvest[3].fish_per_kg, 4.5, 1e-12);
    assert_float_equal(s->harvest[3].price_idr_kg, 34000, 1e-12);
    assert_true(isnan(s->harvest[0].fish_per_kg) && isnan(s->harvest[0].price_idr_kg));
    assert_int_equal(s->harvest[4].cycle, 2);
    assert_int_equal(s->harvest[4].kind, HARVEST_RETAIL);
    assert_int_equal(s->deaths, 3);
    assert_int_equal(s->death[0].cycle, 0);
    assert_int_equal(s->death[1].cycle, 0);
    assert_int_equal(s->death[2].cycle, 2);
    assert_int_equal(s->feeds, 2);
    assert_int_equal(s->feed[0].day, day("2026-07-01"));
    assert_float_equal(s->feed[0].feed_kg, 2.5, 1e-12);
    assert_string_equal(s->feed[0].kind, "Azolla segar");
    assert_string_equal(s->feed[1].kind, "");
    /* what is open at the end of a day */
    assert_int_equal(records_open_cycle(s, 0, day("2026-01-31")), -1);
    assert_int_equal(records_open_cycle(s, 0, day("2026-02-01")), 0);
    assert_int_equal(records_open_cycle(s, 0, day("2026-06-06")), 0);
    assert_int_equal(records_open_cycle(s, 0, day("2026-06-07")), -1);
    assert_int_equal(records_open_cycle(s, 0, day("2026-06-19")), -1);
    assert_int_equal(records_open_cycle(s, 0, day("2026-10-15")), 2);
    assert_int_equal(records_open_cycle(s, 1, day("2026-10-15")), -1);
    records_snapshot_free(s);
}

static void rows_of_one_pond_and_day_are_one_sample(void **state)
{
    struct records_snapshot *s;

    (void)state;
    base("2026-01-01");
    take(RECORDS_CYCLES, "cycle,pond,stocked_on,count,mass_g\nc-1,p-1,2026-02-01,2000,6\n");
    take(RECORDS_SAMPLES, "pond,on,fish,total_g,mass_g,gear\n"
                          "p-1,2026-03-01,30,930,,jala\n"
                          "p-1,2026-03-15,,,40,\n" /* four fish one by one */
                          "p-1,2026-03-15,,,50,\n"
                          "p-1,2026-03-15,1,,60,\n"
                          "p-1,2026-03-15,,,50,\n"
                          "p-1,2026-04-01,20,1600,,\n" /* two casts, then one fish alone */
                          "p-1,2026-04-01,10,700,,\n"
                          "p-1,2026-04-01,,,100,\n"
                          "p-1,2026-04-20,,,120,\n"); /* a single fish has no spread */
    s = snapshot("2026-11-24");
    assert_int_equal(s->samples, 4);
    assert_float_equal(s->sample[0].fish, 30, 0);
    assert_float_equal(s->sample[0].mean_g, 31, 1e-12);
    assert_true(isnan(s->sample[0].cv));
    assert_float_equal(s->sample[1].fish, 4, 0);
    assert_float_equal(s->sample[1].mean_g, 50, 1e-12);
    /* sd of 40 50 60 50 is sqrt(200 / 3) */
    assert_float_equal(s->sample[1].cv, sqrt(200.0 / 3) / 50, 1e-9);
    assert_float_equal(s->sample[2].fish, 31, 0);
    assert_float_equal(s->sample[2].mean_g, 2400.0 / 31, 1e-9);
    assert_true(isnan(s->sample[2].cv));
    assert_float_equal(s->sample[3].fish, 1, 0);
    assert_true(isnan(s->sample[3].cv));
    records_snapshot_free(s);
}

static void a_snapshot_sees_only_what_was_entered_by_then(void **state)
{
    struct records_snapshot *s;

    (void)state;
    base("2026-05-20"); /* typed in after the first stocking was */
    take(RECORDS_CYCLES, "cycle,pond,stocked_on,count,mass_g,entered_on\n"
                         "c-1,p-1,2026-02-01,2000,6,2026-02-03\n"
                         "c-2,p-2,2026-03-01,2000,6,2026-06-10T08:00+07:00\n");
    take(RECORDS_HARVESTS, "pond,on,kg,kind,entered_on\np-1,2026-06-05,390,final,2026-06-09\n");
    take(RECORDS_FEED, "pond,on,feed_kg,entered_on\n"
                       "p-1,2026-02-10,1,2026-02-10\n"
                       "p-1,2026-02-11,2,2026-02-11T23:59:59.999+07:00\n"
                       "p-1,2026-02-11,4,2026-02-12T00:00+07:00\n");
    s = snapshot("2026-02-02");
    assert_int_equal(s->farms + s->ponds + s->cycles, 0);
    records_snapshot_free(s);
    /* the stocking that is known cannot be without its pond and farm */
    s = snapshot("2026-02-11");
    assert_int_equal(s->farms, 1);
    assert_int_equal(s->ponds, 1);
    assert_int_equal(s->cycles, 1);
    assert_int_equal(s->feeds, 2);
    records_snapshot_free(s);
    s = snapshot("2026-06-08"); /* harvested, but nobody knew yet */
    assert_int_equal(s->ponds, 3);
    assert_int_equal(s->feeds, 3);
    assert_int_equal(s->harvests, 0);
    assert_int_equal(s->cycle[0].closed_day, INT32_MAX);
    records_snapshot_free(s);
    s = snapshot("2026-06-09");
    assert_int_equal(s->cycle[0].closed_day, day("2026-06-05"));
    assert_int_equal(s->cycles, 1);
    records_snapshot_free(s);
    assert_int_equal(
        records_snapshot(db, civil_day_start(day("2026-06-10")) + INT64_C(8) * 3600000 - 1, &s), 0);
    assert_int_equal(s->cycles, 1);
    records_snapshot_free(s);
    s = snapshot("2026-06-10");
    assert_int_equal(s->cycles, 2);
    records_snapshot_free(s);
    s = snapshot("2026-02-09"); /* entered in time, but the event is later than asked for */
    assert_int_equal(s->feeds, 0);
    records_snapshot_free(s);
}

static void rows_without_an_entry_date_were_entered_now(void **state)
{
    struct records_snapshot *s;

    (void)state;
    base("2026-01-01");
    take(RECORDS_CYCLES, "cycle,pond,stocked_on,count,mass_g\nc-1,p-1,2026-02-01,2000,6\n");
    s = snapshot("2026-11-23");
    assert_int_equal(s->cycles, 0);
    records_snapshot_free(s);
    s = snapshot("2026-11-24");
    assert_int_equal(s->cycles, 1);
    records_snapshot_free(s);
}

static void survives_closing_and_opening(void **state)
{
    struct records_snapshot *s;
    struct stat st;
    char why[256];

    (void)state;
    base("2026-01-01");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07, 0); /* not for everybody */
    records_close(db);
    assert_int_equal(records_open(&db, path, why, sizeof why), 0);
    s = snapshot("2026-11-24");
    assert_int_equal(s->ponds, 3);
    records_snapshot_free(s);
}

static void two_programs_share_the_file(void **state)
{
    struct records *other;
    struct records_snapshot *s;
    char why[256];

    (void)state;
    assert_int_equal(records_open(&other, path, why, sizeof why), 0);
    base("2026-01-01");
    assert_int_equal(records_snapshot(other, now_ms, &s), 0);
    assert_int_equal(s->ponds, 3);
    records_snapshot_free(s);
    records_close(other);
}

static void waits_for_another_writer_and_then_says_busy(void **state)
{
    sqlite3 *other;
    struct records_report r;
    char file[300];

    (void)state;
    base("2026-01-01");
    (void)snprintf(file, sizeof file, "%s/d.csv", dir);
    support_write(file, "pond,on,count\np-1,2026-02-01,30\n");
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(records_import(db, RECORDS_DEATHS, file, now_ms, 0, complain, NULL, &r),
                     NILA_ERR_BUSY);
    assert_int_equal(r.rows, 0);
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(records_import(db, RECORDS_DEATHS, file, now_ms, 0, complain, NULL, &r), 0);
    assert_int_equal(r.rows, 1);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
}

/* In a process of its own: locks do not keep a process from itself. */
static int write_over(void *arg)
{
    sqlite3 *h = NULL;
    int rc = sqlite3_open(arg, &h);

    if (rc == SQLITE_OK)
        rc = sqlite3_exec(h, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    (void)sqlite3_close(h);
    return rc & 0xff;
}

/* The pages open the file twice; neither may take the other's locks away, or a restore would swap it under them. */
static void a_second_connection_leaves_the_first_its_locks(void **state)
{
    struct records *second;
    struct records_snapshot *s;
    char why[256] = "";
    int status = 0;
    pid_t child;

    (void)state;
    assert_int_equal(records_open(&second, path, why, sizeof why), 0);
    assert_int_equal(records_snapshot(db, now_ms, &s), 0);
    records_snapshot_free(s);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)execl("/proc/self/exe", "test_records", "--journal-of", path, (char *)NULL);
        _exit(99);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), SQLITE_BUSY);
    records_close(second);
}

static void run_sql(const char *file, const char *sql)
{
    sqlite3 *h;
    char *error = NULL;

    assert_int_equal(sqlite3_open(file, &h), SQLITE_OK);
    if (sqlite3_exec(h, sql, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s", error);
    assert_int_equal(sqlite3_close(h), SQLITE_OK);
}

static int open_it(void *arg)
{
    struct records *r;
    char why[256];
    int rc = records_open(&r, arg, why, sizeof why);

    if (rc == 0)
        records_close(r);
    return rc;
}

static void refuses_files_that_are_not_its_own(void **state)
{
    struct records *r;
    char file[300], why[256] = "", *before, *after;

    (void)state;
    (void)snprintf(file, sizeof file, "%s/no/r.db", dir);
    assert_int_equal(records_open(&r, file, why, sizeof why), NILA_ERR_NOT_FOUND);
    assert_non_null(strstr(why, "No such file"));
    assert_int_equal(records_open(&r, dir, why, sizeof why), NILA_ERR_IO);
    (void)snprintf(file, sizeof file, "%s/text", dir);
    support_write(
        file,
        "this is not a database, whatever its name says; it is long enough to have a header\n");
    assert_int_equal(records_open(&r, file, why, sizeof why), NILA_ERR_CORRUPT);
    assert_true(why[0] != '\0');
    (void)snprintf(file, sizeof file, "%s/other.db", dir);
    run_sql(file, "CREATE TABLE t(x)");
    before = support_read(file, NULL);
    assert_int_equal(records_open(&r, file, why, sizeof why), NILA_ERR_CONFIG);
    assert_non_null(strstr(why, "not of production records"));
    after = support_read(file, NULL);
    assert_memory_equal(before + 16, after + 16, 16); /* SQLite's header: WAL is written there */
    free(before);
    free(after);
    records_close(db);
    db = NULL;
    run_sql(path, "PRAGMA user_version = 99");
    assert_int_equal(records_open(&r, path, why, sizeof why), NILA_ERR_UNSUPPORTED);
    assert_non_null(strstr(why, "newer"));
    assert_int_equal(chmod(dir, 0755), 0);
    assert_int_equal(support_as_nobody(open_it, path), NILA_ERR_DENIED);
}

static void notices_what_another_program_spoilt(void **state)
{
    struct records_snapshot *s;

    (void)state;
    base("2026-01-01");
    run_sql(path, "UPDATE farms SET regency = 'atlantis'");
    assert_int_equal(records_snapshot(db, now_ms, &s), NILA_ERR_CORRUPT);
    run_sql(path, "UPDATE farms SET regency = 'kotim', kecamatan = '1'");
    assert_int_equal(records_snapshot(db, now_ms, &s), NILA_ERR_CORRUPT);
    run_sql(path, "UPDATE farms SET kecamatan = '62.02.06'; UPDATE ponds SET system = 'sea'");
    assert_int_equal(records_snapshot(db, now_ms, &s), NILA_ERR_CORRUPT);
    run_sql(path,
            "UPDATE ponds SET system = 'pond'; UPDATE ponds SET farm = 'f-9' WHERE pond = 'p-1'");
    assert_int_equal(records_snapshot(db, now_ms, &s), NILA_ERR_CORRUPT);
}

static void tables_have_their_names(void **state)
{
    enum records_table t = RECORDS_TABLES;

    (void)state;
    for (int i = 0; i < RECORDS_TABLES; i++) {
        assert_int_equal(records_table_find(records_table_name((enum records_table)i), &t), 0);
        assert_int_equal(t, i);
    }
    assert_int_equal(records_table_find("fish", &t), NILA_ERR_NOT_FOUND);
}

static void *read_often(void *arg)
{
    for (int i = 0; i < 50; i++) {
        struct records_snapshot *s;
        if (records_snapshot(db, now_ms, &s) != 0 || (s->deaths != 0 && s->deaths % 20 != 0))
            *(int *)arg = 1;
        else
            records_snapshot_free(s);
    }
    return NULL;
}

static void threads_see_whole_imports_only(void **state)
{
    pthread_t t[2];
    int wrong[2] = {0};

    (void)state;
    base("2026-01-01");
    take(RECORDS_CYCLES, "cycle,pond,stocked_on,count,mass_g\nc-1,p-1,2026-02-01,2000,6\n");
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&t[i], NULL, read_often, &wrong[i]), 0);
    for (int i = 1; i <= 10; i++) {
        char text[1000] = "pond,on,count\n";
        size_t n = strlen(text);
        for (int k = 0; k < 20; k++)
            n += (size_t)snprintf(text + n, sizeof text - n, "p-1,2026-03-%02d,%d\n", i, k + 1);
        take(RECORDS_DEATHS, text);
    }
    for (int i = 0; i < 2; i++) {
        (void)pthread_join(t[i], NULL);
        assert_int_equal(wrong[i], 0);
    }
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--journal-of") == 0)
        return write_over(argv[2]);

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, records_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_snapshot_is_sorted_and_joined),
        TEST(events_find_the_cycle_that_lived_that_day),
        TEST(rows_of_one_pond_and_day_are_one_sample),
        TEST(a_snapshot_sees_only_what_was_entered_by_then),
        TEST(rows_without_an_entry_date_were_entered_now),
        TEST(survives_closing_and_opening),
        TEST(two_programs_share_the_file),
        TEST(a_second_connection_leaves_the_first_its_locks),
        TEST(waits_for_another_writer_and_then_says_busy),
        TEST(refuses_files_that_are_not_its_own),
        TEST(notices_what_another_program_spoilt),
        TEST(tables_have_their_names),
        TEST(threads_see_whole_imports_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
