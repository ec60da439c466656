/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "analytics/records/db.h"
#include "analytics/records/keys.h"
#include "analytics/records/places.h"
#include "analytics/records/records.h"
#include "collector/common/civil.h"
#include "tests/analytics/recordsfile.h"

static int64_t now_ms;

static int64_t end_of(const char *text)
{
    int32_t d;

    assert_int_equal(civil_parse_day(text, &d), 0);
    return civil_day_start(d + 1) - 1;
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

static struct records_snapshot *snapshot(const char *as_of)
{
    struct records_snapshot *s;

    assert_int_equal(records_snapshot(db, end_of(as_of), &s), 0);
    return s;
}

static void places_are_known_by_code_system_and_name(void **state)
{
    static const struct {
        const char *system, *code, *name, *node, *at;
    } T[] = {
        {"kemendagri", "62.02", "Kotawaringin Timur", "kotim", NULL},
        {"kemendagri", "62.07", "KAB. SERUYAN", "seruyan", NULL},
        {"bps", "6202", "Kabupaten Kotawaringin Timur", "kotim", NULL},
        {"bps", "6208", "Seruyan", "seruyan", NULL},
        {"kemendagri", "62.02.06", "Kec. Mentawa Baru Ketapang", "62.02.06", NULL},
        {"bps", "6202050", "Baamang", "62.02.05", NULL}, /* its number is BPS's: by name */
        {"bps", "6208031", "Danau Sembuluh", "62.07.03", NULL},
        {"bps", "joint", "Gabungan", "joint", NULL},
        {"kemendagri", "joint", "Joint", "joint", NULL},
        {"bps", "6207", "Seruyan", NULL, "code"},
        {"bps", "6207010", "Seruyan Hilir", NULL, "code"},
        {"kemendagri", "6208", "Seruyan", NULL, "code"},
        {"kemendagri", "62.08", "Seruyan", NULL, "code"}, /* Sukamara */
        {"bps", "62.02", "Kotawaringin Timur", NULL, "code"},
        {"bps", "62020", "Kotawaringin Timur", NULL, "code"},
        {"bps", "6208x10", "Hanau", NULL, "code"},
        {"bps", "6202", "Seruyan", NULL, "name"},
        {"bps", "6202050", "Hanau", NULL, "name"},
        {"kemendagri", "62.02.06", "Baamang", NULL, "name"},
        {"kemendagri", "62.02", "Kotawaringin", NULL, "name"},
        {"kemendagri", "joint", "Kalimantan Tengah", NULL, "name"},
        {"kemendagri", "", "", NULL, "code"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        char node[RECORDS_NODE_SIZE] = "", reason[256] = "";
        const char *at = NULL;
        int rc = places_find(T[i].system, T[i].code, T[i].name, node, &at, reason, sizeof reason);

        print_message("%s %s %s: %s\n", T[i].system, T[i].code, T[i].name, rc == 0 ? node : reason);
        if (T[i].node != NULL) {
            assert_int_equal(rc, 0);
            assert_string_equal(node, T[i].node);
        } else {
            assert_int_equal(rc, NILA_ERR_NOT_FOUND);
            assert_string_equal(at, T[i].at);
            assert_true(reason[0] != '\0');
        }
    }
}

static void periods_and_months_are_read_whole_or_not(void **state)
{
    static const char *const NOT[] = {"",        "2027-13", "2027-00", "2027-Q0", "2027-Q5",
                                      "2027-q1", "27-01",   "2027-1",  "1999-Q1", "2027-01 ",
                                      "20x7",    "2027Q1",  "2101",    "2027-0a", "2027-01-01"};
    static const char *const NOT_MONTHS[] = {"",
                                             "2027",
                                             "2027-01..",
                                             "2027-Q1",
                                             "2027-01.2027",
                                             "2027-02..2027-01",
                                             "2027-01..2027-13",
                                             "2027-01..2027-02x"};
    int32_t first, last;
    unsigned months;

    (void)state;
    assert_int_equal(places_period("2027-03", &first, &months), 0);
    assert_true(first == 2027 * 12 + 2 && months == 1);
    assert_int_equal(places_period("2027-Q4", &first, &months), 0);
    assert_true(first == 2027 * 12 + 9 && months == 3);
    assert_int_equal(places_period("2027", &first, &months), 0);
    assert_true(first == 2027 * 12 && months == 12);
    for (size_t i = 0; i < sizeof NOT / sizeof NOT[0]; i++)
        if (places_period(NOT[i], &first, &months) != NILA_ERR_PARSE)
            fail_msg("\"%s\" is a period", NOT[i]);
    assert_int_equal(places_months("2027-03", &first, &last), 0);
    assert_true(first == 2027 * 12 + 2 && last == first);
    assert_int_equal(places_months("2026-12..2027-02", &first, &last), 0);
    assert_true(first == 2026 * 12 + 11 && last == 2027 * 12 + 1);
    for (size_t i = 0; i < sizeof NOT_MONTHS / sizeof NOT_MONTHS[0]; i++)
        if (places_months(NOT_MONTHS[i], &first, &last) != NILA_ERR_PARSE)
            fail_msg("\"%s\" are months", NOT_MONTHS[i]);
}

static void keys_have_their_names_in_order(void **state)
{
    enum records_key k = RECORDS_KEYS;

    (void)state;
    for (int i = 0; i < RECORDS_KEYS; i++) {
        assert_string_equal(KEYS_NAMES[i], keys_info((enum records_key)i)->name);
        assert_int_equal(keys_find(KEYS_NAMES[i], &k), 0);
        assert_int_equal(k, i);
    }
    assert_null(KEYS_NAMES[RECORDS_KEYS]);
    assert_int_equal(keys_find("weather", &k), NILA_ERR_NOT_FOUND);
}

static void the_newest_revision_known_then_counts(void **state)
{
    struct records_snapshot *s;

    (void)state;
    take(
        RECORDS_OFFICIAL,
        "code_system,code,name,period,kg,status,cut_off,revision,source,entered_on\n"
        "kemendagri,62.02,Kotawaringin Timur,2026-Q1,900000,final,2026-06-30,2,Dinas,2026-07-10\n"
        "bps,6202,Kab. Kotawaringin Timur,2026-Q1,850000,provisional,2026-04-10,0,BPS,2026-04-12\n"
        "kemendagri,62.02,Kotawaringin "
        "Timur,2026-Q1,870000,provisional,2026-05-01,1,Dinas,2026-05-02\n"
        "kemendagri,62.07.03,Danau Sembuluh,2026,12000,provisional,2026-05-01,0,Dinas,2026-05-02\n"
        "kemendagri,62.02,Kotawaringin Timur,2026-01,300000,final,2026-05-01,0,Dinas,2026-05-02\n");
    s = snapshot("2026-04-11");
    assert_int_equal(s->officials, 0);
    records_snapshot_free(s);
    s = snapshot("2026-04-30");
    assert_int_equal(s->officials, 1);
    assert_float_equal(s->official[0].kg, 850000, 0);
    assert_string_equal(s->official[0].source, "BPS");
    records_snapshot_free(s);
    s = snapshot("2026-11-24");
    assert_int_equal(s->officials, 3);
    assert_string_equal(s->official[0].node, "62.07.03");
    assert_int_equal(s->official[0].months, 12);
    assert_string_equal(s->official[1].node, "kotim");
    assert_string_equal(s->official[1].period, "2026-01");
    assert_float_equal(s->official[2].kg, 900000, 0);
    assert_true(s->official[2].final && s->official[2].revision == 2);
    assert_int_equal(s->official[2].first_month, 2026 * 12);
    assert_int_equal(s->official[2].months, 3);
    records_snapshot_free(s);
}

static void targets_stand_apart_from_the_figures(void **state)
{
    struct records_snapshot *s;

    (void)state;
    take(RECORDS_OFFICIAL,
         "code_system,code,name,period,kg,status,cut_off,revision,source,entered_on\n"
         "kemendagri,62.02,Kotawaringin "
         "Timur,2026-Q2,900000,target,2026-06-30,9,Rencana,2026-07-10\n"
         "kemendagri,62.02,Kotawaringin "
         "Timur,2026-Q2,800000,target,2026-06-30,1,Rencana,2026-07-10\n"
         "bps,6202,Kab. Kotawaringin Timur,2026-Q2,85000,provisional,2026-04-10,0,BPS,2026-04-12\n"
         "bps,6208,Kabupaten Seruyan,2026-Q3,1000,target,2026-04-10,0,BPS,2026-04-12\n");
    s = snapshot("2026-11-24");
    for (size_t i = 0; i < s->officials; i++)
        assert_false(s->official[i].target);
    assert_int_equal(s->officials, s->target - s->official);
    assert_int_equal(s->targets, 2);
    assert_float_equal(s->target[0].kg, 900000, 0); /* the newer revision of the target alone */
    assert_string_equal(s->target[1].node, "seruyan");
    records_snapshot_free(s);
    s = snapshot("2026-04-30");
    assert_int_equal(s->targets, 1);
    records_snapshot_free(s);
}

static void assumptions_and_register_keep_the_newest_of_each(void **state)
{
    struct records_snapshot *s;

    (void)state;
    take(RECORDS_ASSUMPTIONS,
         "key,node,value,low,high,unit,months,source,on,entered_on\n"
         "tilapia_share,joint,30,20,40,%,,Survei,2026-05-01,2026-05-02\n"
         "tilapia_share,joint,21,14,30,%,,Anggapan,2026-01-01,2026-01-02\n"
         "tilapia_share,kotim,25,,,%,,Survei,2026-02-01,2026-02-02\n"
         "demand_shock,joint,-20,,,%,2027-01..2027-02,Banjir,2026-10-01,2026-10-01\n"
         "demand_shock,joint,10,,,%,2027-02,Hajatan,2026-10-01,2026-10-01\n"
         "population,kotim,454515,,,people,,Dukcapil,2025-12-31,2026-01-05\n");
    take(RECORDS_REGISTRY, "kecamatan,system,farms,ponds,source,as_of,entered_on\n"
                           "62.07.03,cage,10,,Dinas,2026-03-01,2026-03-02\n"
                           "62.02.06,pond,14,40,Dinas,2026-03-01,2026-03-02\n"
                           "62.02.06,pond,12,35,Dinas,2025-03-01,2026-03-02\n");
    take(RECORDS_FINGERLINGS, "on,hatchery,kind,count,size_cm,from,to,entered_on\n"
                              "2026-06-02,BBI Sampit,transfer,9000,5,kotim,seruyan,2026-06-03\n"
                              "2026-06-01,BBI Sampit,production,42000,,kotim,,2026-06-03\n");
    s = snapshot("2026-03-15");
    assert_int_equal(s->assumptions, 3);
    assert_float_equal(s->assumption[1].value, 21, 0);
    assert_int_equal(s->registers, 2);
    assert_float_equal(s->registry[0].farms, 14, 0);
    assert_true(s->registry[0].ponds == 40 && isnan(s->registry[1].ponds));
    assert_int_equal(s->registers_past, 3); /* and what it was before */
    assert_true(s->registry_past[0].ponds == 35 && s->registry_past[0].farms == 12);
    assert_int_equal(s->fingerling_rows, 0);
    records_snapshot_free(s);
    s = snapshot("2026-11-24");
    assert_int_equal(s->assumptions, 5);
    assert_int_equal(s->assumption[0].key, KEY_POPULATION);
    assert_float_equal(s->assumption[0].low, 454515, 0); /* no range: certain */
    assert_int_equal(s->assumption[0].first_month, INT32_MIN);
    assert_string_equal(s->assumption[1].node, "joint");
    assert_float_equal(s->assumption[1].value, 30, 0);
    assert_float_equal(s->assumption[1].high, 40, 0);
    assert_string_equal(s->assumption[1].source, "Survei");
    assert_string_equal(s->assumption[2].node, "kotim");
    assert_int_equal(s->assumption[3].first_month, 2027 * 12);
    assert_int_equal(s->assumption[3].last_month, 2027 * 12 + 1);
    assert_int_equal(s->assumption[4].first_month, 2027 * 12 + 1);
    assert_int_equal(s->fingerling_rows, 2);
    assert_int_equal(s->fingerlings[0].kind, FINGERLINGS_PRODUCED);
    assert_int_equal(s->fingerlings[0].to, REGENCY_KOTIM);
    assert_true(isnan(s->fingerlings[0].size_cm));
    assert_int_equal(s->fingerlings[1].to, REGENCY_SERUYAN);
    assert_float_equal(s->fingerlings[1].count, 9000, 0);
    records_snapshot_free(s);
}

static void classes_and_surveys_are_the_newest_of_their_kind(void **state)
{
    struct records_snapshot *s;

    (void)state;
    take(RECORDS_CLASSES, "system,class,source,on,entered_on\n"
                          "pond,Kolam,Dinas,2026-01-05,2026-01-06\n"
                          "cage,Jaring apung,Dinas,2026-01-05,2026-01-06\n"
                          "pond,Kolam air tenang,KKP,2026-05-01,2026-05-02\n");
    take(RECORDS_SURVEY, "quarter,kecamatan,system,serial,on,found,kg_quarter,entered_on\n"
                         "2026-Q2,62.02.06,cage,17,2026-07-03,yes,120,2026-07-04\n"
                         "2026-Q2,62.02.06,cage,17,2026-07-09,yes,150.5,2026-07-10\n"
                         "2026-Q1,62.07.01,pond,3,2026-04-02,no,,2026-04-03\n");
    s = snapshot("2026-03-15");
    assert_int_equal(s->classes, 2);
    assert_string_equal(s->class[0].name, "Kolam");
    assert_int_equal(s->class[0].system, POND_SYSTEM_POND);
    assert_int_equal(s->surveys, 0);
    records_snapshot_free(s);
    s = snapshot("2026-07-05");
    assert_string_equal(s->class[0].name, "Kolam air tenang");
    assert_string_equal(s->class[0].source, "KKP");
    assert_int_equal(s->surveys, 2);
    assert_int_equal(s->survey[0].first_month, 2026 * 12);
    assert_true(!s->survey[0].found && s->survey[0].kg == 0);
    assert_float_equal(s->survey[1].kg, 120, 0);
    records_snapshot_free(s);
    s = snapshot("2026-07-31");
    assert_int_equal(s->surveys, 2);
    assert_float_equal(s->survey[1].kg, 150.5, 0);
    assert_int_equal(s->survey[1].serial, 17);
    records_snapshot_free(s);
}

static void run_sql(const char *file, const char *sql)
{
    sqlite3 *h;
    char *error = NULL;

    assert_int_equal(sqlite3_open(file, &h), SQLITE_OK);
    if (sqlite3_exec(h, sql, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s: %s", sql, error);
    assert_int_equal(sqlite3_close(h), SQLITE_OK);
}

static void notices_what_another_program_spoilt(void **state)
{
    static const char *const SPOIL[] = {
        "UPDATE official SET code = '6207'",
        "UPDATE official SET code = '62.02', period = 'soon'",
        "UPDATE official SET period = '2026'; UPDATE registry SET kecamatan = '1'",
        "UPDATE registry SET kecamatan = '62.07.03', system = 'sea'",
        "UPDATE registry SET system = 'cage'; UPDATE assumptions SET key = 'luck'",
        "UPDATE assumptions SET key = 'demand_shock', months = 'soon'",
        "UPDATE assumptions SET months = NULL; UPDATE fingerlings SET \"from\" = 'x'",
        "UPDATE fingerlings SET \"from\" = 'kotim', \"to\" = 'x'",
        "UPDATE fingerlings SET \"to\" = NULL; UPDATE classes SET system = 'sea'",
        "UPDATE classes SET system = 'cage'; UPDATE survey SET quarter = '2026'",
        "UPDATE survey SET quarter = '2026-Q2', kecamatan = '1'",
        "UPDATE survey SET kecamatan = '62.02.06', system = 'sea'"};
    struct records_snapshot *s;

    (void)state;
    take(RECORDS_OFFICIAL, "code_system,code,name,period,kg,status,cut_off,revision,source\n"
                           "kemendagri,62.02,Kotawaringin Timur,2026,9,final,2026-06-30,2,Dinas\n");
    take(RECORDS_REGISTRY, "kecamatan,system,farms,source,as_of\n62.07.03,cage,10,D,2026-03-01\n");
    take(RECORDS_ASSUMPTIONS, "key,node,value,unit,months,source,on\n"
                              "demand_shock,joint,-20,%,2027-01,B,2026-10-01\n");
    take(RECORDS_FINGERLINGS,
         "on,hatchery,kind,count,from,to\n2026-06-02,BBI,sale,9000,kotim,kotim\n");
    take(RECORDS_CLASSES, "system,class,source,on\ncage,Karamba,D,2026-03-01\n");
    take(RECORDS_SURVEY, "quarter,kecamatan,system,serial,on,found,kg_quarter\n"
                         "2026-Q2,62.02.06,cage,17,2026-07-03,yes,120\n");
    for (size_t i = 0; i < sizeof SPOIL / sizeof SPOIL[0]; i++) {
        run_sql(path, SPOIL[i]);
        if (records_snapshot(db, now_ms, &s) != NILA_ERR_CORRUPT)
            fail_msg("not noticed: %s", SPOIL[i]);
    }
    run_sql(path, "UPDATE survey SET system = 'cage'");
    assert_int_equal(records_snapshot(db, now_ms, &s), 0);
    records_snapshot_free(s);
}

/* The tables of a file, as SQLite wrote them down. */
static void schema_of(const char *file, char *out, size_t size)
{
    sqlite3 *h;
    sqlite3_stmt *q;
    size_t n = 0;

    assert_int_equal(sqlite3_open(file, &h), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(h, "SELECT sql FROM sqlite_master WHERE sql NOT NULL ORDER BY name", -1,
                           &q, NULL),
        SQLITE_OK);
    while (sqlite3_step(q) == SQLITE_ROW)
        n += (size_t)snprintf(out + n, size - n, "%s\n", (const char *)sqlite3_column_text(q, 0));
    assert_true(n > 0 && n < size);
    (void)sqlite3_finalize(q);
    assert_int_equal(sqlite3_close(h), SQLITE_OK);
}

static void a_file_of_the_version_before_is_taken_over(void **state)
{
    static char fresh[60000], old[60000];
    char file[300], why[256] = "";
    struct records *r;
    struct records_snapshot *s;

    (void)state;
    (void)snprintf(file, sizeof file, "%s/old.db", dir);
    run_sql(file, RECORDS_MIGRATION[0]);
    run_sql(file, "PRAGMA user_version = 1; PRAGMA application_id = 0x4e696c52;"
                  "INSERT INTO farms(farm, name, regency, kecamatan, entered_on) VALUES('f-1', "
                  "'Satu', 'kotim', '62.02.06', 1000);"
                  "INSERT INTO ponds(pond, farm, name, system, area_m2, depth_m, entered_on) "
                  "VALUES('p-1', 'f-1', 'Kolam', 'pond', 200, 1, 1000)");
    assert_int_equal(records_open(&r, file, why, sizeof why), 0);
    assert_int_equal(records_snapshot(r, now_ms, &s), 0);
    assert_int_equal(s->ponds, 1);
    assert_int_equal(s->officials + s->assumptions + s->registers + s->fingerling_rows, 0);
    records_snapshot_free(s);
    records_close(r);
    schema_of(file, old, sizeof old);
    schema_of(path, fresh, sizeof fresh);
    assert_non_null(strstr(fresh, "CREATE TABLE assumptions"));
    assert_string_equal(old, fresh);
    assert_int_equal(records_open(&r, file, why, sizeof why), 0); /* and once is enough */
    records_close(r);
}

static void a_take_over_that_fails_leaves_the_file_as_it_was(void **state)
{
    static char before[10000], after[10000];
    char file[300], why[256] = "";
    struct records *r;

    (void)state;
    (void)snprintf(file, sizeof file, "%s/old.db", dir);
    run_sql(file, RECORDS_MIGRATION[0]);
    run_sql(file, "PRAGMA user_version = 1; PRAGMA application_id = 0x4e696c52;"
                  "CREATE TABLE registry(mine)"); /* in the way of the third table */
    schema_of(file, before, sizeof before);
    assert_int_equal(records_open(&r, file, why, sizeof why), NILA_ERR_IO);
    assert_non_null(strstr(why, "registry"));
    schema_of(file, after, sizeof after);
    assert_string_equal(before, after);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, records_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(places_are_known_by_code_system_and_name),
        TEST(periods_and_months_are_read_whole_or_not),
        TEST(keys_have_their_names_in_order),
        TEST(the_newest_revision_known_then_counts),
        TEST(targets_stand_apart_from_the_figures),
        TEST(assumptions_and_register_keep_the_newest_of_each),
        TEST(classes_and_surveys_are_the_newest_of_their_kind),
        TEST(notices_what_another_program_spoilt),
        TEST(a_file_of_the_version_before_is_taken_over),
        TEST(a_take_over_that_fails_leaves_the_file_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
