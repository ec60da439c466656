/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is exported can be taken back, and nothing of it becomes a formula. */
#include "tests/analytics/recordsfile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/export.h"
#include "analytics/records/dump.h"
#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "tests/support/unzip.h"

static int64_t now_ms;

/* A row or more of every table, with what is hard to carry: separators, quotes, formulas, apostrophes, numbers that no short decimal
 * hits, empty cells, moments with milliseconds. */
static const char *const TEXT[RECORDS_TABLES] = {
    [RECORDS_FARMS] = "farm,name,regency,kecamatan,village,group,kusuka,entered_on\n"
                      "f-1,\"=cmd|' /C calc'!A0\",kotim,62.02.06,\"Sawahan; \"\"timur\"\"\","
                      "'+satu,62.02.060001,2026-01-01T08:00:00.123+07:00\n"
                      "f-2,\"Dua, Sembuluh\",seruyan,62.07.03,@desa,,,2026-01-02\n"
                      "f-3,'\xc3\xa9 = e,kotim,62.02.05,,,,2026-01-02\n",
    [RECORDS_PONDS] = "pond,farm,name,system,area_m2,depth_m,entered_on\n"
                      "p-1,f-1,+Kolam,pond,200.1,1.2,2026-01-01\n"
                      "p-2,f-2,Keramba 2,cage,24.333333333333332,2,2026-01-01\n",
    [RECORDS_CYCLES] = "cycle,pond,stocked_on,count,mass_g,strain,sex,source,price_idr_each,"
                       "entered_on\n"
                       "c-1,p-1,2026-02-01,2000,8.1,GIFT,male,BBI,400,2026-02-02\n"
                       "c-2,p-1,2026-08-01,2100,7,,,,,2026-08-02\n",
    [RECORDS_FEED] = "pond,on,feed_kg,kind,brand,protein_pct,entered_on\n"
                     "p-1,2026-02-03,0.1,apung,A;B,31.5,2026-02-04\n"
                     "p-1,2026-02-03,0.1,apung,A;B,31.5,2026-02-04\n"
                     "p-1,2026-02-04,1234.5,,,,2026-02-04T23:59:59.999+07:00\n",
    [RECORDS_SAMPLES] = "pond,on,fish,total_g,mass_g,gear,entered_on\n"
                        "p-1,2026-03-01,30,4500.25,,jala,2026-03-02\n"
                        "p-1,2026-03-02,,,151.7,,2026-03-03\n",
    [RECORDS_DEATHS] = "pond,on,count,cause,entered_on\np-1,2026-03-03,3,-banjir,2026-03-03\n",
    [RECORDS_HARVESTS] = "pond,on,kg,fish_per_kg,kind,buyer,price_idr_kg,entered_on\n"
                         "p-1,2026-07-01,310.4,3.7,final,=Pak Budi,31000,2026-07-02\n"
                         "p-1,2026-10-01,10,,retail,,,2026-10-02\n",
    [RECORDS_FINGERLINGS] = "on,hatchery,kind,count,size_cm,from,to,entered_on\n"
                            "2026-03-01,BBI,transfer,1000,5.5,kotim,seruyan,2026-03-01\n"
                            "2026-03-02,BBI,production,500,,kotim,,2026-03-02\n",
    [RECORDS_OFFICIAL] =
        "code_system,code,name,period,kg,status,cut_off,revision,source,entered_on\n"
        "bps,6208,Seruyan,2026-Q1,123456.7,final,2026-06-01,2,BPS,2026-06-02\n"
        "kemendagri,62.07,Seruyan,2026-04,0,target,2026-06-01,0,Dinas,2026-06-02\n",
    [RECORDS_REGISTRY] = "kecamatan,system,farms,ponds,source,as_of,entered_on\n"
                         "62.02.06,pond,120,,Dinas,2026-01-01,2026-01-05\n",
    [RECORDS_ASSUMPTIONS] = "key,node,value,low,high,unit,months,source,on,entered_on\n"
                            "population,kotim,436000,,,people,,BPS,2026-01-01,2026-01-05\n"
                            "demand_shock,joint,-12.5,-20,-5,%,2026-03..2026-05,Rapat,2026-01-01,"
                            "2026-01-05\n",
    [RECORDS_CLASSES] = "system,class,source,on,entered_on\n"
                        "cage,Karamba,Dinas,2026-01-01,2026-01-05\n",
    [RECORDS_SURVEY] = "quarter,kecamatan,system,serial,on,found,kg_quarter,entered_on\n"
                       "2026-Q1,62.02.06,pond,17,2026-04-02,yes,250.5,2026-04-03\n",
    [RECORDS_CONTACTS] = "contact,name,phone,telegram,mail,language,answers_for,order,quiet,"
                         "channels,active,on,entered_on\n"
                         "pak-a,Pak A,+62 812 3456 7890,@tambak,a@example.org,id,p-1 p-2,first,"
                         "21-05,sms call,yes,2026-01-01,2026-01-05\n",
    [RECORDS_LIMITS] = "pond,key,value,reason,by,on,entered_on\n"
                       "p-1,do_watch_mg_l,3.5,dekat muara,Penyuluh,2026-01-01,2026-01-05\n"
                       "p-1,do_watch_mg_l,,dicabut,Penyuluh,2026-02-01,2026-02-05\n",
    [RECORDS_GROUPS] = "group,name,kecamatan,village,entered_on\n"
                       "satu,=Kelompok Satu,62.02.06,,2026-01-05\n",
    [RECORDS_SENSORS] = "pond,device,on,until,model,serial,note,entered_on\n"
                        "p-1,probe-1,2026-01-01,,DO-1,-12,\"dekat; inlet\",2026-01-05\n",
    [RECORDS_NOTES] = "pond,on,kind,text,amount,unit,photo,entered_on\n"
                      "p-1,2026-03-01,treatment,\"-kapur, pagi\",12.5,kg,,2026-03-01\n",
    [RECORDS_PRESTOCK] = "pond,on,ph_pond,ph_bag,temp_pond_c,temp_bag_c,do_pond_mg_l,"
                         "acclimatised_min,sample_count,dead_on_arrival,hatchery,note,entered_on\n"
                         "p-1,2026-01-31,6.1,6.9,28.5,,5.2,30,100,2,BBI,+baik,2026-02-01\n",
    [RECORDS_RIVER] = "river,on,state,ph,note,entered_on\n"
                      "mentaya,2026-03-01,acid,4.5,@hujan,2026-03-01\n",
};

static void complain(void *arg, const char *text)
{
    (void)arg;
    print_error("%s\n", text);
}

static size_t import(struct records *r, enum records_table t, const char *text)
{
    struct records_report report;
    char file[320];

    (void)snprintf(file, sizeof file, "%s/x.csv", dir);
    support_write(file, text);
    if (records_import(r, t, file, now_ms, 0, complain, NULL, &report) != 0)
        fail_msg("%s is refused:\n%s", records_table_name(t), text);
    assert_int_equal(report.slashed, 0);
    return report.rows;
}

static int fill(void **state)
{
    if (records_set_up(state) != 0)
        return -1;
    assert_int_equal(civil_parse_iso("2026-11-24T12:00+07:00", &now_ms, NULL), 0);
    for (int t = 0; t < RECORDS_TABLES; t++)
        assert_true(import(db, (enum records_table)t, TEXT[t]) > 0);
    return 0;
}

static struct export_about about(void)
{
    return (struct export_about){
        .source = "r.db", .notice = "", .at_ms = now_ms, .english = true, .least_day = INT32_MIN};
}

static char *exported(enum records_table t, enum sheet_form form, const struct export_about *a,
                      size_t *n)
{
    struct sheet *s = NULL;
    struct buf b = {0};
    char why[200] = "";

    assert_int_equal(sheet_new(&s, form, why, sizeof why), 0);
    assert_int_equal(export_table(s, db, t, a), 0);
    if (sheet_done(s, &b, why, sizeof why) != 0)
        fail_msg("%s", why);
    if (n != NULL)
        *n = b.n;
    return b.p;
}

static int print_row(void *arg, const struct cell *cell, int64_t entered_ms)
{
    struct buf *b = arg;

    for (size_t i = 0; i < COLUMNS_MAX; i++)
        buf_printf(b, "%d|%lld|%.17g|%s;", cell[i].empty, (long long)cell[i].whole,
                   isnan(cell[i].number) ? -1 : cell[i].number, cell[i].text);
    buf_printf(b, "%lld\n", (long long)entered_ms);
    return 0;
}

/* Only the table's own columns are filled. */
static int print_own(void *arg, const struct cell *cell, int64_t entered_ms, int64_t id)
{
    struct cell whole[COLUMNS_MAX];
    struct {
        struct buf *b;
        size_t n;
    } *p = arg;

    (void)id;
    memset(whole, 0, sizeof whole);
    memcpy(whole, cell, p->n * sizeof *cell);
    return print_row(p->b, whole, entered_ms);
}

static char *rows_of(struct records *r, enum records_table t)
{
    struct buf b = {0};
    struct {
        struct buf *b;
        size_t n;
    } p = {&b, columns_of(t)->n};

    assert_int_equal(
        records_dump(r, t, &(struct dump_which){.least_day = INT32_MIN}, print_own, &p), 0);
    return b.p;
}

static void both_csv_forms_come_back_word_for_word(void **state)
{
    (void)state;
    for (int form = SHEET_DATA; form <= SHEET_EXCEL; form++) {
        struct export_about a = about();
        struct records *copy = NULL;
        char file[320], why[256];

        (void)snprintf(file, sizeof file, "%s/copy-%d.db", dir, form);
        assert_int_equal(records_open(&copy, file, why, sizeof why), 0);
        for (int t = 0; t < RECORDS_TABLES; t++) {
            char *csv = exported((enum records_table)t, (enum sheet_form)form, &a, NULL);
            char *was, *is;

            (void)import(copy, (enum records_table)t, csv);
            was = rows_of(db, (enum records_table)t);
            is = rows_of(copy, (enum records_table)t);
            if (strcmp(was, is) != 0)
                fail_msg("%s, form %d:\n%s\nwas %s\nis  %s",
                         records_table_name((enum records_table)t), form, csv, was, is);
            assert_int_equal(import(db, (enum records_table)t, csv), 0); /* all repeated */
            free(csv);
            free(was);
            free(is);
        }
        records_close(copy);
    }
}

static void the_first_rows_say_what_whence_when_and_units(void **state)
{
    struct export_about a = about();
    char *csv = exported(RECORDS_FEED, SHEET_DATA, &a, NULL);
    static const char HEAD[] =
        "\"# Lumbung Nila: feed. Source: production records r.db, exported "
        "2026-11-24T12:00:00+07:00 by nila-analytics " NILA_VERSION ". Times: WIB "
        "(UTC+07:00).\",,,,,,,\r\n# unit,YYYY-MM-DD,kg,,,%,IDR/kg,ISO 8601 +07:00\r\n"
        "pond,on,feed_kg,kind,brand,protein_pct,price_idr_kg,entered_on\r\n"
        "p-1,2026-02-03,0.1,apung,\"A;B\",31.5,,2026-02-04T00:00:00+07:00\r\n";

    (void)state;
    if (strncmp(csv, HEAD, strlen(HEAD)) != 0)
        fail_msg("%s", csv);
    free(csv);
    a.english = false;
    a.notice = "Data contoh";
    csv = exported(RECORDS_FEED, SHEET_EXCEL, &a, NULL);
    assert_memory_equal(csv, "\xef\xbb\xbf\"# Lumbung Nila: pakan. Data contoh. Sumber: ", 44);
    assert_non_null(strstr(csv, "\r\np-1;2026-02-04;1234,5;;;;;2026-02-04T23:59:59.999+07:00\r\n"));
    free(csv);
}

static void money_and_old_days_are_left_out_when_asked(void **state)
{
    struct export_about a = about();
    char *csv;

    (void)state;
    a.no_money = true;
    a.least_day = civil_day_of(2026, 9, 1);
    csv = exported(RECORDS_HARVESTS, SHEET_DATA, &a, NULL);
    assert_null(strstr(csv, "Budi"));
    assert_null(strstr(csv, "31000"));
    assert_null(strstr(csv, "2026-07-01"));
    assert_non_null(
        strstr(csv, "pond,on,kg,fish_per_kg,kind,entered_on\r\np-1,2026-10-01,10,,retail,"));
    assert_non_null(strstr(csv, "Rows from 2026-09-01 on. Without prices, buyers"));
    free(csv);
}

/* No unquoted cell of the CSV begins with what a spreadsheet calculates. */
static void no_cell_is_a_formula(void **state)
{
    struct export_about a = about();

    (void)state;
    for (int t = 0; t < RECORDS_TABLES; t++) {
        char *csv = exported((enum records_table)t, SHEET_EXCEL, &a, NULL);
        bool begins = true, quoted = false;
        for (const char *p = csv + 3; *p != '\0'; p++) {
            if (begins && *p == '"') {
                quoted = true;
                p++;
            }
            if (begins && strchr("=+@\t", *p) != NULL)
                fail_msg("%s: a cell begins with %.20s", records_table_name((enum records_table)t),
                         p);
            if (begins && *p == '-' && strchr("0123456789", p[1]) == NULL)
                fail_msg("%s: a cell begins with %.20s", records_table_name((enum records_table)t),
                         p);
            if (quoted && *p == '"')
                quoted = false;
            begins = !quoted && (*p == ';' || *p == '\n');
        }
        free(csv);
    }
}

static void the_workbook_has_strings_numbers_and_dates_and_no_formula(void **state)
{
    struct export_about a = about();
    struct sheet *s = NULL;
    struct buf b = {0};
    char why[200] = "", name[64], *xml, *book;

    (void)state;
    assert_int_equal(sheet_new(&s, SHEET_XLSX, why, sizeof why), 0);
    for (int t = 0; t < RECORDS_TABLES; t++)
        assert_int_equal(export_table(s, db, (enum records_table)t, &a), 0);
    if (sheet_done(s, &b, why, sizeof why) != 0)
        fail_msg("%s", why);
    book = unzip_member(b.p, b.n, "xl/workbook.xml");
    assert_non_null(book);
    for (int t = 0; t < RECORDS_TABLES; t++) {
        (void)snprintf(name, sizeof name, "<sheet name=\"%s\" sheetId=\"%d\"",
                       records_table_name((enum records_table)t), t + 1);
        assert_non_null(strstr(book, name));
        (void)snprintf(name, sizeof name, "xl/worksheets/sheet%d.xml", t + 1);
        xml = unzip_member(b.p, b.n, name);
        assert_non_null(xml);
        assert_null(strstr(xml, "<f>"));
        free(xml);
    }
    xml = unzip_member(b.p, b.n, "xl/worksheets/sheet1.xml");
    assert_non_null(strstr(xml, "t=\"inlineStr\"><is><t>=cmd|' /C calc'!A0</t></is></c>"));
    assert_non_null(strstr(xml, "<t>62.02.06</t>"));
    assert_non_null(strstr(xml, "<pane ySplit=\"3\""));
    free(xml);
    xml = unzip_member(b.p, b.n, "xl/worksheets/sheet4.xml");
    assert_non_null(strstr(xml, "<v>0.1</v>"));
    assert_non_null(strstr(xml, "<v>46056</v>")); /* 2026-02-03 */
    free(xml);
    free(book);
    buf_free(&b);
}

static void a_long_table_goes_on_on_another_page(void **state)
{
    static const struct sheet_column ONE[] = {{"n", ""}};
    struct sheet *s = NULL;
    struct buf b = {0};
    char why[200] = "", *book, *xml;

    (void)state;
    assert_int_equal(sheet_new(&s, SHEET_XLSX, why, sizeof why), 0);
    sheet_table(s, "long", "a test", "unit", ONE, 1);
    for (int i = 0; i < 1048576; i++) {
        sheet_whole(s, i);
        sheet_end_row(s);
    }
    if (sheet_done(s, &b, why, sizeof why) != 0)
        fail_msg("%s", why);
    book = unzip_member(b.p, b.n, "xl/workbook.xml");
    assert_non_null(strstr(book, "<sheet name=\"long (2)\""));
    xml = unzip_member(b.p, b.n, "xl/worksheets/sheet2.xml");
    assert_non_null(strstr(xml, "<v>1048575</v>"));
    free(book);
    free(xml);
    buf_free(&b);
}

static void a_view_has_every_place_and_period(void **state)
{
    static const double tracked[SUPPLY_NODES] = {3};
    struct neraca *n = calloc(1, sizeof *n);
    struct export_about a = about();
    struct export_forecast f = {
        .neraca = n, .tracked = tracked, .as_of_day = civil_day_of(2026, 11, 24), .draws = 400};
    size_t lines = 0;

    (void)state;
    assert_non_null(n);
    n->months = 1;
    n->periods = 2;
    (void)snprintf(n->period[0].name, sizeof n->period[0].name, "2026-12");
    (void)snprintf(n->period[1].name, sizeof n->period[1].name, "all");
    n->supply[0][0] = (struct supply_summary){.mean = 1234.5678, .p10 = 1, .p50 = 2, .p90 = 3};
    n->known[1] = true;
    n->cell[1][0].balance.mean = -7.25;
    n->cell[1][0].risk.p_deficit = 0.95;
    n->gap[0] = NERACA_NO_DEMAND;
    for (int v = 0; v < EXPORT_VIEWS; v++) {
        struct sheet *s = NULL;
        struct buf b = {0};
        char why[200];
        assert_int_equal(sheet_new(&s, SHEET_DATA, why, sizeof why), 0);
        export_view(s, (enum export_view)v, &f, &a);
        assert_int_equal(sheet_done(s, &b, why, sizeof why), 0);
        lines = 0;
        for (const char *p = b.p; (p = strchr(p, '\n')) != NULL; p++)
            lines++;
        assert_int_equal(lines, 3 + 2 * (v == EXPORT_FORECAST ? SUPPLY_NODES : DEMAND_NODES));
        if (v == EXPORT_FORECAST)
            assert_non_null(
                strstr(b.p, "\r\njoint,Joint,month,2026-12,3,1234.568,1.000,2.000,3.000,"));
        else
            assert_non_null(strstr(b.p, ",-7.250,0.000,0.000,0.000,0.9500,"));
        buf_free(&b);
    }
    free(n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(both_csv_forms_come_back_word_for_word, fill,
                                        records_tear_down),
        cmocka_unit_test_setup_teardown(the_first_rows_say_what_whence_when_and_units, fill,
                                        records_tear_down),
        cmocka_unit_test_setup_teardown(money_and_old_days_are_left_out_when_asked, fill,
                                        records_tear_down),
        cmocka_unit_test_setup_teardown(no_cell_is_a_formula, fill, records_tear_down),
        cmocka_unit_test_setup_teardown(the_workbook_has_strings_numbers_and_dates_and_no_formula,
                                        fill, records_tear_down),
        cmocka_unit_test(a_long_table_goes_on_on_another_page),
        cmocka_unit_test_setup_teardown(a_view_has_every_place_and_period, fill, records_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
