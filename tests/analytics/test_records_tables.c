/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every table takes a row by form and by CSV, is corrected and withdrawn; photos; the check before stocking. */
#include "recordsfile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/records/change.h"
#include "analytics/records/photos.h"
#include "analytics/records/prestock.h"
#include "collector/common/buf.h"
#include "collector/common/civil.h"

static int64_t now_ms;
static struct buf said;

static int set_up(void **state)
{
    assert_int_equal(civil_parse_iso("2026-11-24T12:00+07:00", &now_ms, NULL), 0);
    return records_set_up(state);
}

static int tear_down(void **state)
{
    buf_free(&said);
    return records_tear_down(state);
}

static void tell(void *arg, const char *column, const char *reason)
{
    (void)arg;
    buf_printf(&said, "%s: %s\n", column, reason);
}

static void complain(void *arg, const char *text)
{
    (void)arg;
    buf_printf(&said, "%s\n", text);
}

static const struct {
    enum records_table t;
    const char *head, *row;     /* CSV */
    const char *column, *value; /* a correction */
} ROW[RECORDS_TABLES] = {
    /* clang-format off */
    {RECORDS_FARMS, "farm,name,regency,kecamatan,group,kusuka", "f-1,Satu,kotim,62.02.06,pokdakan-1,6202.0612.3456.7890", "name", "Dua"},
    {RECORDS_PONDS, "pond,farm,name,system,area_m2,depth_m", "p-1,f-1,Kolam,pond,200,1.2", "area_m2", "210"},
    {RECORDS_CYCLES, "cycle,pond,stocked_on,count,mass_g,size_cm,hatchery,price_idr_each", "c-1,p-1,2026-10-01,2000,8,7.5,BBI Sampit,400", "count", "1900"},
    {RECORDS_FEED, "pond,on,feed_kg,price_idr_kg", "p-1,2026-11-20,2.5,10500", "feed_kg", "2.75"},
    {RECORDS_SAMPLES, "pond,on,fish,total_g,gear,places", "p-1,2026-11-20,30,1500,jala,3", "places", "4"},
    {RECORDS_DEATHS, "pond,on,count,cause", "p-1,2026-11-20,3,banjir", "cause", "sakit"},
    {RECORDS_HARVESTS, "pond,on,kg,kind,buyer,price_idr_kg,debt_idr", "p-1,2026-11-21,30,partial,Bu Siti,32000,150000", "kg", "31"},
    {RECORDS_FINGERLINGS, "on,hatchery,kind,count,from,to", "2026-11-01,BBI,sale,2000,kotim,seruyan", "count", "2100"},
    {RECORDS_OFFICIAL, "code_system,code,name,period,kg,status,cut_off,revision,source", "kemendagri,62.02,Kotawaringin Timur,2026-Q1,9000,final,2026-06-30,2,Dinas", "kg", "9100"},
    {RECORDS_REGISTRY, "kecamatan,system,farms,source,as_of", "62.07.03,cage,10,D,2026-03-01", "farms", "11"},
    {RECORDS_ASSUMPTIONS, "key,node,value,unit,months,source,on", "demand_shock,joint,-20,%,2026-01,B,2026-10-01", "value", "-10"},
    {RECORDS_CLASSES, "system,class,source,on", "cage,Karamba,D,2026-03-01", "class", "KJA"},
    {RECORDS_SURVEY, "quarter,kecamatan,system,serial,on,found,kg_quarter", "2026-Q2,62.02.06,cage,17,2026-07-03,yes,120", "kg_quarter", "130"},
    {RECORDS_CONTACTS, "contact,name,phone,answers_for,order,on", "budi,Pak Budi,08123456789,farm:f-1,first,2026-10-01", "phone", "0812 1111"},
    {RECORDS_LIMITS, "pond,key,value,reason,by,on", "p-1,do_watch_mg_l,3.5,benih,penyuluh,2026-10-01", "value", "3.6"},
    {RECORDS_GROUPS, "group,name,kecamatan,village", "pokdakan-1,Pokdakan Mentaya,62.02.06,Sawahan", "village", "Baamang"},
    {RECORDS_SENSORS, "pond,device,on,until,model,serial", "p-1,do-1,2026-10-01,2026-11-01,EZO-DO,A1", "serial", "A2"},
    {RECORDS_NOTES, "pond,on,kind,text,amount,unit", "p-1,2026-11-20,treatment,kapur pertanian,5,kg", "amount", "6"},
    {RECORDS_PRESTOCK, "pond,on,ph_pond,ph_bag,temp_pond_c,temp_bag_c,acclimatised_min,sample_count,dead_on_arrival", "p-1,2026-10-01,4.8,7,29,26,10,100,4", "ph_pond", "6.8"},
    {RECORDS_RIVER, "river,on,state,ph,note", "mentaya,2026-11-20,acid,4.6,air bangai", "state", "high"},
    /* clang-format on */
};

static void take_all(void)
{
    char csv[300], text[600];

    (void)snprintf(csv, sizeof csv, "%s/t.csv", dir);
    for (size_t i = 0; i < RECORDS_TABLES; i++) {
        struct records_report report;
        (void)snprintf(text, sizeof text, "%s\n%s\n", ROW[i].head, ROW[i].row);
        support_write(csv, text);
        if (records_import(db, ROW[i].t, csv, now_ms, 0, complain, NULL, &report) != 0)
            fail_msg("%s", said.p);
        assert_int_equal(report.rows, 1);
    }
}

static void every_table_is_taken_corrected_and_withdrawn(void **state)
{
    struct change_who who = {.user = "u", .how = "page", .at_ms = now_ms};
    bool repeated;

    (void)state;
    take_all();
    for (size_t i = 0; i < RECORDS_TABLES; i++) {
        const struct change_cell cell = {ROW[i].column, ROW[i].value};
        struct rec_row *row, *again;
        size_t n;
        assert_int_equal(ROW[i].t, i);
        assert_int_equal(records_rows_of_pond(db, ROW[i].t, "", 9, &row, &n), 0);
        assert_int_equal(n, 1);
        who.at_ms = now_ms + 1;
        if (records_correct(db, ROW[i].t, row->uid, &cell, 1, row->change, "", "", &who, tell, NULL,
                            &repeated) != 0)
            fail_msg("%s: %s", ROW[i].row, said.p);
        assert_false(repeated);
        assert_int_equal(records_row(db, ROW[i].t, row->uid, &again), 0);
        for (size_t k = 0; k < again->cells; k++)
            assert_string_equal(
                again->text[k],
                strcmp(records_column(ROW[i].t, k), cell.column) == 0 ? cell.text : row->text[k]);
        records_rows_free(row, 1);
        records_rows_free(again, 1);
    }
    who.at_ms = now_ms + 2;
    for (size_t k = 0; k < RECORDS_TABLES; k++) { /* farms, ponds, cycles last */
        size_t i = (k + 3) % RECORDS_TABLES;
        struct rec_row *row;
        size_t n;
        enum records_table t = i > 2 ? ROW[i].t : ROW[2 - i].t;
        assert_int_equal(records_rows_of_pond(db, t, "", 9, &row, &n), 0);
        if (records_withdraw(db, t, row->uid, "", "", "", &who, tell, NULL, &repeated) != 0)
            fail_msg("%s: %s", records_table_name(t), said.p);
        records_rows_free(row, n);
    }
}

static void the_changes_of_a_farm_are_its_own(void **state)
{
    struct change_filter of = {.farm = "f-1"};
    struct rec_change *list;
    size_t n;

    (void)state;
    take_all();
    assert_int_equal(records_changes(db, &of, &list, &n), 0);
    assert_int_equal(
        n,
        11); /* farm, pond, cycle, feed, sample, deaths, harvest, limit, sensor, note, prestock */
    records_changes_free(list, n);
    of.farm = "f-9";
    assert_int_equal(records_changes(db, &of, &list, &n), 0);
    assert_int_equal(n, 0);
    records_changes_free(list, n);
    of = (struct change_filter){.most = 2};
    assert_int_equal(records_changes(db, &of, &list, &n), 0);
    assert_int_equal(n, 2);
    assert_string_equal(list[0].table, "river");
    of.before_id = list[1].id;
    records_changes_free(list, n);
    assert_int_equal(records_changes(db, &of, &list, &n), 0);
    assert_string_equal(list[0].table, "notes");
    records_changes_free(list, n);
}

static void bad_cells_of_the_newer_tables_are_named(void **state)
{
    static const struct {
        enum records_table t;
        const char *text, *words;
    } T[] = {
        /* clang-format off */
        {RECORDS_FARMS, "farm,name,regency,kecamatan,kusuka\nf-2,N,kotim,62.02.06,08123456789\n", "kusuka: \"08123456789\" is no KUSUKA number"},
        {RECORDS_FARMS, "farm,name,regency,kecamatan,kusuka\nf-2,N,kotim,62.02.06,ada\n", "kusuka: \"ada\" is no KUSUKA number"},
        {RECORDS_GROUPS, "group,name,kecamatan\ng-2,N,62.71.01\n", "kecamatan: \"62.71.01\" is not a code"},
        {RECORDS_SENSORS, "pond,device,on,until\np-1,do-1,2026-10-01,2026-09-01\n", "until: lies before on"},
        {RECORDS_NOTES, "pond,on,kind,text,amount\np-1,2026-10-01,water,ganti,3\n", "unit: may not be empty beside an amount"},
        {RECORDS_NOTES, "pond,on,kind,text\np-1,2026-10-01,fish,x\n", "kind: \"fish\" is not allowed"},
        {RECORDS_PRESTOCK, "pond,on\np-1,2026-10-01\n", "ph_pond: nothing was measured"},
        {RECORDS_PRESTOCK, "pond,on,sample_count,dead_on_arrival\np-1,2026-10-01,10,11\n", "dead_on_arrival: more than were counted"},
        {RECORDS_PRESTOCK, "pond,on,ph_pond\np-1,2026-10-01,70\n", "ph_pond: 70 is not allowed; 2 to 12"},
        {RECORDS_RIVER, "river,on,state\nmentaya,2026-10-01,bad\n", "state: \"bad\" is not allowed"},
        /* clang-format on */
    };
    char csv[300];

    (void)state;
    take_all();
    (void)snprintf(csv, sizeof csv, "%s/t.csv", dir);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct records_report report;
        buf_clear(&said);
        support_write(csv, T[i].text);
        assert_int_equal(records_import(db, T[i].t, csv, now_ms, 0, complain, NULL, &report),
                         NILA_ERR_PARSE);
        if (strstr(said.p, T[i].words) == NULL)
            fail_msg("%s: %s", T[i].text, said.p);
    }
}

static void dangers_before_stocking_are_told_first(void **state)
{
    struct prestock_warning w[PRESTOCK_WORDS_MAX];
    struct rec_row *row;
    struct prestock p;
    size_t n;

    (void)state;
    take_all();
    assert_int_equal(records_rows_of_pond(db, RECORDS_PRESTOCK, "p-1", 1, &row, &n), 0);
    prestock_read_row(row, &p);
    records_rows_free(row, n);
    assert_true(isnan(p.do_pond_mg_l));
    n = prestock_warnings(&p, false, w);
    assert_int_equal(n, 4); /* acid; apart by 2.2; the bag 3 C colder, too short; 4 % dead */
    assert_true(w[0].danger);
    assert_non_null(strstr(w[0].words, "pH kolam 4,8 terlalu asam"));
    assert_true(w[1].danger);
    assert_string_equal(w[1].column, "ph_bag");
    assert_false(w[2].danger);
    assert_non_null(strstr(w[2].words, "10,0 menit"));
    assert_non_null(strstr(w[3].words, "4,0 % benih mati"));
    n = prestock_warnings(&p, true, w);
    assert_non_null(strstr(w[0].words, "Pond pH 4.8 is too acid"));
    p = (struct prestock){7, 7.2, 29, 28.5, 5, 20, 100, 0};
    assert_int_equal(prestock_warnings(&p, true, w), 0);
    p = (struct prestock){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    assert_int_equal(prestock_warnings(&p, true, w), 0);
}

static void a_photo_is_kept_once_and_not_larger_than_allowed(void **state)
{
    static unsigned char big[PHOTO_BYTES_MOST + 1] = {0xff, 0xd8, 0xff, 0xe0};
    const struct change_who who = {.user = "u", .how = "page", .at_ms = now_ms};
    char uid[CHANGE_UID_SIZE], again[CHANGE_UID_SIZE], list[4][CHANGE_UID_SIZE];
    struct rec_photo *p;
    struct rec_row *row;
    bool repeated;
    size_t n;

    (void)state;
    take_all();
    assert_int_equal(records_rows_of_pond(db, RECORDS_HARVESTS, "p-1", 1, &row, &n), 0);
    assert_int_equal(records_photo_add(db, row->uid, big, sizeof big, &who, uid, &repeated),
                     NILA_ERR_RANGE);
    assert_int_equal(
        records_photo_add(db, row->uid, "<html>not a picture", 19, &who, uid, &repeated),
        NILA_ERR_PARSE);
    assert_int_equal(records_photo_add(db, "nobody", big, 100, &who, uid, &repeated),
                     NILA_ERR_NOT_FOUND);
    assert_int_equal(records_photo_add(db, row->uid, big, PHOTO_BYTES_MOST, &who, uid, &repeated),
                     0);
    assert_false(repeated);
    assert_int_equal(records_photo_add(db, row->uid, big, PHOTO_BYTES_MOST, &who, again, &repeated),
                     0);
    assert_true(repeated);
    assert_string_equal(uid, again);
    assert_int_equal(records_photos_of(db, row->uid, list, 4, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(records_photo(db, list[0], &p), 0);
    assert_int_equal(p->n, PHOTO_BYTES_MOST);
    assert_memory_equal(p->bytes, big, p->n);
    assert_string_equal(p->type, "image/jpeg");
    records_photo_free(p);
    assert_int_equal(records_photo(db, "no", &p), NILA_ERR_NOT_FOUND);
    records_rows_free(row, 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_table_is_taken_corrected_and_withdrawn),
        TEST(the_changes_of_a_farm_are_its_own),
        TEST(bad_cells_of_the_newer_tables_are_named),
        TEST(dangers_before_stocking_are_told_first),
        TEST(a_photo_is_kept_once_and_not_larger_than_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
