/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analytics/records/records.h"
#include "analytics/supply/merge.h"
#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "tests/support/nobody.h"

static char dir[256];
static struct records *db;
static int64_t now_ms;

static int set_up(void **state)
{
    char path[300], why[256] = "";

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/r.db", dir);
    if (records_open(&db, path, why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_int_equal(civil_parse_iso("2026-11-24T12:00+07:00", &now_ms, NULL), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    records_close(db);
    support_rmdir(dir);
    return 0;
}

static void keep(void *arg, const char *text)
{
    size_t n = strlen(dir);
    buf_printf(arg, "%s\n", strncmp(text, dir, n) == 0 ? text + n + 1 : text);
}

/* Imports text as FILE.csv of its table; the complaints are added to *said. */
static int take(enum records_table t, const char *text, int dry_run, struct records_report *report,
                struct buf *said)
{
    char path[300];

    (void)snprintf(path, sizeof path, "%s/%s.csv", dir, records_table_name(t));
    support_write(path, text);
    return records_import(db, t, path, now_ms, dry_run, keep, said, report);
}

static void must_take(enum records_table t, const char *text, size_t rows, size_t repeated)
{
    struct records_report r;
    struct buf said = {0};

    if (take(t, text, 0, &r, &said) != 0)
        fail_msg("%s refused: %s", records_table_name(t), said.p);
    assert_int_equal(r.rows, rows);
    assert_int_equal(r.repeated, repeated);
    assert_int_equal(r.bad, 0);
    buf_free(&said);
}

#define FARMS                                            \
    "farm,name,regency,kecamatan,village,group,kusuka\n" \
    "f-1,Pokdakan Satu,kotim,62.02.06,Sawahan,,\n"       \
    "f-2,\"Dua, Sembuluh\",seruyan,62.07.03,,,\n"
#define PONDS                                 \
    "pond,farm,name,system,area_m2,depth_m\n" \
    "p-1,f-1,Kolam 1,pond,200,1.2\n"          \
    "p-2,f-2,Keramba 2,cage,24.5,2\n"
#define CYCLES   "cycle,pond,stocked_on,count,mass_g,strain,sex,source,price_idr_each\n"
#define LEDGER   "on,hatchery,kind,count,size_cm,from,to\n"
#define SURVEY   "quarter,kecamatan,system,serial,on,found,kg_quarter\n"
#define OFFICIAL "code_system,code,name,period,kg,status,cut_off,revision,source\n"
#define ASSUMED  "key,node,value,low,high,unit,months,source,on\n"
#define FEED     "pond,on,feed_kg,kind,brand,protein_pct\n"

static void base(void)
{
    must_take(RECORDS_FARMS, FARMS, 2, 0);
    must_take(RECORDS_PONDS, PONDS, 2, 0);
    must_take(RECORDS_CYCLES, CYCLES "c-1,p-1,2026-06-01,2000,8,GIFT,male,BBI,400\n", 1, 0);
}

static void every_bad_cell_is_named_by_its_place(void **state)
{
    static const struct {
        const char *says;
        enum records_table table;
        const char *text, *words;
    } T[] = {
        /* clang-format off */
        {"a missing column", RECORDS_FARMS, "farm,name,regency\nf-9,N,kotim\n", "farms.csv:1:1: kecamatan: this column is missing"},
        {"an unknown column", RECORDS_FARMS, "farm,name,regency,kecamatan,vilage\n", "farms.csv:1:1: header: column \"vilage\" is not known; farm, name, regency, kecamatan, village, group, kusuka, entered_on"},
        {"a key that is no slug", RECORDS_FARMS, "farm,name,regency,kecamatan\nF 9,N,kotim,62.02.06\n", "farms.csv:2:1: farm: \"F 9\" is not allowed; 1 to 32 of a-z, 0-9 and -"},
        {"an empty key", RECORDS_FARMS, "farm,name,regency,kecamatan\n,N,kotim,62.02.06\n", "farms.csv:2:1: farm: may not be empty"},
        {"a regency unknown", RECORDS_FARMS, "farm,name,regency,kecamatan\nf-9,N,katingan,62.02.06\n", "farms.csv:2:7: regency: \"katingan\" is not allowed; kotim or seruyan"},
        {"a kecamatan of the other regency", RECORDS_FARMS, "farm,name,regency,kecamatan\nf-9,N,kotim,62.07.03\n", "farms.csv:2:13: kecamatan: 62.07.03 (Danau Sembuluh) does not lie in Kotawaringin Timur"},
        {"a kecamatan of neither", RECORDS_FARMS, "farm,name,regency,kecamatan\nf-9,N,kotim,62.71.01\n", "farms.csv:2:13: kecamatan: \"62.71.01\" is not a code of"},
        {"a farm on record with another name", RECORDS_FARMS, "farm,name,regency,kecamatan\nf-1,Lain,kotim,62.02.06\n", "farms.csv:2:1: farm: \"f-1\" is on record already with other contents"},
        {"a name too long", RECORDS_FARMS, "farm,name,regency,kecamatan\nf-9,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx,kotim,62.02.06\n", "farms.csv:2:5: name: has 65 bytes; at most 64"},
        {"a name that is not UTF-8", RECORDS_FARMS, "farm,name,regency,kecamatan\nf-9,a\xe9z,kotim,62.02.06\n", "farms.csv:2:5: byte 0xe9"},
        {"a line break in a name", RECORDS_FARMS, "farm,name,regency,kecamatan\nf-9,\"a\nb\",kotim,62.02.06\n", "farms.csv:2:5: name: holds a line break"},
        {"a farm unknown", RECORDS_PONDS, "pond,farm,name,system,area_m2,depth_m\np-9,f-9,N,pond,200,1\n", "ponds.csv:2:5: farm: there is no farm \"f-9\" on record; import farms first"},
        {"a system unknown", RECORDS_PONDS, "pond,farm,name,system,area_m2,depth_m\np-9,f-1,N,kolam,200,1\n", "ponds.csv:2:11: system: \"kolam\" is not allowed; pond, biofloc, tarpaulin or cage"},
        {"an area of nothing", RECORDS_PONDS, "pond,farm,name,system,area_m2,depth_m\np-9,f-1,N,pond,0,1\n", "ponds.csv:2:16: area_m2: 0 is not allowed; 1 to 100000"},
        {"a depth in centimetres", RECORDS_PONDS, "pond,farm,name,system,area_m2,depth_m\np-9,f-1,N,pond,200,120\n", "ponds.csv:2:20: depth_m: 120 is not allowed; 0.3 to 10"},
        {"a pond unknown", RECORDS_CYCLES, CYCLES "c-9,p-9,2026-06-01,2000,8,,,,\n", "cycles.csv:2:5: pond: there is no pond \"p-9\" on record; import ponds first"},
        {"not a date", RECORDS_CYCLES, CYCLES "c-9,p-2,1/6/2026,2000,8,,,,\n", "cycles.csv:2:9: stocked_on: \"1/6/2026\" is not a date; as in 2026-11-24"},
        {"a day that does not exist", RECORDS_CYCLES, CYCLES "c-9,p-2,2026-06-31,2000,8,,,,\n", "cycles.csv:2:9: stocked_on: \"2026-06-31\" is not a date"},
        {"tomorrow", RECORDS_CYCLES, CYCLES "c-9,p-2,2026-11-25,2000,8,,,,\n", "cycles.csv:2:9: stocked_on: \"2026-11-25\" lies in the future"},
        {"no fish", RECORDS_CYCLES, CYCLES "c-9,p-2,2026-06-01,0,8,,,,\n", "cycles.csv:2:20: count: 0 is not allowed; 1 to 10000000"},
        {"fewer than no fish", RECORDS_CYCLES, CYCLES "c-9,p-2,2026-06-01,-5,8,,,,\n", "cycles.csv:2:20: count: -5 is not allowed; 1 to 10000000"},
        {"half a fish", RECORDS_CYCLES, CYCLES "c-9,p-2,2026-06-01,2.5,8,,,,\n", "cycles.csv:2:20: count: \"2.5\" is not a whole number"},
        {"a thousands separator", RECORDS_CYCLES, CYCLES "c-9,p-2,2026-06-01,2.000,8,,,,\n", "cycles.csv:2:20: count: \"2.000\" is not a whole number; digits only"},
        {"more fish than a number holds", RECORDS_CYCLES, CYCLES "c-9,p-2,2026-06-01,99999999999999999999,8,,,,\n", "cycles.csv:2:20: count: 99999999999999999999 is not allowed"},
        {"a mass of nothing", RECORDS_CYCLES, CYCLES "c-9,p-2,2026-06-01,2000,0,,,,\n", "cycles.csv:2:25: mass_g: 0 is not allowed; 0.01 to 1000"},
        {"not a number", RECORDS_CYCLES, CYCLES "c-9,p-2,2026-06-01,2000,8g,,,,\n", "cycles.csv:2:25: mass_g: \"8g\" is not a number; as in 1.5"},
        {"no number at all", RECORDS_CYCLES, CYCLES "c-9,p-2,2026-06-01,2000,nan,,,,\n", "cycles.csv:2:25: mass_g: "},
        {"a sex unknown", RECORDS_CYCLES, CYCLES "c-9,p-2,2026-06-01,2000,8,,jantan,,\n", "cycles.csv:2:28: sex: \"jantan\" is not allowed; male, mixed or unknown"},
        {"a second stocking on one day", RECORDS_CYCLES, CYCLES "c-9,p-1,2026-06-01,2000,8,,,,\n", "cycles.csv:2:9: stocked_on: overlaps cycle c-1: pond p-1 was stocked that day"},
        {"less than no feed", RECORDS_FEED, FEED "p-1,2026-06-02,-1,,,\n", "feed.csv:2:16: feed_kg: -1 is not allowed; 0.001 to 100000"},
        {"protein over 100", RECORDS_FEED, FEED "p-1,2026-06-02,1,,,101\n", "feed.csv:2:20: protein_pct: 101 is not allowed; 0 to 100"},
        {"a sample without mass", RECORDS_SAMPLES, "pond,on,fish,total_g\np-1,2026-06-15,30,\n", "samples.csv:2:19: total_g: may not be empty; either fish and total_g, or mass_g of one fish"},
        {"a sample without fish", RECORDS_SAMPLES, "pond,on,fish,total_g\np-1,2026-06-15,,900\n", "samples.csv:2:16: fish: may not be empty"},
        {"a sample with neither", RECORDS_SAMPLES, "pond,on,mass_g\np-1,2026-06-15,\n", "samples.csv:2:1: fish: may not be empty"},
        {"a sample of both kinds", RECORDS_SAMPLES, "pond,on,fish,total_g,mass_g\np-1,2026-06-15,30,900,30\n", "samples.csv:2:19: total_g: stands beside mass_g"},
        {"one mass for many fish", RECORDS_SAMPLES, "pond,on,fish,mass_g\np-1,2026-06-15,30,30\n", "samples.csv:2:16: fish: mass_g is the mass of one fish"},
        {"a giant", RECORDS_SAMPLES, "pond,on,fish,total_g\np-1,2026-06-15,2,90000\n", "samples.csv:2:18: total_g: 45000 g a fish is not allowed; up to 5000"},
        {"deaths of nobody", RECORDS_DEATHS, "pond,on,count,cause\np-1,2026-06-15,0,\n", "deaths.csv:2:16: count: 0 is not allowed"},
        {"a harvest of no kind", RECORDS_HARVESTS, "pond,on,kg,kind\np-1,2026-09-15,300,\n", "harvests.csv:2:20: kind: may not be empty"},
        {"a harvest of another kind", RECORDS_HARVESTS, "pond,on,kg,kind\np-1,2026-09-15,300,all\n", "harvests.csv:2:20: kind: \"all\" is not allowed; partial, final or retail"},
        {"entered before it happened", RECORDS_DEATHS, "pond,on,count,cause,entered_on\np-1,2026-06-15,3,,2026-06-14\n", "deaths.csv:2:19: entered_on: lies before the event itself (on on 2026-06-15)"},
        {"entered tomorrow", RECORDS_DEATHS, "pond,on,count,entered_on\np-1,2026-06-15,3,2026-11-24T12:00:01+07:00\n", "deaths.csv:2:18: entered_on: \"2026-11-24T12:00:01+07:00\" lies in the future"},
        {"entered at no time", RECORDS_DEATHS, "pond,on,count,entered_on\np-1,2026-06-15,3,noon\n", "deaths.csv:2:18: entered_on: \"noon\" is not a date or time"},
        {"a ledger of another kind", RECORDS_FINGERLINGS, LEDGER "2026-06-15,BBI,gift,100,4,kotim,seruyan\n", "fingerlings.csv:2:16: kind: \"gift\" is not allowed; production, sale or transfer"},
        {"a production that went somewhere", RECORDS_FINGERLINGS, LEDGER "2026-06-15,BBI,production,100,4,kotim,kotim\n", "fingerlings.csv:2:39: to: must be empty for a production"},
        {"a transfer to nowhere", RECORDS_FINGERLINGS, LEDGER "2026-06-15,BBI,transfer,100,4,kotim,\n", "fingerlings.csv:2:37: to: may not be empty for a transfer; kotim or seruyan"},
        {"fingerlings out of the region", RECORDS_FINGERLINGS, LEDGER "2026-06-15,BBI,sale,100,4,kotim,katingan\n", "fingerlings.csv:2:33: to: \"katingan\" is not allowed; kotim or seruyan"},
        {"a code of Lamandau", RECORDS_OFFICIAL, OFFICIAL "bps,6207,Seruyan,2026-Q1,1,final,2026-06-01,0,BPS\n", "official.csv:2:5: code: \"6207\" lies in Lamandau by BPS; Seruyan's BPS code is 6208"},
        {"a BPS code under Kemendagri's name", RECORDS_OFFICIAL, OFFICIAL "kemendagri,6202,Kotawaringin Timur,2026-Q1,1,final,2026-06-01,0,X\n", "official.csv:2:12: code: \"6202\" is no Kemendagri code"},
        {"a Kemendagri code under BPS's name", RECORDS_OFFICIAL, OFFICIAL "bps,62.07,Seruyan,2026-Q1,1,final,2026-06-01,0,X\n", "official.csv:2:5: code: \"62.07\" is no BPS code"},
        {"a right code and a wrong name", RECORDS_OFFICIAL, OFFICIAL "kemendagri,62.07,Lamandau,2026-Q1,1,final,2026-06-01,0,X\n", "official.csv:2:18: name: \"Lamandau\" is not the name of 62.07, which is Seruyan"},
        {"a kecamatan of the other regency by BPS", RECORDS_OFFICIAL, OFFICIAL "bps,6208010,Baamang,2026-Q1,1,final,2026-06-01,0,X\n", "official.csv:2:13: name: \"Baamang\" is no kecamatan of Seruyan, where 6208010 lies"},
        {"a fifth quarter", RECORDS_OFFICIAL, OFFICIAL "bps,6208,Seruyan,2026-Q5,1,final,2026-06-01,0,X\n", "official.csv:2:18: period: \"2026-Q5\" is not a period; as in 2027-01, 2027-Q1 or 2027"},
        {"a figure below nothing", RECORDS_OFFICIAL, OFFICIAL "bps,6208,Seruyan,2026-Q1,-1,final,2026-06-01,0,X\n", "official.csv:2:26: kg: -1 is not allowed; 0 to 1000000000"},
        {"a status unknown", RECORDS_OFFICIAL, OFFICIAL "bps,6208,Seruyan,2026-Q1,1,sure,2026-06-01,0,X\n", "official.csv:2:28: status: \"sure\" is not allowed; provisional, final or target"},
        {"a figure of tomorrow", RECORDS_OFFICIAL, OFFICIAL "bps,6208,Seruyan,2026-Q1,1,final,2026-11-25,0,X\n", "official.csv:2:34: cut_off: \"2026-11-25\" lies in the future"},
        {"a figure of no one", RECORDS_OFFICIAL, OFFICIAL "bps,6208,Seruyan,2026-Q1,1,final,2026-06-01,0,\n", "official.csv:2:47: source: may not be empty"},
        {"a register of nowhere", RECORDS_REGISTRY, "kecamatan,system,farms,source,as_of\n6202050,pond,3,Dinas,2026-01-01\n", "registry.csv:2:1: kecamatan: \"6202050\" is not a code of"},
        {"fewer than no farms", RECORDS_REGISTRY, "kecamatan,system,farms,source,as_of\n62.02.06,pond,-3,Dinas,2026-01-01\n", "registry.csv:2:15: farms: -3 is not allowed; 0 to 1000000"},
        {"an assumption unknown", RECORDS_ASSUMPTIONS, ASSUMED "weather,kotim,1,,,%,,X,2026-01-01\n", "assumptions.csv:2:1: key: \"weather\" is not allowed; population, consumption_aki, "},
        {"a population of nobody", RECORDS_ASSUMPTIONS, ASSUMED "population,kotim,0,,,people,,X,2026-01-01\n", "assumptions.csv:2:18: value: 0 is not allowed for population; 1 to 10000000 people"},
        {"a population of both", RECORDS_ASSUMPTIONS, ASSUMED "population,joint,600000,,,people,,X,2026-01-01\n", "assumptions.csv:2:12: node: population is of one regency; kotim or seruyan"},
        {"a share as a fraction of one", RECORDS_ASSUMPTIONS, ASSUMED "tilapia_share,joint,0.21,,,fraction,,X,2026-01-01\n", "assumptions.csv:2:28: unit: \"fraction\" is not allowed for tilapia_share; %"},
        {"a share of more than all", RECORDS_ASSUMPTIONS, ASSUMED "tilapia_share,joint,60,40,120,%,,X,2026-01-01\n", "assumptions.csv:2:27: high: 120 is not allowed for tilapia_share; 0.1 to 100 %"},
        {"a range with one end", RECORDS_ASSUMPTIONS, ASSUMED "loss,joint,5,2,,%,,X,2026-01-01\n", "assumptions.csv:2:16: high: may not be empty when the other end of the range is given"},
        {"a value outside its range", RECORDS_ASSUMPTIONS, ASSUMED "loss,joint,5,6,9,%,,X,2026-01-01\n", "assumptions.csv:2:12: value: 5 lies outside low and high"},
        {"a shock at no time", RECORDS_ASSUMPTIONS, ASSUMED "demand_shock,joint,-20,,,%,,X,2026-01-01\n", "assumptions.csv:2:28: months: may not be empty for demand_shock; as in 2027-01..2027-03"},
        {"a shock that ends before it begins", RECORDS_ASSUMPTIONS, ASSUMED "demand_shock,joint,-20,,,%,2027-03..2027-01,X,2026-01-01\n", "assumptions.csv:2:28: months: \"2027-03..2027-01\" are not months"},
        {"a population in a month", RECORDS_ASSUMPTIONS, ASSUMED "population,kotim,454515,,,people,2027-01,X,2026-01-01\n", "assumptions.csv:2:34: months: must be empty for population, which holds always"},
        {"a class of nothing", RECORDS_CLASSES, "system,class,source,on\nsea,Laut,Dinas,2026-01-01\n", "classes.csv:2:1: system: \"sea\" is not allowed"},
        {"a survey of a year", RECORDS_SURVEY, SURVEY "2026,62.02.06,cage,17,2026-07-01,yes,10\n", "survey.csv:2:1: quarter: \"2026\" is not a quarter; as in 2027-Q1"},
        {"a survey of nowhere", RECORDS_SURVEY, SURVEY "2026-Q2,62.07.11,cage,17,2026-07-01,yes,10\n", "survey.csv:2:9: kecamatan: \"62.07.11\" is not a code of"},
        {"a serial of nothing", RECORDS_SURVEY, SURVEY "2026-Q2,62.02.06,cage,0,2026-07-01,yes,10\n", "survey.csv:2:23: serial: 0 is not allowed; 1 to 1000000"},
        {"found without a word on fish", RECORDS_SURVEY, SURVEY "2026-Q2,62.02.06,cage,17,2026-07-01,yes,\n", "survey.csv:2:41: kg_quarter: may not be empty for a farm that was found"},
        {"fish of a farm that is not", RECORDS_SURVEY, SURVEY "2026-Q2,62.02.06,cage,17,2026-07-01,no,10\n", "survey.csv:2:40: kg_quarter: must be empty for a farm that was not found"},
        {"a visit before the quarter", RECORDS_SURVEY, SURVEY "2026-Q3,62.02.06,cage,17,2026-06-30,yes,10\n", "survey.csv:2:26: on: lies before the quarter 2026-Q3"},
        {"a cell too many", RECORDS_DEATHS, "pond,on,count\np-1,2026-06-15,3,4\n", "deaths.csv:2:"},
        {"an empty file", RECORDS_DEATHS, "", "deaths.csv:1:1"},
        /* clang-format on */
    };

    (void)state;
    base();
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct records_report r;
        struct buf said = {0};
        int rc = take(T[i].table, T[i].text, 0, &r, &said);
        if (rc != NILA_ERR_PARSE || r.bad < 1 || r.rows != 0 || said.p == NULL ||
            strncmp(said.p, T[i].words, strlen(T[i].words)) != 0)
            fail_msg("%s: rc %d, %zu bad, '%s'", T[i].says, rc, r.bad, said.p);
        buf_free(&said);
    }
}

static void one_bad_cell_refuses_the_whole_file(void **state)
{
    struct records_report r;
    struct records_snapshot *s;
    struct buf said = {0};

    (void)state;
    base();
    assert_int_equal(take(RECORDS_FEED,
                          FEED "p-1,2026-06-02,3,,,\np-1,2026-06-03,x,,,101\np-7,2026-06-04,3,,,\n",
                          0, &r, &said),
                     NILA_ERR_PARSE);
    assert_int_equal(r.bad, 3); /* all of them are told, not only the first */
    assert_string_equal(
        said.p, "feed.csv:3:16: feed_kg: \"x\" is not a number; as in 1.5\n"
                "feed.csv:3:20: protein_pct: 101 is not allowed; 0 to 100\n"
                "feed.csv:4:1: pond: there is no pond \"p-7\" on record; import ponds first\n");
    assert_int_equal(records_snapshot(db, now_ms, &s), 0);
    assert_int_equal(s->feeds, 0);
    records_snapshot_free(s);
    buf_free(&said);
}

static void all_bad_cells_are_counted_and_a_hundred_told(void **state)
{
    struct records_report r;
    struct buf text = {0}, said = {0};
    size_t lines = 0;

    (void)state;
    base();
    buf_str(&text, FEED);
    for (int i = 0; i < 250; i++)
        buf_str(&text, "p-1,2026-06-02,-1,,,\n");
    assert_int_equal(take(RECORDS_FEED, text.p, 0, &r, &said), NILA_ERR_PARSE);
    assert_int_equal(r.bad, 250);
    for (const char *p = said.p; *p != '\0'; p++)
        lines += *p == '\n';
    assert_int_equal(lines, 100);
    buf_free(&text);
    buf_free(&said);
}

static void the_same_file_again_changes_nothing(void **state)
{
    static const char TEXT[] = FEED "p-1,2026-06-02,3.25,apung,,30\n"
                                    "p-1,2026-06-02,3.25,apung,,30\n" /* fed twice that day */
                                    "p-1,2026-06-03,4,,,\n";
    struct records_snapshot *s;

    (void)state;
    base();
    must_take(RECORDS_FARMS, FARMS, 0, 2);
    must_take(RECORDS_PONDS, PONDS, 0, 2);
    must_take(RECORDS_CYCLES, CYCLES "c-1,p-1,2026-06-01,2000,8,GIFT,male,BBI,400\n", 0, 1);
    must_take(RECORDS_FEED, TEXT, 3, 0);
    now_ms += CIVIL_DAY_MS;
    must_take(RECORDS_FEED, TEXT, 0, 3);
    /* a longer file brings what is new, and a third feeding is a third */
    must_take(RECORDS_FEED,
              FEED "p-1,2026-06-03,4,,,\np-1,2026-06-02,3.25,apung,,30\n"
                   "p-1,2026-06-02,3.25,apung,,30\np-1,2026-06-02,3.25,apung,,30\n",
              1, 3);
    assert_int_equal(records_snapshot(db, now_ms, &s), 0);
    assert_int_equal(s->feeds, 4);
    records_snapshot_free(s);
    /* a key twice in one file, the same words: once */
    must_take(RECORDS_FARMS,
              "farm,name,regency,kecamatan\nf-5,Lima,kotim,62.02.01\nf-5,Lima,kotim,62.02.01\n", 1,
              1);
}

static void an_entry_date_is_part_of_the_row_when_it_is_written(void **state)
{
    (void)state;
    base();
    must_take(RECORDS_DEATHS, "pond,on,count,entered_on\np-1,2026-06-15,3,2026-06-16\n", 1, 0);
    must_take(RECORDS_DEATHS, "pond,on,count,entered_on\np-1,2026-06-15,3,2026-06-16\n", 0, 1);
    must_take(RECORDS_DEATHS, "pond,on,count,entered_on\np-1,2026-06-15,3,2026-06-17\n", 1, 0);
    must_take(RECORDS_DEATHS, "pond,on,count\np-1,2026-06-15,3\n", 0, 1);
}

static void a_dry_run_checks_and_stores_nothing(void **state)
{
    struct records_report r;
    struct records_snapshot *s;
    struct buf said = {0};

    (void)state;
    assert_int_equal(take(RECORDS_FARMS, FARMS, 1, &r, &said), 0);
    assert_int_equal(r.rows, 2);
    assert_int_equal(records_snapshot(db, now_ms, &s), 0);
    assert_int_equal(s->farms, 0);
    records_snapshot_free(s);
    assert_int_equal(
        take(RECORDS_FARMS, "farm,name,regency,kecamatan\nF,N,kotim,62.02.06\n", 1, &r, &said),
        NILA_ERR_PARSE);
    must_take(RECORDS_FARMS, FARMS, 2, 0);
    buf_free(&said);
}

static void columns_may_stand_in_any_order_and_in_excels_dialect(void **state)
{
    struct records_snapshot *s;

    (void)state;
    must_take(RECORDS_FARMS,
              "\xef\xbb\xbf"
              "kecamatan;name;farm;regency\r\n62.02.06;Satu;f-1;kotim\r\n",
              1, 0);
    must_take(RECORDS_PONDS,
              "depth_m;area_m2;system;name;farm;pond\r\n1,25;200,5;pond;K;f-1;p-1\r\n", 1, 0);
    assert_int_equal(records_snapshot(db, now_ms, &s), 0);
    assert_float_equal(s->pond[0].depth_m, 1.25, 1e-12);
    assert_float_equal(s->pond[0].area_m2, 200.5, 1e-12);
    assert_string_equal(s->farm[0].village, "");
    records_snapshot_free(s);
}

static void a_stocking_does_not_squeeze_into_a_finished_cycle(void **state)
{
    struct records_report r;
    struct buf said = {0};

    (void)state;
    base();
    must_take(RECORDS_HARVESTS, "pond,on,kg,kind\np-1,2026-09-20,400,final\n", 1, 0);
    assert_int_equal(take(RECORDS_CYCLES, CYCLES "c-2,p-1,2026-08-01,2000,8,,,,\n", 0, &r, &said),
                     NILA_ERR_PARSE);
    assert_string_equal(
        said.p,
        "cycles.csv:2:9: stocked_on: overlaps cycle c-1 of pond p-1, which ended on 2026-09-20\n");
    /* on the day of the harvest and later is fine; before the first too */
    must_take(RECORDS_CYCLES,
              CYCLES "c-2,p-1,2026-09-20,2000,8,,,,\nc-0,p-1,2026-01-05,2000,8,,,,\n", 2, 0);
    must_take(RECORDS_CYCLES, CYCLES "c-3,p-1,2026-11-20,2000,8,,,,\n", 1, 0);
    buf_free(&said);
}

static void harvests_may_come_before_their_cycles(void **state)
{
    (void)state;
    base();
    must_take(RECORDS_HARVESTS, "pond,on,kg,kind\np-2,2026-09-20,400,final\n", 1, 0);
    must_take(RECORDS_CYCLES,
              CYCLES "d-1,p-2,2026-01-05,2000,8,,,,\nd-2,p-2,2026-06-01,2000,8,,,,\n", 2, 0);
}

static int import_it(void *arg)
{
    struct records_report r;

    return records_import(db, RECORDS_FARMS, arg, now_ms, 0, NULL, NULL, &r);
}

static void says_when_the_file_cannot_be_read(void **state)
{
    struct records_report r = {.rows = 7};
    struct buf said = {0};
    char path[300];

    (void)state;
    (void)snprintf(path, sizeof path, "%s/none.csv", dir);
    assert_int_equal(records_import(db, RECORDS_FARMS, path, now_ms, 0, keep, &said, &r),
                     NILA_ERR_NOT_FOUND);
    assert_int_equal(r.rows, 0);
    assert_non_null(strstr(said.p, "none.csv"));
    assert_int_equal(records_import(db, RECORDS_FARMS, dir, now_ms, 0, NULL, NULL, &r),
                     NILA_ERR_IO);
    support_write(path, FARMS);
    assert_int_equal(chmod(dir, 0755), 0);
    assert_int_equal(chmod(path, 0), 0);
    assert_int_equal(support_as_nobody(import_it, path), NILA_ERR_DENIED);
    buf_free(&said);
}

static void the_shipped_example_is_accepted(void **state)
{
    (void)state;
    for (int t = 0; t < RECORDS_TABLES; t++) {
        char path[300], day[16];
        char *text;
        struct buf dated = {0}, said = {0};
        struct records_report r;

        (void)snprintf(path, sizeof path, "deploy/demo/%s.csv",
                       records_table_name((enum records_table)t));
        text = support_read(path, NULL);
        /* D-45 is 45 days before today, as deploy/demo/run makes it */
        for (char *p = text; *p != '\0';) {
            if (p[0] == 'D' && p[1] == '-' && p[2] >= '0' && p[2] <= '9') {
                long back = strtol(p + 2, &p, 10);
                (void)civil_format_day(day, sizeof day, civil_day(now_ms) - (int32_t)back);
                buf_str(&dated, day);
            } else if (p[0] == 'Q' && (p[1] == '+' || p[1] == '-') && p[2] == '1') {
                /* the first whole quarter after this month, the last one that is over */
                int32_t month = (civil_month(now_ms) / 3 + (p[1] == '+' ? 1 : -1)) * 3;
                (void)snprintf(day, sizeof day, "%04d-Q%d", (int)(month / 12),
                               (int)(month % 12) / 3 + 1);
                buf_str(&dated, day);
                p += 3;
            } else {
                buf_add(&dated, p++, 1);
            }
        }
        if (take((enum records_table)t, dated.p, 0, &r, &said) != 0)
            fail_msg("%s: %s", path, said.p);
        assert_true(r.rows > 0);
        buf_free(&dated);
        buf_free(&said);
        free(text);
    }
    struct records_snapshot *s;
    assert_int_equal(records_snapshot(db, now_ms, &s), 0);
    assert_int_equal(s->stray, 0);
    assert_true(s->ponds >= 9);
    {
        struct merge rows;
        struct merge_farms farms;
        unsigned kecamatan = 0;

        /* officers' pages have something to show: several kecamatan of each regency stand alone */
        merge_rows(s, &rows);
        merge_on_record(s, &farms);
        for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
            kecamatan += rows.cell[k] == k && farms.n[k] >= MERGE_FARMS_LEAST;
        assert_true(kecamatan >= 8);
    }
    for (size_t i = 0; i < s->farms; i++)
        assert_non_null(strstr(s->farm[i].name, "(contoh)"));
    for (size_t i = 0; i < s->ponds; i++)
        assert_non_null(strstr(s->pond[i].name, "(contoh)"));
    records_snapshot_free(s);
}

static void reads_what_excel_saves_in_indonesian(void **state)
{
    struct records_report r;
    struct buf said = {0};

    (void)state;
    base();
    /* a mark, sep=, remarks, CRLF, semicolons, decimal commas, the day first, quotes, rows of separators below the table */
    if (take(RECORDS_FEED,
             "\xef\xbb\xbfsep=;\r\n\"# pakan, dari Excel\";;;;;;\r\n# satuan;;kg;;;%;\r\n"
             "pond;on;feed_kg;kind;brand;protein_pct;entered_on\r\n"
             "p-1;02/06/2026;1,5;apung;\"A; B\";31,5;03/06/2026 17:30\r\n"
             "p-1;3/6/2026;2;'=tenggelam;;;2026-06-03 18:00\r\n;;;;;;\r\n;;;;;;\r\n",
             0, &r, &said) != 0)
        fail_msg("%s", said.p);
    assert_int_equal(r.rows, 2);
    assert_int_equal(r.slashed, 3);
    /* the same in the other dialect is the same */
    must_take(RECORDS_FEED,
              "pond,on,feed_kg,kind,brand,protein_pct,entered_on\n"
              "p-1,2026-06-02,1.5,apung,A; B,31.5,2026-06-03T17:30+07:00\n"
              "p-1,2026-06-03,2,=tenggelam,,,2026-06-03T18:00+07:00\n",
              0, 2);
    buf_free(&said);
}

static void a_day_that_may_be_a_month_is_refused(void **state)
{
    static const struct {
        const char *text, *words;
    } T[] = {
        {"pond,on,feed_kg\np-1,02/06/2026,1\n",
         "feed.csv:2:5: on: \"02/06/2026\" is not a date; as in 2026-11-24 (in a file with commas "
         "nobody knows which is the month)"},
        {"pond,on,feed_kg\np-1,24/06/2026,1\n", "in a file with commas nobody knows"},
        {"pond;on;feed_kg\np-1;06/24/2026;1\n", "as in 2026-11-24 or 24/11/2026 (the day first)"},
        {"pond;on;feed_kg\np-1;31/06/2026;1\n", "is not a date"},
        {"pond;on;feed_kg\np-1;02/06/26;1\n", "is not a date"},
        {"pond;on;feed_kg\np-1;02/06/2026x;1\n", "is not a date"},
        {"pond;on;feed_kg\np-1;02/06/2027;1\n", "lies in the future"},
        {"pond;on;feed_kg;entered_on\np-1;2026-06-02;1;02/06/2026 25:00\n",
         "is not a date or time"},
        {"pond;on;feed_kg\np-1;2026-06-02;1.500\n", "is not a number; as in 1,5"},
    };

    (void)state;
    base();
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct records_report r;
        struct buf said = {0};
        assert_int_equal(take(RECORDS_FEED, T[i].text, 0, &r, &said), NILA_ERR_PARSE);
        if (strstr(said.p, T[i].words) == NULL)
            fail_msg("%s: %s", T[i].text, said.p);
        buf_free(&said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_what_excel_saves_in_indonesian, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_day_that_may_be_a_month_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_bad_cell_is_named_by_its_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_bad_cell_refuses_the_whole_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_bad_cells_are_counted_and_a_hundred_told, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_same_file_again_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_entry_date_is_part_of_the_row_when_it_is_written, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_dry_run_checks_and_stores_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(columns_may_stand_in_any_order_and_in_excels_dialect,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stocking_does_not_squeeze_into_a_finished_cycle, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(harvests_may_come_before_their_cycles, set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_when_the_file_cannot_be_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_shipped_example_is_accepted, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
